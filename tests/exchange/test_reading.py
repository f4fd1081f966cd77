"""Files as people save them: encodings, separators, workbooks, limits, and what is no file."""

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kamkor.cases.rules.loading import COLUMNS, FAULT_COLUMN, NEEDED, day_of, partial_of
from kamkor.exchange import reading
from kamkor.exchange.reading import TableFile
from kamkor.kernel.errors import Refusal
from tests.exchange.register_files import csv_file, entry, text_of


def opened(path: Path) -> TableFile:
    """A register's file."""
    return TableFile(path, COLUMNS, NEEDED, passed_over=FAULT_COLUMN)


def refused(path: Path) -> str:
    """The code with which a file is refused; empty if it can be read to its end."""
    try:
        list(opened(path).rows())
    except Refusal as refusal:
        return refusal.first.code
    return ""


def workbook(folder: Path, *rows: list[Any], since_1904: bool = False) -> Path:
    """A workbook with the names of all columns above these rows."""
    book = openpyxl.Workbook()
    if since_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append(row)
    path = folder / "register.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("windows-1251", "windows-1251"),
    ],
)
def test_an_encoding_is_recognised_and_told(tmp_path: Path, encoding: str, told: str) -> None:
    file = opened(csv_file(tmp_path, entry("1", given_name="Жылдыз"), encoding=encoding))
    assert file.recognised.encoding == told
    assert [cells[4] for _, cells in file.rows()] == ["Жылдыз"]


@pytest.mark.parametrize(("sign", "told"), [(",", "comma"), (";", "semicolon"), ("\t", "tab")])
def test_a_separator_is_recognised_and_told(tmp_path: Path, sign: str, told: str) -> None:
    rows = entry("1", grounds="neglected;out_of_school", surname="А, Б")
    file = opened(csv_file(tmp_path, rows, separator=sign))
    assert file.recognised.separator == told
    assert [(cells[3], cells[12]) for _, cells in file.rows()] == [
        ("А, Б", "neglected;out_of_school")
    ]


def test_a_workbook_is_read_with_dates_numbers_and_formulas_as_texts(tmp_path: Path) -> None:
    cells = ["child", "entry", 12, "=1+1", "Нур", None, date(2015, 3, 2), None, "m"]
    path = workbook(tmp_path, cells, [None] * 9, [*cells[:2], 13.0, True, date(2020, 1, 31)])
    file = opened(path)
    assert file.recognised.form == "xlsx"
    assert [(number, row[2:7]) for number, row in file.rows()] == [
        (2, ["12", "=1+1", "Нур", "", "2015-03-02"]),
        (4, ["13", "True", "2020-01-31", "", ""]),
    ]


def test_a_row_ends_with_its_last_column(tmp_path: Path) -> None:
    """What a spreadsheet adds behind it is empty; what somebody wrote there stays."""
    plain = ["child", "entry", "1"]
    beyond = [*plain, *[None] * (len(COLUMNS) - 3), None, "a remark", None]
    rows = [cells for _, cells in opened(workbook(tmp_path, plain, beyond)).rows()]
    assert [len(cells) for cells in rows] == [len(COLUMNS), len(COLUMNS) + 2]
    assert rows[1][-1] == "a remark"


def test_a_workbook_of_a_mac_counts_its_days_from_1904(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["child", "entry", "1"], since_1904=True)
    assert opened(path).recognised.since_1904
    assert not opened(workbook(tmp_path, ["child"])).recognised.since_1904


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-2-9", date(2024, 2, 9)),
        ("2024-02-29 00:00:00", date(2024, 2, 29)),
        ("09.02.2024", date(2024, 2, 9)),
        ("9.2.2024", date(2024, 2, 9)),
        ("45331", date(2024, 2, 9)),
        ("02/09/2024", None),
        ("02.29.2024", None),
        ("2023-02-29", None),
        ("09.02.24", None),
        ("9 February", None),
    ],
)
def test_a_day_is_never_read_month_first(text: str, day: date | None) -> None:
    assert day_of(text) == day


def test_excel_s_days_of_a_mac() -> None:
    assert day_of("43869", since_1904=True) == date(2024, 2, 9)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2015", "2015"),
        ("2015-03", "2015-03"),
        ("3.2015", "2015-03"),
        ("02.03.2015", "2015-03-02"),
        ("13.2015", ""),
        ("0000", ""),
        ("spring 2015", ""),
    ],
)
def test_a_birth_may_be_a_year_or_a_month(text: str, told: str) -> None:
    assert partial_of(text) == told


