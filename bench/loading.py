"""A register taken over from a file, against a plain COPY of the same rows."""

import csv
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psycopg

from bench.judging import ROUNDS, Measured
from bench.pages import SPECIALIST
from bench.stage import ROOT, Stage, folder_of, prepared, territory_of
from kamkor.kernel.server_facts import ServerFacts

ROWS = {"demo": 2_000, "small": 5_000, "service": 100_000, "nation": 100_000}
DATA = "load"
A_SECOND = 5_000
MEGABYTES = 500
KNOWN_EVERY, FAULTY_EVERY = 25, 100
SURNAMES = 20_000
"""So many different surnames as a nation's register has: a word met before is not learnt again."""
GROUND = "neglected"
_COLUMNS = (
    *("register", "event", "reference", "surname", "given_name", "patronymic", "birth_date"),
    *("birth_date_precision", "sex", "pin", "place", "ground_main", "grounds", "date", "reason"),
    "family_reference",
)


def register_loaded(stage: Stage) -> Measured:
    """Rows a second of ``kamkor load register``, 4 in 100 known and 1 faulty; the limit; COPY.

    Into a folder made anew: what earlier runs loaded would make each run another one.
    """
    rows = ROWS[stage.size]
    shutil.rmtree(folder_of(DATA, stage.seed), ignore_errors=True)
    found: list[float] = []
    copied: list[float] = []
    wrong: list[str] = []
    with prepared(DATA, stage.seed) as (facts, environment):
        for _ in range(ROUNDS):
            with TemporaryDirectory() as folder:
                whole = Path(folder) / "register.csv"
                a_second, faults = _loaded_once(whole, rows, environment)
                copied.append(_copied(facts, whole, rows))
            found.append(a_second)
            wrong += faults
    held = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    wrong += [] if held <= MEGABYTES else [f"{held:.0f} MB, more than {MEGABYTES}"]
    beside = {"rows": rows, "copy_a_second": median(copied), "mb": held}
    beside["of_copy"] = median(found) / median(copied)
    return Measured(found, [float(A_SECOND)] * ROUNDS, beside, wrong)


def _loaded_once(whole: Path, rows: int, environment: dict[str, str]) -> tuple[float, list[str]]:
    """Rows a second of one file of new rows, and what was not as it must be."""
    mark = f"B{time.time_ns()}"
    place = territory_of(Path(environment["KAMKOR_DATA"]), SPECIALIST)
    known = whole.with_name("known.csv")
    _write(whole, list(_rows(rows, place, mark)))
    _write(known, [row for row in _rows(rows, place, mark) if _is_known(row)])
    _load(known, environment)
    begun = time.perf_counter()
    status = _load(whole, environment)
    a_second = rows / (time.perf_counter() - begun)
    refused = Path(f"{whole}.rejected.csv")
    rejected = len(refused.read_text("utf-8").splitlines()) - 1 if refused.exists() else 0
    wrong = [] if status == 1 else [f"the command ended with {status}, not 1"]
    wrong += [] if rejected == rows // FAULTY_EVERY else [f"{rejected} rows were refused"]
    return a_second, wrong


def _copied(facts: ServerFacts, path: Path, rows: int) -> float:
    """Rows a second of a COPY of the same file into a table of texts."""
    arguments = facts.administrator_arguments(facts.database)
    with psycopg.connect(**arguments) as connection, connection.cursor() as cursor:
        columns = ", ".join(f"{name} text" for name in _COLUMNS)
        cursor.execute(f"CREATE TEMPORARY TABLE copied ({columns})")
        begun = time.perf_counter()
        with cursor.copy("COPY copied FROM STDIN (FORMAT csv, HEADER)") as copy:
            copy.write(path.read_bytes())
        connection.commit()
        return rows / (time.perf_counter() - begun)


def _is_known(row: list[str]) -> bool:
    return int(row[2].split("-")[1]) % KNOWN_EVERY == 1


def _rows(number: int, place: str, mark: str) -> Iterator[list[str]]:
    for one in range(number):
        day = "45.13.2024" if one % FAULTY_EVERY == 0 else f"{1 + one % 28:02}.03.2024"
        born = f"{1 + one % 28:02}.{1 + one % 12:02}.{2009 + one % 12}"
        name = [f"Мисалов{_letters(one % SURNAMES)}", "Айбек", "Асанович", born, "day", "m", ""]
        yield ["child", "entry", f"{mark}-{one}", *name, place, GROUND, "", day, "", ""]


def _letters(number: int) -> str:
    return "".join("абгдежзикл"[int(digit)] for digit in str(number))


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows(rows)


def _load(path: Path, environment: dict[str, str]) -> int:
    words = ["load", "register", str(path), "--accept-good-rows", "--as", SPECIALIST]
    return subprocess.run(
        [sys.executable, "-m", "kamkor", *words],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    ).returncode
