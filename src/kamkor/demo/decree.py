"""The posts of the decree as the demo has them: five stages, each post where Webster's list puts it
over invented children, filled after a while; some who were appointed left again."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from kamkor.demo.days import Days, at, workday
from kamkor.demo.stage import Act, Story
from kamkor.exchange.children import INVENTED_FILE, children_in
from kamkor.territory.queries import codes_of_places
from kamkor.workforce.queries.planning import Typed, planned

PROGRAMME = "decree-2025-01-30"
KIND = "accompaniment"
NORM = 4000
SIGNED = date(2025, 1, 31)
STAGES = (
    (date(2025, 2, 1), 100),
    (date(2025, 4, 1), 100),
    (date(2025, 6, 1), 100),
    (date(2025, 8, 1), 100),
    (date(2025, 10, 1), 150),
)
"""The stages of the presidential decree of 30 January 2025: source 000 of the service."""
LEFT = 8
"""So many of those appointed left again."""
_SURNAME = "Мисалова"
_GIVEN = ("Айпери", "Бегаим", "Венера", "Гүлжан", "Динара", "Жылдыз", "Кундуз", "Меерим", "Нуриза")
# Days.
_UNTIL_FILLED = (25, 190)
_STAYED = (60, 240)
_WAITING = 20
"""Of so many posts one waits for somebody still."""


def stories(seed: int, days: Days, post: int) -> Iterator[Story]:
    """What the ministry's ``post`` recorded: the programme, and each post's own story."""
    drawn = Random(f"decree {seed}")
    yield _programme(post)
    total = sum(posts for _, posts in STAGES)
    leaving = set(drawn.sample([one for one in range(total) if one % _WAITING], LEFT))
    opened = [(stage, day) for stage, (day, posts) in enumerate(STAGES, 1) for _ in range(posts)]
    for number, ((stage, day), territory) in enumerate(
        zip(opened, _order(days.today), strict=True)
    ):
        told = {"post": f"KG-{number + 1:03}", "kind": KIND, "territory": territory}
        opening = {"opened_on": day.isoformat(), "programme": PROGRAMME, "stage": stage}
        states = list(_states(drawn, number, day, leaves=number in leaving))
        yield _post(post, day, told | opening, [one for one in states if one[0] <= days.today])


def _order(today: date) -> tuple[str, ...]:
    """The unit of each post, stage after stage."""
    places = {code: code for code in codes_of_places(today)}
    each = ",".join(str(posts) for _, posts in STAGES)
    typed = Typed("webster", each, floor="1", weights="children=1", count_existing=False)
    return planned(children_in(INVENTED_FILE, places).counts, typed, SIGNED).spread.order


def _programme(post: int) -> Story:
    stages = [{"opens_on": day.isoformat(), "posts": posts, "norm": NORM} for day, posts in STAGES]
    told = {"programme": PROGRAMME, "kind": KIND, "stages": stages}
    yield Act(at(SIGNED, 9), post, "set_programme", told)


def _states(
    drawn: Random, number: int, opened: date, *, leaves: bool
) -> Iterator[tuple[date, dict[str, Any]]]:
    """What becomes of a post from which working day on."""
    day = opened + timedelta(days=drawn.randint(*_UNTIL_FILLED))
    if number % _WAITING == 0:
        yield workday(day), {"state": "announced"}
        return
    given = _GIVEN[number % len(_GIVEN)]
    somebody = {"surname": _SURNAME, "given_name": given}
    yield workday(day), {"state": "appointed", "person": f"D-{number + 1:03}", **somebody}
    if leaves:
        day += timedelta(days=drawn.randint(*_STAYED))
        yield workday(day), {"state": "vacant"}


def _post(
    post: int, opens: date, told: dict[str, Any], states: list[tuple[date, dict[str, Any]]]
) -> Story:
    yield Act(at(opens, 10), post, "open_post", told)
    for day, state in states:
        about = {"post": told["post"], "happened_on": day.isoformat()}
        yield Act(at(day, 11), post, "set_post_state", about | state)
