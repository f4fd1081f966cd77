"""A reported child turns out to be one who is known already, or to live in a known home."""

from typing import TYPE_CHECKING, Any

from kamkor.access import operations as access
from kamkor.cases.models import Assignment, Case
from kamkor.cases.operations import steps
from kamkor.cases.operations.answering import who_goes_on
from kamkor.cases.operations.belonging import around, open_at_home
from kamkor.kernel.commands import Order
from kamkor.people.operations import join_household, leave_description
from kamkor.people.queries import members_of

if TYPE_CHECKING:
    from kamkor.people.models import Household, Person


def become_known(
    order: Order[Any], case: Case, child: "Person | None", home: "Household | None"
) -> None:
    """Make a reported case that of a known child, or of a child of a known home.

    What holds for them holds for the case: who is barred, and who alone may see what is sealed.
    Whoever answered for the case and may no longer is followed by who may.
    """
    told = [part for part in (case.child_id, case.household_id) if part is not None]
    described, told_home = case.child, case.household_id
    if described is not None and told_home is not None:
        moved = home is not None and home.pk != told_home
        is_known = child is not None and child.pk != described.pk
        if moved or is_known:
            leave_description(order, described, told_home, is_known=is_known)
    if child is not None:
        case.child = child
    if home is not None:
        case.household = home
    order.change(case, ["child", "household"])
    day = order.data.happened_on
    if case.household is not None and case.child is not None:
        members = members_of(order.viewer, [case.household.pk])
        if not members.filter(person_id=case.child.pk).exists():
            join_household(order, case.household, case.child, "child", day)
    known = next((one.team for one in (home, child) if one is not None and one.team), None)
    if known is not None and known != case.team:
        case.team = known
        office = case.office_unit or case.office_district or 0
        order.after(lambda: steps.move_subjects([case.pk, *told, *around(case)], office, known))
    elif case.team is not None:
        _seal_home(order, case)
    post = who_goes_on(order, case)
    if post != case.responsible_id:
        order.add(Assignment(case=case, post_id=post, **order.fact(case)))


def _seal_home(order: Order[Any], case: Case) -> None:
    """A home in which a sealed child is found is sealed with it, less who is shut out."""
    team, office = case.team, case.office_unit or case.office_district or 0
    if team is None:
        return
    for post in {one.responsible_id for one in open_at_home(case)}:
        order.add(*(access.admitted(team, post) or ()))
    order.after(lambda: steps.move_subjects(around(case), office, team))
