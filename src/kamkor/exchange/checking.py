"""Checking a register's file: every row with all its faults, good rows staged for writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic_core import to_json

from kamkor.access.operations.looks import looking
from kamkor.access.rules import Viewer
from kamkor.cases.operations.entering import homes_hidden
from kamkor.cases.operations.leaving import cases_loaded, faults_of_removal
from kamkor.cases.operations.loaded_before import Marks, loaded_before
from kamkor.cases.operations.loading import stage, tell_progress
from kamkor.cases.queries.loading import places_of
from kamkor.cases.rules.loading import (
    COLUMNS,
    FAULT_COLUMN,
    NEEDED,
    REMOVAL,
    RegisterRow,
    RowReader,
    Turn,
    faults_of_leaving,
    is_adult,
    seals,
)
from kamkor.cases.rules.loading_faults import RowFault
from kamkor.exchange.reading import TableFile
from kamkor.kernel import clock
from kamkor.kernel.sheets import made_ahead

if TYPE_CHECKING:
    from kamkor.cases.models import Case, Load

PAGE = "load"
"""By what the log of looks says that somebody looked: a file being loaded."""

CHUNK = 2_000
"""How many rows are checked and staged together."""


def _as_json(told: list[Any]) -> str:
    return to_json(told).decode()


@dataclass(slots=True)
class _Line:
    """One row of the file: its number, its cells, what it says, and what is wrong with it."""

    number: int
    cells: list[str]
    row: RegisterRow
    faults: list[RowFault]
    turn: str = ""
    known: bool = False
    entry: str = "[]"
    key: str = ""
    home: str = ""


@dataclass(slots=True)
class _Entry:
    """What is kept of an entry until the removals are checked."""

    number: int
    department: int
    begun: date
    born: str

    def of_age(self, day: date) -> bool:
        """Whether the child is of age on a day; not if its birth is not known."""
        return bool(self.born) and is_adult(self.born, day)


@dataclass
class Counts:
    """How many rows were read, are good, faulty, or known from before."""

    rows: int = 0
    good: int = 0
    faulty: int = 0
    known: int = 0


@dataclass
class _Seen:
    """What was met in this file so far."""

    entries: dict[tuple[str, str], list[_Entry]] = field(default_factory=dict)
    faulty: dict[tuple[str, str], int] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    homes: dict[str, int] = field(default_factory=dict)
    removals: list[_Line] = field(default_factory=list)


class FileCheck:
    """Reads one file for a viewer and stages its rows; nothing is written to a register yet."""

    def __init__(
        self,
        viewer: Viewer,
        load: Load,
        path: Path,
        tell: Callable[[int], None] = lambda _rows: None,
    ) -> None:
        """``tell`` is told how many rows are checked after each chunk."""
        self._tell = tell
        self._viewer = viewer
        self._load = load
        self._path = path
        self._seen = _Seen()
        self._marks = Marks()
        self._header: list[str] = []
        self._departments: list[int] = []
        self.counts = Counts()

    def run(self) -> Counts:
        """Check all rows; raises a refusal of files, or ``LoadOver`` if it was cancelled."""
        file = TableFile(self._path, COLUMNS, NEEDED, passed_over=FAULT_COLUMN)
        found = file.recognised
        recognised = {"form": found.form, "encoding": found.encoding}
        with looking(self._viewer, PAGE):
            places = places_of(self._viewer)
            tell_progress(self._load, separator=found.separator, columns=file.header, **recognised)
        self._header = file.header
        self._departments = sorted({spot.department for held in places.values() for spot in held})
        reader = RowReader(file.header, places, clock.today(), since_1904=found.since_1904)
        for chunk in made_ahead(self._read(file, reader)):
            self._entries_of(chunk)
        removals = self._seen.removals
        for start in range(0, len(removals), CHUNK):
            self._removals(removals[start : start + CHUNK])
        return self.counts

    def _read(self, file: TableFile, reader: RowReader) -> Iterator[list[_Line]]:
        """The rows of the file as they are understood, a chunk at a time."""
        rows = file.rows()
        while chunk := list(islice(rows, CHUNK)):
            lines = [_Line(number, cells, *reader.read(cells)) for number, cells in chunk]
            for line in lines:
                if line.row.event != REMOVAL:
                    self._name(line)
            yield lines

    def _entries_of(self, lines: Sequence[_Line]) -> None:
        """Check a chunk but for its removals, which wait until all entries are known."""
        self.counts.rows += len(lines)
        self._seen.removals += [line for line in lines if line.row.event == REMOVAL]
        entries = [line for line in lines if line.row.event != REMOVAL]
        with looking(self._viewer, PAGE):
            keys = [key for line in entries for key in (line.key, line.home) if key]
            loaded = loaded_before(self._viewer, keys)
            hidden = homes_hidden(self._viewer, loaded.values())
            for line in entries:
                if line.faults:
                    self._faulty_entry(line, line.row, loaded, hidden)
                else:
                    self._entry(line, line.row, loaded, hidden)
            self._stage(entries)

    def _name(self, line: _Line) -> None:
        """Note what is kept of an entry on its way, and the keys of it and of its home."""
        row = line.row
        if not line.faults:
            line.entry = _as_json(row.as_list())
        if not line.faults or (row.register and row.reference and row.department):
            line.key = self._marks.of_row(row, row.department)
        if row.family and row.department:
            line.home = self._marks.of_home(row)

    def _entry(
        self, line: _Line, row: RegisterRow, loaded: dict[str, UUID], hidden: set[UUID]
    ) -> None:
        content = hash(line.entry)
        number, said = self._seen.keys.setdefault(line.key, (line.number, content))
        if line.key in loaded or (number != line.number and said == content):
            line.known = True
        elif number != line.number or loaded.get(line.home) in hidden:
            self._faulty_entry(line, row, loaded, hidden)
            return
        if row.reference:
            told = self._seen.entries.setdefault((row.register, row.reference), [])
            if not line.known:
                told.append(_Entry(line.number, row.department, row.day, row.born))
        first = self._seen.homes.setdefault(line.home, line.number) if row.family else line.number
        line.turn = f"{Turn.SEALED if seals(row) else Turn.ENTRIES}{first:07}"

    def _faulty_entry(
        self, line: _Line, row: RegisterRow, loaded: dict[str, UUID], hidden: set[UUID]
    ) -> None:
        """Tell what is wrong with an entry beside its cells, and keep that it is faulty."""
        number, _ = self._seen.keys.get(line.key, (line.number, 0))
        if number != line.number:
            details = {"row": str(number)}
            line.faults.append(RowFault("reference", row.reference, "reference_twice", details))
        if loaded.get(line.home) in hidden:
            line.faults.append(RowFault("family_reference", row.family, "home_elsewhere"))
        if row.reference:
            self._seen.faulty.setdefault((row.register, row.reference), line.number)

    def _removals(self, lines: Sequence[_Line]) -> None:
        with looking(self._viewer, PAGE):
            keys = [
                key(line.row, department)
                for line in lines
                for department in self._where(line.row)
                for key in (self._marks.of_entry, self._marks.of_row)
            ]
            loaded = loaded_before(self._viewer, keys)
            cases = cases_loaded(self._viewer, list(loaded.values()))
            for line in lines:
                if line.row.register and line.row.reference:
                    self._removal(line, line.row, loaded, cases)
            self._stage(lines)

    def _where(self, row: RegisterRow) -> Sequence[int]:
        """The departments in which a removal's entry may stand."""
        return [row.department] if row.department else self._departments

    def _removal(
        self,
        line: _Line,
        row: RegisterRow,
        loaded: Mapping[str, UUID],
        cases: Mapping[UUID, Case],
    ) -> None:
        named = (row.register, row.reference)
        where = self._where(row)
        here = {one.department: one for one in self._seen.entries.get(named, ())}
        here = {department: one for department, one in here.items() if department in where}
        before = {one for one in where if self._marks.of_entry(row, one) in loaded}
        found = sorted({*here, *before})
        if len(found) != 1:
            self._not_one(line, named, found)
            return
        row.department = found[0]
        key = self._marks.of_row(row, row.department)
        if not line.faults:
            number, _ = self._seen.keys.setdefault(key, (line.number, 0))
            line.known = key in loaded or number != line.number
        if line.known:
            return
        entry = here.get(row.department)
        if entry is not None:
            line.faults += faults_of_leaving(row, entry.begun, entry.of_age)
        else:
            case = cases.get(loaded[self._marks.of_entry(row, row.department)])
            line.faults += faults_of_removal(row, case)
        line.entry = _as_json(row.as_list())
        line.turn = Turn.REMOVALS

    def _not_one(self, line: _Line, named: tuple[str, str], found: Sequence[int]) -> None:
        """Tell that a removal has no entry, or several; not if its place has a fault itself."""
        reference, faulty = line.row.reference, self._seen.faulty.get(named)
        if not found and faulty is not None:
            details = {"row": str(faulty)}
            line.faults.append(RowFault("reference", reference, "entry_faulty", details))
        elif not found:
            line.faults.append(RowFault("reference", reference, "entry_not_found"))
        elif all(fault.column != "place" for fault in line.faults):
            line.faults.append(RowFault("reference", reference, "entry_ambiguous"))

    def _stage(self, lines: Sequence[_Line]) -> None:
        """Stage a chunk and note how far the check has come."""
        for line in lines:
            if line.faults:
                self.counts.faulty += 1
            elif line.known:
                self.counts.known += 1
            else:
                self.counts.good += 1
        stage(self._load, (self._staged(line) for line in lines if line.faults or not line.known))
        tell_progress(self._load, **vars(self.counts))
        self._tell(self.counts.good + self.counts.known + self.counts.faulty)

    def _staged(self, line: _Line) -> tuple[Any, ...]:
        good = not line.faults
        entry, faults = line.entry, "[]"
        if not good:
            entry, faults = "[]", _as_json([fault.as_list() for fault in line.faults])
        return (line.number, line.turn, _as_json(line.cells), good, entry, faults)
