"""A question that can be counted: where, when, as known when, broken down by what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kamkor.figures.vocabulary import BELOW_OBLAST, FIGURES, Key
from kamkor.kernel.errors import Refusal
from kamkor.kernel.words import noop

MOST_KEYS = 4
MOST_YEARS = 50
"""How long a period may be: every month of it is counted by itself."""


class PeriodBackwards(Refusal):
    """The period ends before it begins."""

    code = "period_backwards"
    message = noop("The period ends before it begins.")


class PeriodTooLong(Refusal):
    """More months than are counted at once."""

    code = "period_too_long"
    message = noop("A period is at most %(limit)s years long.")


class DayNotCome(Refusal):
    """Nothing is counted, nor known, of a day that has not come."""

    code = "day_not_come"
    message = noop("%(day)s has not come yet.")


class BreakdownUnknown(Refusal):
    """Nothing can be broken down by this word."""

    code = "breakdown_unknown"
    message = noop("“%(key)s” is no breakdown. Choose of: %(keys)s.")


class TooManyBreakdowns(Refusal):
    """More keys at once than anybody can read."""

    code = "too_many_breakdowns"
    message = noop("Break down by at most %(limit)s things at once.")


class OneBreakdownBelowOblast(Refusal):
    """Who sees numbers only gets one breakdown below an oblast, lest a child be recognised."""

    code = "one_breakdown_below_oblast"
    message = noop("Below an oblast you may break down by one thing only.")


class OutsideYourTerritory(Refusal):
    """The viewer's office counts its own territory only."""

    code = "outside_your_territory"
    message = noop("Your post counts its own territory only.")


class FigureUnknown(Refusal):
    """There is no such figure."""

    code = "figure_unknown"
    message = noop("“%(figure)s” is no figure.")


@dataclass(frozen=True)
class Question:
    """Where (``districts`` is ``None`` for the nation), in which period, on and as known on which day.

    ``known_on`` is ``None`` for all that is known now; ``provisional`` if one of the days has not
    ended. ``below_oblast`` holds for a district: no
    sealed case is counted there. ``department`` is set where all districts of a department are
    asked for at once; ``territory`` is then the first of them.
    """

    territory: str
    districts: tuple[str, ...] | None
    below_oblast: bool
    first: date
    last: date
    on: date
    known_on: date | None
    provisional: bool = False
    by: tuple[Key, ...] = ()
    figures: tuple[str, ...] = tuple(FIGURES)
    department: int | None = None

    def keys_of(self, figure: str) -> tuple[Key, ...]:
        """The breakdown as far as the figure can be broken down."""
        return tuple(key for key in self.by if key in FIGURES[figure].keys)

    def hides_sealed(self, keys: tuple[Key, ...]) -> bool:
        """Whether cells of these keys are below an oblast, and so hold no sealed case."""
        return self.below_oblast or any(key in BELOW_OBLAST for key in keys)


def keys_of_words(words: tuple[str, ...]) -> tuple[Key, ...]:
    """The breakdown keys of these words, each once; raises ``BreakdownUnknown`` and so on."""
    keys = []
    for word in dict.fromkeys(words):
        try:
            keys.append(Key(word))
        except ValueError:
            raise BreakdownUnknown("by", key=word, keys=", ".join(Key)) from None
    if len(keys) > MOST_KEYS:
        raise TooManyBreakdowns("by", limit=MOST_KEYS)
    return tuple(keys)


def has_ended(days: Mapping[str, date | None], today: date) -> bool:
    """Whether all days asked for have ended; raises ``DayNotCome`` at the first that has not come."""
    for name, day in days.items():
        if day is not None and day > today:
            raise DayNotCome(name, day=f"{day:%d.%m.%Y}")
    return today not in days.values()


def check(question: Question, *, numbers_only: bool) -> None:
    """Raise the refusal of a question that may not be asked."""
    if question.last < question.first:
        raise PeriodBackwards("from")
    if question.last.year - question.first.year > MOST_YEARS:
        raise PeriodTooLong("from", limit=MOST_YEARS)
    for figure in question.figures:
        if figure not in FIGURES:
            raise FigureUnknown("figure", figure=figure)
    if numbers_only and len(question.by) > 1 and question.hides_sealed(question.by):
        raise OneBreakdownBelowOblast("by")
