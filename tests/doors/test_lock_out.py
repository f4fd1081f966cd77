"""Wrong tries at sign-in: counted for all processes together, told with their limits."""

import json

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory

from kamkor.access.models import Account, Tally
from kamkor.web import lock_out
from kamkor.web.tallies import Tallies
from tests.doors.desk import Desk, Page

pytestmark = pytest.mark.django_db

SIGN_IN = "/sign-in/"
RIGHT = "kanat-mektep-1907"  # an invented password
PLACES = (f"10.0.0.{number}" for number in range(1, 255))


@pytest.fixture(autouse=True)
def known(cast: object) -> None:
    """An account whose password is known."""
    account = Account.objects.get(username="aigul")
    account.set_password(RIGHT)
    account.save(update_fields=["password"])


def tried(username: str, password: str, place: str) -> Page:
    """The answer to one try from an address."""
    desk = Desk()
    desk.client.defaults["REMOTE_ADDR"] = place
    return desk.send(SIGN_IN, {"username": username, "password": password})


def refusals_of(username: str, times: int) -> list[str]:
    """What so many wrong tries are refused with, each from another address."""
    pages = [tried(username, "wrong", next(PLACES)) for _turn in range(times)]
    return [code for page in pages for code in page.refusals]


@pytest.mark.parametrize("username", ["aigul", "no-such-account"])
def test_ten_wrong_tries_lock_an_account_known_or_not(username: str) -> None:
    assert refusals_of(username, 10) == ["sign_in_refused"] * 10
    locked = tried(username, RIGHT, next(PLACES))
    assert locked.refusals == ["locked_out"]
    for number in ("10", "30", "15"):
        assert number in locked.all("li", data_refusal="locked_out")[0].text


def test_an_unknown_account_is_answered_as_a_known_one() -> None:
    """Byte for byte, but for the name that was typed and the tokens."""

    def plain(page: Page, username: str) -> str:
        text = page.text.replace(username, "NAME")
        for one in page.all("input", name="csrfmiddlewaretoken"):
            text = text.replace(one.attributes["value"], "")
        return text

    for _turn in range(12):
        known, unknown = (tried(name, "x", next(PLACES)) for name in ("aigul", "nobody-such"))
        assert plain(known, "aigul") == plain(unknown, "nobody-such")
        assert known.status == unknown.status


def test_thirty_wrong_tries_lock_an_address_for_all_accounts() -> None:
    place = next(PLACES)
    found = [tried(f"somebody-{turn}", "x", place).refusals for turn in range(30)]
    assert found == [["sign_in_refused"]] * 30
    assert tried("aigul", RIGHT, place).refusals == ["locked_out"]
    assert tried("aigul", RIGHT, next(PLACES)).status == 302


def test_right_tries_are_not_counted() -> None:
    assert [tried("aigul", RIGHT, next(PLACES)).status for _turn in range(11)] == [302] * 11


def test_another_name_of_the_host_gives_no_more_tries() -> None:
    refusals_of("aigul", 10)
    desk = Desk()
    desk.client.defaults |= {"REMOTE_ADDR": next(PLACES), "HTTP_HOST": "127.0.0.1"}
    assert desk.send(SIGN_IN, {"username": "aigul", "password": RIGHT}).refusals == ["locked_out"]


def test_after_fifteen_minutes_one_may_try_again() -> None:
    refusals_of("aigul", 10)
    with connection.cursor() as cursor:
        # The tries grow older by fifteen minutes.
        cursor.execute(
            "UPDATE kamkor_tally SET ends_at = ends_at - 900, value = (SELECT jsonb_agg(one - 900)"
            " FROM jsonb_array_elements(value) e(v), LATERAL (SELECT v::float AS one) f)"
            " WHERE jsonb_typeof(value) = 'array'"
        )
    assert tried("aigul", RIGHT, next(PLACES)).status == 302


def test_a_lock_can_be_lifted_for_one_account() -> None:
    request = RequestFactory().get("/")
    account = Account.objects.get(username="aigul")
    assert not lock_out.is_locked(request, "aigul", account.pk)
    refusals_of("aigul", 10)
    refusals_of("bakyt", 10)
    assert lock_out.is_locked(request, "aigul", account.pk)
    lock_out.lift(request, "aigul", account.pk)
    assert not lock_out.is_locked(request, "aigul", account.pk)
    assert tried("aigul", RIGHT, next(PLACES)).status == 302
    assert tried("bakyt", "x", next(PLACES)).refusals == ["locked_out"]


def test_the_table_of_tries_tells_no_name_and_no_address() -> None:
    tried("aigul", "wrong", "10.9.8.7")
    kept = json.dumps(list(Tally.objects.values_list("key", "value")))
    assert kept != "[]"
    assert "aigul" not in kept
    assert "10.9.8.7" not in kept


def test_of_two_that_remember_at_one_moment_one_is_told_it_was_first() -> None:
    assert cache.add("once", "y", timeout=30)
    assert not Tallies("", {}).add("once", "y", timeout=30)
    assert cache.delete("once")
    assert not cache.delete("once")
    assert cache.get("once", "nothing") == "nothing"
