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

BACKGROUND, BACKGROUND_MB = "worker", 120.0
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
    """The PSS of a master and its web workers in MB."""
    master = psutil.Process(served.pid)
    ours = [one for one in _beside(master) if BACKGROUND not in one.cmdline()]
    return sum(_pss(one.pid) for one in chain([master], ours)) / _KB


def background(stage: Stage) -> Measured:
    """The PSS of the process for background work, and its limit."""
    held = [one for one in _beside(psutil.Process(stage.desk.pid)) if BACKGROUND in one.cmdline()]
    wrong = [] if held else ["there is no process for background work"]
    return Measured([sum(_pss(one.pid) for one in held) / _KB], [BACKGROUND_MB], faults=wrong)


def _beside(master: psutil.Process) -> list[psutil.Process]:
    """The processes a master has made, without a database it may have started."""
    return [one for one in master.children() if one.name() == master.name()]


def _pss(pid: int) -> int:
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("Pss:"))
