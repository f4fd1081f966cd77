"""The one catalogue of refusals: stable codes with messages; the door alone knows HTTP."""

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from kamkor.kernel.words import noop


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: its code, its message and the field it belongs to, if any."""

    code: str
    message: str
    field: str = ""
    details: dict[str, str] = dataclasses.field(default_factory=dict)


class Refusal(Exception):
    """Why something was not done. Subclasses stand beside the operation that raises them."""

    code: ClassVar[str] = ""
    message: ClassVar[str] = ""
    catalogue: ClassVar[dict[str, type["Refusal"]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not cls.code:
            return
        if cls.code in Refusal.catalogue:
            text = f"refusal code used twice: {cls.code}"
            raise TypeError(text)
        Refusal.catalogue[cls.code] = cls

    def __init__(self, at: str = "", **details: object) -> None:
        self.faults = [
            Fault(self.code, self.message, at, {key: str(value) for key, value in details.items()})
        ]
        super().__init__(self.code)

    @property
    def first(self) -> Fault:
        """The fault that names the refusal where only one can be shown."""
        return self.faults[0]


class RefusedFields(Refusal):
    """Several fields were wrong at once; each fault has a code of the catalogue."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__()
        self.faults = faults


class FieldRequired(Refusal):
    """A field that must be filled is missing or empty."""

    code = "field_required"
    message = noop("Fill this in.")


class FieldUnknown(Refusal):
    """A field that the command does not know; nothing is silently dropped."""

    code = "field_unknown"
    message = noop("The field “%(name)s” is not known here.")


class FieldInvalid(Refusal):
    """A value of another kind than the field holds."""

    code = "field_invalid"
    message = noop("This cannot be read. Check it and type it again.")


class TextTooLong(Refusal):
    """More characters than the field's limit."""

    code = "text_too_long"
    message = noop("Use %(limit)s characters or fewer.")


class NumberOutOfRange(Refusal):
    """A number below or above what the field allows."""

    code = "number_out_of_range"
    message = noop("Give a number from %(least)s to %(most)s.")
    at_least: ClassVar[str] = noop("Give a number of %(least)s or more.")
    at_most: ClassVar[str] = noop("Give a number of %(most)s or less.")


class CodeUnknown(Refusal):
    """A code that the dated rule set does not hold on that day."""

    code = "code_unknown"
    message = noop("Choose one of the answers.")


class DateUnreadable(Refusal):
    """A date that is no day of the calendar."""

    code = "date_unreadable"
    message = noop("Write the date as day, month and year, such as 21.11.2026.")


class DateInFuture(Refusal):
    """Something cannot have happened on a day that has not come."""

    code = "date_in_future"
    message = noop("This day has not come yet. Today is %(today)s.")


class TooMany(Refusal):
    """A list longer than its limit."""

    code = "too_many"
    message = noop("Give %(limit)s or fewer.")
