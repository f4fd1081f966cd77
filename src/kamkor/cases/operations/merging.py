"""Asking a second person that two records are one child."""

from typing import Annotated
from uuid import UUID

from kamkor.cases.operations import steps
from kamkor.cases.operations.joining import (
    HeldApart,
    NumbersDiffer,
    OneRecordAlready,
    pair_of,
)
from kamkor.cases.operations.opening import AlreadyOpen
from kamkor.cases.operations.steps import step
from kamkor.cases.operations.two_persons import AlreadyAsked, NotOfAChild, ask_second
from kamkor.cases.queries.case import whole_cases
from kamkor.cases.queries.two_persons import MERGE
from kamkor.cases.vocabulary import CHILD, NUMBER_PREFIX
from kamkor.kernel.commands import NotFound, NotPermitted, Order
from kamkor.kernel.errors import FieldRequired
from kamkor.kernel.ids import typed_number
from kamkor.kernel.shapes import Ask, Coded, Line, Shape, Text
from kamkor.kernel.words import noop


class MergePeople(Shape):
    """Which two records are one child, how that is known, and what it rests on."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    other: Annotated[UUID, Ask(noop("The other record"), widget="hidden")] | None = None
    case_number: (
        Annotated[
            Line, Ask(noop("Number of the other case of this child"), noop("Like K-7M2P-Q4R"))
        ]
        | None
    ) = None
    ground: Annotated[str, Coded("merge_grounds"), Ask(noop("How is it known?"))]
    reason: Annotated[Text, Ask(noop("What was seen or heard, when, and from whom?"))]


@step(
    MergePeople,
    NotFound,
    NotPermitted,
    NotOfAChild,
    OneRecordAlready,
    NumbersDiffer,
    HeldApart,
    AlreadyOpen,
    AlreadyAsked,
    steps.AlreadyErased,
    steps.ChildAway,
    FieldRequired,
    settled=True,
)
def merge_people(order: Order[MergePeople]) -> None:
    """Ask a second person that this child and another record are one child, never more than that.

    Nothing is joined before the second person agrees, and what was joined can be undone.
    """
    data = order.data
    case = steps.claimed_case(order, data.case)
    if case.register != CHILD or case.child is None:
        raise NotOfAChild
    at = "case_number" if data.other is None else "other"
    other = data.other or _child_of(order, data.case_number)
    pair = pair_of(order, case.child.pk, other, at)
    wanted = {"one": str(case.child.pk), "other": str(other)}
    ask_second(order, MERGE, case, ground=data.ground, wanted=wanted)
    order.answer["kept"] = str(pair.kept.pk)


def _child_of(order: Order[MergePeople], number: str | None) -> UUID:
    """The child of the case of a number; raises ``FieldRequired`` or ``NotFound``."""
    if not number:
        raise FieldRequired("case_number")
    typed = typed_number(NUMBER_PREFIX, number)
    cases = whole_cases(order.viewer).filter(register=CHILD, number=typed.number if typed else "")
    found = cases.first()
    if found is None or found.child_id is None:
        raise NotFound("case_number")
    return found.child_id
