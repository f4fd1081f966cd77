"""Who is responsible: assigning a worker to a case."""

from typing import Annotated
from uuid import UUID

from kamkor.access import operations as access
from kamkor.cases.models import Assignment, Case, Interest
from kamkor.cases.operations import steps
from kamkor.cases.operations.opening import admit_to_team, follow_assignment
from kamkor.cases.operations.steps import PostUnknown, step
from kamkor.cases.vocabulary import OPEN_STATES
from kamkor.kernel.commands import Order
from kamkor.kernel.errors import Refusal
from kamkor.kernel.shapes import Ask, PastDay, Shape
from kamkor.kernel.words import noop


class AlreadyResponsible(Refusal):
    """The post is responsible already."""

    code = "already_responsible"
    message = noop("This person is responsible already.")


class InterestedCannotAnswer(Refusal):
    """Who declared an interest in a case cannot be made responsible for it."""

    code = "interested_cannot_answer"
    message = noop("This person declared an interest in the case. Choose somebody else.")


class AssignWorker(Shape):
    """Which post answers for the case from which day."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    post: Annotated[int, Ask(noop("Who becomes responsible?"), options="loads")]
    happened_on: Annotated[PastDay, Ask(noop("From which day?"))]


@step(
    AssignWorker,
    AlreadyResponsible,
    InterestedCannotAnswer,
    PostUnknown,
    steps.BeforeBeginning,
)
def assign_worker(order: Order[AssignWorker]) -> None:
    """Make a post of the department responsible; the child's rows follow into its unit."""
    data = order.data
    case = steps.claimed_case(order, data.case)
    seat = steps.seat_in_post(order.viewer, data.post, data.happened_on, "post")
    if case.responsible_id == seat.post_id:
        raise AlreadyResponsible("post")
    interested = Interest.objects.filter(
        case=case, withdrawn_at=None, employee_id=seat.employee_id
    )
    if interested.exists():
        raise InterestedCannotAnswer("post")
    latest = case.assignments.filter(withdrawn_at=None).order_by("-happened_on").first()
    steps.not_before(data.happened_on, latest.happened_on if latest else case.opened_on)
    order.add(
        Assignment(case=case, post_id=seat.post_id, **order.fact(case, data.happened_on))
    )
    if case.team is not None:
        admit_to_team(order, case.team, seat.post_id, "post")
    else:
        hand_over_rows(order, case, seat.post_id)


def hand_over_rows(order: Order[AssignWorker], case: Case, post_id: int) -> None:
    """Move the child's rows into the post's unit; the home goes along unless others stay."""
    subjects = steps.subjects_of_case(case)
    if case.household_id is not None:
        staying = Case.objects.filter(household_id=case.household_id, state__in=list(OPEN_STATES))
        if staying.exclude(id=case.pk).exclude(responsible_id=post_id).exists():
            order.add(*access.lent([case.household_id], "household", order.id, to_post=post_id))
        else:
            subjects.append(case.household_id)
    follow_assignment(order, subjects, post_id, order.viewer.district)
