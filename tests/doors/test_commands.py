"""Commands as data by HTTP: one, several, the same again, and whatever cannot be read."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from kamkor.access.models import Account
from kamkor.cases.models import Round
from kamkor.kernel.ids import new_id
from kamkor.kernel.models import JournalEntry
from kamkor.kernel.translations import compile_catalogues
from tests.doors.desk import Desk
from tests.doors.world import MISSING, World
from tests.factories import SUZAK, a_report

pytestmark = pytest.mark.usefixtures("undone")

Body = dict[str, Any]
PASSWORD = "kanat-mektep-1907"  # an invented sign-in
JSON = "application/json"


def command(name: str = "receive_report", **changed: Any) -> Body:  # noqa: ANN401 - a command's keys
    """A whole command, a report unless another is named."""
    data = a_report() if name == "receive_report" else {}
    return {"id": str(new_id()), "command": name, "data": data, **changed}


def post(desk: Desk, body: object) -> Any:  # noqa: ANN401 - the test client's own kind
    """The answer of the door to a body, as text or as anything that can be JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    with desk.now():
        return desk.client.post("/commands/", text, content_type=JSON)


def entries(command_id: str) -> int:
    """How many entries of the journal a command has; asked in the scope of Suzak's specialist."""
    return JournalEntry.objects.filter(command=UUID(command_id)).count()


def entries_of(world: World, body: Body) -> int:
    """The entries of a command as Suzak's specialist sees them."""
    with world.cast.bakyt.inside():
        return entries(body["id"])


def test_one_command_is_applied(world: World) -> None:
    """One command gives one answer, with what it made."""
    body = command()
    answer = post(world.desks["aigul"], body)
    held = answer.json()
    assert (answer.status_code, held["id"], held["result"]) == (200, body["id"], "applied")
    assert set(held["answer"]) == {"report"}
    assert entries_of(world, body) == 1


def test_a_list_is_answered_in_its_order(world: World) -> None:
    """Each command of a list has its own answer; one that is refused stops no other."""
    bodies = [command(), command("dance"), command()]
    answer = post(world.desks["aigul"], bodies)
    assert answer.status_code == 200
    assert [(one["id"], one["result"]) for one in answer.json()] == [
        (bodies[0]["id"], "applied"),
        (bodies[1]["id"], "refused"),
        (bodies[2]["id"], "applied"),
    ]
    assert [entries_of(world, one) for one in bodies] == [1, 0, 1]


def test_the_same_again_changes_nothing_and_answers_the_same(world: World) -> None:
    """A lost answer may be asked for again with the same command."""
    body = command()
    first, second = (post(world.desks["aigul"], body).json() for _ in range(2))
    assert second == {**first, "result": "duplicate"}
    assert entries_of(world, body) == 1


def test_what_the_database_refuses_leaves_nothing_and_the_door_stays_open(world: World) -> None:
    """One command alone has no savepoint: with what clashes its whole transaction is undone."""
    nurlan, aigul, day = world.cast.nurlan.post, world.cast.aigul.post, world.cast.today
    leave = {"post": nurlan, "cover": aigul, "kind": "annual", "valid_from": day, "valid_to": day}
    bodies = [command("record_leave", data=leave) for _ in range(2)]
    first, second = (post(world.desks["head"], one) for one in bodies)
    assert (first.status_code, second.status_code) == (200, 409)
    assert (second.json()["code"], second.json()["id"]) == ("already_recorded", bodies[1]["id"])
    assert [entries_of(world, one) for one in bodies] == [1, 0]
    assert post(world.desks["head"], bodies[1]).json()["code"] == "already_recorded"
    assert post(world.desks["aigul"], command()).json()["result"] == "applied"


def test_the_same_twice_in_one_list(world: World) -> None:
    """Twice in one list is once."""
    body = command()
    answers = post(world.desks["aigul"], [body, body]).json()
    assert [one["result"] for one in answers] == ["applied", "duplicate"]
    assert answers[0]["answer"] == answers[1]["answer"]
    assert entries_of(world, body) == 1


