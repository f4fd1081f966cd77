"""The administrator's pages: accounts made, blocked and helped; and second steps lost, taken off by
two persons."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from kamkor.access.models import Account, AccountEvent, FactorReset, Session
from kamkor.access.operations.account import block_account, open_account
from kamkor.demo.offices import OWNER
from kamkor.kernel.commands import NotPermitted
from kamkor.workforce.models import PostHolding
from tests.access.references import PROTECTED
from tests.cast import Cast
from tests.doors.desk import Desk, Page
from tests.doors.signing import (
    PASSWORD,
    a_browser,
    give_password,
    grow_old,
    recovery_codes,
    set_up_app,
    signed_in,
    with_password,
)

pytestmark = pytest.mark.django_db

RESETS, CODE = "/account/resets/", "/sign-in/code/"
NEW_PASSWORD = "balalar-uchun-2026"


@pytest.fixture
def admin(cast: Cast) -> Desk:
    """The administrator at the desk, signed in just now."""
    return signed_in(cast, "admin")


@pytest.fixture
def other_admin(cast: Cast) -> Desk:
    """Another administrator."""
    return other_administrator(cast)


def other_administrator(cast: Cast) -> Desk:
    """A second administrator, signed in just now."""
    Account.objects.create(username="admin2", administrator=True, password="!")
    return signed_in(cast, "admin2")


def address(username: str) -> str:
    """The page of an account."""
    return f"/accounts/{Account.objects.get(username=username).pk}/"


def act(desk: Desk, username: str, name: str) -> Page:
    """The answer to one act on an account."""
    return desk.send(address(username), {"act": name})


def events(username: str) -> list[tuple[str, str, str]]:
    """What was written down of an account: act, by whom, with whom."""
    rows = AccountEvent.objects.filter(account__username=username).order_by("id")
    return [(one.act, one.by.username, one.second.username if one.second else "") for one in rows]


def word(page: Page) -> str:
    """The password or code that a page shows once."""
    return page.all("code", data_word="")[0].text


def somebody_new(cast: Cast) -> str:
    """The id of somebody in post who has no account."""
    taken = Account.objects.exclude(employee=None).values("employee_id")
    free = PostHolding.objects.exclude(employee_id__in=taken).order_by("id").first()
    assert free is not None
    return str(free.employee_id)


def make(desk: Desk, **typed: str) -> Page:
    """The answer to the form of a new account."""
    return desk.send("/accounts/new/", {"account_language": "ru"} | typed)


def test_accounts_are_listed_and_searched(cast: Cast, admin: Desk) -> None:
    page = admin.open("/accounts/")
    assert page.code == "access.account.list"
    assert int(page.figure("accounts_listed")) == Account.objects.count()
    found = admin.send("/accounts/", {"name": "aig"})
    assert found.figure("accounts_listed") == "1"
    assert "aigul" in found.text
    surname = Account.objects.get(username="bakyt").employee.surname  # type: ignore[union-attr]
    assert "bakyt" in admin.send("/accounts/", {"name": surname}).text
    assert admin.open("/").code == "access.account.list"


def test_an_account_is_made_and_its_password_changed_before_anything_else(
    cast: Cast, admin: Desk
) -> None:
    page = make(admin, employee=somebody_new(cast), account_name="janyl")
    assert page.code == "access.account.word"
    once = word(page)
    desk = a_browser(cast)
    assert with_password(desk, "janyl", once).status == 302
    assert desk.open("/").response["Location"] == "/account/"
    assert desk.command("receive_report")["code"] == "password_once"
    asked = desk.open("/account/")
    assert asked.refusals == ["password_once"]
    desk.send("/account/", {"old_password": once, "new_password": NEW_PASSWORD})
    assert desk.open("/").status == 200
    assert with_password(a_browser(cast), "janyl", once).refusals == ["sign_in_refused"]
    assert events("janyl") == [("made", "admin", "")]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"account_name": "aigul"}, "account_name_taken"),
        ({"account_name": "жаңыл"}, "account_name_wrong"),
        ({"account_name": "a" * 41}, "account_name_wrong"),
        ({"employee": "", "account_name": "janyl"}, "nobody_chosen"),
        ({"employee": "999999", "account_name": "janyl"}, "nobody_chosen"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_told(
    cast: Cast, admin: Desk, typed: dict[str, str], code: str
) -> None:
    page = make(admin, **({"employee": somebody_new(cast)} | typed))
    assert (page.status, page.refusals) == (422, [code])


def test_who_is_blocked_is_out_at_the_next_request(cast: Cast, admin: Desk) -> None:
    desk = signed_in(cast, "aigul")
    act(admin, "aigul", "block")
    assert desk.open("/").response["Location"].startswith("/sign-in/")
    assert with_password(a_browser(cast), "aigul").refusals == ["sign_in_refused"]
    act(admin, "aigul", "unblock")
    assert with_password(a_browser(cast), "aigul").status == 302
    assert events("aigul") == [("blocked", "admin", ""), ("unblocked", "admin", "")]


def test_a_blocked_account_is_out_even_where_its_session_stands(cast: Cast) -> None:
    """As at the owner's hand: the account is read at each request."""
    desk = signed_in(cast, "aigul")
    Account.objects.filter(username="aigul").update(is_active=False)
    assert Session.objects.filter(account__username="aigul").exists()
    assert desk.open("/").response["Location"].startswith("/sign-in/")


