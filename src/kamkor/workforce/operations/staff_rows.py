"""Rows of posts of the establishment, and whose journal an act on them stands in."""

from typing import Any
from uuid import UUID

from kamkor.kernel.commands import Order
from kamkor.workforce.models import StaffPost, StaffState
from kamkor.workforce.operations.claiming import claimed_department
from kamkor.workforce.queries.staffing import NATIONAL
from kamkor.workforce.rules.staffing import FULL, StateSpan

MINISTRY = "ministry"


class _Nation:
    """What is done for the whole service belongs to no office."""

    office_unit = office_district = office_oblast = team = None


def claim(order: Order[Any], *subjects: UUID) -> int | None:
    """Take the place of what is changed; returns the department if the act is one's own.

    The ministry's acts stand in the journal under the nation, a head's under the department.
    """
    department = None
    if order.viewer.role == MINISTRY:
        order.claim(NATIONAL, check_version=False)
        order.journal(NATIONAL, _Nation())  # type: ignore[arg-type]
    else:
        department = claimed_department(order)
    for subject in sorted(subjects):
        order.claim(subject, check_version=False)
    return department


def told(order: Order[Any]) -> dict[str, Any]:
    """The columns that every row of a command shares."""
    return {"recorded_at": order.now, "command": order.id, "by_post": order.viewer.post_id}


def state_row(
    order: Order[Any], post: StaffPost, span: StateSpan, substitute: int | None = None
) -> StaffState:
    """The row of a state of a post."""
    return StaffState(
        post=post,
        state=span.state,
        valid_from=span.begins,
        valid_to=span.ends,
        employee_id=span.holder,
        substitute_id=substitute,
        full=post.percent == FULL,
        **told(order),
    )