def test_an_act_is_taken_back_in_the_same_list(world: World) -> None:
    """Done, taken back, and both sent again, in one list: each is answered as one after another."""
    round_ = {"territory": SUZAK, "area": "Mill street", "happened_on": world.cast.today}
    act = command("record_round", data=round_ | {"visited": 9, "no_concern": 9})
    back = command("take_back", data={"command": act["id"]})
    other = command("take_back", data={"command": MISSING})
    answers = post(world.desks["aigul"], [act, back, back, other, act]).json()
    assert [one["result"] for one in answers] == [
        "applied",
        "applied",
        "duplicate",
        "refused",
        "duplicate",
    ]
    assert answers[3]["code"] == "not_found"
    assert world.cast.aigul.sees(Round, withdrawn_at=None, area="Mill street") == 0
    assert [entries_of(world, one) for one in (act, back)] == [1, 1]


def test_an_id_with_other_content_is_refused(world: World) -> None:
    """An id belongs to one content."""
    body = command()
    post(world.desks["aigul"], body)
    answer = post(world.desks["aigul"], {**body, "data": a_report(place="Elsewhere")})
    assert (answer.status_code, answer.json()["code"]) == (409, "command_id_reused")
    assert entries_of(world, body) == 1


@pytest.mark.parametrize("other", ["bakyt", "cholpon", "daniyar"])
def test_another_person_cannot_replay_a_command(world: World, other: str) -> None:
    """Somebody else who sends the same learns nothing of the answer."""
    body = command()
    post(world.desks["aigul"], body)
    answer = post(world.desks[other], body)
    assert (answer.status_code, answer.json()["code"]) == (409, "command_id_reused")
    assert "answer" not in answer.json()


def test_a_stale_version_is_refused(world: World) -> None:
    """What was based on an older version is refused; the right version is taken."""
    case = world.places["suzak"].case
    version = len(world.cast.bakyt.journal(case))
    data = {"case": case, "post": world.cast.nurlan.post, "happened_on": world.cast.today}
    stale = command("assign_worker", data=data, base_version=version - 1)
    fresh = command("assign_worker", data=data, base_version=version)
    answer = post(world.desks["bakyt"], stale)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")
    assert post(world.desks["bakyt"], fresh).json()["result"] == "applied"