def test_the_administrator_ends_all_sessions_of_somebody(cast: Cast, admin: Desk) -> None:
    desk = signed_in(cast, "aigul")
    act(admin, "aigul", "end_sessions")
    assert desk.open("/").status == 302
    assert admin.open("/accounts/").status == 200


def test_a_password_for_once_ends_the_old_one_and_the_sessions(cast: Cast, admin: Desk) -> None:
    desk = signed_in(cast, "aigul")
    once = word(act(admin, "aigul", "give_password"))
    assert desk.open("/").status == 302
    assert with_password(a_browser(cast), "aigul").refusals == ["sign_in_refused"]
    new = a_browser(cast)
    assert with_password(new, "aigul", once).status == 302
    assert new.open("/").response["Location"] == "/account/"


def test_the_administrator_lifts_a_lock(cast: Cast, admin: Desk) -> None:
    give_password("aigul")
    for number in range(10):
        with_password(a_browser(cast, f"10.7.0.{number}"), "aigul", "wrong")
    assert with_password(a_browser(cast), "aigul").refusals == ["locked_out"]
    assert "lift_lock" in admin.open(address("aigul")).operations
    act(admin, "aigul", "lift")
    assert with_password(a_browser(cast), "aigul").status == 302


@pytest.mark.parametrize("name", ["block", "end_sessions", "give_password", "ask_reset", "lift"])
def test_nobody_does_this_to_the_own_account(cast: Cast, admin: Desk, name: str) -> None:
    assert act(admin, "admin", name).refusals == ["own_account"]


@pytest.mark.parametrize("username", ["aigul", "head", "daniyar", "elmira"])
def test_nobody_else_manages_accounts(cast: Cast, username: str) -> None:
    desk = signed_in(cast, username)
    for page in (desk.open("/accounts/"), desk.open("/accounts/new/"), act(desk, "bakyt", "block")):
        assert page.refusals == ["not_permitted"]
    assert Account.objects.get(username="bakyt").is_active
    viewer = cast.everybody[username].viewer
    with pytest.raises(NotPermitted):
        block_account(viewer, Account.objects.get(username="bakyt"), blocked=True)
    with pytest.raises(NotPermitted):
        open_account(viewer, username="x", employee="1", language="ky")


def test_the_administrators_acts_ask_who_it_is(cast: Cast, admin: Desk) -> None:
    grow_old(admin)
    assert act(admin, "aigul", "block").code == "access.session.again"
    assert Account.objects.get(username="aigul").is_active


def test_the_administrators_pages_read_no_table_of_children(cast: Cast, admin: Desk) -> None:
    with CaptureQueriesContext(connection) as held:
        for page in ("/", "/accounts/", "/accounts/new/", address("aigul"), RESETS, "/account/"):
            assert admin.open(page).status == 200
    said = [str(one["sql"]) for one in held.captured_queries]
    assert [sql for sql in said for table in PROTECTED if f'{table}"' in sql] == []


def test_what_was_done_to_accounts_cannot_be_changed_by_the_desk(cast: Cast, admin: Desk) -> None:
    """By grant: rows are only ever added."""
    asked = "SELECT has_table_privilege('kamkor_web', 'kamkor_accountevent', %s)"
    with connection.cursor() as cursor:
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            cursor.execute(asked, [right])
            assert cursor.fetchone() == (False,)
    assert OWNER


def lost(cast: Cast, admin: Desk) -> str:
    """Aigul has lost everything, and the administrator asks; the number of the request."""
    desk = signed_in(cast, "aigul")
    set_up_app(desk)
    recovery_codes(desk)
    act(admin, "aigul", "ask_reset")
    return str(FactorReset.objects.get().pk)


def confirm(desk: Desk, reset: str) -> Page:
    """The answer to the second person."""
    return desk.send(RESETS, {"reset": reset})


