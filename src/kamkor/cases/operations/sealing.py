"""Sealing a case: a household's rows pass to a named team, off every list of those not named."""

from typing import Any

from django.db.models import Q

from kamkor.access import operations as access
from kamkor.cases.models import Case, Interest, SafeContact, Task, TransferAnswer
from kamkor.cases.operations import steps
from kamkor.cases.operations.belonging import around, cases_at_home
from kamkor.cases.operations.lending import HOUSEHOLD
from kamkor.cases.rules.visit import NOTICES
from kamkor.cases.vocabulary import OPEN_STATES, CaseState
from kamkor.kernel import clock
from kamkor.kernel.commands import Order


def seal_case(order: Order[Any], case: Case, safe_contact: str | None = None) -> None:
    """Give a case and its home to a first team, with notices to police and prosecutor due.

    A case that a team holds already stays with it; notices and the warning not to contact the
    home are made up for. Who answers for a child of the household stays so and is named in the team, unless shut out
    for interest. A transfer offered meanwhile goes back to the sender.
    """
    open_notices(order, case)
    keep_safe_contact(order, case, safe_contact or "")
    if case.team is not None:
        return
    day = clock.local_day(order.now)
    at_home = list(cases_at_home(case))
    shut_out = Interest.objects.filter(case__in=at_home, withdrawn_at=None)
    answering = {one.responsible_id for one in at_home if one.state in OPEN_STATES}
    if case.household_id is not None:
        # Who answers for an entry of this home that the acting post does not see.
        answering |= access.posts_shown(case.household_id, HOUSEHOLD)
    team, rows = access.sealing_team(
        case.office_district or 0,
        case.office_oblast or 0,
        day,
        shut_out.values_list("employee_id", flat=True),
        also=[case.responsible_id, *sorted(answering)],
    )
    order.add(*rows)
    for offered in at_home:
        if offered.state == CaseState.TRANSFER_OFFERED:
            call_back(order, offered)
            order.journal(offered.pk, offered)
    office = case.office_unit or case.office_district or 0
    order.after(lambda: access.end_emergencies_of(around(case)))
    order.after(lambda: steps.move_subjects(around(case), office, team))


def open_notices(order: Order[Any], case: Case) -> None:
    """Make notices to police and prosecutor due, unless they were about this case or its report."""
    about = Q(subject=case.pk) | Q(subject=case.report_id or case.pk)
    known = Task.objects.filter(about, for_role="specialist", withdrawn_at=None)
    there = set(known.filter(kind__in=NOTICES).values_list("kind", flat=True))
    # Those of an earlier episode that are due about this one from now on.
    there |= {row.kind for row in order.rows if isinstance(row, Task) and row.subject == case.pk}
    for kind in NOTICES:
        if kind not in there:
            steps.open_task(order, case, kind, steps.due_in(f"{kind}_hours"))


def keep_safe_contact(order: Order[Any], case: Case, contact: str) -> None:
    """Note that the home must not be contacted, and how the child is reached if that was said."""
    known = SafeContact.objects.filter(case_id=case.pk, withdrawn_at=None)
    if contact or not known.exists():
        order.add(SafeContact(case=case, contact=contact, **order.fact(case)))


def call_back(order: Order[Any], case: Case) -> None:
    """Take a standing offer of a transfer back to the sender, who goes on with the case."""
    offer = case.offers.filter(withdrawn_at=None).order_by("-first_recorded_at").first()
    if offer is not None:
        order.add(TransferAnswer(case=case, offer=offer, accepted=False, **order.fact(case)))
        lending = offer.command
        order.after(lambda: access.end_lending_of_command(lending))
