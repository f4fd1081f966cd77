"""The page of the plan: who may open it, a plan from a file, each refusal, files of it."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kamkor.exchange.children import INVENTED_FILE
from tests.cast import Cast
from tests.doors.desk import Desk, Page

PLAN = {
    "method": "webster",
    "stages": "100, 100,100,100,150",
    "floor": "1",
    "count_existing": "no",
    "weight_children": "55",
    "weight_dls": "20",
    "weight_violence": "10",
    "weight_migrants": "15",
}
TEXT = INVENTED_FILE.read_text("utf-8")


@pytest.fixture
def daniyar(cast: Cast) -> Desk:
    return Desk("daniyar", cast.time)


def sent(desk: Desk, text: str | bytes = TEXT, **changed: str) -> Page:
    content = text.encode() if isinstance(text, str) else text
    file = SimpleUploadedFile("children.csv", content)
    return Page.of(desk.client.post("/plan/", {**PLAN, **changed, "file": file}))


def bare(columns: int) -> str:
    """The invented file with its first columns alone."""
    return "\n".join(",".join(line.split(",")[:columns]) for line in TEXT.splitlines())


def test_the_ministry_and_the_commissioner_plan_and_nobody_else(cast: Cast) -> None:
    for user in ("daniyar", "elmira"):
        page = Desk(user, cast.time).open("/plan/")
        assert (page.status, page.code) == (200, "workforce.plan.show")
    for user in ("aigul", "bakyt", "head", "oblast", "admin"):
        assert Desk(user, cast.time).open("/plan/").status == 403


def test_a_plan_is_shown_with_what_speaks_for_and_against_it(daniyar: Desk) -> None:
    page = sent(daniyar)
    assert (page.status, page.refusals) == (200, [])
    assert page.figure("posts") == "550"
    assert page.figure("posts_short_of_norm") == "129"
    assert page.figure("units_without") == "0"
    least, middle, most = (
        int(page.figure(f"children_per_post{one}")) for one in ("_least", "", "_most")
    )
    assert least < middle < most
    assert page.all("div", data_invented="*"), "the numbers are marked as invented"
    captions = {one.text for one in page.all("caption")}
    assert captions == {
        "After each stage",
        "Districts and cities",
        "The methods beside each other",
        "If one weight were heavier",
    }
    districts = page.text.split("Districts and cities</caption")[1]
    assert districts.count("<tr") == 56


def test_another_question_goes_on_with_the_same_children(daniyar: Desk) -> None:
    kept = sent(daniyar).all("input", name="children")[0].attributes["value"]
    page = Page.of(daniyar.client.post("/plan/", {**PLAN, "method": "ratio", "children": kept}))
    assert page.figure("posts") == "550"
    assert page.all("div", data_invented="*")
    again = page.all("input", name="children")[0].attributes["value"]
    assert again == kept


def test_a_comma_in_a_number_is_a_point(daniyar: Desk) -> None:
    point, comma = (sent(daniyar, weight_children=text) for text in ("5.5", "5,5"))
    assert comma.refusals == []
    assert comma.figure("children_per_post") == point.figure("children_per_post")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_plan_goes_out_as_a_file_that_says_what_it_is(daniyar: Desk, kind: str) -> None:
    answer = sent(daniyar, export=kind).response
    assert f".{kind}" in answer["Content-Disposition"]
    if kind == "csv":
        text = answer.content.decode("utf-8-sig")
    else:
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        rows = [row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)]
        text = "\n".join(",".join(str(cell) for cell in row) for row in rows)
    assert text.count("invented") >= 56, "in each row and in the words beside them"
    assert "Данияр" in text
    assert "Stages: 100, 100, 100, 100, 150" in text
    assert text.count("41703") == 13


def test_the_empty_file_names_every_place(daniyar: Desk) -> None:
    answer = daniyar.open("/plan/template.csv").response
    assert answer.content.decode("utf-8-sig").count("\n") == 56


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"method": "lottery"}, "method_unknown"),
        ({"stages": "many"}, "stages_unreadable"),
        ({"stages": "54,500"}, "stage_below_floor"),
        ({"floor": "-1"}, "floor_unreadable"),
        ({"weight_children": "much"}, "weight_unreadable"),
        ({name: "0" for name in PLAN if name.startswith("weight")}, "weights_all_zero"),
    ],
)
def test_what_is_typed_wrong_is_refused_and_stays(
    daniyar: Desk, changed: dict[str, str], code: str
) -> None:
    page = sent(daniyar, **changed)
    assert (page.status, page.refusals) == (422, [code])
    name, typed = next(iter(changed.items()))
    if name != "method":
        assert page.all("input", name=name)[0].attributes["value"] == typed
    assert page.all("input", name="children")[0].attributes["value"].count("\n") == 56


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (bare(5), "weight_without_column"),
        (TEXT.replace(",0\n", ",x\n").replace(",147046,", ",-7,"), "children_faulty"),
        ("\n".join(TEXT.splitlines()[:-1]), "children_missing"),
        ("", "children_missing"),
        (TEXT.splitlines()[0], "file_empty"),
        ("soate\n1", "file_columns_missing"),
        (b"\0\1\2", "file_unreadable"),
        (TEXT + " " * 1_000_000, "file_too_large"),
    ],
)
def test_a_file_that_is_wrong_is_refused(daniyar: Desk, text: str | bytes, code: str) -> None:
    page = sent(daniyar, text)
    assert (page.status, page.refusals) == (422, [code])
    if code == "children_faulty":
        assert "-7" in page.text, "each fault with its row"
    if code == "children_missing":
        assert "Osh city" in page.text


def test_a_group_that_nobody_has_cannot_be_weighed(daniyar: Desk) -> None:
    head, *rows = TEXT.splitlines()
    text = "\n".join([head, *(f"{row.rpartition(',')[0]},0" for row in rows)])
    assert sent(daniyar, text).refusals == ["column_all_zero"]
    assert sent(daniyar, text, weight_migrants="").refusals == []
