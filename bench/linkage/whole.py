"""The row `linkage_pass`: a million records looked through by the command, as at night.

A file of the ground's fields in, a workbook of pairs out: reading, comparing and writing are all
in the time, and the memory is the most that the process ever held.
"""

import csv
import os
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

if __package__ in {None, ""}:
    sys.path[:0] = [str(Path(__file__).resolve().parents[2])]

from bench.apart import run_apart
from bench.judging import Measured
from bench.linkage.written import Record, ground

if TYPE_CHECKING:
    from bench.stage import Stage

RECORDS: Final = 1_000_000
SECONDS: Final = 600.0
MEGABYTES: Final = 2_000.0
LINKED: Final = 0.85
"""Of the true pairs; how right they are is asked by the row `linkage`."""
_SOURCES: Final = Path(__file__).resolve().parents[2] / "src"
_SHARE: Final = re.compile(r"^ +(\d+) % of \d+ comparisons", re.MULTILINE)
_LINKED: Final = re.compile(r"one child: (\d+)")


@dataclass(frozen=True)
class Pass:
    """One run of the command: its time, the most it held, and what it said."""

    seconds: float
    megabytes: float
    status: int
    shares: list[int]
    linked: int


def linkage_pass(stage: "Stage") -> Measured:
    """The row, on the run's seed."""
    return measured(stage.seed, RECORDS)


def measured(seed: int, records: int) -> Measured:
    """Write the records, look through them in a process of its own, hold it to its limits."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "records.csv"
        true = _write(path, seed, records)
        found = _looked_through(path, Path(folder) / "pairs.xlsx")
    beside = {"records": records, "mb": found.megabytes, "linked": found.linked, "true": true}
    return Measured([found.seconds], [SECONDS], beside, faults(found, true))


def faults(found: Pass, true: int) -> list[str]:
    """What was not as it must be, beside the time."""
    held = {
        f"the command ended with {found.status}": found.status == 0,
        f"{found.megabytes:.0f} MB, more than {MEGABYTES:.0f}": found.megabytes <= MEGABYTES,
        f"{found.linked} pairs linked of {true}": found.linked >= LINKED * true,
        f"progress was told as {found.shares}": (
            len(found.shares) > 1
            and found.shares == sorted(found.shares)
            and found.shares[-1:] == [100]
        ),
    }
    return [text for text, holds in held.items() if not holds]


def _write(path: Path, seed: int, records: int) -> int:
    """A file with one record in eleven twice; returns how many pairs are one child."""
    twice = records // 11
    made = ground(seed, children=records - twice, duplicates=twice)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("reference", *Record._fields[1:]))
        writer.writerows(made.records)
    return len(made.pairs)


def _looked_through(path: Path, report: Path) -> Pass:
    told = path.with_name("told.txt")
    words = ["--lang", "en", "people", "duplicates", str(path), "--report", str(report)]
    more = {"PYTHONPATH": str(_SOURCES), "KAMKOR_DATA": str(path.parent / "data")}
    begun = time.perf_counter()
    with told.open("w+", encoding="utf-8") as said:
        status, megabytes = run_apart(["-m", "kamkor", *words], os.environ | more, said)
    seconds = time.perf_counter() - begun
    text = told.read_text("utf-8")
    linked = _LINKED.search(text)
    return Pass(
        seconds,
        megabytes,
        status,
        [int(share) for share in _SHARE.findall(text)],
        int(linked[1]) if linked else 0,
    )


def main() -> int:
    """``python bench/linkage/whole.py SEED [RECORDS]``; 1 if it is missed."""
    found = measured(int(sys.argv[1]), int(sys.argv[2]) if sys.argv[2:] else RECORDS)
    for name, value in found.beside.items():
        print(f"{name}: {value:.6g}")
    print(f"{found.ours[0]:.1f} s of {SECONDS:.0f}", *found.faults, sep="\n")
    return 1 if found.faults or found.ratio > 1 else 0


if __name__ == "__main__":
    raise SystemExit(main())
