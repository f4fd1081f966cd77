"""How many of a scenario's children and families live in which district, and in which homes."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from kamkor.demo.posts import Department

_LARGEST_HOME = 4
_FEWEST_SHOWN = 5
"""A district has none of a figure or at least so many, lest anybody be recognised."""


@dataclass
class Draft:
    """A home before it has people: for each entry whether it is off the register on the day."""

    department: Department
    district: str
    children: list[bool]
    family_off: bool | None = None
    mover: bool = False

    @property
    def offs(self) -> list[bool]:
        """The children's entries, then the family's."""
        return [*self.children, *([] if self.family_off is None else [self.family_off])]

    @property
    def anybody_off(self) -> bool:
        """Whether an entry of the home is off the register."""
        return any(self.offs)


@dataclass(frozen=True)
class Totals:
    """Who is identified, by where it stands on the day."""

    children_off: int
    children_on: int
    families_off: int
    families_on: int


@dataclass(frozen=True)
class District:
    """A district, its department, and how many of all live there."""

    department: Department
    code: str
    weight: float


def shared_out(total: int, weights: Sequence[float], least: int) -> list[int]:
    """A total in parts of at least so many, the rest by weight, the largest remainders first."""
    spare = total - least * len(weights)
    exact = [spare * weight / sum(weights) for weight in weights]
    parts = [least + int(one) for one in exact]
    missing = total - sum(parts)
    order = sorted(range(len(parts)), key=lambda place: int(exact[place]) - exact[place])
    for place in order[:missing]:
        parts[place] += 1
    return parts


def drafts(random: Random, departments: Sequence[Department], totals: Totals) -> list[Draft]:
    """All homes whose entries are counted on the day; the totals are met, all else is drawn."""
    districts = [
        District(
            one,
            code,
            random.uniform(0.5, 1.5) * len(one.workers) / (len(one.territories) + place),
        )
        for one in departments
        for place, code in enumerate(one.territories)
    ]
    districts.sort(key=lambda one: -one.weight)
    weights = [one.weight for one in districts]
    spread = random.randint(5, 7)
    families_off = [0] * len(districts)
    families_off[:spread] = shared_out(totals.families_off, weights[:spread], _FEWEST_SHOWN)
    found = []
    for district, *shares in zip(
        districts,
        shared_out(totals.children_off, weights, 2 * _FEWEST_SHOWN),
        # Two of each district may move away.
        shared_out(totals.children_on, _jolted(random, weights), _FEWEST_SHOWN + 4),
        families_off,
        shared_out(totals.families_on, _jolted(random, weights), _FEWEST_SHOWN),
        strict=True,
    ):
        found += _homes(random, district, Totals(*shares))
    return found


def _jolted(random: Random, weights: Sequence[float]) -> list[float]:
    return [weight * random.uniform(0.8, 1.2) for weight in weights]


def _homes(random: Random, district: District, share: Totals) -> list[Draft]:
    """The homes of one district: every family has a child, every home at most four."""

    def home(children: list[bool], *, family_off: bool | None = None) -> Draft:
        return Draft(district.department, district.code, children, family_off)

    movers = random.randint(1, 2)
    found = [home([False]) for _ in range(movers)]
    for one in found:
        one.mover = True
    rest = [True] * (share.children_off - share.families_off)
    rest += [False] * (share.children_on - movers)
    random.shuffle(rest)
    shared = [home([True], family_off=True) for _ in range(share.families_off)]
    shared += [home([rest.pop()], family_off=False) for _ in range(share.families_on)]
    while rest:
        off = rest.pop()
        room = [
            one
            for one in shared
            if len(one.children) < _LARGEST_HOME and (off or one.family_off is not True)
        ]
        if not room or random.random() < 0.35:
            shared.append(home([off]))
        else:
            random.choice(room).children.append(off)
    return found + shared
