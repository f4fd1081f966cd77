"""``kamkor load workforce``: checked whole, faults with their rows, nothing half-done, twice known."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command

from kamkor.exchange.establishment import COLUMNS, load_establishment
from kamkor.kernel import clock
from kamkor.management.shell import Stopped
from kamkor.workforce.models import Employee, ProgrammeStage, StaffPost, StaffState
from tests.cast import Cast
from tests.exchange.establishment_files import (
    appointed,
    became,
    post_rows,
    stage_rows,
    workforce_file,
)

GOOD = [
    *stage_rows(),
    *post_rows(3),
    appointed(1, "2025-02-10"),
    became(1, "on_leave", "2025-07-01"),
]


def status(cast: Cast, *words: str) -> tuple[int, str]:
    """The status a load ends with, and what it says then."""
    try:
        with clock.clock_at(cast.time.moment):
            call_command("load", "workforce", *words)
    except Stopped as stopped:
        return stopped.status, str(stopped)
    return 0, ""


def counts() -> tuple[int, ...]:
    """How many stages, posts, states and numbered persons stand."""
    persons = Employee.objects.exclude(number="").count()
    tables = (ProgrammeStage, StaffPost, StaffState)
    return (*(one.objects.filter(withdrawn_at=None).count() for one in tables[::2]), persons)


def test_a_file_is_written_once_and_known_the_second_time(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(workforce_file(tmp_path, *GOOD[::-1]))
    assert status(cast, path, "--as", "daniyar") == (0, "")
    assert capsys.readouterr().out == "written 6, known 0\n"
    before = (counts(), StaffState.objects.count())
    assert before[0] == (5, 5, 1)
    assert status(cast, path, "--as", "daniyar") == (0, "")
    assert capsys.readouterr().out == "written 0, known 6\n"
    assert (counts(), StaffState.objects.count()) == before


def row(at: int, **changed: str) -> list[dict[str, str]]:
    """The good rows, one of them with this wrong in it."""
    return [*GOOD[:at], GOOD[at] | changed, *GOOD[at + 1 :]]


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        (row(0, row="person"), [(2, "row", "code_unknown"), (3, "stage", "stages_out_of_order")]),
        (row(1, date="2025-02-01"), [(3, "date", "stages_out_of_order")]),
        (row(4, posts="many"), [(6, "posts", "field_invalid")]),
        (row(5, territory="41799999999999"), [(7, "territory", "territory_unknown")]),
        (row(5, territory=""), [(7, "territory", "field_required")]),
        (row(5, stage="9"), [(7, "stage", "stage_unknown")]),
        (row(5, share="1.5"), [(7, "share", "number_out_of_range")]),
        (row(5, share="half"), [(7, "share", "field_invalid")]),
        (row(5, person="T-1"), [(7, "person", "field_unknown")]),
        (row(6, post="A-1"), [(8, "post", "post_number_taken")]),
        (row(6, date="31.02.2025"), [(8, "date", "date_unreadable")]),
        (row(8, state="sick"), [(10, "state", "field_invalid")]),
        ([*GOOD, appointed(2, "2025-03-01", 1)], [(12, "person", "in_another_post")]),
        ([*GOOD, appointed(9, "2025-03-01")], [(12, "post", "not_found")]),
        ([*GOOD, {"row": ""}, {"post": "A-3"}], [(13, "row", "field_required")]),
    ],
)
def test_faults_are_told_with_row_and_column_and_nothing_is_written(
    cast: Cast, tmp_path: Path, rows: list[dict[str, str]], faults: list[tuple[Any, ...]]
) -> None:
    path = workforce_file(tmp_path, *rows)
    with clock.clock_at(cast.time.moment):
        loaded = load_establishment(cast.daniyar.viewer, path)
    found = [(one.row, one.column, one.fault.code) for one in loaded.faults]
    assert found[: len(faults)] == faults
    assert (loaded.written, loaded.known) == (0, 0)
    assert (counts(), Employee.objects.exclude(number="").count()) == ((0, 0, 0), 0)


def test_a_fault_is_printed_with_what_stands_in_the_cell(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workforce_file(tmp_path, *row(5, territory="Atlantis"))
    code, said = status(cast, str(path), "--as", "daniyar")
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "row 7, territory “Atlantis”: Choose one of the districts or cities."
    assert (code, said) == (1, f"{len(told)} faults, so nothing was written")


def test_places_and_shares_are_read_as_people_write_them(cast: Cast, tmp_path: Path) -> None:
    told = {"territory": "Suzak District", "share": "0,5", "date": "01.02.2025"}
    path = workforce_file(tmp_path, *stage_rows(), post_rows(1)[0] | told)
    with clock.clock_at(cast.time.moment):
        assert load_establishment(cast.daniyar.viewer, path).faults == []
    post = StaffPost.objects.get()
    assert (post.territory_id, post.percent) == ("41703220000000", 50)


def test_who_may_and_what_is_no_file(cast: Cast, tmp_path: Path) -> None:
    path = str(workforce_file(tmp_path, *GOOD))
    for name in ("aigul", "bakyt", "oblast", "elmira", "admin"):
        assert status(cast, path, "--as", name)[0] == 3
    assert status(cast, path)[0] == 2
    assert status(cast, "none.csv", "--as", "daniyar")[0] == 2
    (tmp_path / "other.csv").write_text("name,age\n", "utf-8")
    assert status(cast, str(tmp_path / "other.csv"), "--as", "daniyar")[0] == 2
    code, said = status(cast, path, "--as", "head")
    assert (code, counts()) == (1, (0, 0, 0)), said


def test_the_template_names_the_columns_and_what_they_take(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    call_command("load", "workforce", "--template")
    printed = capfdbinary.readouterr().out
    assert printed.decode("utf-8-sig").strip().split(",") == list(COLUMNS)
    call_command("load", "workforce", "--template", "--format", "xlsx")
    book = tmp_path / "template.xlsx"
    book.write_bytes(capfdbinary.readouterr().out)
    first, second = openpyxl.load_workbook(book).worksheets
    assert [cell.value for cell in first[1]] == list(COLUMNS)
    assert [row[0].value for row in second.iter_rows()] == list(COLUMNS)
