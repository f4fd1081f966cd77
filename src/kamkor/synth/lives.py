"""The kinds of lives: the demo's stories, and short ones of homes that were soon over."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from kamkor.demo import desk, endings, grounds, lives, texts
from kamkor.demo.days import Days
from kamkor.demo.desk import Desk
from kamkor.demo.home import Codes, Home
from kamkor.demo.names import Child
from kamkor.demo.posts import Department
from kamkor.demo.stage import Story
from kamkor.kernel.rulesets import Rule
from kamkor.synth.people import Household, Human
from kamkor.synth.sides import Side

SINCE = date(2017, 1, 1)
"""The first day of the service: no fact is older, and codes are those in force on it."""

_YEARS = 520
"""Weeks by which a life that is over may lie back; how many fit is found when it is played."""


@dataclass
class PrintedHome(Home):
    """A home whose place is drawn, and whose evenings do not hang on who its worker is."""

    drawn_place: str = ""
    at_home_too: bool = True

    @property
    def place(self) -> str:
        """Village, street and house, all invented."""
        return self.drawn_place

    def evening(self, fortnights: int) -> date:
        """The day on which visits are written up, counted back from now."""
        return self.days.ago(3 + self.number % 4 + 14 * fortnights)

    def at_home(self, day: date) -> dict[str, Any]:
        """The adults and other children of the home, as far as there are any."""
        if self.at_home_too:
            return super().at_home(day)
        return {"siblings": super().at_home(day)["siblings"]} if self.siblings else {}

    def drawn_grounds(self, child: Child, day: date) -> list[str]:
        """Grounds that fit a child of any age, with papers or without."""
        anybody = replace(child, born="", pin="not asked")

        def fits(rule: Rule) -> bool:
            return grounds.of_child(rule, anybody, self.relation, day)

        wanted = 2 if self.number % 4 == 1 else 1
        return [self.codes.next("grounds", day, fits) for _ in range(wanted)]

    def drawn_family_ground(self, day: date) -> str:
        """A ground that fits a family whatever its children are."""

        def fits(rule: Rule) -> bool:
            return grounds.of_family(rule, [], day)

        return self.codes.next("grounds", day, fits)


@dataclass
class PlacedDesk(Desk):
    """A desk that hears of children at a place that is drawn."""

    place: str = ""

    def report(self, day: date, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a command's data
        """A report about a child that is only described."""
        return super().report(day, **{"place": self.place, **more})


@dataclass(frozen=True)
class Lived:
    """What a life is played or printed from: whose, where, and the moment it stands at."""

    people: Household
    own: Side
    there: Side
    now: datetime


@dataclass(frozen=True)
class Kind:
    """One kind of life: ``weight`` says how often it is printed among those that are over.

    ``people`` are its children, siblings and adults. ``weeks`` is by how much it may lie back
    and still be told truly: an open one hardly, one that is over by years. It ``lasts`` so many
    days at most.
    """

    name: str
    number: int
    story: Callable[["Kind", Lived], Story]
    people: tuple[int, int, int]
    weeks: int = 0
    weight: float = 0.0
    open: bool = False
    lasts: int = 1200

    def told(self, lived: Lived) -> Story:
        """The story of one home of this kind."""
        return self.story(self, lived)


def _department(side: Side) -> Department:
    return Department(
        office=side.office,
        territories=(side.territory,),
        head=side.head.post,
        specialist=side.specialist.post,
        workers=(side.worker.post, side.other.post),
        # Nobody stands on a roster: alarms are the specialist's.
        duty=side.specialist.post,
    )


def _child(human: Human) -> Child:
    return Child(
        human.given_name, human.surname, human.patronymic, human.born, human.sex, human.pin
    )


def _home(kind: Kind, lived: Lived, side: Side) -> PrintedHome:
    people = lived.people
    adult = people.adults[0] if people.adults else Human("")
    return PrintedHome(
        number=kind.number,
        days=Days(lived.now),
        codes=Codes(first=kind.number, on=SINCE),
        department=_department(side),
        worker=side.worker.post,
        children=[_child(one) for one in people.children],
        siblings=[
            {"given_name": one.given_name, "sex": one.sex, "born": one.born}
            for one in people.siblings
        ],
        adult=(adult.given_name, adult.surname),
        random=Random(f"{kind.name}:{kind.number}"),
        drawn_place=people.place,
        at_home_too=bool(people.adults),
    )


def _of_home(tell: Callable[[Home], Story]) -> Callable[[Kind, Lived], Story]:
    return lambda kind, lived: tell(_home(kind, lived, lived.own))


def _over(tell: Callable[[Home], Story]) -> Callable[[Kind, Lived], Story]:
    """The story, and in the end the children move away: nothing is due any more."""

    def told(kind: Kind, lived: Lived) -> Story:
        home = _home(kind, lived, lived.own)
        yield from tell(home)
        home.family = ""
        yield from endings.taken_off(home, home.days.ago(6), "moved")

    return told


def _moved(outcome: str) -> Callable[[Kind, Lived], Story]:
    def told(kind: Kind, lived: Lived) -> Story:
        receiver = _home(kind, lived, lived.there)
        home = _home(kind, lived, lived.own)
        return lives.moved_between_departments(home, lived.there.office, outcome, receiver)

    return told


def _sealed(kind: Kind, lived: Lived) -> Story:
    worry, ground = (
        ("physical_violence", "child_victim_of_violence"),
        ("violence_witness", "witness_of_violence"),
        ("sexual_violence", "child_victim_of_violence"),
    )[kind.number % 3]
    involved = lived.own.other.post if kind.number % 2 else None
    return desk.sealed(_home(kind, lived, lived.own), worry, ground, involved=involved)


def _not_accepted(decision: str) -> Callable[[Kind, Lived], Story]:
    def told(kind: Kind, lived: Lived) -> Story:
        return desk.not_accepted(_desk(kind, lived, lived.own), 2 + kind.number % 5, decision)

    return told


def _redirected(kind: Kind, lived: Lived) -> Story:
    own, there = _desk(kind, lived, lived.own), _desk(kind, lived, lived.there)
    return desk.redirected(own, there, 8)


def _desk(kind: Kind, lived: Lived, side: Side) -> PlacedDesk:
    codes = Codes(first=kind.number, on=SINCE)
    number = kind.number % 11
    return PlacedDesk(number, Days(lived.now), codes, _department(side), place=lived.people.place)


def _briefly(home: Home) -> Story:
    """Found, put on the register and soon off it again, mostly without a visit."""
    begun = yield from home.identified(home.days.workday_ago(60 + home.number % 40))
    begun = yield from home.registered(begun + timedelta(days=2 + home.number % 5))
    if home.number % 3 == 0:
        yield from home.visit(begun + timedelta(days=14), kind="home")
    reason = ("moved", "moved", "entered_in_error", "difficulty_overcome")[home.number % 4]
    yield from endings.taken_off(home, home.days.ago(12), reason)


def _came_of_age(home: Home) -> Story:
    """Found shortly before coming of age, and taken off the register for it."""
    begun = yield from home.identified(home.days.workday_ago(120 + home.number % 40))
    yield from home.registered(begun + timedelta(days=5))
    yield from endings.taken_off(home, home.days.ago(9), "reached_18")


def _declined(home: Home) -> Generator[Any, Any, Any]:
    """Found, and not put on the register."""
    begun = yield from home.identified(home.days.workday_ago(20 + home.number % 30))
    day = begun + timedelta(days=3 + home.number % 9)
    reason = home.codes.next("not_registered_reasons", day)
    for place, case in enumerate(home.cases):
        yield home.act(
            day,
            10 + place,
            home.department.specialist,
            "register_child",
            case=case,
            decision="decline",
            reason=reason,
            happened_on=day.isoformat(),
            note=home.codes.text(texts.NOTES),
        )


def _closed(turn: int) -> Callable[[Home], Story]:
    return lambda home: endings.closed(home, turn)


GROWN = "came_of_age"
MOST_SIBLINGS = 4


def kinds(many: int) -> list[Kind]:
    """All kinds of lives, each in so many variants."""
    return [*_open(many), *_long_over(many), *_soon_over(many)]


def _open(many: int) -> Iterator[Kind]:
    for number in range(many * len(lives.AGES)):
        place = number % len(lives.AGES)
        yield Kind(
            "standing",
            number,
            _of_home(lambda home, place=place: lives.standing(home, place)),  # type: ignore[misc]
            (1 + (number % 5 == 0), number % 3, number % 2),
            open=True,
        )
    stories: tuple[tuple[str, Callable[[Kind, Lived], Story], int], ...] = (
        ("waiting_for_registration", _of_home(lives.waiting_for_registration), 0),
        ("waiting_for_identification", _of_home(lives.waiting_for_identification), 0),
        ("proposal_waiting", _of_home(endings.proposal_waiting), 0),
        ("check_due", _of_home(endings.check_due), 0),
        ("accompanied", _of_home(endings.accompanied), 2),
        ("came_back", _of_home(endings.came_back), 2),
        ("removed", _of_home(lives.removed), 1),
        ("with_interest", _of_home(lives.with_interest), 2),
        ("corrected", _of_home(lives.corrected), 2),
        ("offered", _moved("offered"), 0),
        ("transferred", _moved("accepted"), 20),
        ("handed_back", _moved("returned"), 2),
        ("sealed", _sealed, 120),
    )
    for number in range(many):
        for place, (name, story, weeks) in enumerate(stories):
            # No child of these turns 18 meanwhile, and who moves alone leaves nobody behind.
            own = 12 * place + 60 * number + (1 if name == "accompanied" else number % 5)
            adults = int(name != "transferred")
            yield Kind(name, own, story, (1, number % 2, adults), weeks, open=True)


def _long_over(many: int) -> Iterator[Kind]:
    stories: tuple[tuple[str, Callable[[Kind, Lived], Story], float], ...] = (
        ("closed", _of_home(_closed(1)), 4),
        ("closed_late", _of_home(_closed(0)), 2),
        ("reported_and_over", _over(lambda home: lives.standing(home, 10)), 2),
        ("corrected_and_over", _over(lives.corrected), 2),
        ("back_and_over", _over(endings.came_back), 2),
        ("removed_and_over", _over(lives.removed), 1),
        ("interest_and_over", _over(lives.with_interest), 1),
        ("handed_back_and_over", _moved_and_over, 1),
        ("taken_back_and_over", _over(lives.taken_back_at_once), 1),
    )
    for number in range(many):
        for place, (name, story, weight) in enumerate(stories):
            own = 17 * place + 53 * number
            siblings = 0 if name.startswith("handed") else number % 3
            yield Kind(name, own, story, (1, siblings, 1), _YEARS, weight / many)


def _moved_and_over(kind: Kind, lived: Lived) -> Story:
    home = _home(kind, lived, lived.own)
    receiver = _home(kind, lived, lived.there)
    yield from lives.moved_between_departments(home, lived.there.office, "returned", receiver)
    yield from endings.taken_off(home, home.days.ago(6), "moved")


def _soon_over(many: int) -> Iterator[Kind]:
    for number in range(many):
        story, lasts = _of_home(_came_of_age), 121 + number % 40
        yield Kind(GROWN, number, story, (1, 0, 0), _YEARS, 4 / many, lasts=lasts)
        yield Kind("upheld", number, _not_accepted("upheld"), (0, 0, 0), _YEARS, 6 / many)
        yield Kind("in_error", number, _not_accepted("sent_in_error"), (0, 0, 0), _YEARS, 1 / many)
        yield Kind("redirected", number, _redirected, (0, 0, 0), _YEARS, 1 / many)
    for children in (1, 2):
        for siblings in range(MOST_SIBLINGS + 1):
            for number in range(many):
                people = (children, siblings, 0)
                own = number * 11 + siblings * 3 + children
                yield Kind("declined", own, _of_home(_declined), people, _YEARS)
                yield Kind("briefly", own, _of_home(_briefly), people, _YEARS)
