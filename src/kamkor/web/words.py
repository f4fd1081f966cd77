"""Words of rule sets, states, offices and dates as pages show them."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language, gettext

from kamkor.kernel import clock, rulesets
from kamkor.kernel.shapes import as_known
from kamkor.territory.queries import name_borne


def coded(code: str, rule_set: str) -> str:
    """The words of a code, as they are today or were last."""
    if not code:
        return ""
    found = _last(code, rule_set)
    return raised(found.word(get_language() or "en")) if found else code


def hinted(code: str, rule_set: str) -> str:
    """What a rule says beside its words; empty if nothing."""
    found = _last(code, rule_set)
    return found.hint.get(get_language() or "en", "") if found else ""


def _last(code: str, rule_set: str) -> rulesets.Rule | None:
    """The rule of a code as it is today or was last."""
    return rulesets.latest(rule_set).get(code)


def raised(text: str) -> str:
    """A text with its first letter raised, for the beginning of a line."""
    return text[:1].upper() + text[1:]


def said(message: str) -> str:
    """A marked word of the house in the reader's language."""
    return gettext(message) if message else ""


def day(value: date | None) -> str:
    """A date as 21.11.2026, or a dash where there is none."""
    return f"{value:%d.%m.%Y}" if value else "–"


def moment(value: datetime | None) -> str:
    """A moment in the service's zone as 21.11.2026 14:05."""
    return f"{value.astimezone(clock.ZONE):%d.%m.%Y %H:%M}" if value else "–"


def office_name(office: Any) -> str:  # noqa: ANN401 - an office or nothing
    """The name of an office in the reader's language."""
    return getattr(office, f"name_{get_language() or 'en'}", "") if office else ""


def place_name(soate: str) -> str:
    """What a district or city is called today in the reader's language."""
    return name_borne(soate, clock.today(), get_language() or "en")


def dashed(name: str) -> str:
    """An operation's name as it stands in an address."""
    return name.replace("_", "-")


def birth(born_on: date | None, precision: str) -> str:
    """A birth as exactly as it is known: the year, month and year, or the day."""
    return as_known(born_on, precision) if born_on else ""
