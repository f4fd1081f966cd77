"""The file of children by district: whole or not at all, every fault at once, whoever it misses."""

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from json import loads
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command

from kamkor.exchange.children import (
    INVENTED_FILE,
    Children,
    ChildrenFaulty,
    children_in,
    empty_file,
)
from kamkor.kernel.errors import Refusal
from kamkor.management.shell import Stopped
from kamkor.web.plan_words import places
from tests.cast import Cast
from tests.factories import SUZAK as SUZAK_DISTRICT

PLACES = {"41703220000000": "Suzak", "41703215000000": "Nooken"}
HEAD = "soate,date,children,source,dls"
SUZAK = "41703220000000,2025-01-01,120,the committee,3"
NOOKEN = "41703215000000,01.01.2025,80,the committee,0"


def written(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "children.csv"
    path.write_text("\n".join((head, *rows)) + "\n", "utf-8")
    return path


def faults(folder: Path, *rows: str, head: str = HEAD) -> list[tuple[int, str, str]]:
    with pytest.raises(ChildrenFaulty) as faulty:
        children_in(written(folder, *rows, head=head), PLACES)
    return [(number, fault.column, fault.code) for number, fault in faulty.value.rows]


def test_a_file_is_read_as_it_stands(tmp_path: Path) -> None:
    found = children_in(written(tmp_path, SUZAK, NOOKEN), PLACES)
    assert found.counts == {
        "41703215000000": {"children": 80, "dls": 0},
        "41703220000000": {"children": 120, "dls": 3},
    }
    assert (found.day.isoformat(), found.invented) == ("2025-01-01", False)
    again = tmp_path / "again.csv"
    again.write_text(found.as_text, "utf-8")
    assert children_in(again, PLACES) == found


def test_a_column_that_is_not_told_stays_unknown(tmp_path: Path) -> None:
    rows = [row.rpartition(",")[0] for row in (SUZAK, NOOKEN)]
    found = children_in(written(tmp_path, *rows, head="soate,date,children,source"), PLACES)
    assert [list(one) for one in found.counts.values()] == [["children"], ["children"]]


def test_a_workbook_is_read_alike(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (HEAD, SUZAK, NOOKEN):
        book.active.append(row.split(","))
    book.save(tmp_path / "children.xlsx")
    expected = children_in(written(tmp_path, SUZAK, NOOKEN), PLACES)
    assert children_in(tmp_path / "children.xlsx", PLACES) == expected


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (SUZAK.replace("120", "-1"), [(2, "children", "number_not_whole")]),
        (SUZAK.replace("120", "1.5"), [(2, "children", "number_not_whole")]),
        (SUZAK.replace("120", "1 200"), [(2, "children", "number_not_whole")]),
        (SUZAK.replace("120", "=1+1"), [(2, "children", "number_not_whole")]),
        (SUZAK.replace("120", "123456789"), [(2, "children", "number_not_whole")]),
        (SUZAK.replace("120", ""), [(2, "children", "cell_missing")]),
        (SUZAK[:-1], [(2, "dls", "cell_missing")]),
        (SUZAK.rpartition(",")[0], [(2, "dls", "cell_missing")]),
        (SUZAK.replace("the committee", ""), [(2, "source", "cell_missing")]),
        (SUZAK.replace("the committee", "x" * 301), [(2, "source", "cell_too_long")]),
        (SUZAK.replace("2025-01-01", "01/31/2025"), [(2, "date", "day_unreadable")]),
        (SUZAK.replace("41703220000000", "41703000000000"), [(2, "soate", "district_unknown")]),
        (SUZAK + ",more", [(2, "", "cells_beyond")]),
        (f"{SUZAK}\n{SUZAK}", [(3, "soate", "code_twice")]),
        (SUZAK.replace("2025", "2024"), [(3, "date", "day_differs")]),
        (
            SUZAK.replace("120", "x").replace("2025-01-01", ""),
            [(2, "date", "cell_missing"), (2, "children", "number_not_whole")],
        ),
    ],
)
def test_every_fault_is_told_with_its_cell(
    tmp_path: Path, row: str, found: list[tuple[int, str, str]]
) -> None:
    assert faults(tmp_path, row, NOOKEN) == found


def test_places_of_which_nothing_is_told_are_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        children_in(written(tmp_path, SUZAK), PLACES)
    assert refused.value.first.code == "children_missing"
    assert refused.value.first.details == {"missing": "1", "all": "2", "places": "Nooken"}


def test_a_file_without_a_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        children_in(written(tmp_path, SUZAK, head="soate,date,kids,source,dls"), PLACES)
    assert refused.value.first.code == "file_columns_missing"


def test_the_invented_file_names_all_places_and_adds_up(cast: Cast) -> None:
    found = children_in(INVENTED_FILE, places())
    assert len(found.counts) == 55
    assert sum(one["children"] for one in found.counts.values()) == 2_715_000
    assert set(found.sources.values()) == {"invented"}
    assert found.invented


