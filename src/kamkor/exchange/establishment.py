"""A file of the establishment: stages of programmes, posts, and what became of them.

Read as commands, so that a row is refused as it would be at the desk; all rows are written or none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from kamkor.access.operations.looks import looking
from kamkor.access.rules import Viewer
from kamkor.cases.rules.loading import day_of
from kamkor.exchange.reading import TableFile
from kamkor.kernel.commands import AlreadyRecorded, Batch, Command
from kamkor.kernel.errors import CodeUnknown, Fault, FieldRequired, FieldUnknown, Refusal
from kamkor.kernel.ids import new_id
from kamkor.kernel.words import noop
from kamkor.territory.queries import PlaceUnknown, place_named
from kamkor.workforce.operations.staffing import StagesOutOfOrder

PAGE = "load/workforce"
COLUMNS = (
    "row", "programme", "stage", "kind", "date", "posts", "norm", "post", "territory", "share",
    "state", "person", "surname", "given_name", "substitute",
)  # fmt: skip
ABOUT: dict[str, str] = {
    "row": noop("stage, post or state"),
    "programme": noop("Short name of the programme, such as decree-2025-01-30"),
    "stage": noop("1 for the first stage of the programme"),
    "kind": noop("accompaniment, protection_specialist, home_care or head"),
    "date": noop("Opening of the stage or the post, or first day of the state: 2025-02-01"),
    "posts": noop("Of a stage: how many full posts it opens"),
    "norm": noop("Of a stage: for how many children one post is meant"),
    "post": noop("Number of the post"),
    "territory": noop("Of a post: code or full name of the district or city"),
    "share": noop("Of a post: 1, or a share such as 0.5; empty: 1"),
    "state": noop("vacant, announced, in_selection, appointed, on_leave or ended"),
    "person": noop("Of an appointment: personnel number"),
    "surname": noop("Surname of who is appointed"),
    "given_name": noop("Given name of who is appointed"),
    "substitute": noop("Of leave: personnel number of who stands in"),
}
# Of each kind of row: the columns that it uses, and the field of the command each fills.
_STAGE = {"programme": "programme", "kind": "kind"}
_OF_STAGE = {"date": "opens_on", "posts": "posts", "norm": "norm"}
_POST = {
    "post": "post", "kind": "kind", "territory": "territory", "share": "percent",
    "date": "opened_on", "programme": "programme", "stage": "stage",
}  # fmt: skip
_STATE = {
    "post": "post", "state": "state", "date": "happened_on", "person": "person",
    "surname": "surname", "given_name": "given_name", "substitute": "substitute",
}  # fmt: skip
_USED = {"stage": {*_STAGE, *_OF_STAGE, "stage"}, "post": {*_POST}, "state": {*_STATE}}

Row = dict[str, str]


class RowFault(NamedTuple):
    """What is wrong with a row of the file: its number, the column, what stands in it, and why."""

    row: int
    column: str
    value: str
    fault: Fault


@dataclass(frozen=True)
class Loaded:
    """What became of a file: how many acts it told, how many of them stood already, its faults."""

    written: int
    known: int
    faults: list[RowFault]


class _Told(NamedTuple):
    """A command that a row tells, or several of a programme; ``columns`` finds a field's cell."""

    operation: str
    data: dict[str, Any]
    rows: Sequence[tuple[int, Row]]
    columns: Mapping[str, str]

    def faults(self, refusal: Refusal) -> Iterator[RowFault]:
        """What the command was refused for, each at its row and column."""
        for fault in refusal.faults:
            parts = fault.field.split(".")
            at = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
            number, row = self.rows[min(at, len(self.rows) - 1)]
            column = self.columns.get(parts[-1], "row")
            yield RowFault(number, column, row[column], fault)


