"""Who is responsible: assigning a worker to a case."""

from typing import Annotated
from uuid import UUID

from kamkor.cases.models import Assignment
from kamkor.cases.operations import steps
from kamkor.cases.operations.answering import InterestedCannotAnswer, require_not_interested
from kamkor.cases.operations.belonging import follow_responsible
from kamkor.cases.operations.opening import admit_to_team
from kamkor.cases.operations.steps import PostUnknown, step
from kamkor.kernel.commands import Order
from kamkor.kernel.errors import Refusal
from kamkor.kernel.shapes import Ask, PastDay, Shape
from kamkor.kernel.words import noop


class AlreadyResponsible(Refusal):
    """The post is responsible already."""

    code = "already_responsible"
    message = noop("This person is responsible already.")


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
    require_not_interested(order, case, seat, "post")
    latest = case.assignments.filter(withdrawn_at=None).order_by("-happened_on").first()
    steps.not_before(data.happened_on, latest.happened_on if latest else case.opened_on)
    order.add(Assignment(case=case, post_id=seat.post_id, **order.fact(case, data.happened_on)))
    if case.team is not None:
        admit_to_team(order, case.team, seat.post_id, "post")
    else:
        follow_responsible(order, case.pk)
