"""Sealing a case: its rows pass to a named team and are off every list of those not named."""

from typing import Any

from kamkor.access import operations as access
from kamkor.cases.models import Case, Interest
from kamkor.cases.operations import steps
from kamkor.kernel import clock
from kamkor.kernel.commands import Order


def seal_case(order: Order[Any], case: Case) -> None:
    """Give a case and its child to a first team, with notices to police and prosecutor due.

    Who is responsible stays so and is named in the team, unless it is shut out for interest.
    """
    day = clock.local_day(order.now)
    viewer = order.viewer
    shut_out = Interest.objects.filter(case=case, withdrawn_at=None).values_list(
        "employee_id", flat=True
    )
    team, rows = access.sealing_team(
        viewer.district, viewer.oblast, day, shut_out, also=case.responsible_id
    )
    order.add(*rows)
    for kind in ("notice_police", "notice_prosecutor"):
        steps.open_task(order, case, kind, steps.due_in(f"{kind}_hours"))
    subjects = steps.subjects_of_case(case)
    office = case.office_unit or case.office_district or viewer.office_id
    order.after(lambda: steps.move_subjects(subjects, office, team))
