"""Asking other departments from the form of a new child: the pages, with nothing typed lost."""

import pytest

from kamkor.cases.models import ElsewhereQuestion
from tests.doors.desk import Page
from tests.doors.test_duplicates import KNOWN, LATIN, typed, written
from tests.doors.world import World
from tests.factories import NOOKEN, accepted, identified

pytestmark = pytest.mark.usefixtures("undone")

FORM = "/do/identify-child/"
ASK = "/do/ask-elsewhere/"
WHY = "The aunt says that he lived in another district."


def begun(world: World, form: str = FORM, **changed: str) -> Page:
    """The page that the button of Aigul's filled form leads to."""
    desk = world.desks["aigul"]
    page = desk.open(form)
    (button,) = page.all("button", name="back")
    assert (button.attributes["value"], button.attributes["formaction"]) == (form, ASK)
    told = desk.fill(form, "identify_child", **typed(world))
    told |= {key: [value] for key, value in changed.items()} | {"back": [form]}
    return desk.send(ASK, told)


def asked(world: World, page: Page, why: str = WHY) -> Page:
    return world.desks["aigul"].send(ASK, page.form("ask_elsewhere") | {"reason": [why]})


def questions(world: World) -> int:
    with world.cast.bakyt.inside():
        return ElsewhereQuestion.objects.count()


def test_from_the_form_to_a_telephone_and_back_with_all_that_was_typed(world: World) -> None:
    identified(world.cast, world.cast.cholpon, **KNOWN | {"territory": NOOKEN})
    page = begun(world)
    assert (page.status, page.code, page.figure("questions_left")) == (
        200,
        "cases.elsewhere.ask",
        "10",
    )
    assert "Koshaliev Egizbek" in page.text
    told = asked(world, page)
    assert [one.attributes["data-answer"] for one in told.all("div", data_answer="*")] == ["yes"]
    assert "+996 312 000 000" in told.text
    assert "Кошалиев" not in told.text
    again = world.desks["aigul"].send(FORM, told.form("identify_child") | {"begin": ["1"]})
    assert again.status == 200
    assert again.form("identify_child")["surname"] == ["Koshaliev"]
    assert again.form("identify_child")["place"] == ["Арал, 4"]
    assert written(world) == 0


def test_nobody_knows_the_child(world: World) -> None:
    told = asked(world, begun(world))
    assert [one.attributes["data-answer"] for one in told.all("div", data_answer="*")] == ["no"]
    assert "+996" not in told.text
    assert questions(world) == 1


def test_a_short_reason_comes_back_and_uses_no_question(world: World) -> None:
    page = asked(world, begun(world), "Just so")
    assert (page.status, page.refusals) == (422, ["reason_too_short"])
    assert page.form("ask_elsewhere")["reason"] == ["Just so"]
    assert page.form("ask_elsewhere")["surname"] == ["Koshaliev"]
    assert page.figure("questions_left") == "10"
    assert questions(world) == 0


@pytest.mark.parametrize("typed_so_far", [{}, {"place": "", "territory": ""}])
def test_the_own_department_is_looked_through_first(
    world: World, typed_so_far: dict[str, str]
) -> None:
    identified(world.cast, **KNOWN)
    page = begun(world, **typed_so_far)
    assert "Your own department knows somebody who may be this child" in page.text
    assert "ask_elsewhere" not in page.operations
    again = world.desks["aigul"].send(FORM, page.form("identify_child") | {"begin": ["look"]})
    assert "Кошалиев Эгизбек (06.05.2014)" in again.text
    assert (written(world), questions(world)) == (0, 0)


def test_who_is_not_told_enough_of_is_not_asked_about(world: World) -> None:
    page = begun(world, surname="")
    assert "must stand in the form without errors" in page.text
    assert "ask_elsewhere" not in page.operations
    assert questions(world) == 0


def test_one_asks_from_the_form_of_a_reported_child_too(world: World) -> None:
    (case,) = accepted(world.cast.aigul)
    page = begun(world, f"/cases/{case}/identify-child/")
    assert page.figure("questions_left") == "10"
    told = asked(world, page)
    (form,) = [
        one for one in told.all("form") if one.attributes.get("action", "").startswith("/cases")
    ]
    assert form.attributes["action"] == f"/cases/{case}/identify-child/"


def test_a_child_that_is_known_is_not_asked_about(world: World) -> None:
    case = identified(world.cast, **KNOWN)
    child = world.cast.bakyt.case(case).child_id
    page = world.desks["aigul"].open(f"{FORM}?child={child}")
    assert page.all("button", name="back") == []


def test_nobody_is_led_out_of_the_service(world: World) -> None:
    desk = world.desks["aigul"]
    for back in (
        "https://example.org/",
        "//example.org/",
        "/cases/",
        f"{FORM}?child=//example.org",
    ):
        page = desk.send(ASK, {"back": [back], "surname": ["Koshaliev"]})
        assert (page.status, "Write the child into the form first" in page.text) == (200, True)
    assert desk.open(ASK).status == 200


def test_the_eleventh_question_is_refused(world: World) -> None:
    page = begun(world)
    for _ in range(10):
        assert asked(world, begun(world)).status == 200
    refused = asked(world, page)
    assert (refused.status, refused.refusals) == (422, ["too_many_questions"])
    assert refused.figure("questions_left") == "0"
    assert LATIN["surname"] in refused.text
