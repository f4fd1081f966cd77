"""What master and workers hold after many requests, shared pages counted once (PSS)."""

import subprocess
from itertools import chain
from pathlib import Path

import psutil

from bench.client import loaded
from bench.judging import Measured
from bench.pages import (
    SPECIALIST,
    WORKER,
    day_of_worker,
    floor_pages,
    list_of_register,
    pages_of_cases,
)
from bench.stage import Stage
from bench.writing import WRITER, inserts, reports

REQUESTS = 2000
WRITES = 100
_LONG = 600.0
_KB = 1024


def memory(stage: Stage) -> Measured:
    """Reading and writing as a day has it, on both; then their PSS in MB."""
    worker, specialist = stage.client(WORKER), stage.client(SPECIALIST)
    wanted = [*day_of_worker(), *pages_of_cases(worker)]
    reading = (REQUESTS - WRITES) // 2
    for client, pages in ((worker, wanted), (specialist, list_of_register())):
        loaded(stage.desk_port, pages, cookies=client.cookies, seconds=_LONG, times=reading)
    writer = stage.client(WRITER)
    loaded(stage.desk_port, reports(stage), cookies=writer.cookies, seconds=_LONG, times=WRITES)
    loaded(stage.floor_port, floor_pages(stage), seconds=_LONG, times=2 * reading)
    loaded(stage.floor_port, inserts(), seconds=_LONG, times=WRITES)
    return Measured([held_by(stage.desk)], [held_by(stage.floor)], {"requests": REQUESTS})


def held_by(served: subprocess.Popen[bytes]) -> float:
    """The PSS of a master and its workers in MB, without a database it may have started."""
    master = psutil.Process(served.pid)
    ours = [one for one in master.children() if one.name() == master.name()]
    return sum(_pss(one.pid) for one in chain([master], ours)) / _KB


def _pss(pid: int) -> int:
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("Pss:"))
