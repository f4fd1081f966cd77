"""Whether two records may be one child: what is compared, what it weighs, and what is never linked.

Weights add up and are shown line by line, in natural logarithms: their sum is about the logarithm
of the odds that two compared records are one child. Three zones: link, review by a person, new.
Rules stand above the sum. No such number says anything else about a child.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Final, Literal

from kamkor.people.names import phonetic, stem

Zone = Literal["link", "review", "new"]
_REMEMBERED: Final = 500_000
_SHORT: Final = 4
_LONG: Final = 8
_UNKNOWN: Final = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one record, with names as stems; empty, None or 0 where nothing is."""

    number: int
    surname: str
    given_name: str
    patronymic: str
    birth_date: date | None
    sex: str
    district: int
    municipality: int
    pin: str = ""

    @property
    def keys(self) -> tuple[str, str, str]:
        """The phonetic keys of surname, given name and patronymic."""
        return phonetic(self.surname), phonetic(self.given_name), phonetic(self.patronymic)


@dataclass(frozen=True)
class Weights:
    """What each likeness weighs from a day on. Above ``link`` two records are one child, above
    ``review`` a person looks. A weight that ends in ``_rare`` is multiplied by the logarithm of
    how rare the equal name is; each kind of line that is not listed weighs nothing.
    """

    since: date
    source: str
    link: float
    review: float
    lines: Mapping[str, float]

    @cached_property
    def rare(self) -> dict[str, float]:
        """By which weight the rareness of the name counts in a line about it."""
        return {
            f"{kind}_{likeness}": self.lines.get(f"{kind}_rare", 0.0)
            for kind in ("surname", "given", "father")
            for likeness in ("equal", "heard")
        }


@dataclass(frozen=True)
class Weighed:
    """How two records compare: each line with its weight, their sum, and where that leads."""

    zone: Zone
    total: float
    lines: tuple[tuple[str, float], ...]
    never: str = ""


_FIRST: Final = {
    "name_order_kept": -7.3, "name_order_turned": -7.6,
    "surname_equal": 0.5, "surname_heard": -2.4, "surname_near": 1.8, "surname_other": -4.9,
    "surname_rare": 0.7,
    "given_equal": 2.8, "given_heard": 0.3, "given_near": 3.0, "given_other": -11.1,
    "given_rare": 0.55,
    "father_equal": -0.5, "father_heard": -1.3, "father_near": 1.2, "father_missing": 0.6,
    "father_other": -4.9, "father_rare": 0.8,
    "date_equal": 5.4, "date_first": 3.5, "date_turned": 3.3, "date_part": -1.2,
    "date_close": -0.7, "date_january": -0.4, "date_missing": -0.7, "date_year": -5.7,
    "date_other": -8.5,
    "place_municipality": 2.6, "place_district": -3.7, "place_other": -3.9,
    "sex_other": -4.2,
}  # fmt: skip
WEIGHTS: Final = (
    Weights(
        since=date(2026, 11, 23),
        source="estimated on seed 1 of bench/linkage, rounded; no record of a living child",
        link=1.0,
        review=-4.0,
        lines=_FIRST,
    ),
)


@dataclass
class Frequencies:
    """How often a stem is borne among those compared, so that a rare one weighs more."""

    borne: Counter[str] = field(default_factory=Counter)
    of: int = 0
    _rareness: dict[str, float] = field(default_factory=dict)

    @classmethod
    def among(cls, people: Iterable[Told]) -> "Frequencies":
        """Count the stems of all parts."""
        counted = cls()
        for one in people:
            counted.borne.update((one.surname, one.given_name, one.patronymic))
            counted.of += 1
        return counted

    def rareness(self, name: str) -> float:
        """The natural logarithm of how many people there are to one who bears it."""
        found = self._rareness.get(name)
        if found is None:
            found = math.log(max(self.of, 1) / max(self.borne[name], 1))
            self._rareness[name] = found
        return found


def told(
    *,
    number: int,
    surname: str,
    given_name: str,
    patronymic: str,
    birth_date: date | None,
    sex: str,
    district: int,
    municipality: int,
    pin: str = "",
) -> Told:
    """A record made ready for comparison."""
    names = stem(surname), stem(given_name), stem(patronymic)
    return Told(number, *names, birth_date, sex, district, municipality, pin)


