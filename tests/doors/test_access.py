"""Who may open which address: every route of the resolver, each of the cast, each kind of id."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from kamkor.kernel.ids import new_id
from kamkor.people import queries as people
from tests.doors.desk import Desk, Page, without_incident
from tests.doors.locks import forget_questions, let_python_permit_all
from tests.doors.world import CANARIES, USERS, Place, World

pytestmark = pytest.mark.usefixtures("undone")

ID_COLUMNS = ("suzak", "sealed", "nooken", "missing")
# A value for every route that there is; {name} is an id of the place that is tried.
ADDRESSES = {
    "home": "/",
    "account_login": "/sign-in/",
    "sign_out": "/sign-out/",
    "language": "/language/",
    "post": "/post/",
    "account": "/account/",
    "mfa_authenticate": "/sign-in/second/",
    "mfa_login_webauthn": "/sign-in/passkey/",
    "account_reauthenticate": "/account/again/",
    "mfa_index": "/account/factors/",
    "mfa_activate_totp": "/account/factors/app/",
    "mfa_add_webauthn": "/account/factors/passkey/",
    "mfa_view_recovery_codes": "/account/factors/codes/",
    "state_sign_in": "/sign-in/state/",
    "policy_reports": "/policy/",
    "openid_connect_callback": "/sign-in/state/callback/",
    "one_time_code": "/sign-in/code/",
    "resets": "/account/resets/",
    "emergency": "/emergency/",
    "second_person": "/second-person/",
    "accounts": "/accounts/",
    "new_account": "/accounts/new/",
    "one_account": "/accounts/999999/",
    "sessions": "/account/sessions/",
    "idle": "/account/idle/",
    "alarms": "/alarms/",
    "help": "/help/",
    "help_page": "/help/case/",
    "duty": "/duty/",
    "receipt": "/receipt/",
    "report": "/reports/{report}/",
    "received": "/reports/{report}/received/",
    "about_report": "/reports/{report}/mark-sent-in-error/",
    "register": "/register/?state=all",
    "export": "/register/export.csv?state=all",
    "figures": "/figures/?by=district",
    "behind_number": "/figures/list/?figure=children_on_register",
    "figures_export": "/figures/export.csv?by=district",
    "staffing": "/staffing/",
    "staffing_posts": "/staffing/posts/",
    "staffing_export": "/staffing/figures.csv",
    "morning_list": "/morning/cases/",
    "loading": "/loading/",
    "load": "/loading/{load}/",
    "load_rejected": "/loading/{load}/rejected.csv",
    "loading_template": "/loading/template.xlsx",
    "plan": "/plan/",
    "plan_template": "/plan/template.csv",
    "find": "/find/",
    "duplicates": "/duplicates/",
    "case": "/cases/{case}/",
    "looks": "/cases/{case}/looks/",
    "correct": "/cases/{case}/correct/identification/{fact}/",
    "correct_report": "/reports/{report}/correct/report/{told}/",
    "rounds": "/rounds/",
    "correct_round": "/rounds/{round}/correct/",
    "add_concern": "/rounds/{round}/add-concern/",
    "about_case": "/cases/{case}/record-visit/",
    "about_task": "/tasks/{task}/complete-task/",
    "begin": "/do/identify-child/",
    "take_back": "/take-back/",
    "roster": "/roster/",
    "about_roster": "/roster/{turn}/end-duty-turn/",
    "commands": "/commands/",
}
HIDDEN_FROM_CHOLPON = ("suzak", "sealed")


def _table() -> Iterator[tuple[str, str, str, int]]:
    with (Path(__file__).parent / "access.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for column in ID_COLUMNS:
                if row[column]:
                    yield row["route"], row["user"], column, int(row[column])


TABLE = list(_table())


def address(route: str, place: Place) -> str:
    """The address of a route for the ids of a place."""
    return ADDRESSES[route].format(**vars(place))


def with_id(route: str) -> bool:
    """Whether a route names somebody's record."""
    return "{" in ADDRESSES[route]


ID_ROUTES = sorted(filter(with_id, ADDRESSES))


def shown(page: Page, place: Place) -> str:
    """An answer as it would be for any id."""
    text = without_incident(page)
    for one in place.ids:
        text = text.replace(one, "ID")
    return text


