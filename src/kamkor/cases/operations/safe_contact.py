"""How a child is reached whose home must not be contacted, said once somebody knows it."""

from typing import Annotated
from uuid import UUID

from kamkor.cases.operations import steps
from kamkor.cases.operations.registration import SAFE_CONTACT
from kamkor.cases.operations.sealing import keep_safe_contact
from kamkor.cases.operations.settling import settle_cases
from kamkor.cases.queries.case import case_for
from kamkor.kernel.commands import Order, operation
from kamkor.kernel.shapes import Ask, Line, Shape
from kamkor.kernel.words import noop


class GiveSafeContact(Shape):
    """By whom, where or when the child is reached."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    contact: Annotated[Line, SAFE_CONTACT]


@operation(
    label=noop("Say the safe way to reach the child"),
    shape=GiveSafeContact,
    roles=("worker", "specialist", "head"),
    settle=settle_cases,
)
def give_safe_contact(order: Order[GiveSafeContact]) -> None:
    """Say how the child is reached; it stands first on every case of the home from now on."""
    order.claim(order.data.case, check_version=False)
    case = case_for(order.viewer, order.data.case)
    steps.require_own_side(order, case)
    keep_safe_contact(order, case, order.data.contact)
    order.journal(case.pk, case)
