"""Invented children whose records are looked for twice: families, twins, names by Zipf.

After the measurements this row is calibrated by: 200,000 children born 2007 to 2024 in 57
districts of 9 municipalities; names Zipf(0.75); a third of the families with 2 or 3 children; 2 %
with twins; 12 % of surnames "X уулу/кызы"; 25 % of patronymics in that form; 2 % born on 1 January.
Nothing here knows how the service folds a name: a test holds that.
"""

import csv
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final, Generic, TypeVar

_LISTS: Final = Path(__file__).resolve().parents[2] / "src" / "kamkor" / "country" / "kg"
CHILDREN: Final = 200_000
DISTRICTS: Final = 57
MUNICIPALITIES: Final = 9
"""Of each district."""

# --- Left open by the measurements and chosen here; see FROZEN in `frozen.py`.
_EXPONENT: Final = 0.75
_ROOTS: Final = 220
_FATHERS_OF_SURNAMES: Final = 144
"""With 220 roots in two forms they make the 728 surnames that were measured with."""
_LARGER_FAMILIES: Final = 0.33
_THIRD_CHILD: Final = 0.5
_TWINS: Final = 0.02
_NAMED_AS_TWINS: Final = 0.25
_UULU_SURNAMES: Final = 0.12
_KYRGYZ_PATRONYMICS: Final = 0.25
_FIRST_OF_JANUARY: Final = 0.02
_FIRST_DAY: Final = date(2007, 1, 1)
_DAYS: Final = (date(2025, 1, 1) - _FIRST_DAY).days
_BETWEEN_CHILDREN: Final = (365, 5 * 365)
_VOWELS: Final = "аеиоуыэйөүюя"
Name = TypeVar("Name")


@dataclass(frozen=True)
class Root:
    """What a surname is made from: its forms in -ов, and the name before уулу and кызы."""

    male: str
    female: str
    alone: str


@dataclass(frozen=True)
class Child:
    """One child and what its names are made from; how it is written is in `written.py`."""

    root: Root
    father: str
    given: str
    sex: str
    born: date
    district: int
    municipality: int
    uulu_surname: bool
    kyrgyz_patronymic: bool


def surname_root(name: str) -> Root:
    """The surname made from a man's name: Асанов, Мусаев, Чолпонбаев."""
    ending = "ов" if name[-1] not in _VOWELS else "ев"
    made = name.removesuffix("й") + ending
    return Root(made, made + "а", name)


def patronymic(father: str, sex: str, *, kyrgyz: bool) -> str:
    """Асан уулу or Асанович, Асан кызы or Асановна."""
    if kyrgyz:
        return f"{father} {'уулу' if sex == 'male' else 'кызы'}"
    stem = surname_root(father).male
    return stem + ("ич" if sex == "male" else "на")


class _Drawn(Generic[Name]):
    """Draws by Zipf's law. Which names are frequent is of the country, not of the seed."""

    def __init__(self, among: Sequence[Name], random: Random) -> None:
        self._among = list(among)
        Random("ranks").shuffle(self._among)
        self._sums = list(accumulate((n + 1) ** -_EXPONENT for n in range(len(self._among))))
        self._random = random

    def one(self) -> Name:
        return self._among[bisect(self._sums, self._random.random() * self._sums[-1])]


def population(seed: int, children: int = CHILDREN) -> list[Child]:
    """The children of a seed, family by family; the same seed gives the same children."""
    random = Random(f"{seed}:children")
    names = _rows("kg_given_names.csv")
    men = [row["name_ky"] for row in names if row["sex"] == "m"]
    women = [row["name_ky"] for row in names if row["sex"] == "f"]
    given = {"male": _Drawn(men, random), "female": _Drawn(women, random)}
    roots = _Drawn(_roots(men), random)
    before_uulu = _Drawn(men[:_FATHERS_OF_SURNAMES], random)
    found: list[Child] = []
    while len(found) < children:
        found += _family(random, given, roots, before_uulu)
    return found[:children]


def _roots(men: Sequence[str]) -> list[Root]:
    listed = [
        Root(row["surname_m"], row["surname_f"], _alone(row["surname_m"]))
        for row in _rows("kg_surnames.csv")
    ]
    known = {root.male for root in listed}
    made = [root for name in men if (root := surname_root(name)).male not in known]
    return (listed + made)[:_ROOTS]


def _alone(surname: str) -> str:
    name = surname[:-2]
    return name + "й" if name.endswith("ба") else name


def _family(
    random: Random,
    given: dict[str, _Drawn[str]],
    roots: _Drawn[Root],
    before_uulu: _Drawn[str],
) -> list[Child]:
    uulu = random.random() < _UULU_SURNAMES
    kyrgyz = random.random() < _KYRGYZ_PATRONYMICS
    root = surname_root(before_uulu.one()) if uulu else roots.one()
    father = given["male"].one()
    district, municipality = place(random)
    children = []
    used: set[str] = set()
    for born, twins in _births(random):
        sexes = [random.choice(("male", "female")) for _ in range(2 if twins else 1)]
        pair = _twin_names(random, sexes)
        for place_of_birth, sex in enumerate(sexes):
            name = pair[place_of_birth] if pair else given[sex].one()
            while name in used:
                name = given[sex].one()
            used.add(name)
            children.append(
                Child(root, father, name, sex, born, district, municipality, uulu, kyrgyz)
            )
    return children


def _births(random: Random) -> list[tuple[date, bool]]:
    """When the children of a family were born, and where twins were."""
    births = 1
    if random.random() < _LARGER_FAMILIES:
        births += 2 if random.random() < _THIRD_CHILD else 1
    twins = random.randrange(births) if random.random() < _TWINS else -1
    day = random.randrange(_DAYS)
    found = []
    for number in range(births):
        if number:
            day = (day + random.randrange(*_BETWEEN_CHILDREN)) % _DAYS
        born = _FIRST_DAY + timedelta(days=day)
        if random.random() < _FIRST_OF_JANUARY:
            born = born.replace(month=1, day=1)
        found.append((born, number == twins))
    return found


def _twin_names(random: Random, sexes: Sequence[str]) -> tuple[str, str] | None:
    if len(sexes) == 2 and set(sexes) == {"male"} and random.random() < _NAMED_AS_TWINS:
        return "Асан", "Үсөн"
    return None


def place(random: Random) -> tuple[int, int]:
    """A district and one of its municipalities, each with a number of its own."""
    district = 1 + random.randrange(DISTRICTS)
    return district, 10 * district + 1 + random.randrange(MUNICIPALITIES)


def _rows(file: str) -> list[dict[str, str]]:
    with (_LISTS / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))
