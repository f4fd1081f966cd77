"""One row of a register's file: what its cells mean, and everything that is wrong with them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from kamkor.cases.rules.loading_faults import RowFault
from kamkor.cases.vocabulary import CHILD, FAMILY
from kamkor.country.kg.identifiers import FAULTS as PIN_FAULTS
from kamkor.country.kg.identifiers import pin_faults, tidy_pin
from kamkor.kernel import rulesets
from kamkor.kernel.shapes import first_day, last_day, precision
from kamkor.people.names import NAME_LIMIT, tidy

COLUMNS = (
    "register", "event", "reference", "surname", "given_name", "patronymic", "birth_date",
    "birth_date_precision", "sex", "pin", "place", "ground_main", "grounds", "date", "reason",
    "family_reference",
)  # fmt: skip
NEEDED = ("register", "event", "place", "ground_main", "date")
"""Without these columns a file is no register."""

FAULT_COLUMN = "fault"
"""The first column of a file of rejected rows; it is read over when the file is loaded again."""

ENTRY, REMOVAL = "entry", "removal"
SEXES = {"f": "female", "m": "male", "x": "unknown", "": "unknown"}
PRECISIONS = ("day", "month", "year")
REFERENCE_LIMIT = 60
GROUNDS_LIMIT = 14
ADULT_AGE = 18
# Excel counts days from here, as if 1900 had been a leap year; older books of a Mac from 1904.
EXCEL_DAY_0 = date(1899, 12, 30)
EXCEL_DAYS_TO_1904 = 1462

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SERIAL = re.compile(r"\d{5}(?:\.0)?")
_YEAR = re.compile(r"\d{4}")
_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})|(?P<first>\d{1,2})\.(?P<last>\d{4})")


class Turn(StrEnum):
    """In which order the rows of a file are written: what begins a turn's text.

    The entries, those of a home together; then what is sealed, since its home is not seen by
    everybody any more; then the removals.
    """

    ENTRIES = "0"
    SEALED = "1"
    REMOVALS = "2"


class Spot(NamedTuple):
    """Where a row belongs: district or city, its department, and the village if one was named."""

    territory: str
    department: int
    village: str


Places = Mapping[str, Sequence[Spot]]
"""What a place may be called, folded by ``place_key``, and which spots it may mean."""


def place_key(text: str) -> str:
    """A code or a name of a place as it is looked up."""
    return tidy(text).casefold()


@dataclass(slots=True)
class RegisterRow:
    """What a row says, checked: codes of the rule sets, days in ISO, places of the territory."""

    register: str = ""
    event: str = ""
    reference: str = ""
    surname: str = ""
    given_name: str = ""
    patronymic: str = ""
    born: str = ""
    sex: str = "unknown"
    pin: str = ""
    territory: str = ""
    department: int = 0
    village: str = ""
    main_ground: str = ""
    grounds: list[str] = field(default_factory=list)
    happened_on: str = ""
    reason: str = ""
    family: str = ""

    def as_list(self) -> list[Any]:
        """The row as it is kept on the way."""
        return list(_told(self))

    @property
    def day(self) -> date:
        """The day of the entry or the removal."""
        return date.fromisoformat(self.happened_on)


_told: Callable[[RegisterRow], tuple[Any, ...]] = attrgetter(
    *(one.name for one in fields(RegisterRow))
)


def day_of(text: str, *, since_1904: bool = False) -> date | None:
    """The day in ISO, as day, month and year with dots, or counted by Excel; never month first."""
    found = _ISO.fullmatch(text)
    dotted = None if found else _DOTTED.fullmatch(text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
        if dotted:
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
    except ValueError:
        return None
    if _SERIAL.fullmatch(text):
        days = int(text[:5]) + (EXCEL_DAYS_TO_1904 if since_1904 else 0)
        return EXCEL_DAY_0 + timedelta(days=days)
    return None


@lru_cache(maxsize=10_000)
def partial_of(text: str, *, since_1904: bool = False) -> str:
    """A birth as year, year and month, or day; empty if it cannot be read."""
    if _YEAR.fullmatch(text):
        return text if int(text) else ""
    if month := _MONTH.fullmatch(text):
        year, number = month["year"] or month["last"], int(month["month"] or month["first"])
        return f"{year}-{number:02}" if 1 <= number <= 12 and int(year) else ""
    day = day_of(text, since_1904=since_1904)
    return day.isoformat() if day else ""


class RowReader:
    """Reads the rows of one file, each with every fault it has."""

    def __init__(
        self, header: Sequence[str], places: Places, today: date, *, since_1904: bool = False
    ) -> None:
        self._header = header
        self._places = places
        self._today = today
        self._since_1904 = since_1904
        self._days: dict[str, date | None] = {}
        self._grounds: dict[tuple[str, str], set[object]] = {}
        self._cells: dict[str, str] = {}
        self._faults: list[RowFault] = []

    def read(self, cells: Sequence[str]) -> tuple[RegisterRow, list[RowFault]]:
        """What a row says as far as it can be read, and all that is wrong with its cells."""
        self._cells = dict(zip(self._header, map(str.strip, cells), strict=False))
        self._faults = []
        if beyond := [cell for cell in cells[len(self._header) :] if cell.strip()]:
            self._faults.append(RowFault("", beyond[0], "cells_beyond"))
        row = RegisterRow()
        row.register = self._one_of("register", (CHILD, FAMILY))
        row.event = self._one_of("event", (ENTRY, REMOVAL))
        row.reference = self._text("reference", REFERENCE_LIMIT)
        row.happened_on = self._day("date")
        meant = row.event or self._event_meant()
        if meant == ENTRY:
            self._entry(row)
        elif meant == REMOVAL:
            self._removal(row)
        return row, self._faults

    def _event_meant(self) -> str:
        """What a row is by its other cells where its event cannot be read."""
        if any(self._cells.get(name) for name in ("surname", "given_name", "patronymic")):
            return ENTRY
        return REMOVAL if self._cells.get("reason") else ""

    def _fault(self, column: str, code: str, **details: str) -> None:
        self._faults.append(RowFault(column, self._cells.get(column, ""), code, details))

    def _one_of(self, column: str, known: Sequence[str]) -> str:
        typed = self._cells.get(column, "").lower()
        if typed in known:
            return typed
        code = f"{column}_unknown" if typed else "cell_missing"
        self._fault(column, code)
        return ""

    def _text(self, column: str, limit: int) -> str:
        typed = tidy(self._cells.get(column, ""))
        if len(typed) > limit:
            self._fault(column, "cell_too_long", limit=str(limit))
        return typed

    def _day(self, column: str) -> str:
        typed = self._cells.get(column, "")
        if not typed:
            self._fault(column, "cell_missing")
            return ""
        if typed not in self._days:
            self._days[typed] = day_of(typed, since_1904=self._since_1904)
        found = self._days[typed]
        if found is None:
            self._fault(column, "day_unreadable")
        elif found > self._today:
            self._fault(column, "day_to_come", today=f"{self._today:%d.%m.%Y}")
        else:
            return found.isoformat()
        return ""

    def _entry(self, row: RegisterRow) -> None:
        for column in ("surname", "given_name", "patronymic"):
            setattr(row, column, self._text(column, NAME_LIMIT))
        if not (row.surname or row.given_name or row.patronymic):
            self._fault("surname", "name_empty")
        self._birth(row)
        self._sex(row)
        self._pin(row)
        self._place(row, needed=True)
        self._ground(row)
        if self._cells.get("reason"):
            self._fault("reason", "cell_not_used")
        row.family = self._text("family_reference", REFERENCE_LIMIT)
        if row.register == FAMILY:
            if row.family:
                self._fault("family_reference", "cell_not_used")
            row.family = row.reference
        elif row.happened_on and row.born:
            self._age(row)

    def _removal(self, row: RegisterRow) -> None:
        if not row.reference:
            self._fault("reference", "cell_missing")
        self._place(row, needed=False)
        row.reason = self._cells.get("reason", "").lower()
        rules = _named("taking_off_reasons", row.reason, row.happened_on)
        if not row.reason:
            self._fault("reason", "cell_missing")
        elif not rules:
            self._fault("reason", "reason_unknown" if row.happened_on else "reason_never")
        elif all(rule.get("needs_other_side") for rule in rules):
            self._fault("reason", "needs_other_side")

    def _birth(self, row: RegisterRow) -> None:
        typed = self._cells.get("birth_date", "")
        exactly = self._cells.get("birth_date_precision", "").lower()
        if exactly and exactly not in PRECISIONS:
            self._fault("birth_date_precision", "precision_unknown")
            exactly = ""
        if not typed:
            if exactly:
                self._fault("birth_date", "cell_missing")
            return
        born = partial_of(typed, since_1904=self._since_1904)
        known = precision(born) if born else ""
        if not born:
            self._fault("birth_date", "day_unreadable")
        elif exactly and PRECISIONS.index(exactly) < PRECISIONS.index(known):
            self._fault("birth_date", "birth_less_exact")
        elif first_day(born) > self._today:
            self._fault("birth_date", "day_to_come", today=f"{self._today:%d.%m.%Y}")
        else:
            row.born = born[: {"year": 4, "month": 7}.get(exactly, 10)]

    def _sex(self, row: RegisterRow) -> None:
        typed = self._cells.get("sex", "").lower()
        if typed in SEXES:
            row.sex = SEXES[typed]
        else:
            self._fault("sex", "sex_unknown")

    def _pin(self, row: RegisterRow) -> None:
        row.pin = tidy_pin(self._cells.get("pin", "")).removesuffix(".0")
        if row.pin and PIN_FAULTS.intersection(pin_faults(row.pin, None, None)):
            self._fault("pin", "pin_not_14_digits")

    def _place(self, row: RegisterRow, *, needed: bool) -> None:
        typed = self._cells.get("place", "")
        found = self._places.get(place_key(typed), ()) if typed else ()
        if len(found) == 1:
            row.territory, row.department, row.village = found[0]
        elif found:
            self._fault("place", "place_ambiguous")
        elif typed:
            self._fault("place", "place_not_yours")
        elif needed:
            self._fault("place", "cell_missing")

    def _ground(self, row: RegisterRow) -> None:
        row.main_ground = self._cells.get("ground_main", "").lower()
        if not row.main_ground:
            self._fault("ground_main", "cell_missing")
        listed = [one.strip().lower() for one in self._cells.get("grounds", "").split(";")]
        row.grounds = list(dict.fromkeys(one for one in (row.main_ground, *listed) if one))
        if len(row.grounds) > GROUNDS_LIMIT:
            self._fault("grounds", "cell_too_long", limit=str(GROUNDS_LIMIT))
        for one in row.grounds:
            column = "ground_main" if one == row.main_ground else "grounds"
            registers = self._registers_of_ground(one, row.happened_on)
            if not registers:
                code = "ground_unknown" if row.happened_on else "ground_never"
                self._fault(column, code, ground=one)
            elif row.register and row.register not in registers and "both" not in registers:
                self._fault(column, "ground_not_of_register", ground=one)

    def _registers_of_ground(self, code: str, day: str) -> set[object]:
        """On which registers a ground may stand that day; none if there is no such ground."""
        if (code, day) not in self._grounds:
            rules = _named("grounds", code, day)
            self._grounds[code, day] = {rule.get("register") for rule in rules}
        return self._grounds[code, day]

    def _age(self, row: RegisterRow) -> None:
        born = first_day(row.born)
        if row.day < born:
            self._fault("date", "day_before_birth", born=f"{born:%d.%m.%Y}")
        if is_adult(row.born, row.day):
            self._fault("birth_date", "no_child", limit=str(ADULT_AGE))


def is_adult(born: str, day: date) -> bool:
    """Whether whoever was born then is of age on a day, whatever day of birth is meant."""
    last = last_day(first_day(born), precision(born))
    # Whoever was born on 29 February has the birthday on 1 March in other years.
    birthday = (last.month, last.day) if (last.month, last.day) != (2, 29) else (3, 1)
    age = day.year - last.year - ((day.month, day.day) < birthday)
    return age >= ADULT_AGE


def faults_of_leaving(
    row: RegisterRow, begun: date, of_age: Callable[[date], bool]
) -> list[RowFault]:
    """What is wrong with a removal of an entry of that day, as far as the row can be read."""
    found: list[RowFault] = []
    if not row.happened_on:
        return found
    if row.day < begun:
        details = {"begun": f"{begun:%d.%m.%Y}"}
        found.append(RowFault("date", row.happened_on, "before_entry", details))
    rules = _named("taking_off_reasons", row.reason, row.happened_on)
    if any(rule.get("adult") for rule in rules) and not of_age(row.day):
        found.append(RowFault("reason", row.reason, "not_yet_adult"))
    return found


def _named(rule_set: str, code: str, day: str) -> list[rulesets.Rule]:
    """The rule of a code on a day; where the day is not known, all that ever bore the code."""
    if not day:
        return [rule for rule in rulesets.all_rules(rule_set) if rule.code == code]
    try:
        return [rulesets.rule(rule_set, code, date.fromisoformat(day))]
    except rulesets.UnknownRule:
        return []


def seals(row: RegisterRow) -> bool:
    """Whether one of the grounds of an entry makes it a sealed one."""
    return any(_ground_seals(one, row.happened_on) for one in row.grounds)


@lru_cache(maxsize=10_000)
def _ground_seals(code: str, day: str) -> bool:
    return bool(rulesets.rule("grounds", code, date.fromisoformat(day)).get("seals"))
