"""``kamkor people duplicates``: a file in, the pairs with their lines out, and no database."""

import csv
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command

from bench.linkage.written import ground
from kamkor.cases.rules.loading import COLUMNS as REGISTER
from kamkor.exchange import duplicates
from kamkor.management.commands import people as command
from kamkor.management.shell import Stopped
from kamkor.people.rules.matching import WEIGHTS, compared, told
from kamkor.people.vocabulary import LIKENESS, words_of_line

SOURCES = Path(__file__).resolve().parents[2] / "src"
HEAD = ("surname", "given_name", "patronymic", "birth_date", "sex", "pin", "district", "place")
ONE = ("Токтосунов", "Чыңгыз", "Жолдошбек уулу", "2015-03-02", "m", "", "Сузак", "Кара-Дарыя")
LATIN = ("Toktosunov", "Chingiz", "", "02.03.2015", "M", "", "Сузак", "Кара-Дарыя")
TWINS = (
    ("Асанов", "Асан", "Бакытович", "2016-05-04", "m", "", "Аксы", "Кербен"),
    ("Асанов", "Үсөн", "Бакытович", "2016-05-04", "m", "", "Аксы", "Кербен"),
)
OTHERS = tuple(
    (f"Мисалов{first}{last}", f"Ат{last}{first}", "", f"20{10 + first}-0{1 + last}-11", "f", "",
     f"Район{first}", f"Айыл{last}")
    for first in range(8)
    for last in range(8)
)  # fmt: skip
Row = tuple[str, ...]


def written(path: Path, rows: tuple[Row, ...], head: Row = HEAD) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def found_in(path: Path, report: Path) -> list[dict[str, Any]]:
    """The pairs that the command wrote for this file."""
    call_command("people", "duplicates", str(path), "--report", str(report))
    sheet = openpyxl.load_workbook(report).worksheets[0]
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_one_child_in_two_scripts_is_shown_with_every_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "list.csv", (ONE, LATIN, *OTHERS))
    (pair,) = found_in(path, tmp_path / "pairs.xlsx")
    assert (pair["Zone"], pair["Row"], pair["Other row"]) == ("one child", 2, 3)
    assert (pair["surname 1"], pair["surname 2"]) == ("Токтосунов", "Toktosunov")
    assert (pair["birth_date 1"], pair["birth_date 2"]) == ("2015-03-02", "02.03.2015")
    lines = {name: pair[name] for name in list(pair)[-6:]}
    assert {name: re.sub(r" [+-][\d.]+$", "", line) for name, line in lines.items()} == {
        "Order of names": "as written", "Surname": "equal", "Given name": "equal",
        "Father's name": "not known", "Birth date": "equal", "Place": "the same",
    }  # fmt: skip
    assert sum(float(line.split()[-1]) for line in lines.values()) == pytest.approx(pair["Sum"])
    shown = capsys.readouterr()
    assert shown.out == (
        "66 rows. Pairs that are one child: 1. Pairs a person must look at: 0."
        " Dates that cannot be read: 0.\n"
    )
    assert shown.err == "", "a small file is compared at once"


def test_what_differs_is_marked_and_the_report_is_for_its_maker_alone(tmp_path: Path) -> None:
    report = tmp_path / "pairs.xlsx"
    found_in(written(tmp_path / "list.csv", (ONE, LATIN, *OTHERS)), report)
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    sheet = openpyxl.load_workbook(report).worksheets[0]
    head = [cell.value for cell in sheet[1]]
    colours = {
        name: sheet[2][place].fill.fgColor.rgb
        for place, name in enumerate(head)
        if name in {"surname 1", "surname 2", "district 1"}
    }
    assert colours == {
        "surname 1": "FFFFF2A8", "surname 2": "FFFFF2A8", "district 1": "00000000",
    }  # fmt: skip


def test_twins_and_two_valid_numbers_are_never_one_child(tmp_path: Path) -> None:
    numbered = tuple((*ONE[:5], pin, *ONE[6:]) for pin in ("20203201500011", "20203201500022"))
    faulty = (*ONE[:1], "Азамат", *ONE[2:5], "1", *ONE[6:])
    rows = (*TWINS, *numbered, faulty, (*faulty[:5], "22", *faulty[6:]), *OTHERS)
    found = found_in(written(tmp_path / "list.csv", rows), tmp_path / "pairs.xlsx")
    told_of = {(one["Row"], one["Other row"]): one for one in found}
    assert (4, 5) not in told_of
    assert told_of[6, 7]["Zone"] == "one child", "a wrong number tells nothing"
    twins = told_of.get((2, 3))
    assert twins is None or twins["Zone"] == "a person must look"


def test_pairs_come_surest_first_and_a_workbook_is_read_as_a_list_is(tmp_path: Path) -> None:
    drawn = ground(3, children=1_000, duplicates=200).records
    head = ("reference", *HEAD[:5], "district", "municipality")
    rows = tuple(
        (str(one.number), *one[1:4], str(one.birth_date or ""), *map(str, one[5:])) for one in drawn
    )
    found = found_in(written(tmp_path / "list.csv", rows, head), tmp_path / "pairs.xlsx")
    zones = [one["Zone"] for one in found]
    assert zones == sorted(zones, key=["one child", "a person must look"].index)
    assert zones.count("one child") > 150
    linked = [one["Sum"] for one in found if one["Zone"] == "one child"]
    assert linked == sorted(linked, reverse=True)

    book = openpyxl.Workbook()
    for row in (head, *rows):
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    assert found_in(tmp_path / "list.xlsx", tmp_path / "again.xlsx") == found


