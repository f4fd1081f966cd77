"""How many children live in each district and city: read from a file, whole or not at all."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kamkor.cases.rules.loading import day_of
from kamkor.cases.rules.loading_faults import RowFault
from kamkor.exchange.reading import MEGABYTE, Limits, TableFile
from kamkor.kernel.errors import Refusal
from kamkor.kernel.rulesets import COUNTRY, COUNTRY_FOLDER
from kamkor.kernel.words import noop
from kamkor.workforce.rules.need import CHILDREN, COLUMNS

PLACE, DAY, SOURCE = "soate", "date", "source"
NEEDED = (PLACE, DAY, CHILDREN, SOURCE)
HEAD = (*NEEDED, *(one for one in COLUMNS if one != CHILDREN))
# For whoever reads the file; nothing is read from it.
NAME = "name"
INVENTED = "invented"
"""The source of numbers that were invented: every page and file says so of what rests on them."""

INVENTED_FILE = COUNTRY_FOLDER / f"{COUNTRY}_invented_children.csv"
"""Numbers for a demo, where nobody has others."""

LIMITS = Limits(MEGABYTE, 1_000)
SOURCE_LIMIT = 300
_DIGITS = 8

Fault = tuple[int, RowFault]


class ChildrenMissing(Refusal):
    """A plan rests on the children of every district and city."""

    code = "children_missing"
    message = noop(
        "The number of children is missing for %(missing)s of %(all)s districts and cities:"
        " %(places)s."
    )


class ChildrenFaulty(Refusal):
    """Rows of the file are wrong; each is told."""

    code = "children_faulty"
    message = noop("Rows of the file are wrong. Mend them and send the file again.")

    def __init__(self, found: list[Fault]) -> None:
        super().__init__()
        self.rows = found


@dataclass(frozen=True)
class Children:
    """The children of each unit by column on a day, and where the numbers come from."""

    day: date
    counts: Mapping[str, Mapping[str, int]]
    sources: Mapping[str, str]

    @property
    def invented(self) -> bool:
        """Whether any of the numbers was invented."""
        return INVENTED in self.sources.values()

    @property
    def as_text(self) -> str:
        """The same as a file."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        told = [one for one in COLUMNS if all(one in unit for unit in self.counts.values())]
        writer.writerow((PLACE, DAY, SOURCE, *told))
        for unit, counts in self.counts.items():
            about = (unit, self.day.isoformat(), self.sources[unit])
            writer.writerow((*about, *(counts[one] for one in told)))
        return text.getvalue()


def require_all(told: Collection[str], places: Mapping[str, str]) -> None:
    """Raise ``ChildrenMissing`` with the names of the places of which nothing is told; ``places``
    are the names of all by their codes."""
    missing = [name for code, name in places.items() if code not in told]
    if missing:
        names = ", ".join(missing)
        raise ChildrenMissing("children", missing=len(missing), all=len(places), places=names)


@dataclass(frozen=True)
class _Row:
    """One row: its number, its cells by column, the first cell too many, the day it tells of."""

    number: int
    told: Mapping[str, str]
    beyond: str
    day: date | None


def children_in(path: Path, places: Mapping[str, str]) -> Children:
    """The children of all places in a file; ``places`` are their names by their codes.

    Raises a refusal of files, ``ChildrenFaulty`` with everything that is wrong in rows, or
    ``ChildrenMissing``.
    """
    file = TableFile(path, HEAD, NEEDED, passed_over=NAME, limits=LIMITS)
    rows = list(_rows(file))
    columns = [one for one in COLUMNS if one in file.header]
    faults = [(row.number, fault) for row in rows for fault in _faults(row, columns, places)]
    faults += _faults_between(rows)
    days = {row.day for row in rows if row.day}
    if faults or len(days) != 1:
        raise ChildrenFaulty(sorted(faults, key=lambda fault: fault[0]))
    told = {row.told[PLACE]: row.told for row in rows}
    require_all(told, places)
    return Children(
        days.pop(),
        {unit: {one: int(told[unit][one]) for one in columns} for unit in sorted(told)},
        {unit: told[unit][SOURCE] for unit in sorted(told)},
    )


def _rows(file: TableFile) -> Iterator[_Row]:
    width = len(file.header)
    for number, cells in file.rows():
        plain = [cell.strip() for cell in cells]
        told = dict(zip(file.header, plain + [""] * (width - len(plain)), strict=False))
        beyond = next(iter(plain[width:]), "")
        day = day_of(told[DAY], since_1904=file.recognised.since_1904)
        yield _Row(number, told, beyond, day)


def _faults(row: _Row, columns: Collection[str], places: Collection[str]) -> Iterator[RowFault]:
    """What is wrong with a row by itself."""
    told = row.told
    for name in (PLACE, DAY, SOURCE, *columns):
        if not told[name]:
            yield RowFault(name, "", "cell_missing")
    if row.beyond:
        yield RowFault("", row.beyond, "cells_beyond")
    if told[PLACE] and told[PLACE] not in places:
        yield RowFault(PLACE, told[PLACE], "district_unknown")
    if told[DAY] and row.day is None:
        yield RowFault(DAY, told[DAY], "day_unreadable")
    if len(told[SOURCE]) > SOURCE_LIMIT:
        yield RowFault(SOURCE, told[SOURCE], "cell_too_long", {"limit": str(SOURCE_LIMIT)})
    for name in columns:
        if told[name] and not _is_whole(told[name]):
            yield RowFault(name, told[name], "number_not_whole")


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS


def _faults_between(rows: Sequence[_Row]) -> list[Fault]:
    """A place that stands twice, a day unlike that of the first row."""
    found: list[Fault] = []
    first = next((row for row in rows if row.day), None)
    met: dict[str, int] = {}
    for row in rows:
        if first and row.day not in {None, first.day}:
            told = {"row": str(first.number)}
            found.append((row.number, RowFault(DAY, row.told[DAY], "day_differs", told)))
        code = row.told[PLACE]
        if code and met.setdefault(code, row.number) != row.number:
            told = {"row": str(met[code])}
            found.append((row.number, RowFault(PLACE, code, "code_twice", told)))
    return found


def empty_file(places: Mapping[str, str]) -> bytes:
    """A file that names every place and leaves its numbers empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow((PLACE, NAME, *(one for one in HEAD if one != PLACE)))
    writer.writerows((code, name, *[""] * (len(HEAD) - 1)) for code, name in places.items())
    return text.getvalue().encode("utf-8-sig")
