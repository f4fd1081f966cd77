"""Who is signed in: asked anew at each request, and over when it is over."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kamkor.access.models import Account, Session
from kamkor.web.sessions import SessionStore, digest_of
from tests.doors.desk import Desk, Page
from tests.doors.world import World

pytestmark = pytest.mark.usefixtures("undone")

SIGN_IN = "/sign-in/"
NEW_REPORT = "/do/receive-report/"
OLD, NEW = "kanat-mektep-1907", "kanat-mektep-1908"  # invented sign-ins
COOKIE = settings.SESSION_COOKIE_NAME


def desk_of(world: World, username: str) -> Desk:
    """A browser of its own, signed in."""
    return Desk(username, world.cast.time)


def sign_in(desk: Desk, username: str) -> Page:
    """Sign in through the form, with a password set for this test."""
    account = Account.objects.get(username=username)
    account.set_password(OLD)
    account.save(update_fields=["password"])
    return desk.send(SIGN_IN, {"username": username, "password": OLD})


def signed_in(desk: Desk) -> bool:
    """Whether the desk opens; else it leads to the sign-in."""
    page = desk.open("/")
    assert page.status == 200 or page.response["Location"].startswith(SIGN_IN)
    return page.status == 200


def key_of(desk: Desk) -> str:
    """The key of the session in a browser."""
    return str(desk.client.cookies[COOKIE].value)


def test_a_session_that_ended_opens_nothing(world: World) -> None:
    desk = desk_of(world, "aigul")
    assert signed_in(desk)
    held = Session.objects.filter(session_key=digest_of(key_of(desk)))
    held.update(expire_date=world.cast.time.moment - timedelta(seconds=1))
    assert not signed_in(desk)
    held.update(expire_date=timezone.now() + timedelta(days=1))
    assert not signed_in(desk), "a browser that was sent away holds the key no longer"


def test_who_signed_out_is_out_with_the_old_key_too(world: World) -> None:
    desk = desk_of(world, "aigul")
    old = key_of(desk)
    assert signed_in(desk)
    desk.send("/sign-out/")
    assert not signed_in(desk)
    desk.client.cookies[COOKIE] = old
    assert not signed_in(desk)


def test_a_changed_password_ends_the_other_sessions(world: World) -> None:
    desk, other = Desk("", world.cast.time), Desk("", world.cast.time)
    sign_in(desk, "aigul")
    other.send(SIGN_IN, {"username": "aigul", "password": OLD})
    assert signed_in(desk)
    assert signed_in(other)
    page = desk.send("/account/", {"old_password": OLD, "new_password": NEW})
    assert page.response["Location"] == "/account/"
    assert signed_in(desk)
    assert not signed_in(other)


def session_of(desk: Desk) -> Session:
    """The session of a browser, as it is kept."""
    return Session.objects.get(session_key=digest_of(key_of(desk)))


def at_work(world: World, browser: str = "") -> Desk:
    """A browser that signed in at the moment of the cast."""
    desk = Desk("", world.cast.time)
    if browser:
        desk.client.defaults["HTTP_USER_AGENT"] = browser
    account = Account.objects.get(username="aigul")
    if not account.check_password(OLD):
        account.set_password(OLD)
        account.save(update_fields=["password"])
    assert desk.send(SIGN_IN, {"username": "aigul", "password": OLD}).status == 302
    # The first page tells once what happened since the sign-in before.
    assert desk.open("/help/").status == 200
    return desk


def test_a_session_ends_when_nobody_worked_for_thirty_minutes(world: World) -> None:
    desk = at_work(world)
    for _turn in range(3):
        world.cast.time.passes(minutes=29)
        assert signed_in(desk)
    world.cast.time.passes(minutes=30)
    assert not signed_in(desk)


def test_what_a_page_asks_by_itself_keeps_no_session_open(world: World) -> None:
    """The strip of alarms is asked for each minute, also on a desk that nobody sits at."""
    desk = at_work(world)
    for _turn in range(2):
        world.cast.time.passes(minutes=14)
        assert desk.open("/alarms/").status == 200
    world.cast.time.passes(minutes=3)
    assert not signed_in(desk)


def test_a_session_ends_after_a_working_day_even_where_somebody_works(world: World) -> None:
    desk = at_work(world)
    for _turn in range(12 * 4 - 1):
        world.cast.time.passes(minutes=15)
        assert desk.open("/account/").status == 200
    world.cast.time.passes(minutes=15)
    assert not signed_in(desk)


def test_that_somebody_works_is_written_once_a_minute(world: World) -> None:
    desk = at_work(world)
    begun = session_of(desk).seen_at
    world.cast.time.passes(minutes=1)
    said = asked_by(desk, "/account/")
    assert len([sql for sql in said if sql.startswith("UPDATE")]) == 1
    assert session_of(desk).seen_at == begun + timedelta(minutes=1)
    assert [sql for sql in asked_by(desk, "/account/") if sql.startswith("UPDATE")] == []


def asked_by(desk: Desk, address: str) -> list[str]:
    """The statements of one page."""
    with CaptureQueriesContext(connection) as held:
        assert desk.open(address).status == 200
    return [str(one["sql"]) for one in held.captured_queries]


def test_who_is_signed_in_is_asked_in_one_statement(world: World) -> None:
    """Session, account, posts, teams and what is lent, under the post that was chosen."""
    desk = at_work(world)
    said = asked_by(desk, "/help/day/")
    assert [sql for sql in said if "kamkor_session" in sql or "kamkor_account" in sql] == said[:1]
    assert "kamkor_postholding" in said[0]
    assert [sql for sql in said if "kamkor_postholding" in sql] == said[:1]


def test_the_database_keeps_no_key_of_a_session(world: World) -> None:
    """Whoever reads the table of sessions cannot use one."""
    desk = at_work(world)
    key = key_of(desk)
    row = session_of(desk)
    assert key not in " ".join(map(str, vars(row).values()))
    thief = Desk("", world.cast.time)
    thief.client.cookies[COOKIE] = row.session_key
    assert not signed_in(thief)


def test_a_session_says_who_by_what_and_in_which_browser_in_plain_words(world: World) -> None:
    desk = at_work(world, "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.6099.71 Safari/537.36")
    row = session_of(desk)
    assert row.account_id == Account.objects.get(username="aigul").pk
    assert (row.kind, row.browser) == ("password", "Chrome, Linux")


def test_a_session_whose_account_was_changed_in_the_table_is_nobodys(world: World) -> None:
    """What it holds is signed: a row changed past us opens no other account."""
    desk = at_work(world)
    other = Account.objects.get(username="head")
    Session.objects.filter(session_key=digest_of(key_of(desk))).update(account=other)
    shown = desk.open("/account/").text
    assert world.cast.aigul.viewer.name in shown
    assert world.cast.head.viewer.name not in shown


@pytest.mark.parametrize("written", ["", "{}", "word", "0" * 64 + '{"_auth_user_id":"1"}'])
def test_what_a_session_holds_is_read_only_as_we_wrote_it(world: World, written: str) -> None:
    desk = at_work(world)
    Session.objects.filter(session_key=digest_of(key_of(desk))).update(session_data=written)
    assert not signed_in(desk)


def test_a_sign_of_what_a_session_holds_is_good_for_that_alone(world: World) -> None:
    desk = at_work(world)
    row = session_of(desk)
    for changed in (row.session_data.replace("ky", "kk"), row.session_data + " "):
        if changed != row.session_data:
            Session.objects.filter(pk=row.pk).update(session_data=changed)
            assert not signed_in(desk)
    Session.objects.filter(pk=row.pk).update(session_data=row.session_data)
    assert signed_in(desk)


def test_own_sessions_are_listed_and_each_can_be_ended(world: World) -> None:
    desk, phone = at_work(world), at_work(world, "Mozilla/5.0 (Linux; Android 13) Chrome/120.0")
    stranger = desk_of(world, "cholpon")
    page = desk.open("/account/")
    listed = page.values("data-session")
    assert set(listed) >= {session_of(desk).session_key, session_of(phone).session_key}
    assert session_of(stranger).session_key not in listed
    assert "Chrome, Android" in page.text
    desk.send("/account/sessions/", {"session": session_of(phone).session_key})
    assert "1 сеанс аяктады." in desk.open("/account/").text
    assert not signed_in(phone)
    assert signed_in(desk)


def test_all_other_sessions_are_ended_at_once(world: World) -> None:
    desk, others = at_work(world), [at_work(world), desk_of(world, "aigul")]
    desk.send("/account/sessions/", {"session": "others"})
    assert [signed_in(one) for one in (desk, *others)] == [True, False, False]


def test_nobody_ends_the_session_of_another(world: World) -> None:
    desk, other = at_work(world), desk_of(world, "cholpon")
    assert desk.send("/account/sessions/", {"session": session_of(other).session_key}).status == 303
    assert signed_in(other)


def test_a_page_may_ask_how_long_the_session_lasts_and_does_not_keep_it(world: World) -> None:
    desk = at_work(world)
    world.cast.time.passes(minutes=20)
    assert desk.open("/account/idle/").response.json() == {"left": 600}
    world.cast.time.passes(minutes=1)
    assert desk.open("/account/idle/").response.json() == {"left": 540}
    assert desk.send("/account/idle/").response.json() == {"left": 1800}
    world.cast.time.passes(minutes=30)
    assert desk.open("/account/idle/").status == 302


def test_what_was_typed_before_the_session_ended_is_asked_again_not_saved(world: World) -> None:
    """As idle.js sends it: it comes back from the sign-in as typed, and nothing is recorded."""
    desk = at_work(world)
    typed = desk.fill(NEW_REPORT, "receive_report", place="Massy, 12")
    world.cast.time.passes(minutes=30)
    held = desk.send(NEW_REPORT, typed | {"stale": ["edit"]})
    assert held.status == 401
    again = held.form("sign_in") | {"username": "aigul", "password": OLD}
    goes_on = desk.send(SIGN_IN, again)
    shown = desk.send(NEW_REPORT, goes_on.form("send_held_form"))
    assert shown.status == 200
    assert shown.form("receive_report")["place"] == ["Massy, 12"]


def test_ended_sessions_are_taken_away(world: World) -> None:
    ended, other = at_work(world), at_work(world)
    gone = digest_of(key_of(ended))
    Session.objects.filter(session_key=gone).update(
        seen_at=world.cast.time.moment - timedelta(minutes=30)
    )
    with ended.now():
        SessionStore.clear_expired()
    assert not Session.objects.filter(session_key=gone).exists()
    assert signed_in(other)


@pytest.mark.parametrize("key", ["", "x", "a" * 32, "a" * 4000, "a" * 16 + "\0", "' OR true --"])
def test_a_key_nobody_was_given_opens_nothing(world: World, key: str) -> None:
    desk = Desk("", world.cast.time)
    desk.client.cookies[COOKIE] = key
    assert not signed_in(desk)


def test_a_key_from_before_the_sign_in_is_not_kept(world: World) -> None:
    """Whoever planted a key in a browser does not hold the session that begins in it."""
    desk = Desk("", world.cast.time)
    planted = "p" * 32
    desk.client.cookies[COOKIE] = planted
    desk.open(SIGN_IN)
    assert sign_in(desk, "aigul").status == 302
    assert key_of(desk) != planted
    assert signed_in(desk)
    thief = Desk("", world.cast.time)
    thief.client.cookies[COOKIE] = planted
    assert not signed_in(thief)


def test_a_session_of_one_account_never_opens_anothers(world: World) -> None:
    """Requests of two browsers in turn, of one shape and of others."""
    names = ("aigul", "nurlan", "cholpon", "bakyt", "head", "aigul", "cholpon")
    desks = {name: desk_of(world, name) for name in names}
    for name in names * 2:
        shown = desks[name].open("/account/").text
        own = world.cast.everybody[name].viewer
        assert own.name in shown
        assert own.username in shown


def test_nothing_is_written_without_the_token_of_the_form(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        Account.objects.get(username="aigul"), backend="kamkor.web.sessions.SignedIn"
    )
    with desk_of(world, "aigul").now():
        for address in ("/do/receive-report/", "/commands/", "/sign-out/", "/post/"):
            assert client.post(address, {"command_id": "x"}).status_code == 403, address


@pytest.mark.parametrize("language", ["ky", "ru", "kk"])
def test_who_is_asked_to_sign_in_again_is_asked_in_the_same_language(
    world: World, language: str
) -> None:
    """A form that came too late is held, and goes on in the language of the account."""
    desk = Desk("", world.cast.time)
    sign_in(desk, "aigul")
    desk.send("/language/", {"language": language, "next": "/"})
    typed = desk.open(NEW_REPORT).form("receive_report")
    Session.objects.filter(session_key=digest_of(key_of(desk))).delete()
    asked = desk.send(NEW_REPORT, typed)
    assert (asked.status, language_of(asked)) == (401, language)
    stranger = Desk("", world.cast.time)
    asked = stranger.send(NEW_REPORT, typed)
    assert language_of(asked) == "en"
    held = asked.form("sign_in") | {"username": "aigul", "password": OLD}
    goes_on = stranger.send(SIGN_IN, held)
    assert (goes_on.code, language_of(goes_on)) == ("access.session.resume", language)


def language_of(page: Page) -> str:
    """The language a page says it is in."""
    return page.all("html")[0].attributes["lang"]
