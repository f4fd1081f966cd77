"""Ages in words: babies by days, weeks and months, and never more exactly than a birth is known."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kamkor.kernel import clock
from kamkor.web.words import birth

IN_DAYS = 14
"""So many days at least make an age in weeks."""
IN_WEEKS = 2
"""So many whole months at least make an age in months."""
IN_MONTHS = 24
"""So many whole months at least make an age in years."""


def age_in_years(born: date, on: date) -> int:
    """Whole years; who was born on 29 February has the birthday on 1 March in other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def age_in_months(born: date, on: date) -> int:
    """Whole months; a month that lacks the day of birth ends without it."""
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)


def years(number: int) -> str:
    """So many years of age."""
    if number < 1:
        return _("under one year")
    return ngettext("%(count)s year", "%(count)s years", number) % {"count": number}


def about_years(number: int) -> str:
    """An age that somebody guessed, or that a year of birth alone gives."""
    if number < 1:
        return _("under one year")
    return ngettext("about %(count)s year", "about %(count)s years", number) % {"count": number}


def age(born: date, precision: str, on: date) -> str:
    """How old somebody is, as exactly as the birth is known."""
    if precision == "year":
        return about_years(on.year - born.year)
    months = age_in_months(born, on)
    if months >= IN_MONTHS:
        return years(age_in_years(born, on))
    days = (on - born).days
    if precision == "day" and days < IN_DAYS:
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if precision == "day" and months < IN_WEEKS:
        weeks = days // 7
        return ngettext("%(count)s week", "%(count)s weeks", weeks) % {"count": weeks}
    return ngettext("%(count)s month", "%(count)s months", months) % {"count": months}


def age_now(born: date | None, precision: str) -> str:
    """How old somebody is today; a dash if the birth is not known."""
    return age(born, precision, clock.today()) if born else "–"


def age_and_birth(born: date | None, precision: str) -> str:
    """The age today with the birth it is counted from, each as exactly as it is known."""
    if born is None:
        return _("age not known")
    told = {"age": age_now(born, precision), "born": birth(born, precision)}
    return _("%(age)s (born %(born)s)") % told