def test_the_empty_file_names_all_places_and_can_be_filled(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "children.csv"
    path.write_bytes(empty_file(places()))
    with pytest.raises(ChildrenFaulty) as faulty:
        children_in(path, places())
    assert {fault.code for _, fault in faulty.value.rows} == {"cell_missing"}
    first, *rows = path.read_text("utf-8-sig").splitlines()
    filled = [f"{','.join(row.split(',')[:2])},2025-01-01,5,me,1,1,1" for row in rows]
    path.write_text("\n".join((first, *filled)), "utf-8")
    assert isinstance(children_in(path, places()), Children)


def printed(*words: str) -> str:
    out = StringIO()
    with redirect_stdout(out), redirect_stderr(StringIO()):
        call_command("plan", "posts", *words)
    return out.getvalue()


def planned(*words: str) -> dict[str, Any]:
    told = ("--as", "daniyar", "--children", str(INVENTED_FILE), "--format", "json", *words)
    found: dict[str, Any] = loads(printed(*told))
    return found


def stopped(*words: str) -> tuple[int, str]:
    with pytest.raises(Stopped) as caught:
        printed(*words)
    return caught.value.status, str(caught.value)


def test_the_shell_prints_a_plan(cast: Cast) -> None:
    made = planned("--weights", "children=.55,dls=.2,violence=.1,migrants=.15")
    assert (made["stages"], made["norm"], made["invented"]) == (
        [100, 100, 100, 100, 150],
        4000,
        True,
    )
    assert sum(one["children"] for one in made["units"]) == 2_715_000
    assert len(made["order"]) == 550
    sums = [sum(one["posts"][stage] for one in made["units"]) for stage in range(6)]
    assert sums == [0, 100, 200, 300, 400, 550]
    for one in made["units"]:
        assert one["posts"] == sorted(one["posts"])
        assert one["posts"][1] >= 1
    assert [one["units_without"] for one in made["after_stages"]] == [[]] * 5
    assert made["after_stages"][-1]["posts_short_of_norm"] == 129
    assert set(made["methods"]) == {"webster", "ratio"}
    assert set(made["heavier"]) == {"children", "dls", "violence", "migrants"}
    table = printed("--as", "elmira", "--children", str(INVENTED_FILE))
    assert table.startswith("The numbers of this file are invented.\nChildren on 01.01.2025\n")
    assert "Suzak District" in table


def test_posts_that_stand_are_counted_where_they_are(cast: Cast) -> None:
    day = {"opened_on": "2025-02-01"}
    for number, kind, share in (
        ("P-1", "accompaniment", 100),
        ("P-2", "accompaniment", 50),
        ("P-3", "accompaniment", 75),
        ("P-4", "accompaniment", 100),
        ("P-5", "protection_specialist", 100),
    ):
        post = {"post": number, "kind": kind, "percent": share, "territory": SUZAK_DISTRICT}
        cast.daniyar.do("open_post", **post, **day)
    cast.daniyar.do("set_post_state", post="P-4", state="ended", happened_on="2025-03-01")
    made = planned("--count-existing", "yes", "--floor", "0", "--stages", "60")
    before = {one["territory_name"]: one["posts"][0] for one in made["units"]}
    assert before.pop("Suzak District") == 2, "a full one, and two shares of more than one"
    assert set(before.values()) == {0}
    assert sum(one["posts"][1] for one in made["units"]) == 62
    assert planned("--stages", "60")["units"][0]["posts"][0] == 0


def test_the_norm_is_that_of_the_stage_that_opened_last(cast: Cast) -> None:
    stages = [
        {"opens_on": "2025-02-01", "posts": 1, "norm": 3000},
        {"opens_on": "2025-04-01", "posts": 1, "norm": 3500},
        {"opens_on": "2099-04-01", "posts": 1, "norm": 5000},
    ]
    told = {"programme": "decree-2025-01-30", "kind": "accompaniment", "stages": stages}
    cast.daniyar.do("set_programme", **told)
    made = planned()
    assert made["norm"] == 3500
    assert made["after_stages"][-1]["posts_short_of_norm"] == -(-2_715_000 // 3500) - 550


def test_the_shell_refuses_what_is_wrong(cast: Cast, tmp_path: Path) -> None:
    file = ("--as", "daniyar", "--children", str(INVENTED_FILE))
    status, text = stopped("--as", "daniyar")
    assert (status, "55 of 55" in text, "Suzak District" in text) == (2, True, True)
    assert stopped("--children", str(INVENTED_FILE)) == (2, "say who asks: --as USERNAME")
    assert stopped(*file, "--as", "aigul")[0] == 3
    assert stopped(*file, "--as", "oblast")[0] == 3
    assert stopped(*file, "--stages", "50,500")[0] == 2
    assert stopped(*file, "--weights", "children=0")[0] == 2
    assert stopped(*file, "--floor", "x")[0] == 2
    assert stopped("--as", "daniyar", "--children", str(tmp_path / "no.csv"))[0] == 2
    faulty = written(tmp_path, SUZAK.replace("120", "-5"))
    status, text = stopped("--as", "daniyar", "--children", str(faulty))
    assert (status, "row 2, children “-5”" in text) == (2, True)
    bare = tmp_path / "bare.csv"
    lines = INVENTED_FILE.read_text("utf-8").splitlines()
    bare.write_text("\n".join(",".join(line.split(",")[:5]) for line in lines), "utf-8")
    assert "dls" in stopped("--as", "daniyar", "--children", str(bare), "--weights", "dls=1")[1]
    assert printed("--as", "daniyar", "--template").count("\n") == 56
