"""The telephone of a department, which others are told who ask for a child that it knows."""

from typing import Annotated

from kamkor.country.kg.telephones import to_e164
from kamkor.kernel.commands import Order, operation
from kamkor.kernel.shapes import Ask, Shape
from kamkor.kernel.telephones import Telephone, TelephoneUnreadable
from kamkor.kernel.words import noop
from kamkor.workforce.models import Office
from kamkor.workforce.operations.claiming import claimed_department


class SetOfficeTelephone(Shape):
    """The number under which the department is called; none takes it away."""

    telephone: (
        Annotated[Telephone, Ask(noop("Telephone of the department"), widget="telephone")] | None
    ) = None


@operation(
    label=noop("Set the department's telephone"),
    shape=SetOfficeTelephone,
    roles=("head",),
    refusals=(TelephoneUnreadable,),
)
def set_office_telephone(order: Order[SetOfficeTelephone]) -> None:
    """Set the number that another department is told which asks for a child known here."""
    office = Office.objects.get(id=claimed_department(order))
    office.telephone = to_e164(order.data.telephone or "") or ""
    order.change(office, ["telephone"])
