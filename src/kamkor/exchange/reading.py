"""Files as people save them, CSV or XLSX, read as rows of texts, within limits."""

import codecs
import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from kamkor.cases.rules.loading_faults import (
    FileColumnsMissing,
    FileColumnsUnknown,
    FileEmpty,
    FileTooLarge,
    FileTooManyRows,
    FileUnpacksTooLarge,
    FileUnreadable,
)
from kamkor.kernel.words import noop

MEGABYTE = 1_000_000
SIZE_LIMIT = 50 * MEGABYTE
ROW_LIMIT = 500_000
UNPACKED_LIMIT = 600 * MEGABYTE
TEXTS_LIMIT = 150 * MEGABYTE
"""Of the table of texts in an XLSX, which is held in memory as a whole."""
COLUMN_LIMIT = 64
PARTS_LIMIT = 1_000
SEPARATORS = {",": noop("comma"), ";": noop("semicolon"), "\t": noop("tab")}

_CHUNK = 1 << 20
_GUARDED = re.compile(r"'[=+\-@\t\r]")
_PACKED = b"PK\x03\x04"


@dataclass(frozen=True)
class Limits:
    """How large a file may be: bytes as it is saved, and rows."""

    size: int
    rows: int


@dataclass(frozen=True)
class Recognised:
    """What a file was taken for: shown to whoever loads it."""

    form: str
    encoding: str = ""
    separator: str = ""
    since_1904: bool = False


class TableFile:
    """A file with named columns; ``rows`` gives each row that is not blank, with its number.

    Raises one of the refusals of files, while it is opened or read.
    """

    def __init__(
        self,
        path: Path,
        known: Sequence[str],
        needed: Sequence[str],
        *,
        passed_over: str = "",
        limits: Limits | None = None,
    ) -> None:
        self.path = path
        limits = limits or Limits(SIZE_LIMIT, ROW_LIMIT)
        self._row_limit = limits.rows
        if path.stat().st_size > limits.size:
            raise FileTooLarge(limit=limits.size // MEGABYTE)
        with path.open("rb") as file:
            beginning = file.read(_CHUNK)
        if beginning.startswith(_PACKED):
            _require_modest(path)
            self.recognised = Recognised("xlsx", since_1904=_counts_from_1904(path))
        else:
            encoding = _encoding(path, beginning)
            self.recognised = Recognised("csv", encoding, _separator(path, encoding, known))
        self.header = self._header(known, needed, passed_over)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the header, each with its number in the file."""
        found, width = 0, len(self.header)
        for number, cells in self._lines():
            if number == 1 or not any(cells):
                continue
            while len(cells) > width and not cells[-1]:
                cells.pop()
            found += 1
            if found > self._row_limit:
                raise FileTooManyRows(limit=self._row_limit)
            yield number, cells
        if not found:
            raise FileEmpty

    def _header(self, known: Sequence[str], needed: Sequence[str], passed_over: str) -> list[str]:
        _, cells = next(self._lines(), (1, []))
        names = [cell.strip().lower() for cell in cells]
        while names and not names[-1]:
            names.pop()
        missing = [name for name in needed if name not in names]
        if missing:
            raise FileColumnsMissing(columns=", ".join(missing))
        strange = [name for name in names if name not in {*known, passed_over}]
        twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if strange or twice:
            raise FileColumnsUnknown(columns=", ".join(name or "?" for name in [*strange, *twice]))
        return names

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        if self.recognised.form == "xlsx":
            yield from _lines_of_workbook(self.path)
        else:
            yield from _lines_of_text(self.path, self.recognised)


def _lines_of_text(path: Path, recognised: Recognised) -> Iterator[tuple[int, list[str]]]:
    separator = _sign(recognised.separator)
    try:
        with path.open(encoding=recognised.encoding, newline="") as file:
            lines = csv.reader(file, delimiter=separator)
            for number, told in enumerate(lines, 1):
                whole = "".join(told)
                guarded = "'" in whole or "\0" in whole
                yield number, [_unguarded(cell) for cell in told] if guarded else told
    except (csv.Error, UnicodeError) as fault:
        raise FileUnreadable from fault


def _sign(separator: str) -> str:
    return next(sign for sign, name in SEPARATORS.items() if name == separator)


def _unguarded(cell: str) -> str:
    """A text without the sign that keeps a spreadsheet from taking it for a formula."""
    plain = cell.replace("\0", "")
    return plain[1:] if plain[:1] == "'" and _GUARDED.match(plain) else plain


def _encoding(path: Path, beginning: bytes) -> str:
    """UTF-8 or UTF-16, with or without its mark, else Windows-1251 if that gives a text."""
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if beginning.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    for place, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = beginning[:4096][place::2]
        if half and half.count(0) > len(half) // 2:
            return name
    if b"\0" in beginning:
        raise FileUnreadable
    for name in ("utf-8", "windows-1251"):
        if _decodes(path, name):
            return name
    raise FileUnreadable


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file, suppress(UnicodeDecodeError):
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
        return True
    return False


def _separator(path: Path, encoding: str, known: Sequence[str]) -> str:
    """What parts the cells: the sign by which most of the first line's names are known."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            first = file.readline(_CHUNK)
    except UnicodeError as fault:
        raise FileUnreadable from fault

    def found(sign: str) -> int:
        names = next(csv.reader([first], delimiter=sign), [])
        return sum(name.strip().lower() in known for name in names)

    return SEPARATORS[max(SEPARATORS, key=found)]


def _require_modest(path: Path) -> None:
    """Raise ``FileUnpacksTooLarge`` or ``FileUnreadable``; nothing is unpacked for it."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as fault:
        raise FileUnreadable from fault
    if len(parts) > PARTS_LIMIT:
        raise FileUnreadable
    texts = sum(part.file_size for part in parts if "sharedstrings" in part.filename.lower())
    if sum(part.file_size for part in parts) > UNPACKED_LIMIT or texts > TEXTS_LIMIT:
        raise FileUnpacksTooLarge(limit=UNPACKED_LIMIT // MEGABYTE)


_BROKEN = (
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    OSError,
    EOFError,
    AttributeError,
    IndexError,
)
"""What openpyxl raises on a workbook that is none."""


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    """A workbook whatever its file is called; raises ``FileUnreadable`` where it is none."""
    import openpyxl  # noqa: PLC0415 - large, and a desk reads few workbooks

    try:
        # Of a path openpyxl would look at the ending, and a file on its way has none.
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
            try:
                yield book
            finally:
                book.close()
    except _BROKEN as fault:
        raise FileUnreadable from fault


def _counts_from_1904(path: Path) -> bool:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904  # noqa: PLC0415 - as above

    with _workbook(path) as book:
        return bool(book.epoch == CALENDAR_MAC_1904)


def _lines_of_workbook(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet; formulas as the text they are, never what they come to."""
    with _workbook(path) as book:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        lines: Iterable[Sequence[Any]] = sheet.iter_rows(values_only=True, max_col=COLUMN_LIMIT)
        for number, cells in enumerate(lines, 1):
            yield number, [_as_text(cell) for cell in cells]


def _as_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    # Of a formula that fills several cells openpyxl gives an object.
    return str(getattr(cell, "text", None) or cell)
