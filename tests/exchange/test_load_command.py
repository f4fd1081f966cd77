"""``kamkor load register``: who may, what is printed, with which status it ends."""

from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command

from kamkor.cases.models import Case, Load, StagedRow
from kamkor.cases.rules.loading import COLUMNS
from kamkor.kernel import clock
from kamkor.management.shell import Stopped
from tests.cast import Cast
from tests.exchange.register_files import csv_file, entry

NOOKEN = "41703215000000"


def status(cast: Cast, *words: str) -> tuple[int, str]:
    """The status a load ends with, and what it says then."""
    cast.time.passes(minutes=2)
    try:
        with clock.clock_at(cast.time.moment):
            call_command("load", "register", *words)
    except Stopped as stopped:
        return stopped.status, str(stopped)
    return 0, ""


def test_all_rows_or_none(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(csv_file(tmp_path, entry("1"), entry("2", sex="?")))
    code, said = status(cast, path, "--as", "bakyt")
    assert (code, said) == (1, "1 of 2 rows were refused, so nothing was written")
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "row 3, sex “?”: The sex cannot be read. Write f, m or x.",
        "written 0, known 0, faulty 1",
    ]
    assert "csv utf-8 comma, 2 rows: 1 good, 0 known, 1 faulty" in shown.err
    assert "checked" not in shown.err, "a small file is checked at once"
    assert cast.bakyt.sees(Case) == 0
    assert cast.bakyt.sees(StagedRow, good=True) == 0


def test_good_rows_are_accepted_and_the_others_stand_beside_the_file(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = csv_file(tmp_path, entry("1"), entry("2", sex="?"))
    code, said = status(cast, str(path), "--as", "bakyt", "--accept-good-rows")
    rejected = path.with_name("register.csv.rejected.csv")
    assert (code, str(rejected) in said) == (1, True)
    assert rejected.stat().st_mode & 0o777 == 0o600
    rejected.write_text(rejected.read_text("utf-8-sig").replace(",?,", ",f,"), "utf-8")
    assert status(cast, str(rejected), "--as", "bakyt") == (0, "")
    assert cast.bakyt.sees(Case) == 2
    assert capsys.readouterr().out.splitlines()[-1] == "written 1, known 0, faulty 0"


def test_a_large_file_tells_how_far_it_is_and_no_line_twice(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kamkor.exchange.checking.CHUNK", 2)
    monkeypatch.setattr("kamkor.management.commands.load.CHECKS_TOLD", 4)
    monkeypatch.setattr("kamkor.cases.operations.loading.PART", 3)
    path = csv_file(tmp_path, *(entry(str(one)) for one in range(9)))
    assert status(cast, str(path), "--as", "bakyt") == (0, "")
    told = [line.strip() for line in capsys.readouterr().err.splitlines()]
    assert told[:2] == ["4 rows checked", "8 rows checked"]
    assert told[3:] == [f"{done} of 9 rows written" for done in (3, 6, 9)]


@pytest.mark.parametrize("username", ["aigul", "cholpon", "daniyar", "elmira", "admin"])
def test_who_does_not_decide_loads_nothing(cast: Cast, tmp_path: Path, username: str) -> None:
    path = str(csv_file(tmp_path, entry("1")))
    assert status(cast, path, "--as", username)[0] == 3
    assert Load.objects.count() == 0


def test_another_department_has_none_of_these_places(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(csv_file(tmp_path, entry("1")))
    assert status(cast, path, "--as", "specialist2")[0] == 1
    assert "Your office does not cover a place of this name or code." in capsys.readouterr().out


def test_the_oblast_loads_for_its_districts(cast: Cast, tmp_path: Path) -> None:
    path = str(csv_file(tmp_path, entry("1"), entry("1", place=NOOKEN)))
    assert status(cast, path, "--as", "oblast") == (0, "")
    assert (cast.bakyt.sees(Case), cast.specialist2.sees(Case)) == (1, 1)
    with cast.specialist2.inside():
        assert Case.objects.get().responsible_id == cast.specialist2.post


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "say which file"),
        ([__file__], "say who loads"),
        (["nowhere.csv", "--as", "bakyt"], "nowhere.csv is no file"),
        ([__file__, "--as", "bakyt"], "The first row must name the columns"),
    ],
)
def test_wrong_use_is_2(cast: Cast, words: list[str], told: str) -> None:
    code, said = status(cast, *words)
    assert (code, told in said) == (2, True)


def test_the_template_names_every_column(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    call_command("load", "register", template=True)
    assert capfdbinary.readouterr().out.decode("utf-8-sig").strip() == ",".join(COLUMNS)
    call_command("load", "register", template=True, format="xlsx")
    path = tmp_path / "template.xlsx"
    path.write_bytes(capfdbinary.readouterr().out)
    first, second = openpyxl.load_workbook(path).worksheets
    assert next(first.values) == COLUMNS
    told = {row[0] for row in second.values}
    assert told.issuperset({*COLUMNS, "neglected", "difficulty_overcome"})
    assert "moved" not in told


@pytest.mark.parametrize("language", ["ky", "ru", "kk"])
def test_a_load_speaks_the_language_of_the_shell(
    cast: Cast,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    monkeypatch.setenv("KAMKOR_LANG", language)
    path = str(csv_file(tmp_path, entry("1"), entry("2", sex="?")))
    code, said = status(cast, path, "--as", "bakyt")
    shown = capsys.readouterr()
    assert code == 1
    for word in ("rows", "good", "faulty", "written", "comma", "refused"):
        assert word not in shown.out + shown.err + said
