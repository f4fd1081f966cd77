"""A concern of a round that was forgotten when it was recorded: told later, counted all the same."""

from typing import Annotated, Literal
from uuid import UUID

from kamkor.cases.models import Round
from kamkor.cases.operations.correction import AlreadyWithdrawn, NotYoursToCorrect, may_correct
from kamkor.cases.operations.facts import CORRECTABLE, copied
from kamkor.cases.operations.house_round import Concern, told_on
from kamkor.cases.operations.report import NobodyOnDuty, take_down
from kamkor.cases.queries.round import round_for
from kamkor.cases.vocabulary import STEP_OF
from kamkor.kernel.commands import NotFound, Order, operation
from kamkor.kernel.errors import Refusal
from kamkor.kernel.shapes import Ask
from kamkor.kernel.words import noop

NOT_COUNTED = "not_counted"
REASON = "new_information"


class NotCountedSo(Refusal):
    """No household of the round stands in the count it is to be taken out of."""

    code = "not_counted_so"
    message = noop("No household of this round was counted so.")


class AddConcern(Concern):
    """The concern, and how its household was counted when the round was recorded."""

    round: Annotated[UUID, Ask(noop("Round"), widget="hidden")]
    counted_as: Annotated[
        Literal["no_concern", "nobody_home", "refused", "not_counted"],
        Ask(noop("How was this household counted?"), options="counts_of_round"),
    ]


@operation(
    label=noop("Add a concern to a round"),
    shape=AddConcern,
    roles=sorted(STEP_OF["record_round"].roles),
    refusals=(AlreadyWithdrawn, NotYoursToCorrect, NotCountedSo, NobodyOnDuty, NotFound),
)
def add_concern(order: Order[AddConcern]) -> None:
    """Open the report of a concern that a round left out, and correct the round's counts by it."""
    data = order.data
    order.claim(data.round)
    old = round_for(order.viewer, data.round)
    if not may_correct(order.viewer, CORRECTABLE["round"], old):
        raise NotYoursToCorrect
    if old.withdrawn_at is not None:
        raise AlreadyWithdrawn
    new = copied(order, old, REASON)
    if data.counted_as == NOT_COUNTED:
        new.visited += 1
    elif getattr(old, data.counted_as):
        setattr(new, data.counted_as, getattr(old, data.counted_as) - 1)
    else:
        raise NotCountedSo("counted_as")
    order.journal(old.pk, old)
    order.add(new)
    report = take_down(order, told_on(new, data))
    order.answer.update({"round": str(new.pk), "concerns": 1, "reports": [str(report.pk)]})
    Round.objects.filter(id=old.pk, withdrawn_at=None).update(withdrawn_at=order.now)
