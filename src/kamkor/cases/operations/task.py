"""Due items: done, with what proves it."""

from typing import Annotated
from uuid import UUID

from kamkor.cases.models import TaskDone
from kamkor.cases.operations import steps
from kamkor.cases.queries.task import open_task_for
from kamkor.kernel.commands import NotPermitted, Order, operation
from kamkor.kernel.shapes import Ask, Line, PastDay, Shape
from kamkor.kernel.words import noop


class CompleteTask(Shape):
    """On which day, and the proof: number of the letter, who took the call."""

    task: Annotated[UUID, Ask(noop("Due item"), widget="hidden")]
    happened_on: Annotated[PastDay, Ask(noop("Done on"))]
    proof: Annotated[Line, Ask(noop("Proof"), noop("Number of the letter, or who took the call"))]


@operation(
    label=noop("Mark as done"),
    shape=CompleteTask,
    roles=("worker", "specialist", "head", "oblast"),
    refusals=(NotPermitted,),
)
def complete_task(order: Order[CompleteTask]) -> None:
    """Note that a due item was done; raises ``NotFound`` if it is done already or hidden."""
    task = open_task_for(order.viewer, order.data.task)
    steps.require_own(order.viewer, task)
    order.claim(task.subject, check_version=False)
    order.journal(task.subject, task)
    order.add(
        TaskDone(
            task=task,
            subject=task.subject,
            proof=order.data.proof,
            **order.fact(task, order.data.happened_on),
        )
    )
