"""Which life is printed next: open homes for each worker, and those that are over by the years."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from math import ceil
from random import Random

from kamkor.demo.names import birthday_before
from kamkor.kernel import clock
from kamkor.synth.country import Country
from kamkor.synth.lives import GROWN, MOST_SIBLINGS, SINCE, Kind, Lived
from kamkor.synth.people import Household, People, grown
from kamkor.synth.plate import Plate
from kamkor.synth.sides import Side
from kamkor.synth.sizes import Size

_SOON_OVER = frozenset({"briefly", "declined"})
_LAST = 150
_TWO_CHILDREN = 0.75
_MOST_FOR_TWO = 2.8
"""More people for each case than this are had by homes of one case alone."""
_REGISTERED = 0.15
"""Which part of the homes that were soon over were on the register in between."""
_ABOUT = 4
"""By how many weeks homes that are over may stand out of the order in which they ended."""
_OF_AGE = (20, 90)
"""How many days after their lives begin those soon of age are 18: before it ends."""


@dataclass(frozen=True)
class Engraved:
    """A kind of life with its plate, and the home it was played with, as it was drawn."""

    kind: Kind
    plate: Plate
    first: Household

    @property
    def cases(self) -> int:
        """How many cases each print of it adds."""
        return self.plate.counts["kamkor_case"]

    def people(self, *, children_only: bool) -> int:
        """How many people each print of it adds."""
        adults = len(self.first.adults) if children_only else 0
        return self.plate.counts["kamkor_person"] - adults


def drawn_home(
    people: People, random: Random, kind: Kind, begins: date, first: Household | None
) -> Household:
    """The people of one home; like those of the first of its kind, if there was one."""
    if first is None:
        return people.home(random, kind.number, kind.people, begins)
    return people.alike(random, kind.number, first, begins)


def of_an_age(people: Household, random: Random, kind: Kind, begins: date) -> Household:
    """The home, of which the children are soon of age if it is that kind of life."""
    if kind.name != GROWN:
        return people
    return grown(people, birthday_before(begins + timedelta(days=random.randint(*_OF_AGE)), 18))


class Choice:
    """Chooses lives until there are as many cases and people as the size says."""

    def __init__(
        self, size: Size, seed: int, country: Country, engraved: Sequence[Engraved], now: datetime
    ) -> None:
        self._size = size
        self._country = country
        self._now = now
        self._random = Random(f"{seed}:lives")
        self._people = People()
        self._standing = [one for one in engraved if one.kind.name == "standing"]
        self._open = [one for one in engraved if one.kind.open and one not in self._standing]
        over = [one for one in engraved if not one.kind.open]
        self._soon: dict[tuple[str, int, int], list[Engraved]] = {}
        for one in over:
            if one.kind.name in _SOON_OVER:
                children, siblings, _ = one.kind.people
                self._soon.setdefault((one.kind.name, children, siblings), []).append(one)
        self._long = [one for one in over if one.kind.name not in _SOON_OVER]
        self._weights = list(accumulate(one.kind.weight for one in self._long))
        self.cases = 0
        self.people = 0

    @property
    def wanted(self) -> int:
        """How many cases there are to be."""
        return self._size.cases

    def lives(self) -> Iterator[tuple[Engraved, Lived, Random]]:
        """All lives, each with the random numbers that its ids are drawn from.

        Those that are over come first, by the years, and then the open homes: so rows lie in
        tables and indexes in the order of time, as those of a service do. A nation's written in
        no order would touch every page of every index again and again.
        """
        sides = self._country.sides[: self._size.busy]
        standing = [
            (self._of_caseload(place, home), side)
            for place, side in enumerate(sides)
            for home in range(self._size.caseload)
        ]
        for chosen, _ in standing:
            self._count(chosen)
        over = []
        while self.cases < self._size.cases:
            over.append(self._over())
            self._count(over[-1])
        # The last ones drawn make up what was left; they are no more of the last years than others.
        self._random.shuffle(over)
        for place, chosen in enumerate(over):
            side = self._random.choice(self._country.sides)
            yield self._life(chosen, side, 1 - place / len(over))
        for chosen, side in standing:
            yield self._life(chosen, side)

    def _count(self, chosen: Engraved) -> None:
        self.cases += chosen.cases
        self.people += chosen.people(children_only=self._size.children_only)

    def _of_caseload(self, worker: int, home: int) -> Engraved:
        """Three of five homes stand on the register, the others are of all kinds in turn."""
        if home % 5 < 3:
            return self._standing[(worker * 5 + home) % len(self._standing)]
        return self._open[(worker * 7 + home) % len(self._open)]

    def _over(self) -> Engraved:
        left = self._size.cases - self.cases
        if left > _LAST and self._random.random() < self._size.full:
            drawn = self._random.choices(self._long, cum_weights=self._weights)
            return drawn[0]
        each = (self._size.people - self.people) / left
        two = left > _LAST and each < _MOST_FOR_TWO and self._random.random() < _TWO_CHILDREN
        children = 1 + two
        wanted = children * each
        if left > _LAST:
            wanted += self._random.uniform(-1, 2)
        elif left > 1:
            wanted = ceil(wanted)
        siblings = min(max(int(wanted) - children, 0), MOST_SIBLINGS)
        name = "briefly" if self._random.random() < _REGISTERED else "declined"
        return self._random.choice(self._soon[name, children, siblings])

    def _life(
        self, chosen: Engraved, side: Side, left: float | None = None
    ) -> tuple[Engraved, Lived, Random]:
        """A life of this kind; ``left`` says which part of those that are over ended later."""
        random, kind, plate = self._random, chosen.kind, chosen.plate
        today = clock.local_day(self._now)
        weeks = min(kind.weeks, (today + timedelta(days=plate.first) - SINCE).days // 7)
        first = 0
        if left is not None:
            about = int(weeks * left)
            first, weeks = max(about - _ABOUT, 0), min(about + _ABOUT, weeks)
        now = self._now - timedelta(weeks=random.randint(first, weeks))
        begins = clock.local_day(now) + timedelta(days=plate.first)
        people = drawn_home(self._people, random, kind, begins, chosen.first)
        people = of_an_age(people, random, kind, begins)
        return chosen, Lived(people, side, self._country.there(side), now), random
