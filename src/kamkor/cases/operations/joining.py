"""Two records of one child: which is kept, which of two open cases goes on, and joining them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kamkor.access import operations as access
from kamkor.access.rules import Viewer
from kamkor.cases.models import Assignment, Case, CaseMerge, Task, is_open
from kamkor.cases.operations import steps
from kamkor.cases.operations.answering import who_goes_on
from kamkor.cases.operations.belonging import around
from kamkor.cases.operations.opening import AlreadyOpen
from kamkor.cases.operations.settling import settle_cases
from kamkor.cases.queries.case import case_for, departments_answering
from kamkor.cases.queries.next_step import is_own_side
from kamkor.cases.vocabulary import (
    CHILD,
    MERGEABLE,
    ON_REGISTER,
    OPEN_STATES,
    STATE_LABELS,
)
from kamkor.kernel.commands import NotFound, NotPermitted, Order
from kamkor.kernel.errors import Refusal
from kamkor.kernel.words import noop
from kamkor.kernel.writing import write_together
from kamkor.people.merging import merge_records
from kamkor.people.operations.pairing import compare_after
from kamkor.people.queries import people_visible_to

JOINED = "joined"
"""Why the rows of an absorbed record are lent to the unit that holds the kept one."""


class OneRecordAlready(Refusal):
    """The two are one record, or read as one already."""

    code = "one_record_already"
    message = noop("These are one record already.")


class NumbersDiffer(Refusal):
    """Two valid personal numbers are two persons, whatever else is alike."""

    code = "numbers_differ"
    message = noop(
        "The two records have different personal numbers, and both are valid. If one was taken"
        " down wrongly, correct it first."
    )


class HeldApart(Refusal):
    """A sealed record becomes one only with a record of the same team."""

    code = "held_apart"
    message = noop("One of the two is sealed. Only records of the same team become one.")


@dataclass(frozen=True)
class Pair:
    """Two records of one child: the kept one leads, with the open case that goes on, if any;
    ``ending`` is the absorbed record's open case, which ends in it."""

    kept: Any
    absorbed: Any
    going_on: Case | None
    ending: Case | None


def pair_of(order: Order[Any], one: UUID, other: UUID, at: str = "") -> Pair:
    """Two records as they would become one, in a state in which they may.

    Raises ``NotFound``, ``NotPermitted``, ``OneRecordAlready``, ``AlreadyErased``, ``HeldApart``,
    ``NumbersDiffer``, ``AlreadyOpen``, ``StateForbids`` and ``ChildAway``.
    """
    for subject in sorted((one, other)):
        order.claim(subject, check_version=False)
    people = {row.pk: row for row in people_visible_to(order.viewer).filter(id__in=[one, other])}
    if not {one, other} <= people.keys():
        raise NotFound(at)
    records = [people[one], people[other]]
    _may_be_one(order.viewer, records, at)
    open_cases = _open_cases(order, records, at)
    kept, absorbed = sorted(records, key=lambda row: _leads(row, open_cases.get(row.pk)))
    going_on, ending = open_cases.get(kept.pk), open_cases.get(absorbed.pk)
    if ending is not None:
        if ending.state not in MERGEABLE:
            raise steps.StateForbids(at, state=STATE_LABELS[ending.state])
        steps.require_at_home(ending, at)
    if going_on is not None and ending is not None and going_on.offered_to_id is not None:
        raise steps.StateForbids(at, state=STATE_LABELS[going_on.state])
    return Pair(kept, absorbed, going_on, ending)


def _may_be_one(viewer: Viewer, records: list[Any], at: str) -> None:
    first, second = records
    absorbed = [row for row in records if row.same_as not in {None, row.pk}]
    if first.pk == second.pk or absorbed:
        raise OneRecordAlready(at)
    for row in records:
        own = row.team in viewer.teams if row.team else row.office_district == viewer.district
        if not own or row.pk in viewer.emergency:
            raise NotPermitted
        if not row.shown_name:
            raise steps.AlreadyErased
    if first.team != second.team:
        raise HeldApart(at)
    certain = [row.pin for row in records if row.pin and not row.pin_doubts]
    if len(set(certain)) > 1:
        raise NumbersDiffer(at)


