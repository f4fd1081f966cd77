"""Records of the service made ready to be compared: their keys, their likeness, what was compared.

A record may bear several names; two are compared by those that are most alike. Of places the
words are compared: that one is told otherwise says nothing against two records of a department.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import product
from typing import Final
from uuid import UUID
from zlib import crc32

from kamkor.people.names import stem
from kamkor.people.rules.matching import Frequencies, Told, Weighed, block_keys, weighed

MOST_NAMES: Final = 4
_DAY: Final = "day"
_FIRST_OF_YEAR: Final = ("year", "month")
_SOMEWHERE: Final = 1


@dataclass(frozen=True)
class Name:
    """A name as it was typed."""

    surname: str
    given_name: str
    patronymic: str


@dataclass(frozen=True)
class Record:
    """What is known of one child: its latest names, the birth as exactly as ``precision`` says, a
    number without doubts or none, the district's code, and the words of the place."""

    person: UUID
    names: tuple[Name, ...]
    born_on: date | None = None
    precision: str = "unknown"
    sex: str = ""
    pin: str = ""
    district: str = ""
    place: frozenset[str] = frozenset()

    @property
    def birth(self) -> date | None:
        """The day that is compared: of a month or a year its year alone is, by 1 January."""
        if self.born_on is None or self.precision == _DAY:
            return self.born_on
        return self.born_on.replace(month=1, day=1) if self.precision in _FIRST_OF_YEAR else None

    def content(self) -> str:
        """All that is compared, as one text: an answer holds as long as it stays the same."""
        names = sorted((one.surname, one.given_name, one.patronymic) for one in self.names)
        about = (self.birth, self.precision, self.sex, self.pin, self.district, sorted(self.place))
        return repr((str(self.person), names, tuple(map(str, about))))

    def told(self, place: int) -> list[Told]:
        """The record under each of its names, at a place by its number; 0 where none is known."""
        sex = self.sex if self.sex in {"male", "female"} else ""
        born = self.birth
        return [Told(0, *stems, born, sex, place, place, self.pin) for stems in self._stems]

    @cached_property
    def _stems(self) -> list[tuple[str, str, str]]:
        names = self.names[:MOST_NAMES]
        return [(stem(one.surname), stem(one.given_name), stem(one.patronymic)) for one in names]


@dataclass(frozen=True)
class Likeness:
    """How two records compare: by which names, with which lines, and whether one number stands
    in both."""

    one: Record
    other: Record
    names: tuple[Name, Name]
    weighed: Weighed
    one_number: bool

    @property
    def content(self) -> str:
        """What was compared, the same whichever stands first."""
        return "\n".join(sorted((self.one.content(), self.other.content())))


def keys_of(record: Record) -> set[int]:
    """The keys one of which two records of a department share if they are to be compared."""
    district = int(record.district) if record.district.isdigit() else 0
    texts = {key for one in record.told(district) for key in block_keys(one)}
    if record.pin:
        texts.add(f"n {record.pin}")
    # Two texts of one number only cost a comparison.
    return {crc32(one.encode()) for one in texts}


def names_of(record: Record) -> list[tuple[list[str], list[str]]]:
    """Of each name that is compared the stems, and how they sound; the latest first."""
    return [
        ([one.surname, one.given_name, one.patronymic], list(one.keys)) for one in record.told(0)
    ]


def words_of(records: Iterable[Record]) -> set[str]:
    """The folded words of all names, of which it counts how often they are borne."""
    return {
        word
        for record in records
        for one in record.told(0)
        for name in (one.surname, one.given_name, one.patronymic)
        for word in name.split()
    }


def compare(one: Record, other: Record, frequencies: Frequencies) -> Likeness:
    """Compare two records by the names that are most alike.

    Equal numbers are for a person to look at, whatever else differs; so is whoever is known by a
    given name alone.
    """
    place = _SOMEWHERE if one.place & other.place else 0
    pairs = list(
        product(
            zip(one.names, one.told(place), strict=False),
            zip(other.names, other.told(place), strict=False),
        )
    )
    found = [
        (weighed(mine, _in_another_year(one, other, mine, yours), frequencies), (name, called))
        for (name, mine), (called, yours) in pairs
    ]
    best, names = max(found, key=lambda told: told[0].total)
    if best.zone == "link" and not all(name.surname or name.patronymic for name in names):
        best = replace(best, zone="review")
    same = bool(one.pin) and one.pin == other.pin
    if same and best.zone == "new":
        best = replace(best, zone="review")
    return Likeness(one, other, names, best, same)


def _in_another_year(one: Record, other: Record, mine: Told, yours: Told) -> Told:
    """The second record; where a year alone is known and differs, born so that nothing of the two
    dates is equal: both stand as 1 January only because no day is known."""
    known = mine.birth_date is not None and yours.birth_date is not None
    if not known or one.precision == other.precision == _DAY:
        return yours
    if mine.birth_date and yours.birth_date and mine.birth_date.year != yours.birth_date.year:
        return replace(yours, birth_date=yours.birth_date.replace(month=7, day=31))
    return yours
