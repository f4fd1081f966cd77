"""A load from its beginning to its end: rows are staged, and written in short parts."""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import Level
from kamkor.cases.models import Load, StagedRow
from kamkor.cases.operations.entering import Answering, EntryPart, Outcome, answering_in
from kamkor.cases.operations.leaving import write_removals
from kamkor.cases.queries.loading import loading_office, loads_of, may_load
from kamkor.cases.rules.loading import REMOVAL, RegisterRow, Turn
from kamkor.cases.rules.loading_faults import RowFault
from kamkor.kernel import clock
from kamkor.kernel.commands import NotPermitted
from kamkor.kernel.database import Scope, entered
from kamkor.kernel.errors import Refusal
from kamkor.kernel.sheets import Sheet, send_now
from kamkor.kernel.words import noop
from kamkor.workforce import queries as workforce

PART, LEAST = 10_000, 1_000
"""How many rows are written and committed together: a tenth of the file, within these."""

WAITING, READING, CHECKED = "waiting", "reading", "checked"
QUEUED, WRITING = "queued", "writing"
DONE, REFUSED, CANCELLED = "done", "refused", "cancelled"
UNDER_WAY = (READING, WRITING)
OVER = (DONE, REFUSED, CANCELLED)
SILENT_SECONDS = 60
"""A load that has not moved for so long has died with whoever carried it out."""

LEFT_HOURS = 24
"""A checked file that nobody decides upon is given up after this time."""

Staged = tuple[int, str, list[Any]]
"""The key of a staged row, its turn, and what it says."""

_LAST_ENTRY = f"{Turn.ENTRIES}~"

Span = tuple[str, str]
"""The turn after which a part of the entries begins, and its last one."""

STAGED = ("number", "turn", "cells", "good", "entry", "faults")


class LoadUnderWay(Refusal):
    """An office loads one file at a time."""

    code = "load_under_way"
    message = noop("Another file of your office is being loaded. Wait until it has ended.")


class LoadOver(Refusal):
    """The load was cancelled, or has ended."""

    code = "load_over"
    message = noop("This load has ended already.")


class LoadBroken(Refusal):
    """A load ended by a fault of the program."""

    code = "load_broken"
    message = noop("The load broke off by a fault of ours. Load the file again: nothing doubles.")


class NobodyAnswers(Refusal):
    """Nobody of a department could answer for what would be loaded."""

    code = "nobody_answers"
    message = noop("No specialist and no head is in post in a department of this file.")


def begin_load(viewer: Viewer, file_name: str, size: int) -> Load:
    """Begin to load a file for the viewer's office, now.

    Raises ``NotPermitted``, ``LoadUnderWay``.
    """
    load = queue_load(viewer, file_name, size)
    begin_reading(viewer, load)
    return load


def queue_load(viewer: Viewer, file_name: str, size: int) -> Load:
    """A file of the viewer's office waits for its turn; raises ``NotPermitted``."""
    if not may_load(viewer):
        raise NotPermitted
    return Load.objects.create(
        office=loading_office(viewer),
        account=viewer.account_id,
        post=viewer.post_id,
        file_name=file_name[-200:],
        size=size,
        state=WAITING,
        began_at=clock.now(),
        touched_at=clock.now(),
    )


def begin_reading(viewer: Viewer, load: Load) -> None:
    """Begin to read a file, or anew where that was broken off; what an earlier load left goes.

    Raises ``LoadUnderWay``, ``LoadOver``.
    """
    _one_at_a_time(viewer)
    earlier = loads_of(viewer).exclude(id=load.pk)
    quiet = clock.now() - timedelta(seconds=SILENT_SECONDS)
    if earlier.filter(state__in=UNDER_WAY, touched_at__gt=quiet).exists():
        raise LoadUnderWay
    left = clock.now() - timedelta(hours=LEFT_HOURS)
    given_up = Q(state__in=UNDER_WAY) | Q(state=CHECKED, touched_at__lt=left)
    for other in earlier.filter(given_up):
        end_load(other, CANCELLED)
    ended = earlier.filter(state__in=OVER)
    StagedRow.objects.filter(Q(load__in=ended) | Q(load=load)).delete()
    waiting = Load.objects.filter(id=load.pk, state__in=(WAITING, READING))
    if not waiting.update(state=READING, touched_at=clock.now()):
        raise LoadOver


