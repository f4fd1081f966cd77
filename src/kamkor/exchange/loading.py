"""Loading a register's file: check it as a whole, write its good rows in parts, give back the
rest."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext

from kamkor.access.operations.looks import looking
from kamkor.access.rules import Viewer
from kamkor.cases.operations import loading
from kamkor.cases.queries.loading import faulty_rows, load_for, loading_office
from kamkor.cases.rules.loading import FAULT_COLUMN
from kamkor.cases.rules.loading_faults import FAULTS
from kamkor.exchange.checking import PAGE, FileCheck
from kamkor.exchange.reading import SEPARATORS
from kamkor.kernel.commands import NotFound
from kamkor.kernel.errors import Refusal
from kamkor.kernel.jobs import defer
from kamkor.kernel.sheets import in_bulk
from kamkor.people.operations.pairing import compare_missing

if TYPE_CHECKING:
    from kamkor.cases.models import Load

Viewing = Callable[[], Viewer]
"""Reads anew who is loading: rights are asked for each part."""

COMPARE = "compare_loaded"
"""The job that a written load asks for."""
LANES = 2
"""How many parts are written side by side."""

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def begun(viewing: Viewing, path: Path) -> "Load":
    """Begin a load now; raises ``NotPermitted``, ``LoadUnderWay``."""
    viewer = viewing()
    with looking(viewer, PAGE):
        return loading.begin_load(viewer, path.name, path.stat().st_size)


def checked(
    viewing: Viewing, load: "Load", path: Path, tell: Callable[[int], None] = lambda _rows: None
) -> "Load":
    """Check a whole file; the load then waits to be written, or is refused with the reason.

    ``tell`` is told again and again how many rows are checked. Raises a refusal of files,
    ``LoadOver``.
    """
    viewer = viewing()
    try:
        with in_bulk():
            FileCheck(viewer, load, path, tell).run()
    except Refusal as refusal:
        loading.break_off(load.pk, refusal)
        raise
    with looking(viewer, PAGE):
        loading.end_load(load, loading.CHECKED)
    return current(viewing, load.pk)


def written(viewing: Viewing, load: "Load", *, accept_good: bool) -> Iterator["Load"]:
    """Write the good rows of a checked load part by part; gives the load after each part.

    With faulty rows nothing is written unless ``accept_good``. A load that was broken off goes
    on. Raises ``NotPermitted``, ``LoadOver``, ``NobodyAnswers``.
    """
    viewer = viewing()
    with looking(viewer, PAGE):
        if load.state == loading.CHECKED and load.faulty and not accept_good:
            loading.end_load(load, loading.REFUSED)
            return
        loading.begin_writing(viewer, load, accept_good=accept_good)
        spans = loading.spans_of_entries(load)
    if len(spans) > 1 and not connection.in_atomic_block:
        for _ in _side_by_side(viewing, load, spans):
            load.refresh_from_db()
            yield load
    more = True
    while more:
        viewer = viewing()
        with in_bulk(), looking(viewer, PAGE):
            more = bool(loading.write_part(viewer, load.pk))
            load.refresh_from_db()
        if more:
            yield load
    with looking(viewer, PAGE):
        loading.end_load(load, loading.DONE)
        lock = f"{COMPARE}-{loading_office(viewer)}"
        defer(COMPARE, lock, account=viewer.account_id, post=viewer.post_id)


def compare_loaded(viewing: Viewing) -> None:
    """Compare the children of loads with all whom the viewer sees, part by part: a load writes
    several times as fast without it."""
    last: UUID | None = None
    while True:
        viewer = viewing()
        with looking(viewer, PAGE):
            last = compare_missing(viewer, last)
        if last is None:
            return


def _side_by_side(viewing: Viewing, load: "Load", spans: Iterable[loading.Span]) -> Iterator[None]:
    """Write parts of the entries, two at a time: while one waits for the database the other
    reckons. What one raises ends those that have not begun."""
    with in_bulk(), ThreadPoolExecutor(LANES) as lanes:
        begun = [
            lanes.submit(copy_context().run, _write_span, viewing, load.pk, span) for span in spans
        ]
        try:
            for one in as_completed(begun):
                one.result()
                yield
        finally:
            for one in begun:
                one.cancel()


def _write_span(viewing: Viewing, load_id: UUID, span: loading.Span) -> None:
    try:
        viewer = viewing()
        with looking(viewer, PAGE):
            loading.write_part(viewer, load_id, span)
    finally:
        connection.close()


def current(viewing: Viewing, load_id: UUID) -> "Load":
    """The load as it stands; raises ``NotFound`` if it is not the viewer's office's."""
    viewer = viewing()
    with looking(viewer, PAGE):
        found = load_for(viewer, load_id)
    if found is None:
        raise NotFound
    return found


def faults_of(
    viewer: Viewer, load: "Load", first: int | None = None
) -> Iterator[tuple[int, str, str, str, str]]:
    """The faults of all, or the first, faulty rows of a load: row, column, value, what is wrong,
    and what mends it."""
    for staged in faulty_rows(viewer, load)[:first]:
        for column, value, code, details in staged.faults:
            what, cure = FAULTS[code]
            yield staged.number, column, value, gettext(what) % details, gettext(cure) % details


def rejected_file(viewer: Viewer, load: "Load") -> bytes:
    """The faulty rows as they were, each with its faults in the first column; mended, the file
    can be loaded again as it is."""
    place = load.columns.index(FAULT_COLUMN) if FAULT_COLUMN in load.columns else -1
    text = io.StringIO()
    sign = next((sign for sign, name in SEPARATORS.items() if name == load.separator), ",")
    writer = csv.writer(text, delimiter=sign)
    names = [name for name in load.columns if name != FAULT_COLUMN]
    writer.writerow([FAULT_COLUMN, *names])
    for staged in faulty_rows(viewer, load):
        cells = [cell for at, cell in enumerate(staged.cells) if at != place]
        writer.writerow([_guarded(cell) for cell in (_told(staged.faults), *cells)])
    return text.getvalue().encode("utf-8-sig")


def _told(faults: list[list[object]]) -> str:
    said = []
    for column, _, code, details in faults:
        what, cure = FAULTS[str(code)]
        said.append(f"{column}: {gettext(what)} {gettext(cure)}" % details)
    return " ".join(said)


def _guarded(cell: str) -> str:
    """A text that no spreadsheet takes for a formula; reading takes the sign off again."""
    return f"'{cell}" if cell.startswith(_RISKY) else cell