def test_a_file_of_the_register_can_be_looked_through(tmp_path: Path) -> None:
    rows = []
    for row in (ONE, LATIN, *OTHERS):
        cells = dict(zip(HEAD, row, strict=True)) | {"event": "entry", "ground_main": "x"}
        rows.append(tuple(cells.get(name, "") for name in REGISTER))
    (pair,) = found_in(written(tmp_path / "r.csv", tuple(rows), REGISTER), tmp_path / "p.xlsx")
    assert pair["Zone"] == "one child"
    assert "ground_main 1" not in pair


def test_a_birth_that_is_not_exact_says_nothing_and_a_faulty_one_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = (*HEAD, "birth_date_precision")
    year = tuple((*row, "year") for row in (ONE, LATIN))
    faulty = ("Асанов", "Бакыт", "", "45.13.2015", "x", "", "", "", "")
    rows = (*year, faulty, *((*row, "day") for row in OTHERS))
    counts = duplicates.Counts()
    file = duplicates.opened(written(tmp_path / "list.csv", rows, head))
    people = list(duplicates.people_in(file, counts))
    assert [one.birth_date for one in people[:3]] == [None, None, None]
    assert (people[2].sex, people[2].district, people[2].municipality) == ("", 0, 0)
    assert (counts.rows, counts.unread_dates) == (67, 1)
    found_in(file.path, tmp_path / "pairs.xlsx")
    assert "Dates that cannot be read: 1." in capsys.readouterr().out


def test_progress_of_a_large_file_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    one = told(number=1, surname="", given_name="", patronymic="", birth_date=None, sex="",
               district=0, municipality=0)  # fmt: skip
    assert sum(1 for _ in command._told([one] * 100_001)) == 100_001
    command._compared(75_000, 100_000)
    command._compared(75, 100)
    assert capsys.readouterr().err.splitlines() == [
        "  50000 rows read", "  100000 rows read", "  75 % of 100000 comparisons made",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "head", "said"),
    [
        ((("Асанов",),), ("surname",), "given_name"),
        ((("Асанов", "Бакыт", "x"),), ("surname", "given_name", "shoe_size"), "shoe_size"),
        ((), ("surname", "given_name"), "list.csv"),
    ],
)
def test_a_file_that_is_none_ends_with_2(
    rows: tuple[Row, ...], head: Row, said: str, tmp_path: Path
) -> None:
    path = written(tmp_path / "list.csv", rows, head)
    with pytest.raises(Stopped, match=said) as stopped:
        found_in(path, tmp_path / "pairs.xlsx")
    assert stopped.value.status == 2
    assert not (tmp_path / "pairs.xlsx").exists()


def test_nothing_is_written_over_and_a_missing_file_ends_with_2(tmp_path: Path) -> None:
    path = written(tmp_path / "list.csv", (ONE, LATIN))
    (tmp_path / "pairs.xlsx").write_text("mine")
    for given, report in (
        (path, "pairs.xlsx"),
        (path, "nowhere/pairs.xlsx"),
        (tmp_path / "not.csv", "new.xlsx"),
    ):
        with pytest.raises(Stopped) as stopped:
            found_in(given, tmp_path / report)
        assert stopped.value.status == 2
    assert (tmp_path / "pairs.xlsx").read_text() == "mine"


def test_too_many_pairs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "PAIRS_LIMIT", 1)
    path = written(tmp_path / "list.csv", (ONE, LATIN, ONE, *OTHERS))
    with pytest.raises(Stopped, match="More than 1 pairs") as stopped:
        found_in(path, tmp_path / "pairs.xlsx")
    assert stopped.value.status == 1


def test_no_database_is_started(tmp_path: Path) -> None:
    path = written(tmp_path / "list.csv", (ONE, LATIN, *OTHERS))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KAMKOR")}
    done = subprocess.run(
        [sys.executable, "-m", "kamkor", "--lang", "ky", "people", "duplicates", str(path),
         "--report", str(tmp_path / "pairs.xlsx")],
        env=kept | {"PYTHONPATH": str(SOURCES), "KAMKOR_DATA": str(tmp_path / "data")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("66 сап. Бир бала болгон жуптар: 1.")
    assert not (tmp_path / "data" / "pg").exists()


def test_every_line_that_is_weighed_has_words() -> None:
    codes = {code for code in WEIGHTS[-1].lines if not code.endswith("_rare")}
    assert all(all(words_of_line(code)) for code in codes | {"place_missing"})
    own = {code for code in LIKENESS if "_" in code}
    assert own <= codes, "words of lines that are weighed"
    one = told(number=1, surname="", given_name="", patronymic="", birth_date=None, sex="",
               district=0, municipality=0)  # fmt: skip
    assert all(all(words_of_line(code)) for code, _ in compared(one, one))
