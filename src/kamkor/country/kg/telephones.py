"""Telephone numbers: from what was typed to E.164 and back to groups."""

from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

HOME_REGION: Final = "KG"
HOME_CODE: Final = 996
HOME_LENGTH: Final = 9  # digits after the country code


def to_e164(typed: str) -> str | None:
    """The number in E.164, read as one of this country where it says no other; None if it is none.

    Short numbers such as 111 and anything with letters are None. A number of this country that
    has its nine digits is kept even in a range the library does not know: new ranges open before
    the library learns of them.
    """
    if any(sign.isalpha() for sign in typed):
        return None
    home = _read(typed, HOME_REGION)
    if home is not None and phonenumbers.is_valid_number(home):
        return _e164(home)
    for abroad in _written_abroad(typed):
        number = _read(abroad, None)
        if number is not None and phonenumbers.is_valid_number(number):
            return _e164(number)
    return _e164(home) if home is not None and _is_of_a_new_range(home) else None


def shown(e164: str) -> str:
    """The number in groups, as `+996 555 123 456`; unchanged if it is no E.164 number."""
    number = _read(e164, None)
    if number is None:
        return e164
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _written_abroad(typed: str) -> list[str]:
    """How else eleven digits and more may be meant: without the plus; with 8 for +7 (KZ, RU)."""
    digits = "".join(sign for sign in typed if sign.isdecimal())
    without_plus = ["+" + digits]
    return ["+7" + digits[1:], *without_plus] if digits[:1] == "8" else without_plus


def _read(typed: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(typed, region)
    except NumberParseException:
        return None


def _is_of_a_new_range(number: PhoneNumber) -> bool:
    digits = str(number.national_number)
    return number.country_code == HOME_CODE and len(digits) == HOME_LENGTH


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
