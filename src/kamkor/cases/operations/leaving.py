"""Removals of an earlier register, many at once: entries loaded before leave it on their day."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from kamkor.access.rules import Viewer
from kamkor.cases.models import Case, LoadKey, TakingOffDecision, TakingOffProposal
from kamkor.cases.operations.entering import Outcome
from kamkor.cases.operations.loaded_before import Marks, loaded_before
from kamkor.cases.operations.settling import settle_cases
from kamkor.cases.operations.taking_off import (
    BirthNotKnown,
    DecideTakingOff,
    NotYetAdult,
    follow_agreement,
    require_adult,
)
from kamkor.cases.queries.case import cases_visible_to, remember_places
from kamkor.cases.rules.loading import RegisterRow, faults_of_leaving
from kamkor.cases.rules.loading_faults import RowFault
from kamkor.cases.vocabulary import CaseState
from kamkor.kernel.commands import Batch, Command, Operation, Order
from kamkor.kernel.ids import new_id
from kamkor.kernel.sheets import Sheet, send_now
from kamkor.kernel.words import noop

# Not in the registry: a removal is loaded, never sent as a command.
LOAD_REMOVAL: Operation[DecideTakingOff] = Operation(
    name="load_removal",
    label=noop("Load a removal"),
    shape=DecideTakingOff,
    roles=frozenset(),
    run=lambda _order: None,
    refusals=(),
    settle=settle_cases,
)


def write_removals(viewer: Viewer, load: UUID, rows: Sequence[RegisterRow]) -> list[Outcome]:
    """Take entries off the register in the caller's transaction; each row is answered.

    What was decided long ago on paper is written down by one person: as its proposal, and as the
    decision on it.
    """
    marks = Marks()
    keys = [marks.of_row(row, row.department) for row in rows]
    entries = [marks.of_entry(row, row.department) for row in rows]
    known = loaded_before(viewer, [*keys, *entries])
    cases = cases_loaded(viewer, [known[key] for key in entries if key in known])
    batch = Batch(viewer)
    written = Sheet(LoadKey, "office", "digest", "subject", load=load)
    outcomes = []
    for row, key, entry in zip(rows, keys, entries, strict=True):
        outcome = Outcome(row)
        outcomes.append(outcome)
        case = cases.get(known[entry]) if entry in known else None
        if key in known:
            outcome.result = "known"
        elif faults := faults_of_removal(row, case):
            outcome.result, outcome.fault = "fault", faults[0]
        elif case is not None:
            _take_off(batch, row, case)
            known[key] = case.pk
            written.add(row.department, key, case.pk)
    batch.flush()
    written.write(send_now)
    return outcomes


def cases_loaded(viewer: Viewer, wanted: Sequence[UUID]) -> Mapping[UUID, Case]:
    """The cases of entries loaded before that the viewer sees."""
    found = list(cases_visible_to(viewer).filter(id__in=wanted).select_related("child"))
    remember_places(viewer, found)
    return {case.pk: case for case in found}


def faults_of_removal(row: RegisterRow, case: Case | None) -> list[RowFault]:
    """What is wrong with a removal of an entry that was loaded before."""
    if case is None:
        return [RowFault("reference", row.reference, "entry_not_found")]
    if case.state != CaseState.REGISTERED or case.registered_on is None:
        return [RowFault("reference", row.reference, "not_on_register")]
    return faults_of_leaving(row, case.registered_on, partial(_is_of_age, case))


def _is_of_age(case: Case, day: date) -> bool:
    try:
        require_adult(case, day)
    except (BirthNotKnown, NotYetAdult):
        return False
    return True


def _take_off(batch: Batch, row: RegisterRow, case: Case) -> None:
    data: dict[str, Any] = {"case": str(case.pk), "decision": "agree", "happened_on": row.day}
    command = Command(new_id(), LOAD_REMOVAL.name, data | {"reason": row.reason})
    order = Order(batch.actor, command, DecideTakingOff(**data), batch)
    proposal = TakingOffProposal(case=case, reason=row.reason, note="", **order.fact(case, row.day))
    decision = TakingOffDecision(
        case=case,
        proposal=proposal,
        agreed=True,
        reason=row.reason,
        **order.fact(case, row.day),
    )
    order.journal(case.pk, case)
    order.add(proposal, decision)
    follow_agreement(order, case, row.reason, row.day)
    order.answer["case"] = str(case.pk)
    # One entry leaves once: a second row about it in this part finds it gone.
    case.state = CaseState.CLOSED
    batch.hold(LOAD_REMOVAL, command, order)