def test_a_sign_that_keeps_a_spreadsheet_from_counting_is_taken_off(tmp_path: Path) -> None:
    path = csv_file(tmp_path, entry("1", surname="'=A1", given_name="'ндай"))
    assert [cells[3:5] for _, cells in opened(path).rows()] == [["=A1", "'ндай"]]


def test_the_column_of_faults_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_text(text_of([entry("1")], columns=("fault", *COLUMNS)), "utf-8")
    assert opened(path).header == ["fault", *COLUMNS]


def test_what_is_no_register_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    for content, code in (
        (b"", "file_columns_missing"),
        (b"surname,given_name\nA,B\n", "file_columns_missing"),
        (text_of([]).encode(), "file_empty"),
        (text_of([], columns=(*COLUMNS, "colour")).encode(), "file_columns_unknown"),
        (text_of([], columns=(*COLUMNS, "pin")).encode(), "file_columns_unknown"),
        (b"\x98\x00\x01\x02" * 90, "file_unreadable"),
        (text_of([entry("1")]).encode() + b"\x98\xff", "file_unreadable"),
        (b"PK\x03\x04 and no more", "file_unreadable"),
        (text_of([]).encode() + b'"' + b"x" * 200_000, "file_unreadable"),
    ):
        path.write_bytes(content)
        assert refused(path) == code, content[:40]


def test_limits_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = csv_file(tmp_path, *(entry(str(one)) for one in range(5)))
    monkeypatch.setattr(reading, "ROW_LIMIT", 4)
    assert refused(path) == "file_too_many_rows"
    monkeypatch.setattr(reading, "SIZE_LIMIT", 100)
    assert refused(path) == "file_too_large"


def test_the_limits_are_those_promised() -> None:
    assert (reading.SIZE_LIMIT, reading.ROW_LIMIT) == (50_000_000, 500_000)


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    for name in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
        path = tmp_path / "bomb.xlsx"
        size = 700_000_000 if "sheet1" in name else 160_000_000
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
            packed.open(name, "w", force_zip64=True) as part,
        ):
            for _ in range(size // 10_000_000):
                part.write(b" " * 10_000_000)
        assert path.stat().st_size < 50_000_000
        assert refused(path) == "file_unpacks_too_large"


def test_a_workbook_that_lies_about_its_sizes_is_unreadable(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["child"])
    content = path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        sheet = packed.getinfo("xl/worksheets/sheet1.xml")
    place = content.rindex(sheet.filename.encode()) - 46
    smaller = content[: place + 24] + (20).to_bytes(4, "little") + content[place + 28 :]
    path.write_bytes(smaller)
    assert refused(path) == "file_unreadable"


LAUGHS = "".join(f'<!ENTITY {chr(98 + step)} "{f"&{chr(97 + step)};" * 10}">' for step in range(12))


@pytest.mark.parametrize(
    ("entities", "name"),
    [
        ('<!ENTITY e SYSTEM "file://PLACE">', "e"),
        ('<!ENTITY % e SYSTEM "file://PLACE"> %e;', "e"),
        (f'<!ENTITY a "{"ha" * 1000}">{LAUGHS}', "m"),
    ],
    ids=["a file", "a file of definitions", "laughs"],
)
def test_a_workbook_reads_nothing_from_elsewhere_and_does_not_swell(
    tmp_path: Path, entities: str, name: str
) -> None:
    """What a sheet defines beside its cells names no file of ours and fills no memory."""
    secret = tmp_path / "secret.txt"
    secret.write_text("canary of a file")
    path, altered = workbook(tmp_path, ["child", "C-1"]), tmp_path / "altered.xlsx"
    altered_parts: list[str] = []
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(altered, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            if b"C-1" in text:
                defined = f"<!DOCTYPE a [{entities.replace('PLACE', str(secret))}]>"
                read = text.decode().split("?>", 1)[-1].replace("C-1", f"&{name};")
                text = (defined + read).encode()
                altered_parts.append(part)
            new.writestr(part, text)
    assert len(altered_parts) == 1
    assert refused(altered) == "file_unreadable"


def test_a_packed_file_that_is_no_workbook_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "letters.docx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("word/document.xml", "<a/>")
    assert refused(path) == "file_unreadable"