def load_establishment(viewer: Viewer, path: Path) -> Loaded:
    """Write what a file tells, all of it or nothing; what stands already is known, not an error.

    Raises a refusal of files, and ``AlreadyRecorded`` if somebody recorded the same meanwhile; what
    the post may not do is a fault of each row.
    """
    told, faults = _told_in(path)
    known = 0
    try:
        with looking(viewer, PAGE):
            batch = Batch(viewer)
            for one in told:
                refusal = batch.take(Command(new_id(), one.operation, one.data)).refusal
                if isinstance(refusal, AlreadyRecorded):
                    known += 1
                elif refusal is not None:
                    faults += one.faults(refusal)
            if not faults:
                batch.flush()
            transaction.set_rollback(bool(faults))
    except IntegrityError:
        raise AlreadyRecorded from None
    if faults:
        return Loaded(0, 0, sorted(faults, key=lambda one: one.row))
    return Loaded(len(told) - known, known, [])


def _told_in(path: Path) -> tuple[list[_Told], list[RowFault]]:
    """The commands of a file, programmes before posts before states, these by day."""
    file = TableFile(path, COLUMNS, ("row",))
    rows: dict[str, list[tuple[int, Row]]] = {"stage": [], "post": [], "state": []}
    faults: list[RowFault] = []
    for number, cells in file.rows():
        told = {name: cell.strip() for name, cell in zip(file.header, cells, strict=False)}
        row = {name: told.get(name, "") for name in COLUMNS}
        row["date"] = _day(row["date"])
        found = list(_faults_of(row))
        faults += [RowFault(number, name, row[name], fault) for name, fault in found]
        if not found:
            rows[row["row"]].append((number, row))
    stages, more = _programmes(rows["stage"])
    posts = [_Told("open_post", _post(row), [(at, row)], _back(_POST)) for at, row in rows["post"]]
    by_day = sorted(rows["state"], key=lambda one: one[1]["date"])
    states = [
        _Told("set_post_state", _data(row, _STATE), [(at, row)], _back(_STATE))
        for at, row in by_day
    ]
    return [*stages, *posts, *states], faults + more


def _faults_of(row: Row) -> Iterator[tuple[str, Fault]]:
    """What is wrong with a row before it is a command: its kind, cells that it does not use."""
    used = _USED.get(row["row"])
    if used is None:
        yield "row", (CodeUnknown() if row["row"] else FieldRequired()).first
        return
    for name in COLUMNS[1:]:
        if row[name] and name not in used:
            yield name, FieldUnknown(name=name).first


def _programmes(rows: Sequence[tuple[int, Row]]) -> tuple[list[_Told], list[RowFault]]:
    """A command for each programme and kind, its stages in their order from 1 on."""
    groups: dict[tuple[str, str], list[tuple[int, Row]]] = {}
    for number, row in rows:
        groups.setdefault((row["programme"], row["kind"]), []).append((number, row))
    told, faults = [], []
    for group in groups.values():
        ordered = sorted(group, key=lambda one: one[1]["stage"].zfill(4))
        wrong = [
            RowFault(number, "stage", row["stage"], StagesOutOfOrder().first)
            for at, (number, row) in enumerate(ordered, 1)
            if row["stage"] != str(at)
        ]
        faults += wrong
        data = _data(ordered[0][1], _STAGE)
        data["stages"] = [_data(row, _OF_STAGE) for _number, row in ordered]
        if not wrong:
            told.append(_Told("set_programme", data, ordered, _back(_STAGE | _OF_STAGE)))
    return told, faults


def _data(row: Row, columns: Mapping[str, str]) -> dict[str, Any]:
    return {field: row[name] for name, field in columns.items() if row[name]}


def _post(row: Row) -> dict[str, Any]:
    data = _data(row, _POST)
    if "percent" in data:
        data["percent"] = _percent(data["percent"])
    if "territory" in data:
        data["territory"] = _place(data["territory"])
    return data


def _back(columns: Mapping[str, str]) -> dict[str, str]:
    return {field: name for name, field in columns.items()}


def _day(text: str) -> str:
    """A day in ISO; what is none stays as it stands, to be refused."""
    found = day_of(text)
    return found.isoformat() if found else text


def _percent(text: str) -> int | str:
    """A share of a post in percent; what is none stays as it stands, to be refused."""
    try:
        percent = float(text.replace(",", ".")) * 100
    except ValueError:
        return text
    return round(percent) if abs(percent - round(percent)) < _NEAR else text


_NEAR = 1e-6


def _place(text: str) -> str:
    """The code of a place named; what is none stays as it stands, to be refused."""
    try:
        return place_named(text).soate
    except PlaceUnknown:
        return text