UNREADABLE = {
    "no JSON": "{",
    "a text": '"receive_report"',
    "a number": "7",
    "nothing": "",
    "null": "null",
    "a list of texts": '["receive_report"]',
    "no id": json.dumps({"command": "receive_report", "data": {}}),
    "an id that is none": json.dumps({"id": "7", "command": "receive_report", "data": {}}),
    "an unknown key": json.dumps({"id": MISSING, "command": "x", "data": {}, "user": "head"}),
    "no command": json.dumps({"id": MISSING, "data": {}}),
    "data that is a list": json.dumps({"id": MISSING, "command": "x", "data": []}),
    "a version that is a text": json.dumps(
        {"id": MISSING, "command": "x", "data": {}, "base_version": "1"}
    ),
    "a version that is true": json.dumps(
        {"id": MISSING, "command": "x", "data": {}, "base_version": True}
    ),
    "bytes that are no text": "\udcff",
    "a number without end": '{"id": NaN}',
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read(world: World, what: str) -> None:
    """Whatever is no command is 400 with a code, and never a fault of ours."""
    body: Any = UNREADABLE[what]
    if "\udcff" in body:
        body = b"\xff\xfe"
    with world.desks["aigul"].now():
        answer = world.desks["aigul"].client.post("/commands/", body, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
    assert answer.json()["message"]


REFUSED: dict[str, tuple[Body, int, str, str]] = {
    "unknown operation": ({"command": "dance"}, 422, "operation_unknown", ""),
    "unknown field": ({"data": a_report(user=1)}, 422, "field_unknown", "user"),
    "field missing": ({"data": {"worry": "neglect"}}, 422, "field_required", "danger_now"),
    "future day": (
        {"data": a_report(happened_on="2026-03-03")},
        422,
        "date_in_future",
        "happened_on",
    ),
    "month first": (
        {"data": a_report(happened_on="03/01/2026")},
        422,
        "date_unreadable",
        "happened_on",
    ),
    "no code": ({"data": a_report(worry="boredom")}, 422, "code_unknown", "worry"),
    "not of version 7": ({"id": str(uuid4())}, 422, "command_id_invalid", ""),
    "no uuid": (
        {"command": "read_report", "data": {"report": "7"}},
        422,
        "field_invalid",
        "report",
    ),
    "not there": (
        {"command": "read_report", "data": {"report": MISSING}},
        404,
        "not_found",
        "report",
    ),
    "not for the post": (
        {"command": "set_duty_turn", "data": {}},
        403,
        "not_permitted",
        "",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refusals(world: World, what: str) -> None:
    """Each refusal has its status, its code, and the field it belongs to."""
    changed, status, code, at = REFUSED[what]
    body = command() | changed
    answer = post(world.desks["aigul"], body)
    held = answer.json()
    assert (answer.status_code, held["result"], held["code"]) == (status, "refused", code)
    assert (held["faults"][0]["code"], held["faults"][0]["field"]) == (code, at)
    assert held["message"]
    assert entries_of(world, body) == 0


def test_the_message_about_the_future_says_today(world: World) -> None:
    """Whoever is one day ahead reads which day it is."""
    answer = post(world.desks["aigul"], command(data=a_report(happened_on="2026-03-03"))).json()
    assert "02.03.2026" in answer["message"]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_other_methods_are_refused(world: World, method: str) -> None:
    """The door takes POST alone."""
    assert getattr(world.desks["aigul"].client, method)("/commands/").status_code == 405


def test_nobody_signed_in(world: World) -> None:
    """Without a session the answer says so, and nothing is carried out."""
    body = command()
    answer = post(world.desks["nobody"], body)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")
    assert entries_of(world, body) == 0


def test_a_list_beyond_the_limit(world: World) -> None:
    """More than 500 commands at a time are refused as a whole."""
    answer = post(world.desks["aigul"], [{"id": MISSING, "command": "x", "data": {}}] * 501)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many")


def test_an_empty_list(world: World) -> None:
    """Nothing asked, nothing answered."""
    answer = post(world.desks["aigul"], [])
    assert (answer.status_code, answer.json()) == (200, [])


def signed_in(world: World, username: str, language: str) -> Desk:
    """A desk signed in by the form, whose account reads this language."""
    account = Account.objects.get(username=username)
    account.language = language
    account.set_password(PASSWORD)
    account.save(update_fields=["language", "password"])
    desk = Desk("", world.cast.time, language="en")
    page = desk.send("/sign-in/", {"username": username, "password": PASSWORD})
    assert (page.status, page.response["Location"]) == (302, "/")
    return desk


def test_messages_follow_the_account(world: World) -> None:
    """The same refusal in four languages, whatever the browser prefers."""
    compile_catalogues()
    spoken = {
        language: post(signed_in(world, "aigul", language), command("dance")).json()["message"]
        for language in ("ky", "ru", "kk", "en")
    }
    assert spoken["en"] == "There is no operation named “dance”."
    assert len(set(spoken.values())) == 4
    assert all("dance" in message for message in spoken.values())


def test_a_text_with_nul_is_refused_alone_and_nothing_else_is_lost(world: World) -> None:
    """No column takes NUL: the field is named, the other commands of the list are carried out."""
    desk = world.desks["aigul"]
    good = command("receive_report", data=a_report())
    bad = command("receive_report", data=a_report(seen_or_said="a\u0000b"))
    answers = post(desk, [bad, good]).json()
    assert [one["result"] for one in answers] == ["refused", "applied"]
    assert [(one["code"], one["field"]) for one in answers[0]["faults"]] == [
        ("field_invalid", "seen_or_said")
    ]
    page = desk.act("/do/receive-report/", "receive_report", **a_report(seen_or_said="a\u0000b"))
    assert (page.status, page.refusals) == (422, ["field_required", "field_invalid"])


def test_a_name_that_stands_twice_counts_once_or_not_at_all(world: World) -> None:
    """In JSON it is refused, in a form the last one is read; an address stands for no form."""
    desk = Desk("aigul", world.cast.time)
    for body in (
        b'{"id": "1", "operation": "a", "operation": "b"}',
        b'[{"id": "1", "data": {"x": 1, "x": 2}}]',
        b'{"id": NaN}',
        '{"id": "1"}'.encode("utf-16"),
        b'\xef\xbb\xbf{"id": "1"}',
    ):
        answer = desk.client.post("/commands/", body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "unreadable"), body
    nobody = Desk("", world.cast.time)
    page = nobody.send("/sign-in/?username=aigul&password=x")
    assert page.refusals == ["field_required"]
    page = nobody.send("/sign-in/", {"username": ["head", "aigul"], "password": ["", "x"]})
    assert page.refusals == ["sign_in_refused"]
    assert page.all("input", name="username")[0].attributes["value"] == "aigul"
