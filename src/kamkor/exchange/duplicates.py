"""Possible duplicates in a file: its rows in, the pairs with their lines out, no database.

A file made for ``kamkor load register`` can be looked through as it stands; what it has besides
is passed over.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kamkor.cases.rules.loading import COLUMNS as REGISTER
from kamkor.cases.rules.loading import SEXES, day_of, partial_of, place_key
from kamkor.country.kg.identifiers import pin_faults, tidy_pin
from kamkor.exchange.reading import MEGABYTE, Limits, TableFile
from kamkor.people.rules.blocking import Progress, possibly_one
from kamkor.people.rules.matching import WEIGHTS, Told, Weighed, told
from kamkor.people.vocabulary import NEVER_LINKED, ZONES, words_of_line

FIELDS = (
    "reference", "surname", "given_name", "patronymic", "birth_date", "sex", "pin", "district",
    "municipality", "place",
)  # fmt: skip
"""What of a row is shown; of the register's other columns nothing is read."""
NEEDED = ("surname", "given_name")
LIMITS = Limits(size=400 * MEGABYTE, rows=2_000_000)
PAIRS_LIMIT = 1_000_000
"""More rows a sheet does not hold."""
_EXACT = {"", "day"}

Pair = tuple[Told, Told, Weighed]


class TooManyPairs(Exception):
    """More pairs were found than a sheet holds: the file is no list of people."""


@dataclass
class Counts:
    """What a run came to; ``unread_dates`` are cells that hold no date."""

    rows: int = 0
    unread_dates: int = 0
    linked: int = 0
    doubtful: int = 0


def opened(path: Path) -> TableFile:
    """The file, with the columns that are needed. Raises a refusal of files."""
    return TableFile(path, (*FIELDS, *REGISTER), NEEDED, limits=LIMITS)


def people_in(file: TableFile, counts: Counts) -> Iterator[Told]:
    """Each row as it is compared; numbered as in the file. Raises a refusal of files."""
    numbers: dict[str, int] = {}

    def number_of(*names: str) -> int:
        key = " / ".join(map(place_key, names))
        return numbers.setdefault(key, 1 + len(numbers)) if any(names) else 0

    for number, cells in file.rows():
        row = _named(file, cells)
        place = row["municipality"] or row["place"]
        counts.rows += 1
        yield told(
            number=number,
            surname=row["surname"],
            given_name=row["given_name"],
            patronymic=row["patronymic"],
            birth_date=_birth(file, row, counts),
            sex=_sex(row["sex"]),
            district=number_of(row["district"] or place),
            municipality=number_of(row["district"], place) if place else 0,
            pin=_valid(row["pin"]),
        )


def _birth(file: TableFile, row: dict[str, str], counts: Counts) -> Any:  # noqa: ANN401 - a date or None
    """The day of birth, if the whole day is told."""
    typed, since_1904 = row["birth_date"], file.recognised.since_1904
    if typed and not partial_of(typed, since_1904=since_1904):
        counts.unread_dates += 1
    if row["birth_date_precision"].lower() not in _EXACT:
        return None
    return day_of(typed, since_1904=since_1904)


def _sex(typed: str) -> str:
    small = typed.lower()
    found = SEXES.get(small, small)
    return found if found in {"female", "male"} else ""


def _valid(typed: str) -> str:
    """The personal number if it can be one: a wrong one tells two children not apart."""
    pin = tidy_pin(typed)
    return pin if pin and not pin_faults(pin, None, None) else ""


def _named(file: TableFile, cells: Sequence[str]) -> dict[str, str]:
    row = dict.fromkeys((*FIELDS, *REGISTER), "")
    row.update(zip(file.header, map(str.strip, cells), strict=False))
    return row


def pairs_among(people: Sequence[Told], counts: Counts, progress: Progress) -> list[Pair]:
    """The pairs found, those linked first, the surest above. Raises ``TooManyPairs``."""
    found: list[Pair] = []
    for pair in possibly_one(people, progress):
        found.append(pair)
        counts.linked += pair[2].zone == "link"
        if len(found) > PAIRS_LIMIT:
            raise TooManyPairs
    counts.doubtful = len(found) - counts.linked
    return sorted(found, key=lambda pair: (pair[2].zone, -pair[2].total, pair[0].number))


def write_report(path: Path, file: TableFile, pairs: Sequence[Pair], counts: Counts) -> None:
    """A workbook for its maker's eyes: the pairs side by side, and what the file was."""
    rows = _rows_wanted(file, {one.number for pair in pairs for one in pair[:2]})
    shown = [name for name in FIELDS if name in file.header]
    told_of = list(dict.fromkeys(about for pair in pairs for about, _line in _lines(pair[2])))
    path.touch(mode=0o600)
    with _workbook(path) as book:
        bold, differing = book.add_format({"bold": True}), book.add_format({"bg_color": "#fff2a8"})
        sheet = book.add_worksheet(_("Pairs")[:31])
        heads = [_("Zone"), _("Sum"), _("Never linked because"), _("Row"), _("Other row")]
        heads += [f"{name} {number}" for name in shown for number in (1, 2)]
        sheet.write_row(0, 0, [*heads, *told_of], bold)
        sheet.set_column(0, len(heads) + len(told_of) - 1, 18)
        sheet.autofilter(0, 0, len(pairs), len(heads) + len(told_of) - 1)
        sheet.freeze_panes(1, 0)
        for number, (one, other, found) in enumerate(pairs, 1):
            never = _(NEVER_LINKED[found.never]) if found.never else ""
            cells = [_(ZONES[found.zone]), found.total, never, one.number, other.number]
            sheet.write_row(number, 0, cells)
            for column, name in enumerate(shown):
                both = rows[one.number][name], rows[other.number][name]
                marked = differing if both[0] != both[1] else None
                sheet.write_row(number, len(cells) + 2 * column, both, marked)
            lines = dict(_lines(found))
            sheet.write_row(number, len(heads), [lines.get(about, "") for about in told_of])
        _tell_about(book.add_worksheet(_("About this list")[:31]), file, counts)


def _workbook(path: Path) -> AbstractContextManager[Any]:
    import xlsxwriter  # noqa: PLC0415 - large, and few ask for a workbook

    kept = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book: AbstractContextManager[Any] = xlsxwriter.Workbook(str(path), kept)
    return book


def _lines(found: Weighed) -> Iterator[tuple[str, str]]:
    """What each line is about, and what it says with its weight."""
    for code, weight in found.lines:
        about, said = words_of_line(code)
        yield _(about), f"{_(said)} {weight:+.2f}"


def _rows_wanted(file: TableFile, wanted: Collection[int]) -> dict[int, dict[str, str]]:
    """The cells of these rows: read anew, so that not every row is held all the time."""
    return {number: _named(file, cells) for number, cells in file.rows() if number in wanted}


def _tell_about(sheet: Any, file: TableFile, counts: Counts) -> None:  # noqa: ANN401 - xlsxwriter ships no types
    weights = WEIGHTS[-1]
    about: tuple[tuple[str, str | float], ...] = (
        (_("File"), file.path.name),
        (_("Rows"), counts.rows),
        (_(ZONES["link"]), counts.linked),
        (_(ZONES["review"]), counts.doubtful),
        (_("Dates that cannot be read"), counts.unread_dates),
        (_("Weights since"), weights.since.isoformat()),
        (_("Where the weights are from"), weights.source),
        (_("One child from this sum on"), weights.link),
        (_("A person must look from this sum on"), weights.review),
    )
    for number, row in enumerate(about):
        sheet.write_row(number, 0, row)
    sheet.set_column(0, 1, 40)
