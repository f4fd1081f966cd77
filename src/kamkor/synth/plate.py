"""A plate: the rows that one life left behind, with what differs from print to print left open."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kamkor.kernel.commands import Command
from kamkor.kernel.digests import content_of, digest_of
from kamkor.kernel.locked import LockedText
from kamkor.synth.people import Household
from kamkor.synth.sides import Slot
from kamkor.synth.tables import Rows, Table

NULL = "\\N"
WORD = "\ue000"
"""Stands for a word in the form of a row of words."""
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_DAY = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)")
_MARK = re.compile('\ue000(\\d+)\ue000|"\ue001(\\d+)\ue001"')
_NAMED = ("given_name", "surname", "patronymic", "born", "sex", "pin")
_POSTS = {"post", "assign_to"}
_OF_PERSON = {"surname", "given_name", "patronymic", "pin", "born_on", "sex"}
Part = str | Slot


@dataclass(frozen=True)
class Form:
    """A text with gaps: ``fill`` takes the values of all slots and gives the text."""

    text: str
    places: tuple[int, ...]

    def filled(self, values: Sequence[str]) -> str:
        """The text with its gaps filled in."""
        return self.text % tuple(map(values.__getitem__, self.places))


@dataclass(frozen=True)
class Words:
    """Rows of which there is one for each folded word of a name or place.

    ``whose`` is the number of a person, or none for the place; words in ``known`` have a row.
    """

    table: str
    form: Form
    whose: int | None
    known: frozenset[str]


@dataclass(frozen=True)
class Held:
    """A text that stands locked: ``key`` and ``subject`` are the slots of its row and subject."""

    column: LockedText
    form: Form
    key: int
    subject: int


@dataclass(frozen=True)
class Plate:
    """What is printed of a life: the slots in their order, and the rows that name them.

    Days are told by how far they lie from the day the plate was played at; ``first`` is that of
    the first fact. ``counts`` is how many rows there are of each table.
    """

    slots: tuple[Slot, ...]
    rows: dict[str, Form]
    words: tuple[Words, ...]
    digests: tuple[Form, ...]
    held: tuple[Held, ...]
    first: int
    counts: dict[str, int] = field(compare=False)
    facts: int = 0


class Slots:
    """Numbers the slots of a plate as they are met."""

    def __init__(self) -> None:
        self.found: dict[Slot, int] = {}

    def of(self, slot: Slot) -> int:
        """The number of a slot."""
        return self.found.setdefault(slot, len(self.found))

    def form(self, parts: Iterable[Part]) -> Form:
        """The parts as a text with gaps."""
        text, places = [], []
        for part in parts:
            if isinstance(part, str):
                text.append(part.replace("%", "%%"))
            else:
                text.append("%s")
                places.append(self.of(part))
        return Form("".join(text), tuple(places))


class Engraver:
    """Makes a plate of the rows of one life."""

    def __init__(
        self,
        people: Household,
        numbers: dict[Slot, str],
        day: date,
        commands: Sequence[Command],
    ) -> None:
        self._people = people
        self._numbers = {(kind, value): (kind, role) for (kind, role), value in numbers.items()}
        self._day = day
        self._commands = commands
        self._slots = Slots()
        self._held: list[Held] = []
        self._digests = {
            str(digest_of(content_of(one.operation, one.data))): place
            for place, one in enumerate(commands)
        }
        self._persons: dict[str, int] = {}
        self._names: dict[str, Slot] = {}
        self._named = {one.given_name: place for place, one in enumerate(people.everybody)}
        for place, one in enumerate(people.everybody):
            self._names[one.shown_name] = ("name", f"{place} shown_name")
            self._names[one.sort_key] = ("name", f"{place} sort_key")

    def plate(self, tables: Sequence[Table], rows: dict[str, Rows]) -> Plate:
        """The plate of all rows of a life, read as text."""
        self._find_persons(tables, rows)
        forms: dict[str, Form] = {}
        words: list[Words] = []
        for table in tables:
            found = rows[table.name]
            if table.holds_words:
                found, more = self._words(table, found)
                words += more
            if found:
                lines = [self._line(table, row) for row in found]
                forms[table.name] = self._slots.form(part for line in lines for part in line)
        digests = tuple(self._slots.form(self._content(one)) for one in self._commands)
        days = [int(name) for kind, name in self._slots.found if kind == "day"]
        return Plate(
            slots=tuple(self._slots.found),
            rows=forms,
            words=tuple(words),
            digests=digests,
            held=tuple(self._held),
            first=min(days, default=0),
            counts={table.name: len(rows[table.name]) for table in tables},
            facts=sum(len(rows[table.name]) for table in tables if table.is_fact),
        )

    def _find_persons(self, tables: Sequence[Table], rows: dict[str, Rows]) -> None:
        """Which person of the home each id is, by the name that was written down of it."""
        (named,) = (table for table in tables if table.name == "kamkor_personname")
        person, given = named.columns.index("person_id"), named.columns.index("given_name")
        for row in rows[named.name]:
            self._persons[str(row[person])] = self._named[str(row[given])]

    def _line(self, table: Table, row: tuple[str | None, ...]) -> list[Part]:
        cells = dict(zip(table.columns, row, strict=True))
        person = self._persons.get(str(cells.get("person_id") or cells.get("id")))
        parts: list[Part] = []
        for column, value in cells.items():
            told = cells["id"] if column == "receipt_digest" else value
            if column in table.texts and value:
                parts += [self._locked(table, column, cells), "\t"]
            else:
                parts += [*self._cell(table.kinds[column], column, told, person), "\t"]
        parts[-1] = "\n"
        return parts

    def _locked(self, table: Table, column: str, cells: dict[str, str | None]) -> Slot:
        """The slot of a text that is locked anew in each print."""
        text = table.texts[column]
        key, subject = (self._slots.of(("id", str(cells[one]))) for one in (table.key[0], text.of))
        form = self._slots.form(self._plain(str(cells[column])))
        self._held.append(Held(text, form, key, subject))
        return ("locked", str(len(self._held) - 1))

    def _cell(self, kind: str, column: str, value: str | None, person: int | None) -> list[Part]:
        if value is None:
            return [NULL]
        if column in _OF_PERSON and person is not None:
            own = str(getattr(self._people.everybody[person], column))
            if value == own and value not in {"", "unknown"}:
                return [("name", f"{person} {column}")]
        by_kind: dict[str, Callable[[str], list[Part]]] = {
            "id": self._id,
            "day": self._date,
            "json": self._ids_within,
            "number": lambda text: [("number", text)],
            "receipt": lambda text: [("receipt", text)],
            "digest": lambda text: [("digest", str(self._digests[text]))],
        }
        if column == "born_on":
            return [value]
        if kind in by_kind:
            return by_kind[kind](value)
        return self._numbered(kind, value) if kind else self._text(value)

    def _numbered(self, kind: str, value: str) -> list[Part]:
        found = self._numbers.get((kind, value))
        return [found] if found else [value]

    def _id(self, value: str) -> list[Part]:
        return [("id", value)]

    def _date(self, value: str) -> list[Part]:
        """A day, or a moment beginning with its day: clocks here never change."""
        told = date.fromisoformat(value[:10])
        return [("day", str((told - self._day).days)), value[10:]]

    def _ids_within(self, value: str) -> list[Part]:
        return _split(_ID, value, lambda found: ("id", found[0]))

    def _text(self, value: str) -> list[Part]:
        escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
        return self._plain(value if value in self._names else escaped)

    def _plain(self, value: str) -> list[Part]:
        if value in self._names:
            return [self._names[value]]
        return _split(re.compile(re.escape(self._people.place)), value, lambda _: ("place", ""))

    def _words(self, table: Table, rows: Rows) -> tuple[Rows, list[Words]]:
        """Parts the rows of words: those that stay as they are, and those made anew."""
        groups: dict[tuple[str | None, ...], set[str]] = {}
        token = table.columns.index("token")
        for row in rows:
            groups.setdefault((*row[:token], *row[token + 1 :]), set()).add(str(row[token]))
        stay: Rows = []
        anew: list[Words] = []
        for key, told in groups.items():
            row = (*key[:token], WORD, *key[token:])
            cells = dict(zip(table.columns, row, strict=True))
            whose = self._persons.get(str(cells.get("person_id")))
            is_place = cells.get("person_id") is None and told == self._people.words
            fresh = self._people.everybody[whose].tokens if whose is not None else set()
            fresh = self._people.words if is_place else fresh
            known = told - fresh
            stay += [(*key[:token], one, *key[token:]) for one in sorted(known)]
            if whose is not None or is_place:
                form = self._slots.form(self._line(table, row))
                anew.append(Words(table.name, form, whose, frozenset(known)))
        return stay, anew

    def _content(self, command: Command) -> list[Part]:
        """What the digest of a command is made of, with its gaps."""
        marked: list[Slot] = []

        def mark(slot: Slot, *, bare: bool = False) -> str:
            marked.append(slot)
            sign = "\ue001" if bare else "\ue000"
            return f"{sign}{len(marked) - 1}{sign}"

        data = self._marked(command.data, "", None, mark)
        text = content_of(command.operation, data)
        return _split(_MARK, text, lambda found: marked[int(found[1] or found[2])])

    def _marked(
        self,
        value: Any,  # noqa: ANN401 - a command's data
        key: str,
        person: int | None,
        mark: Callable[..., str],
    ) -> Any:  # noqa: ANN401 - as above
        if isinstance(value, dict):
            person = self._named.get(str(value.get("given_name")))
            return {name: self._marked(one, name, person, mark) for name, one in value.items()}
        if isinstance(value, list):
            return [self._marked(one, key, person, mark) for one in value]
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int):
            kind = "office" if key == "to_office" else "post"
            found = self._numbers.get((kind, str(value)))
            is_number = key in _POSTS | {"to_office", "involves"}
            return mark(found, bare=True) if is_number and found else value
        if key in _NAMED and person is not None:
            known = value not in {"", "unknown"}
            return mark(("name", f"{person} {key}")) if known else value
        return self._marked_text(str(value), key, mark)

    def _marked_text(self, value: str, key: str, mark: Callable[..., str]) -> str:
        if key == "territory" and ("territory", value) in self._numbers:
            return mark(self._numbers["territory", value])
        value = _ID.sub(lambda found: mark(("id", found[0])), value)
        value = value.replace(self._people.place, mark(("place", "")))
        if key == "born_on":
            return value
        return _DAY.sub(
            lambda found: mark(("day", str((date.fromisoformat(found[0]) - self._day).days))),
            value,
        )


def _split(
    pattern: re.Pattern[str], text: str, slot: Callable[[re.Match[str]], Slot]
) -> list[Part]:
    """The text around what a pattern finds, and in its place slots."""
    parts: list[Part] = []
    last = 0
    for found in pattern.finditer(text):
        parts += [text[last : found.start()], slot(found)]
        last = found.end()
    return [*parts, text[last:]]