@pytest.mark.parametrize("second", ["head", "admin2"])
def test_two_persons_take_lost_second_steps_off_and_a_code_lets_in_once(
    cast: Cast, admin: Desk, second: str
) -> None:
    desk = other_administrator(cast) if second == "admin2" else signed_in(cast, second)
    reset = lost(cast, admin)
    assert "confirm_factor_reset" in desk.open(RESETS).operations
    code = word(confirm(desk, reset))
    assert events("aigul") == [("reset_asked", "admin", ""), ("reset_done", "admin", second)]
    person = a_browser(cast)
    assert with_password(person, "aigul").response["Location"] == CODE
    assert person.open("/").status == 302
    assert person.send(CODE, {"code": "xxxx-xxxx-xxxx-xxxx"}).refusals == ["code_wrong"]
    assert person.send(CODE, {"code": code}).status == 302
    assert person.open("/").status == 200
    again = a_browser(cast)
    assert with_password(again, "aigul").response["Location"] == "/"


def test_the_code_is_over_after_a_day_and_the_password_alone_does_not_do(
    cast: Cast, admin: Desk, other_admin: Desk
) -> None:
    code = word(confirm(other_admin, lost(cast, admin)))
    cast.time.passes(hours=24)
    person = a_browser(cast)
    assert with_password(person, "aigul").response["Location"] == CODE
    assert person.send(CODE, {"code": code}).refusals == ["code_wrong"]
    assert person.open("/").status == 302


def test_wrong_codes_are_counted(cast: Cast, admin: Desk, other_admin: Desk) -> None:
    confirm(other_admin, lost(cast, admin))
    person = a_browser(cast)
    with_password(person, "aigul")
    found = [person.send(CODE, {"code": "x"}).refusals for _turn in range(11)]
    assert found == [["code_wrong"]] * 10 + [["locked_out"]]


def test_who_asked_does_not_confirm(cast: Cast, admin: Desk) -> None:
    reset = lost(cast, admin)
    assert "confirm_factor_reset" not in admin.open(RESETS).operations
    assert confirm(admin, reset).refusals == ["needs_another_person"]


def test_nobody_confirms_for_oneself(cast: Cast, admin: Desk, other_admin: Desk) -> None:
    set_up_app(other_admin)
    act(admin, "admin2", "ask_reset")
    reset = str(FactorReset.objects.get().pk)
    assert confirm(other_admin, reset).refusals == ["own_account"]


@pytest.mark.parametrize("username", ["bakyt", "head2", "oblast", "cholpon"])
def test_nobody_but_the_own_head_or_an_administrator_confirms(
    cast: Cast, admin: Desk, username: str
) -> None:
    reset = lost(cast, admin)
    assert confirm(signed_in(cast, username), reset).refusals == ["needs_another_person"]


def test_a_request_is_over_after_a_day_and_once_confirmed(
    cast: Cast, admin: Desk, other_admin: Desk
) -> None:
    reset = lost(cast, admin)
    assert act(admin, "aigul", "ask_reset").refusals == ["reset_asked"]
    assert confirm(other_admin, "x").refusals == ["reset_over"]
    confirm(other_admin, reset)
    assert confirm(other_admin, reset).refusals == ["reset_over"]


def test_a_request_that_nobody_confirmed_is_over_after_a_day(cast: Cast, admin: Desk) -> None:
    reset = lost(cast, admin)
    cast.time.passes(hours=24)
    give_password("head", PASSWORD)
    assert confirm(signed_in(cast, "head"), reset).refusals == ["reset_over"]


def test_the_village_of_the_holder_is_told(admin: Desk) -> None:
    page = admin.send(address("bakyt"), {"act": "village", "village": " Сузак "})
    assert page.status == 303
    assert Account.objects.get(username="bakyt").lives_in == "Сузак"
    assert events("bakyt") == [("village_told", "admin", "")]
    assert 'value="Сузак"' in admin.open(address("bakyt")).text
    wrong = admin.send(address("bakyt"), {"act": "village", "village": "С" * 121})
    assert wrong.status == 422
    assert "120" in wrong.text
    assert Account.objects.get(username="bakyt").lives_in == "Сузак"


def test_an_administrator_works_at_a_known_device_alone(cast: Cast, settings: Settings) -> None:
    """The proxy says that it has seen a certificate; whoever is no administrator needs none."""
    settings.KAMKOR_ADMIN_DEVICES = True
    desk = signed_in(cast, "admin")
    assert desk.open("/accounts/").refusals == ["device_unknown"]
    desk.client.defaults["HTTP_X_CLIENT_VERIFY"] = "FAILED:expired"
    assert desk.open("/account/").refusals == ["device_unknown"]
    desk.client.defaults["HTTP_X_CLIENT_VERIFY"] = "SUCCESS"
    assert desk.open("/accounts/").status == 200
    assert signed_in(cast, "bakyt").open("/").status == 200
