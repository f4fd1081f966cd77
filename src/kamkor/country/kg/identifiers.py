"""The personal identification number (PIN): what is wrong with one, and what is only doubtful."""

from datetime import date
from typing import Final

LENGTH: Final = 14
FAULTS: Final = frozenset({"wrong_length", "not_digits"})
DOUBTS: Final = frozenset({"sex_differs", "date_differs"})
SEX_OF_FIRST_DIGIT: Final = {"1": "female", "2": "male"}

# How much of DDMMYYYY is compared: an estimated or unknown birth date contradicts nothing.
_COMPARED: Final = {"day": slice(1, 9), "month": slice(3, 9), "year": slice(5, 9)}


def tidy_pin(typed: str) -> str:
    """The number as typed without the spaces and hyphens that people put into it."""
    return "".join(sign for sign in typed if not sign.isspace() and sign not in "-‐‑–")


def pin_faults(pin: str, birth: date | None, sex: str | None, precision: str = "day") -> list[str]:
    """Codes of what is wrong (`FAULTS`) or doubtful (`DOUBTS`) with a PIN; none when all agrees.

    `sex` and `precision` are codes of the rule sets `sexes` and `birth_precisions`. A doubt never
    refuses: some issued numbers are known to be faulty. Structure: 1 woman or 2 man, DDMMYYYY,
    five digits; from general knowledge, since resolution 619 of 2017-09-28 was not read. No check
    digit is known.
    """
    faults = []
    if len(pin) != LENGTH:
        faults.append("wrong_length")
    if not (pin.isascii() and pin.isdigit()):
        faults.append("not_digits")
    return faults or _doubts(pin, birth, sex, precision)


def _doubts(pin: str, birth: date | None, sex: str | None, precision: str) -> list[str]:
    doubts = []
    if sex in SEX_OF_FIRST_DIGIT.values() and SEX_OF_FIRST_DIGIT.get(pin[0]) != sex:
        doubts.append("sex_differs")
    compared = _COMPARED.get(precision)
    if birth and compared and pin[compared] != f"{pin[0]}{birth:%d%m}{birth.year:04}"[compared]:
        doubts.append("date_differs")
    return doubts
