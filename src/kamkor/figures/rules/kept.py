"""Which questions can be answered from the kept monthly counts, and which bit they count by."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from kamkor.figures.rules.question import Question
from kamkor.figures.vocabulary import FIGURES, Figure, Key
from kamkor.kernel import rulesets

_COUNTS = {"identified", "registered", "taken_off", "reentered", "on_register"}
_KEYS = frozenset({Key.OBLAST, Key.DISTRICT, Key.SEX, Key.AGE})

KEPT_FIGURES = tuple(one.name for one in FIGURES.values() if one.counts in _COUNTS)
NATION, OBLAST, DISTRICT = range(3)
"""How wide a circle is in which a subject counts once; below the last no sealed case counts."""


def bit_of(circle: int, *, by_age: bool) -> int:
    """The bit of the first of its subject in a circle, apart by age or not.

    Sex needs none: it is one of each child.
    """
    return 1 << circle + (3 if by_age else 0)


def circle_of(question: Question, keys: Sequence[Key]) -> int:
    """In which circle a subject counts once where these keys divide."""
    if question.hides_sealed(tuple(keys)):
        return DISTRICT
    return OBLAST if Key.OBLAST in keys or question.districts is not None else NATION


def months_asked(question: Question, figure: Figure, keys: Sequence[Key]) -> list[date]:
    """The months a figure can be taken from, each by its first day; none if it must be counted.

    It can for a year's months from January on, as known now, and a stock at a month's end.
    """
    asked = question.on if figure.is_stock else question.last
    begins = asked.replace(day=1) if figure.is_stock else question.first
    fits = (
        figure.name in KEPT_FIGURES
        and question.known_on is None
        and set(keys) <= _KEYS
        and asked == month_end(asked)
        and (figure.is_stock or begins == asked.replace(month=1, day=1))
        and not (Key.AGE in keys and _bands_change({asked.year, question.on.year}))
    )
    return months_between(begins, asked) if fits else []


def month_end(day: date) -> date:
    """The last day of the month of a day."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def months_between(first: date, last: date) -> list[date]:
    """The first day of each month from that of one day to that of another."""
    months = [first.replace(day=1)]
    while (following := month_end(months[-1]) + timedelta(days=1)) <= last:
        months.append(following)
    return months


def _bands_change(years: set[int]) -> bool:
    days = [date(year, month, day) for year in sorted(years) for month, day in ((1, 1), (12, 31))]
    told = [
        [(band.code, band.get("from"), band.get("to")) for band in rulesets.rules("age_bands", day)]
        for day in days
    ]
    return any(one != told[0] for one in told)