@pytest.fixture
def python_locks_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the first lock pass everything: only the database holds back now."""
    forget_questions()
    let_python_permit_all(monkeypatch)
    yield
    forget_questions()


def test_every_route_has_a_test_value() -> None:
    """A route that is added without a value and without rows of the table fails here."""
    names = {getattr(pattern, "name", "") for pattern in get_resolver().url_patterns}
    assert names == set(ADDRESSES)
    tried = {(route, user) for route, user, _column, _status in TABLE}
    assert tried == {(route, user) for route in names for user in USERS}
    columns = {route: {one[2] for one in TABLE if one[0] == route} for route in names}
    assert {route for route, held in columns.items() if held == set(ID_COLUMNS)} == set(ID_ROUTES)


@pytest.mark.parametrize(
    ("route", "user", "column", "status"),
    TABLE,
    ids=[f"{route}-{user}-{column}" for route, user, column, _status in TABLE],
)
def test_status_of_a_route(world: World, route: str, user: str, column: str, status: int) -> None:
    """One cell: this route, this person, this kind of id."""
    assert world.desks[user].open(address(route, world.places[column])).status == status


@pytest.mark.parametrize("column", HIDDEN_FROM_CHOLPON)
@pytest.mark.parametrize("method", ["open", "send"])
@pytest.mark.parametrize("route", ID_ROUTES)
def test_hidden_is_answered_as_what_does_not_exist(
    world: World, route: str, method: str, column: str
) -> None:
    """To cholpon of another district an id of Suzak is one that does not exist, byte for byte."""
    desk, place = world.desks["cholpon"], world.places[column]
    hidden = getattr(desk, method)(address(route, place))
    missing = getattr(desk, method)(address(route, world.places["missing"]))
    assert (hidden.status, missing.status) == (404, 404)
    assert shown(hidden, place) == shown(missing, world.places["missing"])
    assert hidden.response.headers.items() == missing.response.headers.items()


def test_a_receipt_is_shown_only_to_who_took_the_report_down(world: World) -> None:
    """Having saved something of one's own opens nobody else's receipt."""
    desk = world.desks["cholpon"]
    task = address("about_task", world.places["nooken"])
    assert desk.act(task, "complete_task", proof="Seen").status == 303
    assert desk.open(address("received", world.places["suzak"])).status == 404


def lists_of(desk: Desk) -> Iterator[Page]:
    """Everything that lists, counts, searches or exports, for one person."""
    for path in ("/", "/duty/", "/roster/", "/alarms/", "/account/", "/do/receive-report/"):
        yield desk.open(path)
    for register in ("child", "family"):
        for state in ("on_register", "open", "all", "identified", "reported"):
            for kind in ("", "export.csv", "export.xlsx"):
                yield desk.open(f"/register/{kind}?register={register}&state={state}")
    for name in (*CANARIES, "10105201500001", "кан", "K"):
        yield desk.send("/register/", {"name": name})
        yield desk.send("/find/", {"name": name})
    yield desk.send("/find/", {"born-year": "2015"})


def words_of(page: Page) -> str:
    """All text of an answer; of a workbook, the text of its cells."""
    if "spreadsheetml" not in page.response.get("Content-Type", ""):
        return page.text
    book = openpyxl.load_workbook(io.BytesIO(page.response.content))
    return " ".join(str(cell) for sheet in book for row in sheet.values for cell in row)


def met(world: World, page: Page) -> list[str]:
    """The canaries and ids of Suzak that an answer holds, but for those just typed."""
    text = words_of(page)
    typed = [one.attributes.get("value", "") for one in page.all("input", name="name")]
    for one in typed:
        text = text.replace(f'value="{one}"', "")
    ids = {one for place in HIDDEN_FROM_CHOLPON for one in world.places[place].ids}
    return sorted(one for one in {*CANARIES, *ids} if one in text)


@pytest.mark.parametrize("user", ["cholpon", "specialist2", "daniyar", "admin"])
def test_no_list_count_search_or_export_knows_of_suzak(world: World, user: str) -> None:
    """Whoever may not see Suzak meets nothing of it anywhere."""
    assert [page.status for page in lists_of(world.desks[user]) if met(world, page)] == []


def test_the_canaries_sing(world: World) -> None:
    """The same walk meets them for who may see them, so that the walk proves something."""
    found = {one for page in lists_of(world.desks["aigul"]) for one in met(world, page)}
    assert found.issuperset({"Канарбек", "Канарова", "Сырдуу"})


def test_counts_are_the_same_with_and_without_suzak(world: World) -> None:
    """Totals of the register and the numbers of the first page count one's own alone."""
    desk = world.desks["cholpon"]
    assert desk.open("/register/?state=all").figure("cases_listed") == "1"
    assert desk.open("/").figure("own_open_cases") == "1"


MAIN_TABLE = re.compile(r'FROM "kamkor_(case|report|task|person|household|householdmember)"')


def test_every_list_carries_its_scope(world: World) -> None:
    """The first lock: what a page reads of protected tables is limited to the viewer's office."""
    with CaptureQueriesContext(connection) as held:
        for path in ("/", "/duty/", "/register/?state=all", "/register/export.csv", "/alarms/"):
            assert world.desks["cholpon"].open(path).status == 200
        world.desks["cholpon"].send("/find/", {"name": "Бөлөк"})
    read = [one["sql"] for one in held.captured_queries if MAIN_TABLE.search(one["sql"])]
    assert len(read) > 5
    assert [sql for sql in read if '"office_unit" = ANY' not in sql] == []


