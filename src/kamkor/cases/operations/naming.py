"""Names of a child: corrected, or known in another spelling; and its personal number."""

from typing import Annotated
from uuid import UUID

from django.db import connections

from kamkor.cases.operations import steps
from kamkor.cases.operations.candidates import doubts_about_identity
from kamkor.cases.operations.registration import WrongRegister
from kamkor.cases.operations.settling import settle_cases, settle_names
from kamkor.cases.queries.case import case_for
from kamkor.kernel.commands import Order, operation
from kamkor.kernel.shapes import Ask, Coded, Name, Shape
from kamkor.kernel.words import noop
from kamkor.people.operations import Identity, Pin, PinUnreadable, name_person, number_person
from kamkor.people.operations.reindexing import OWNER, Sorted


class RecordName(Shape):
    """A name of the child: as in the document, or another spelling of it."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    kind: Annotated[str, Coded("name_kinds"), Ask(noop("What kind of name?"))]
    given_name: Annotated[Name, Ask(noop("Given name"))]
    surname: Annotated[Name, Ask(noop("Surname"))] | None = None
    patronymic: Annotated[Name, Ask(noop("Patronymic"))] | None = None
    pin: (
        Annotated[Pin, Ask(noop("Personal number"), noop("Leave empty if not known"), "", "pin")]
        | None
    ) = None


@operation(
    label=noop("Correct or add a name"),
    shape=RecordName,
    roles=("worker", "specialist", "head"),
    refusals=(WrongRegister, PinUnreadable),
    settle=settle_cases,
)
def record_name(order: Order[RecordName]) -> None:
    """Correct the child's name or add a spelling; whoever searches finds the old one too."""
    data = order.data
    order.claim(data.case)
    case = case_for(order.viewer, data.case)
    steps.require_own_side(order, case)
    if case.child is None:
        raise WrongRegister
    steps.require_identity(case)
    name = Identity(data.given_name, data.surname or "", data.patronymic or "")
    name_person(order, case.child, name, data.kind)
    if data.pin is not None:
        number_person(order, case.child, data.pin)
        doubts_about_identity(order, case)
    order.journal(case.pk, case)
    order.after(lambda: settle_names(case))


def sort_cases_anew(changed: list[Sorted]) -> None:
    """Sort the cases of these persons, and of the homes they live in, by the keys they have now."""
    if not changed:
        return
    people = [one.person for one in changed]
    with connections[OWNER].cursor() as cursor:
        cursor.execute(_CHILDREN, [people])
        cursor.execute(_FAMILIES, [people])


_CHILDREN = """
UPDATE kamkor_case c SET sort_key = p.sort_key FROM kamkor_person p
WHERE p.id = c.child_id AND p.id = ANY(%s) AND c.sort_key <> p.sort_key
"""
_FAMILIES = """
UPDATE kamkor_case c SET sort_key = h.sort_key FROM kamkor_household h
WHERE h.id = c.household_id AND c.child_id IS NULL AND c.sort_key <> h.sort_key
    AND h.id IN (SELECT household_id FROM kamkor_householdmember WHERE person_id = ANY(%s))
"""