def _one_at_a_time(viewer: Viewer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(417, %s)", [loading_office(viewer)])


def stage(load: Load, rows: Iterable[Sequence[Any]]) -> None:
    """Stage rows of a file, in the columns of ``STAGED``, where the load's office sees them."""
    unit, district, oblast = workforce.scope_of_office(load.office)
    place: dict[str, Any] = {"office_unit": unit, "office_district": district}
    place["office_oblast"] = oblast
    sheet = Sheet(StagedRow, *STAGED, load_id=load.pk, **place)
    sheet.rows.extend(map(tuple, rows))
    sheet.write(send_now)


def tell_progress(load: Load, **counts: object) -> None:
    """Note how far a load has come; raises ``LoadOver`` if it was cancelled meanwhile."""
    touched = Load.objects.filter(id=load.pk, state__in=UNDER_WAY)
    if not touched.update(touched_at=clock.now(), **counts):
        raise LoadOver


def end_load(load: Load, state: str, **columns: object) -> None:
    """A load has come to its end, or its file was checked and waits; of what is not to be written
    any more only the faulty rows stay, to be mended."""
    moment = {"touched_at": clock.now(), "ended_at": None if state == CHECKED else clock.now()}
    Load.objects.filter(id=load.pk).update(state=state, **moment, **columns)
    if state in {REFUSED, CANCELLED}:
        StagedRow.objects.filter(load=load, good=True).delete()


def queue_writing(viewer: Viewer, load: Load, *, accept_good: bool) -> None:
    """The good rows of a checked file wait to be written; raises ``LoadOver``."""
    _step(viewer, load, (CHECKED,), QUEUED, accept_good=accept_good)


def begin_writing(viewer: Viewer, load: Load, *, accept_good: bool) -> None:
    """From now on the good rows of a checked file are written, or again where that was broken
    off; raises ``LoadOver``."""
    _step(viewer, load, (CHECKED, QUEUED, WRITING), WRITING, accept_good=accept_good)


def cancel_load(viewer: Viewer, load: Load) -> None:
    """Cancel a load of the viewer's office: what is written stays; raises ``LoadOver``."""
    standing = (WAITING, READING, CHECKED, QUEUED, WRITING)
    _step(viewer, load, standing, CANCELLED, ended_at=clock.now())
    StagedRow.objects.filter(load=load).delete()


def _step(viewer: Viewer, load: Load, before: Sequence[str], after: str, **columns: object) -> None:
    _one_at_a_time(viewer)
    found = loads_of(viewer).filter(id=load.pk, state__in=before)
    if not found.update(state=after, touched_at=clock.now(), **columns):
        raise LoadOver


def spans_of_entries(load: Load) -> list[Span]:
    """How the entries that wait are cut into parts that may be written side by side: those of a
    home stand in one of them."""
    spans: list[Span] = []
    after, part = "", _part_of(load)
    while True:
        turns = _waiting(load, (after, _LAST_ENTRY))
        last = list(turns.values_list("turn", flat=True)[part - 1 : part])
        last = last or list(turns.reverse().values_list("turn", flat=True)[:1])
        if not last:
            return spans
        spans.append((after, last[0]))
        after = last[0]


def write_part(viewer: Viewer, load_id: UUID, span: Span | None = None) -> int:
    """Write the next rows of a load, or of a span, in the caller's transaction; returns how many
    were taken.

    A load that was broken off goes on where it stood: rows leave the staging table in the
    transaction that writes them. Raises ``NotPermitted``, ``LoadOver``, ``NobodyAnswers``.
    """
    load = Load.objects.get(id=load_id)
    if load.state != WRITING:
        raise LoadOver
    if not may_load(viewer) or load.office != loading_office(viewer):
        raise NotPermitted
    staged = _next_rows(load, span)
    rows = [RegisterRow(*entry) for _, _, entry in staged]
    answering = answering_in(viewer, {row.department for row in rows})
    if any(row.department not in answering for row in rows):
        raise NobodyAnswers
    outcomes = _written(viewer, load.pk, rows, answering)
    _note(load, staged, outcomes)
    return len(staged)


def _part_of(load: Load) -> int:
    return min(PART, max(LEAST, load.good // 10))


def _waiting(load: Load, span: Span | None) -> QuerySet[StagedRow]:
    """The good rows of a load, or of a span of it, in the order in which they are written."""
    waiting = StagedRow.objects.filter(load=load, good=True).order_by("turn", "number")
    return waiting.filter(turn__gt=span[0], turn__lte=span[1]) if span else waiting


def _next_rows(load: Load, span: Span | None) -> list[Staged]:
    """The rows of the next part: of one kind, and of sealed homes one alone, since whoever loads
    may not see it afterwards. They are locked: another process that writes this load waits, and
    does not find them any more."""
    waiting = _waiting(load, span).select_for_update()
    held = list(waiting.values_list("id", "turn", Cast("entry", TextField()))[: _part_of(load)])
    turn = held[0][1] if held else ""
    if not turn.startswith(Turn.SEALED):
        turn = turn[:1]
    rows = [row for row in held if row[1].startswith(turn)]
    # Read as one text: far quicker than one by one.
    entries = json.loads(f"[{','.join(entry for _, _, entry in rows)}]")
    return [(key, turn, entry) for (key, turn, _), entry in zip(rows, entries, strict=True)]


def _written(
    viewer: Viewer, load: UUID, rows: Sequence[RegisterRow], answering: dict[int, Answering]
) -> list[Outcome]:
    """Write rows in one savepoint; if the database refuses them as a whole, each half of them.

    What is drawn anew is seldom refused again: two cases may have drawn one number.
    """
    try:
        with transaction.atomic():
            if rows and rows[0].event == REMOVAL:
                return write_removals(viewer, load, rows)
            return EntryPart(viewer, load, answering).write(rows)
    except IntegrityError:
        if len(rows) == 1:
            return [Outcome(rows[0], "fault", RowFault("", "", "clash"))]
    half = (len(rows) + 1) // 2
    parts = rows[:half], rows[half:]
    return [one for part in parts for one in _written(viewer, load, part, answering)]


def _note(load: Load, staged: Sequence[Staged], outcomes: Sequence[Outcome]) -> None:
    """Empty the staging table of what was written; what turned out faulty stays as such.

    Raises ``LoadOver`` if the load was cancelled meanwhile.
    """
    found = list(zip(staged, outcomes, strict=True))
    faulty = [(one[0], outcome.fault) for one, outcome in found if outcome.fault is not None]
    written = sum(outcome.result == "written" for _, outcome in found)
    # The load before its rows, as whoever cancels it locks them.
    tell_progress(
        load,
        written=F("written") + written,
        known=F("known") + len(found) - written - len(faulty),
        good=F("good") - len(found) + written,
        faulty=F("faulty") + len(faulty),
    )
    for key, fault in faulty:
        StagedRow.objects.filter(id=key).update(good=False, entry=[], faults=[fault.as_list()])
    kept = {key for key, _ in faulty}
    _forget([key for key, _, _ in staged if key not in kept])


def _forget(staged: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kamkor_stagedrow WHERE id = ANY (%s)", [list(staged)])


def break_off(load_id: UUID, refusal: Refusal) -> None:
    """A load ends with the reason why it cannot go on; what is written stays."""
    load = Load.objects.filter(id=load_id).exclude(state__in=OVER).first()
    if load is not None:
        fault = refusal.first
        why = {"refusal": fault.code, "refusal_details": fault.details}
        with entered(_scope_of(load)):
            end_load(load, REFUSED, **why)


def _scope_of(load: Load) -> Scope:
    """The scope of what is staged of a load, though whoever loaded it has left the post."""
    _, district, _ = workforce.scope_of_office(load.office)
    level = Level.OBLAST if district is None else Level.DISTRICT
    return Scope(load.account, load.post, int(level), (load.office,))
