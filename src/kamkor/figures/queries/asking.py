"""From what somebody asks to a question that can be counted: places, days, rights."""

from datetime import date
from typing import TYPE_CHECKING

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import Action, Level
from kamkor.figures.rules.question import (
    OutsideYourTerritory,
    Question,
    check,
    has_ended,
    keys_of_words,
)
from kamkor.figures.vocabulary import FIGURES
from kamkor.kernel import clock
from kamkor.kernel.commands import NotPermitted
from kamkor.territory import queries as territory
from kamkor.workforce import queries as workforce

if TYPE_CHECKING:
    from kamkor.territory.models import Territory

MINISTRY_AND_COMMISSIONER = frozenset({Level.NONE, Level.NATION})


def question_for(
    viewer: Viewer,
    *,
    place: str = "",
    first: date | None = None,
    last: date | None = None,
    on: date | None = None,
    known_on: date | None = None,
    by: tuple[str, ...] = (),
    figures: tuple[str, ...] = tuple(FIGURES),
) -> Question:
    """The question, with the days filled in: the year up to ``last``, and ``on`` its last day.

    Raises ``NotPermitted``, ``OutsideYourTerritory``, ``PlaceUnknown``, the refusals of
    ``figures.rules.question``. Without a place the viewer's own is meant.
    """
    if not viewer.may(Action.SEE_NUMBERS):
        raise NotPermitted
    today = clock.today()
    last = last or on or today
    ended = has_ended({"on": on, "to": last, "known_on": known_on}, today)
    unit = territory.place_named(place) if place else _own_place(viewer)
    whole = unit.level == territory.COUNTRY_LEVEL
    allowed = territories_counted_by(viewer)
    if allowed is not None and unit.soate not in allowed:
        raise OutsideYourTerritory("territory")
    question = Question(
        territory=unit.soate,
        districts=None if whole else tuple(territory.codes_within(unit)),
        below_oblast=unit.level > territory.OBLAST_LEVEL,
        first=first or date(last.year, 1, 1),
        last=last,
        on=on or last,
        known_on=known_on,
        provisional=not ended,
        by=keys_of_words(by),
        figures=figures,
    )
    check(question, numbers_only=sees_numbers_only(viewer))
    return question


def sees_numbers_only(viewer: Viewer) -> bool:
    """Whether the viewer sees no person, and so gets no small number."""
    return not viewer.may(Action.SEE_IDENTITY)


def territories_counted_by(viewer: Viewer) -> list[str] | None:
    """The territories whose figures the viewer may ask for, its own first; ``None`` for all."""
    if viewer.level in MINISTRY_AND_COMMISSIONER:
        return None
    day = clock.today()
    if viewer.level == Level.OBLAST and viewer.oblast is not None:
        covered = workforce.territories_of_oblast(viewer.oblast, day)
        return [*dict.fromkeys(territory.oblast_of(code) for code in covered), *covered]
    return workforce.territories_of(viewer.district or 0, day)


def _own_place(viewer: Viewer) -> "Territory":
    allowed = territories_counted_by(viewer)
    if allowed is None:
        return territory.country()
    if not allowed:
        raise OutsideYourTerritory("territory")
    return territory.unit_of(allowed[0])
