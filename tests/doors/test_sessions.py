"""Who is signed in: asked anew at each request, and over when it is over."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from kamkor.access.models import Account
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
    held = Session.objects.filter(session_key=key_of(desk))
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
    Session.objects.filter(session_key=key_of(desk)).delete()
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