def commands_about(place: Place) -> Iterator[dict[str, Any]]:
    """A command about each thing of a place, with data that would be right for it."""
    day = "2026-03-02"
    about_case: dict[str, dict[str, Any]] = {
        "register_child": {"decision": "decline", "reason": "no_difficulty", "happened_on": day},
        "assign_worker": {"post": 1, "happened_on": day},
        "propose_taking_off": {"reason": "died", "note": "x", "happened_on": day},
        "offer_transfer": {"to_office": 3, "reason": "family_moved", "note": "x"},
        "declare_interest": {"kind": "relative"},
        "correct_fact": {
            "kind": "identification",
            "fact": place.fact,
            "values": {"difficulty": "x"},
            "reason": "typing_error",
        },
    }
    for name, data in about_case.items():
        yield {"command": name, "data": {"case": place.case, **data}}
    told = {"kind": "report", "fact": place.told, "values": {"place": "x"}}
    yield {
        "command": "correct_fact",
        "data": {"report": place.report, "reason": "typing_error", **told},
    }
    for name, data in {"read_report": {}, "mark_sent_in_error": {"note": "x"}}.items():
        yield {"command": name, "data": {"report": place.report, **data}}
    row = {"case": place.case, "seen": "alone", "none_of_these": True}
    visit = {"household": place.household, "kind": "home", "happened_on": day, "children": [row]}
    yield {"command": "record_visit", "data": visit}
    done = {"task": place.task, "happened_on": day, "proof": "x"}
    yield {"command": "complete_task", "data": done}
    child = {
        "child": place.child,
        "given_name": "Айбек",
        "sex": "male",
        "territory": "41703215000000",
        "place": "x",
        "happened_on": day,
        "source": "own_round",
        "difficulty": "x",
        "risk_level": "low",
    }
    yield {"command": "identify_child", "data": child}
    yield {
        "command": "identify_child",
        "data": {**child, "child": None, "household": place.household},
    }


def sent(desk: Desk, command: dict[str, Any]) -> tuple[int, str]:
    """The status and the text of what the commands' door answers."""
    body = {"id": str(new_id()), **command}
    with desk.now():
        answer = desk.client.post("/commands/", body, content_type="application/json")
    return answer.status_code, answer.content.decode().replace(str(body["id"]), "ID")


@pytest.mark.parametrize("user", ["cholpon", "specialist2"])
@pytest.mark.parametrize("column", HIDDEN_FROM_CHOLPON)
def test_commands_about_what_is_hidden(world: World, column: str, user: str) -> None:
    """A command about Suzak's child is answered as one about nobody, by each operation."""
    hidden = [sent(world.desks[user], one) for one in commands_about(world.places[column])]
    nobody = [sent(world.desks[user], one) for one in commands_about(world.places["missing"])]
    assert hidden == nobody
    assert {status for status, _text in hidden} <= {403, 404}


@pytest.mark.usefixtures("python_locks_off")
class TestWithThePythonLocksOff:
    """Row security alone still gives cholpon nothing of Suzak."""

    def test_the_locks_are_off(self, world: World) -> None:
        """The control: without the first lock a worker sees colleagues' cases of the unit."""
        with world.cast.cholpon.inside() as viewer:
            assert people.scope_filter(viewer) == Q()

    @pytest.mark.parametrize("column", HIDDEN_FROM_CHOLPON)
    @pytest.mark.parametrize("route", ID_ROUTES)
    def test_addresses(self, world: World, route: str, column: str) -> None:
        """Each address of Suzak is one that does not exist."""
        place = world.places[column]
        assert world.desks["cholpon"].open(address(route, place)).status == 404

    @pytest.mark.parametrize("route", ID_ROUTES)
    def test_sealed_in_ones_own_department(self, world: World, route: str) -> None:
        """Who is not named in a sealed matter does not see it, though it is the head."""
        place = world.places["sealed"]
        assert world.desks["head"].open(address(route, place)).status == 404

    def test_lists(self, world: World) -> None:
        """No list, count, search or export knows of it."""
        walked = lists_of(world.desks["cholpon"])
        assert [page.status for page in walked if met(world, page)] == []

    @pytest.mark.parametrize("column", HIDDEN_FROM_CHOLPON)
    def test_commands(self, world: World, column: str) -> None:
        """No command reaches it."""
        desk = world.desks["cholpon"]
        answers = [sent(desk, one)[0] for one in commands_about(world.places[column])]
        assert set(answers) <= {403, 404}
