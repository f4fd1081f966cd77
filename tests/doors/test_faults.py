"""What is said when a request cannot be taken: forms without a token, and the door for commands."""

import json
from typing import Any

import pytest
from django.test import Client

from kamkor.access.models import Account
from tests.doors.desk import Page, typed_as
from tests.doors.world import World
from tests.specification.pathway_forms import REPORT

pytestmark = pytest.mark.usefixtures("undone")

NEW_REPORT = "/do/receive-report/"


def strict(username: str = "") -> Client:
    """A browser of which the desk wants the token of each form, as in service."""
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    if username:
        client.force_login(
            Account.objects.get(username=username),
            backend="kamkor.web.sessions.SignedIn",
        )
    return client


def command(client: Client, body: str | bytes = "{}", kind: str = "application/json") -> Any:  # noqa: ANN401 - the test client's own kind
    """The answer of the door for commands."""
    return client.post("/commands/", body, content_type=kind)


def test_a_form_of_elsewhere_is_told_so(world: World) -> None:
    """Its own words, not that the post may not do it."""
    page = Page.of(strict("aigul").post(NEW_REPORT, typed_as(REPORT)))
    assert (page.status, page.refusals) == (403, ["form_expired"])
    assert "This form is no longer valid" in page.title
    assert "it came from another page" in page.text


def test_an_own_form_that_was_open_too_long_goes_on(world: World) -> None:
    """Whoever signed in again in another tab sends the form on, with nothing typed twice."""
    client = strict("aigul")
    form = Page.of(client.get(NEW_REPORT)).form("receive_report") | typed_as(REPORT)
    page = Page.of(client.post(NEW_REPORT, form | {"csrfmiddlewaretoken": "old"}))
    assert page.code == "access.session.resume"
    again = page.form("send_held_form")
    assert again["seen_or_said"] == form["seen_or_said"]
    assert client.post(NEW_REPORT, again).status_code == 303


def test_somebody_elses_form_does_not_go_on(world: World) -> None:
    """The owner of a form is signed into it."""
    form = Page.of(strict("bakyt").get(NEW_REPORT)).form("receive_report") | typed_as(REPORT)
    page = Page.of(strict("aigul").post(NEW_REPORT, form))
    assert page.refusals == ["form_expired"]


@pytest.mark.parametrize(
    ("username", "body", "status", "code"),
    [
        ("", "{}", 401, "session_ended"),
        ("aigul", "no json", 400, "unreadable"),
        ("aigul", "[" * 200_000, 400, "unreadable"),
        ("aigul", '{"x": 1}', 400, "unreadable"),
        ("aigul", json.dumps("x" * 2_100_000), 413, "too_large"),
        ("aigul", json.dumps([{}] * 3), 400, "unreadable"),
    ],
)
def test_the_door_for_commands_answers_in_json(
    world: World, username: str, body: str, status: int, code: str
) -> None:
    """Whatever is wrong with what was sent, a program can read the answer."""
    desk = world.desks[username or "nobody"]
    with desk.now():
        answer = command(desk.client, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]


def test_the_door_for_commands_wants_its_token_and_says_so_in_json(world: World) -> None:
    answer = command(strict("aigul"))
    assert (answer.status_code, answer.json()["code"]) == (403, "form_expired")


def test_the_door_for_commands_takes_post_alone(world: World) -> None:
    answer = world.desks["aigul"].client.get("/commands/")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ({}, ["#username", "#password"]),
        ({"username": "aigul"}, ["#password"]),
        ({"password": "x"}, ["#username"]),
    ],
)
def test_an_empty_sign_in_says_what_is_missing(
    world: World, typed: dict[str, str], refused: list[str]
) -> None:
    """Each empty field in its own plain words."""
    page = world.desks["nobody"].send("/sign-in/", {"username": "", "password": ""} | typed)
    found = [one.attributes["href"] for one in page.all("a") if one.text.startswith("Type your")]
    assert (found, page.refusals) == (refused, ["field_required"])


@pytest.mark.parametrize(
    ("user", "address", "whom"),
    [
        ("elmira", "/find/", "child accompaniment worker, child-protection specialist, head of"),
        ("daniyar", "/register/", "child accompaniment worker, child-protection specialist,"),
        ("aigul", "/morning/cases/", "child-protection specialist, head of department."),
        ("oblast", "/roster/", "child accompaniment worker, child-protection specialist, head of"),
    ],
)
def test_a_page_reached_by_address_says_for_whom_it_is(
    world: World, user: str, address: str, whom: str
) -> None:
    page = world.desks[user].open(address)
    assert page.refusals == ["not_permitted"]
    assert f"This page is for: {whom}" in page.text


def test_rows_that_the_page_has_set_are_not_optional(world: World) -> None:
    """The children of a home are not added to: a visit has a row for each."""
    page = world.desks["aigul"].open(f"/cases/{world.places['suzak'].case}/record-visit/")
    (heading,) = page.all("p", class_="govuk-label govuk-label--m")
    assert heading.text.strip() == "Children"


def test_an_informant_finds_back_to_the_sign_in_page(world: World) -> None:
    assert "/sign-in/" in world.desks["nobody"].open("/receipt/").links