def block_keys(one: Told) -> set[str]:
    """The keys one of which two records share if they are to be compared at all."""
    surname, given, father = one.keys
    both = "+".join(sorted((surname, given)))
    found = set()
    if one.municipality:
        found = {f"m {both} {one.municipality}", f"m {given} {father} {one.municipality}"}
    if father:
        found.add(f"f {both} {father}")
    if one.birth_date is not None:
        found |= {f"d {key} {one.birth_date}" for key in (surname, given)}
        found.add(f"y {both} {one.birth_date.year}")
        if father:
            found.add(f"p {father} {one.birth_date}")
    return found


@lru_cache(maxsize=_REMEMBERED)
def likeness(one: str, other: str) -> str:
    """How two stems compare: equal, heard, near, missing or other."""
    if not one or not other:
        return "missing"
    if one == other:
        return "equal"
    if phonetic(one) == phonetic(other):
        return "heard"
    shorter = min(len(one), len(other))
    allowed = 0 if shorter < _SHORT else 1 if shorter < _LONG else 2
    if edits(one, other, allowed) <= allowed:
        return "near"
    return "other"


def edits(one: str, other: str, most: int) -> int:
    """How many letters must be changed, added, left out or change places; ``most`` + 1 if more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, sign in enumerate(one, 1):
        line = [row]
        for column, against in enumerate(other, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (sign != against))
            swapped = row > 1 < column and sign == other[column - 2] and one[row - 2] == against
            line.append(min(cost, before[column - 2] + 1) if swapped else cost)
        if min(line) > most and min(last) > most:
            return most + 1
        before, last = last, line
    return last[-1]


def dates(one: date | None, other: date | None) -> str:
    """How two birth dates compare."""
    if one is None or other is None:
        return "missing"
    if one == other:
        return "first" if (one.month, one.day) == (1, 1) else "equal"
    if one.year == other.year:
        if (one.month, one.day) == (other.day, other.month):
            return "turned"
        if (1, 1) in {(one.month, one.day), (other.month, other.day)}:
            return "january"
        if one.month == other.month or one.day == other.day:
            return "part"
        return "close" if abs((one - other).days) <= 10 else "year"
    if (one.month, one.day) == (other.month, other.day):
        return "part"
    return "close" if abs((one - other).days) <= 10 else "other"


def places(one: Told, other: Told) -> str:
    """How two places of living compare."""
    if not (one.district and other.district):
        return "missing"
    if one.municipality == other.municipality != _UNKNOWN:
        return "municipality"
    return "district" if one.district == other.district else "other"


def never_linked(one: Told, other: Told) -> str:
    """Why two records are never linked by weight, or nothing: numbers that differ, twins.

    Callers give only valid numbers; a doubtful one says nothing.
    """
    if one.pin and other.pin and one.pin != other.pin:
        return "numbers_differ"
    if one.birth_date is None or one.birth_date != other.birth_date:
        return ""
    family = likeness(one.surname, other.surname) != "other"
    family = family and likeness(one.patronymic, other.patronymic) != "other"
    named_apart = likeness(one.given_name, other.given_name) == "other"
    return "twins" if family and named_apart else ""


def compared(one: Told, other: Told) -> list[tuple[str, str]]:
    """The code of each line, and the equal stem it is about, if its rareness counts."""
    straight = (
        likeness(one.surname, other.surname),
        likeness(one.given_name, other.given_name),
    )
    crossed = (
        likeness(one.surname, other.given_name),
        likeness(one.given_name, other.surname),
    )
    found = [("name_order_kept", "")]
    if straight.count("other") > crossed.count("other"):
        found, straight = [("name_order_turned", "")], crossed
    found += [
        (f"surname_{straight[0]}", one.surname),
        (f"given_{straight[1]}", one.given_name),
        (f"father_{likeness(one.patronymic, other.patronymic)}", one.patronymic),
        (f"date_{dates(one.birth_date, other.birth_date)}", ""),
        (f"place_{places(one, other)}", ""),
    ]
    if one.sex and other.sex and one.sex != other.sex:
        found.append(("sex_other", ""))
    return found


def weighed(
    one: Told, other: Told, frequencies: Frequencies, weights: Weights = WEIGHTS[-1]
) -> Weighed:
    """Compare two records; a rule is never outvoted by the sum."""
    lines, rare = [], weights.rare
    for code, name in compared(one, other):
        weight = weights.lines.get(code, 0.0)
        if name and code in rare:
            weight += rare[code] * frequencies.rareness(name)
        lines.append((code, round(weight, 2)))
    total = round(sum(weight for _, weight in lines), 2)
    never = never_linked(one, other)
    if never == "numbers_differ":
        return Weighed("new", total, tuple(lines), never)
    zone: Zone = "new"
    if total >= weights.review:
        zone = "review" if never or total < weights.link else "link"
    return Weighed(zone, total, tuple(lines), never)
