"""How a child is written down, once as it is and once damaged, and which pairs are one child."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple

from bench.linkage.population import CHILDREN, Child, patronymic, place, population
from bench.linkage.spelling import Latin, Russian, keyboard_edit

DUPLICATES: Final = 20_000


class Record(NamedTuple):
    """The fields that every method is given, and no others. There is no PIN anywhere."""

    number: int
    surname: str
    given_name: str
    patronymic: str
    birth_date: date | None
    sex: str
    district: int
    municipality: int


@dataclass
class Ground:
    """The records in no order that tells anything, and for each pair of one child its damage."""

    records: list[Record]
    pairs: dict[tuple[int, int], frozenset[str]]


RATES: Final = {
    "russian": 0.50,
    "latin": 0.15,
    "patronymic style": 0.25,
    "patronymic missing": 0.20,
    "surname style": 0.08,
    "typo": 0.12,
    "swapped": 0.05,
    "day and month": 0.03,
    "date error": 0.04,
    "1 January": 0.03,
    "date missing": 0.04,
    "moved": 0.15,
}
"""How much of the duplicates each damage is done to. Those of the date exclude each other; a patronymic is missing from 20 % of those whose style was kept."""
_MONTHS: Final = 12
_CHANGING_PLACES: Final = RATES["day and month"] / 0.36
"""Of the dates whose day can be a month, so that the rate holds of all."""
_OF_DATES: Final = ("date error", "1 January", "date missing", "")
_UNHARMED: Final = 1 - sum(RATES[kind] for kind in _OF_DATES if kind)


def ground(seed: int, children: int = CHILDREN, duplicates: int = DUPLICATES) -> Ground:
    """The records of a seed: every child once, and some of them once more, damaged."""
    random = Random(f"{seed}:written")
    born = population(seed, children)
    again = random.sample(range(children), duplicates)
    sheets = [_Sheet.of(child) for child in born]
    damaged = [_damaged(born[one], random) for one in again]
    numbers = list(range(children + duplicates))
    random.shuffle(numbers)
    every = [*sheets, *damaged]
    records = [sheet.record(number) for sheet, number in zip(every, numbers, strict=True)]
    pairs = {}
    for place_of, one in enumerate(again):
        first, second = sorted((numbers[one], numbers[children + place_of]))
        pairs[first, second] = frozenset(damaged[place_of].damage)
    return Ground(sorted(records), pairs)


@dataclass
class _Sheet:
    """What stands on one paper about a child."""

    surname: str
    given_name: str
    patronymic: str
    birth_date: date | None
    sex: str
    district: int
    municipality: int
    damage: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, child: Child, *, uulu: bool | None = None, kyrgyz: bool | None = None) -> "_Sheet":
        return cls(
            _surname(child, uulu=child.uulu_surname if uulu is None else uulu),
            child.given,
            patronymic(
                child.father,
                child.sex,
                kyrgyz=child.kyrgyz_patronymic if kyrgyz is None else kyrgyz,
            ),
            child.born,
            child.sex,
            child.district,
            child.municipality,
        )

    def record(self, number: int) -> Record:
        return Record(
            number,
            self.surname,
            self.given_name,
            self.patronymic,
            self.birth_date,
            self.sex,
            self.district,
            self.municipality,
        )

    def spelled(self, spell: Callable[[str], str]) -> None:
        self.surname = spell(self.surname)
        self.given_name = spell(self.given_name)
        self.patronymic = spell(self.patronymic)


def _surname(child: Child, *, uulu: bool) -> str:
    if uulu:
        return f"{child.root.alone} {'уулу' if child.sex == 'male' else 'кызы'}"
    return child.root.male if child.sex == "male" else child.root.female


def _damaged(child: Child, random: Random) -> _Sheet:
    """The child once more, with what happened to it on the way."""
    hit = {name for name, rate in RATES.items() if random.random() < rate}
    style = child.uulu_surname != ("surname style" in hit)
    sheet = _Sheet.of(
        child, uulu=style, kyrgyz=child.kyrgyz_patronymic != ("patronymic style" in hit)
    )
    sheet.damage = hit & {"surname style", "patronymic style"}
    if "patronymic missing" in hit - {"patronymic style"} and "patronymic style" not in hit:
        sheet.patronymic = ""
        sheet.damage.add("patronymic missing")
    _spell(sheet, hit, random)
    if "typo" in hit:
        _mistype(sheet, random)
    if "swapped" in hit:
        sheet.surname, sheet.given_name = sheet.given_name, sheet.surname
        sheet.damage.add("swapped")
    _misdate(sheet, random)
    if "moved" in hit:
        sheet.district, sheet.municipality = place(random)
        sheet.damage.add("moved")
    return sheet


def _spell(sheet: _Sheet, hit: set[str], random: Random) -> None:
    """Russian letters, Latin letters, or Latin letters made from the Russian spelling."""
    if "russian" in hit:
        sheet.spelled(Russian(random).written)
    if "latin" in hit:
        sheet.spelled(Latin(random).written)
    sheet.damage |= hit & {"russian", "latin"}


def _mistype(sheet: _Sheet, random: Random) -> None:
    """One slip of a key anywhere in the name, so more often in its longer parts."""
    parts = ("surname", "given_name", "patronymic")
    lengths = [len(getattr(sheet, part)) for part in parts]
    part = random.choices(parts, lengths)[0]
    setattr(sheet, part, keyboard_edit(getattr(sheet, part), random))
    sheet.damage.add("typo")


def _misdate(sheet: _Sheet, random: Random) -> None:
    """At most one thing happens to a date."""
    told = sheet.birth_date
    if told is None:
        return
    kind = "day and month"
    if told.day > _MONTHS or told.day == told.month or random.random() > _CHANGING_PLACES:
        kind = random.choices(_OF_DATES, [RATES.get(one, _UNHARMED) for one in _OF_DATES])[0]
    if kind:
        sheet.birth_date = _wrong(told, kind, random)
        sheet.damage.add(kind)


def _wrong(born: date, kind: str, random: Random) -> date | None:
    if kind == "day and month":
        return born.replace(month=born.day, day=born.month)
    if kind == "1 January":
        return born.replace(month=1, day=1)
    if kind == "date missing":
        return None
    which = random.randrange(3)
    if which == 0:
        return born + timedelta(days=random.choice((-10, -2, -1, 1, 2, 10)))
    if which == 1:
        return born.replace(day=min(born.day, 28), month=1 + random.randrange(12))
    return born.replace(day=min(born.day, 28), year=born.year + random.choice((-2, -1, 1, 2)))
