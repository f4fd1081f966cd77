"""A telephone number in a command."""

from typing import Annotated

from kamkor.country.kg.telephones import to_e164
from kamkor.kernel.errors import Refusal
from kamkor.kernel.shapes import Line, checked
from kamkor.kernel.words import noop


class TelephoneUnreadable(Refusal):
    """A telephone number that cannot be dialled."""

    code = "telephone_unreadable"
    message = noop("This is no telephone number. Write it as 0555 12 34 56.")


Telephone = Annotated[Line, checked(lambda typed: to_e164(typed) is not None, TelephoneUnreadable)]
