"""Undoing that two records are one child, with what was recorded since told apart by a person."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from kamkor.access import operations as access
from kamkor.cases.models import Assignment, Case, CaseMerge, Task, TaskDone, is_open
from kamkor.cases.operations import steps
from kamkor.cases.operations.belonging import follow_responsible_now
from kamkor.cases.operations.facts import copied
from kamkor.cases.operations.settling import settle_cases
from kamkor.cases.operations.two_persons import NotOfAChild
from kamkor.cases.queries.case import case_for
from kamkor.cases.queries.since_merge import Since, recorded_since
from kamkor.cases.vocabulary import OPEN_STATES, STEP_OF
from kamkor.kernel import clock
from kamkor.kernel.commands import NotFound, NotPermitted, Order, operation
from kamkor.kernel.errors import Refusal
from kamkor.kernel.shapes import Ask, Shape
from kamkor.kernel.words import noop
from kamkor.kernel.writing import write_together
from kamkor.people.merging import last_merge, part_records, records_kept
from kamkor.people.operations.pairing import compare_after
from kamkor.workforce import queries as workforce

WRONG_CHILD = "wrong_child"


class NotMerged(Refusal):
    """Only what became one can become two again."""

    code = "not_merged"
    message = noop("This child has one record only. There is nothing to undo.")


class ToldApartLacking(Refusal):
    """Of each thing recorded since, a person says whose it is; the program never guesses."""

    code = "told_apart_lacking"
    message = noop("Say of each entry since then whose it is. Something was added: look again.")


class NoCaseToHold(Refusal):
    """An entry stands in a case; a record that never had one holds none."""

    code = "no_case_to_hold"
    message = noop(
        "That record has no case to hold this entry. Leave it here, and identify the"
        " other child anew."
    )


class TwoOpen(Refusal):
    """A child has one open case at most, also after the undoing."""

    code = "two_open"
    message = noop(
        "The case %(number)s opens again by this. So the newer open case cannot be that child's:"
        " leave it here, or end it first."
    )


class WhoseEntry(Shape):
    """Whose one entry is that was recorded since."""

    act: Annotated[UUID, Ask(noop("Entry"), widget="hidden")]
    whose: Annotated[Literal["kept", "absorbed"], Ask(noop("Whose is it?"), options="two_records")]


class UndoMerge(Shape):
    """Which child is two again, and whose each entry is that was recorded since."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    entries: Annotated[
        list[WhoseEntry], Field(max_length=500), Ask(noop("What was recorded since"))
    ] = []


@operation(
    label=noop("These are two children: undo"),
    shape=UndoMerge,
    roles=sorted(STEP_OF["merge_people"].roles),
    refusals=(
        NotFound,
        NotPermitted,
        NotOfAChild,
        NotMerged,
        ToldApartLacking,
        NoCaseToHold,
        TwoOpen,
        steps.AlreadyErased,
    ),
)
def undo_merge(order: Order[UndoMerge]) -> None:
    """Let the newest of two records that became one be a child of its own again, whole.

    Its case opens again where it stood. Nothing that was recorded since is lost: what is said to
    be the other child's is withdrawn here and stands there, on the same day.
    """
    order.claim(order.data.case)
    case = case_for(order.viewer, order.data.case)
    steps.require_own_side(order, case)
    steps.require_identity(case)
    if case.child is None:
        raise NotOfAChild
    merge = last_merge(case.child)
    if merge is None:
        raise NotMerged
    for subject in sorted((merge.kept_id, merge.absorbed_id)):
        order.claim(subject, check_version=False)
    since = recorded_since(order.viewer, records_kept(merge), merge)
    whose = {row.act: row.whose for row in order.data.entries}
    if {one.key for one in since} != set(whose):
        raise ToldApartLacking
    ended = CaseMerge.objects.filter(merge=merge, withdrawn_at=None).select_related("case").first()
    going = [one for one in since if whose[one.key] == "absorbed"]
    held = _case_that_holds(merge, ended)
    if held is None and any(not one.opened for one in going):
        raise NoCaseToHold
    if ended is not None and any(one.opened and one.case.state in OPEN_STATES for one in going):
        raise TwoOpen(number=ended.case.number)
    touched = _touched(order, merge, case, ended, going)
    for one in going:
        _hand_over(order, one, held, merge.absorbed)
    order.answer["case"] = str(held.pk if held else case.pk)
    order.after(lambda: _part(order, merge, ended, touched))


def _case_that_holds(merge: Any, ended: CaseMerge | None) -> Case | None:  # noqa: ANN401 - the merge
    """The absorbed record's case that takes what is its own: the one that ended by the merge,
    else its newest."""
    if ended is not None:
        return ended.case
    return Case.objects.filter(child_id=merge.absorbed_id).order_by("-opened_on", "-id").first()


def _touched(
    order: Order[UndoMerge],
    merge: Any,  # noqa: ANN401 - the merge
    case: Case,
    ended: CaseMerge | None,
    going: list[Since],
) -> list[UUID]:
    """Journal all that changes by it; returns the cases among them."""
    order.journal(merge.kept_id, merge.kept)
    order.journal(merge.absorbed_id, merge.absorbed)
    cases = {case.pk: case} | {one.case.pk: one.case for one in going}
    if ended is not None:
        cases |= {ended.case.pk: ended.case}
        going_on = case_for(order.viewer, ended.into_id)
        cases |= {going_on.pk: going_on}
    for one in sorted(cases):
        order.journal(one, cases[one])
    return list(cases)


def _hand_over(order: Order[UndoMerge], act: Since, held: Case | None, child: Any) -> None:  # noqa: ANN401 - a person
    """What is the other child's stands in its case from now on, and in this one no longer."""
    if act.opened:
        act.case.child = child
        order.change(act.case, ["child"])
        return
    for one in act.facts:
        new = copied(order, one.fact, WRONG_CHILD)
        new.case = held
        order.add(new)
        type(one.fact).objects.filter(id=one.fact.pk, withdrawn_at=None).update(
            withdrawn_at=order.now
        )


def _part(
    order: Order[UndoMerge],
    merge: Any,  # noqa: ANN401 - the merge
    ended: CaseMerge | None,
    touched: list[UUID],
) -> None:
    part_records(order, merge)
    for record in (merge.kept_id, merge.absorbed_id):
        compare_after(order, record)
    access.end_lending_of_command(merge.command)
    if ended is not None:
        CaseMerge.objects.filter(id=ended.pk, withdrawn_at=None).update(withdrawn_at=order.now)
        carried = Task.objects.filter(is_open(), command=merge.command)
        carried.filter(withdrawn_at=None).update(withdrawn_at=order.now)
        TaskDone.objects.filter(command=merge.command, withdrawn_at=None).update(
            withdrawn_at=order.now
        )
    settle_cases(touched)
    if ended is not None:
        _answered_again(order, ended.case_id)


def _answered_again(order: Order[UndoMerge], case_id: UUID) -> None:
    """Whoever answered for the case that opens again does so, if they still are of the department
    that holds it; else whoever undid it, until somebody is assigned."""
    case = Case.objects.get(id=case_id)
    seat = workforce.seat_of_post(case.responsible_id, clock.today())
    here = case.office_district
    if seat is None or workforce.scope_of_office(seat.office_id)[1] != here:
        own = int(order.viewer.post_id)
        write_together([Assignment(case=case, post_id=own, **order.fact(case))])
        settle_cases([case.pk])
        return
    follow_responsible_now(order, case.pk)