def _open_cases(order: Order[Any], records: list[Any], at: str) -> dict[UUID, Case]:
    """The open case of each record; raises ``AlreadyOpen`` where one is another department's."""
    people = [row.pk for row in records]
    rows = Case.objects.filter(child_id__in=people, state__in=list(OPEN_STATES), register=CHILD)
    found: dict[UUID, Case] = {}
    for case_id in rows.order_by("id").values_list("id", flat=True):
        order.claim(case_id, check_version=False)
        case = case_for(order.viewer, case_id, at)
        if not is_own_side(order.viewer, case):
            raise NotPermitted
        if case.child_id is not None:
            found[case.child_id] = case
    for person, office in departments_answering(order.viewer, people).items():
        if person not in found:
            raise AlreadyOpen.with_department(office, at)
    return found


def _leads(person: Any, case: Case | None) -> tuple[object, ...]:  # noqa: ANN401 - a person
    """Which record is kept: whose open case is on the register, then whose child is away, then
    whose was opened first; without open cases the record that was made first."""
    if case is None:
        return (True, True, True, "", person.pk)
    on_register = case.state in ON_REGISTER
    return (False, not on_register, not case.away_from_home, case.opened_on.isoformat(), person.pk)


def join_records(order: Order[Any], pair: Pair, *, reason: str, asked: UUID) -> None:
    """Hand over that two records are one child, and that one of two open cases goes on alone.

    What is due about the case that ends is due about the other; whoever is barred from one is
    barred from both; the kept record's unit is shown the other's rows.
    """
    merge = merge_records(order, pair.kept, pair.absorbed, reason=reason, asked=asked)
    ending, going_on = pair.ending, pair.going_on
    order.journal(pair.kept.pk, pair.kept)
    order.journal(pair.absorbed.pk, pair.absorbed)
    settled = [case for case in (ending, going_on) if case is not None]
    for case in settled:
        order.journal(case.pk, case)
    if ending is not None and going_on is not None:
        order.add(CaseMerge(case=ending, into=going_on, merge=merge, **order.fact(ending)))
        due = Task.objects.filter(is_open(), subject=going_on.pk).values_list("kind", flat=True)
        steps.carry_tasks(order, ending, going_on, *set(due), "visit_due")
    _bar_from_both(order, pair)
    order.after(lambda: settle_cases([case.pk for case in settled]))
    for record in (pair.kept, pair.absorbed):
        compare_after(order, record.pk)


def _bar_from_both(order: Order[Any], pair: Pair) -> None:
    people = [pair.kept.pk, pair.absorbed.pk]
    episodes = Case.objects.filter(child_id__in=people).values_list("id", "office_unit", "child_id")
    rows = [*people, *(row for row, _, _ in episodes)]
    homes = [row for one in (pair.going_on, pair.ending) if one for row in around(one)]
    shut_out = {employee for row in rows for employee in access.employees_barred(row)}
    for employee in sorted(shut_out):
        order.add(*access.barring(dict.fromkeys([*rows, *homes]), employee, order.id))
    unit = pair.kept.office_unit
    lent = [row for row, held, child in episodes if child == pair.absorbed.pk and held != unit]
    lent += [pair.absorbed.pk] if pair.absorbed.office_unit != unit else []
    if pair.kept.team is None and unit is not None and lent:
        rows_lent = access.lent(lent, JOINED, order.id, to_office=unit)
        order.after(lambda: write_together(rows_lent))
    order.after(lambda: _followed(order, pair, shut_out))


def _followed(order: Order[Any], pair: Pair, shut_out: set[int]) -> None:
    """Whoever answered for the child and may no longer is followed by who may."""
    if pair.going_on is None or not shut_out:
        return
    post = who_goes_on(order, pair.going_on)
    if post != pair.going_on.responsible_id:
        follower = Assignment(case=pair.going_on, post_id=post, **order.fact(pair.going_on))
        write_together([follower])
        settle_cases([pair.going_on.pk])
