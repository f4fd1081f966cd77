"""The press: fills a plate with the people, places and days of one life after another."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from uuid import UUID

from kamkor.cases.operations.report import receipt_code, receipt_digest
from kamkor.kernel import clock
from kamkor.kernel.digests import digest_of
from kamkor.kernel.ids import number_from
from kamkor.kernel.locked import as_text
from kamkor.synth.lives import Lived
from kamkor.synth.people import Household
from kamkor.synth.plate import WORD, Held, Plate
from kamkor.synth.sides import Slot, numbers_of

Lines = dict[str, list[str]]

_RANDOM_BITS = 62
_SCRAMBLE = 12_345_678_923
"""Shares no factor with the number of numbers there are, so that each is drawn once."""


@dataclass(frozen=True)
class Fillings:
    """How the slots of a plate are filled, sorted by what they need; worked out once a plate."""

    ids: tuple[tuple[int, int], ...]
    days: tuple[tuple[int, int], ...]
    names: tuple[tuple[int, int, str], ...]
    fixed: tuple[tuple[int, Slot], ...]
    places: tuple[int, ...]
    numbers: tuple[int, ...]
    receipts: tuple[tuple[int, int], ...]
    digests: tuple[tuple[int, int], ...]
    held: tuple[tuple[int, int], ...]


def fillings_of(plate: Plate) -> Fillings:
    """The slots of a plate by kind, each with its number."""
    number = {slot: place for place, slot in enumerate(plate.slots)}
    by_kind: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for (kind, name), place in number.items():
        by_kind[kind].append((place, name))
    names = [(place, name.split(" ")) for place, name in by_kind["name"]]
    fixed = ("office", "post", "employee", "account", "territory")
    return Fillings(
        ids=tuple((place, UUID(name).int >> 64) for place, name in by_kind["id"]),
        days=tuple((place, int(name)) for place, name in by_kind["day"]),
        names=tuple((place, int(person), part) for place, (person, part) in names),
        fixed=tuple((place, (kind, name)) for kind in fixed for place, name in by_kind[kind]),
        places=tuple(place for place, _ in by_kind["place"]),
        numbers=tuple(place for place, _ in by_kind["number"]),
        receipts=tuple((place, number["id", name]) for place, name in by_kind["receipt"]),
        digests=tuple((place, int(name)) for place, name in by_kind["digest"]),
        held=tuple((place, int(name)) for place, name in by_kind["locked"]),
    )


class Press:
    """Prints lives into lines of text for each table, in the order they are to be copied."""

    def __init__(self, played_at: datetime) -> None:
        self._played_at = played_at
        self._fillings: dict[int, tuple[Plate, Fillings]] = {}
        self._days: dict[int, str] = {}
        self._numbers = 0
        self.lines: Lines = defaultdict(list)

    def print(self, plate: Plate, lived: Lived, random: Random) -> list[str]:
        """Add the rows of one life to ``lines``; returns what each slot was filled with."""
        known = self._fillings.get(id(plate))
        if known is None:
            known = self._fillings[id(plate)] = (plate, fillings_of(plate))
        values = self._values(plate, known[1], lived, random)
        for place, number in known[1].held:
            values[place] = _locked(plate.held[number], values)
        for table, form in plate.rows.items():
            self.lines[table].append(form.filled(values))
        self._words(plate, lived.people, values)
        return values

    def taken(self) -> Lines:
        """The lines printed since the last time."""
        taken, self.lines = self.lines, defaultdict(list)
        return taken

    def _values(self, plate: Plate, fillings: Fillings, lived: Lived, random: Random) -> list[str]:
        values = [""] * len(plate.slots)
        later = int((lived.now - self._played_at).total_seconds() * 1000) << 16
        draw = random.getrandbits
        for place, begun in fillings.ids:
            if begun >> 12 & 15 == 7:
                begun += later  # noqa: PLW2901 - moved with the life
            text = f"{begun << 64 | 2 << _RANDOM_BITS | draw(_RANDOM_BITS):032x}"
            values[place] = f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
        ends = clock.local_day(lived.now).toordinal()
        for place, offset in fillings.days:
            values[place] = self._day(ends + offset)
        everybody = lived.people.everybody
        for place, person, part in fillings.names:
            values[place] = getattr(everybody[person], part)
        numbers = numbers_of(lived.own, lived.there)
        for place, slot in fillings.fixed:
            values[place] = numbers[slot]
        for place in fillings.places:
            values[place] = lived.people.place
        for place in fillings.numbers:
            self._numbers += 1
            values[place] = number_from("K", self._numbers * _SCRAMBLE)
        for place, report in fillings.receipts:
            values[place] = receipt_digest(receipt_code(UUID(values[report])))
        for place, command in fillings.digests:
            values[place] = str(digest_of(plate.digests[command].filled(values)))
        return values

    def _day(self, ordinal: int) -> str:
        if ordinal not in self._days:
            self._days[ordinal] = date.fromordinal(ordinal).isoformat()
        return self._days[ordinal]

    def _words(self, plate: Plate, people: Household, values: list[str]) -> None:
        for words in plate.words:
            told = people.words if words.whose is None else people.everybody[words.whose].tokens
            before, after = words.form.filled(values).split(WORD)
            fresh = sorted(told - words.known)
            self.lines[words.table].append("".join(f"{before}{one}{after}" for one in fresh))


def _locked(held: Held, values: list[str]) -> str:
    """A text locked for the row and the subject of this print, as a line to be copied bears it."""
    key, subject = values[held.key], UUID(values[held.subject])
    return "\\" + as_text(held.column.locked_at(held.form.filled(values), key, subject))
