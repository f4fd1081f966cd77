"""The place of an office: its acts are done one after another and stand in its journal."""

from typing import Any
from uuid import UUID, uuid5

from kamkor.kernel.commands import Order
from kamkor.workforce import queries

_OFFICES = UUID("0195f1a0-0000-7000-8000-000000000001")


def office_subject(office_id: int) -> UUID:
    """The id under which the journal keeps what happens to an office."""
    return uuid5(_OFFICES, str(office_id))


class _OfficeScope:
    def __init__(self, office_id: int) -> None:
        self.office_unit, self.office_district, self.office_oblast = queries.scope_of_office(
            office_id
        )
        self.team = None


def claimed_department(order: Order[Any]) -> int:
    """The acting post's department, whose roster and leave are changed one after another.

    A worker's act stands in the journal of its unit: the department's is not its to see.
    """
    department: int = order.viewer.district
    order.claim(office_subject(department), check_version=False)
    own = order.viewer.unit or department
    order.journal(office_subject(own), _OfficeScope(own))  # type: ignore[arg-type]
    return department
