"""Signing in with the state's own sign-in, against a provider in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from pytest_django import Settings

from kamkor.access.models import Account, Session
from tests.cast import Cast
from tests.doors.desk import Desk, Page
from tests.doors.signing import SIGN_IN, a_browser, signed_in
from tests.oidc_provider import CLIENT, SECRET

pytestmark = pytest.mark.django_db

BEGIN, BACK = "/sign-in/state/", "/sign-in/state/callback/"
GO = f"{BEGIN}?go=yes"
SUBJECT = "person-417-0007"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of a provider that knows one subject, whose e-mail is a user name of ours."""
    command = [sys.executable, str(Path(__file__).parents[1] / "oidc_provider.py")]
    env = os.environ | {"SUBJECT": SUBJECT, "EMAIL": "aigul"}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        yield f"http://127.0.0.1:{running.stdout.readline().strip()}"
        running.terminate()


@pytest.fixture(autouse=True)
def state(provider: str, settings: Settings) -> None:
    """The service, told of that provider."""
    told = deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
    (app,) = told["openid_connect"]["APPS"]
    app.update(client_id=CLIENT, secret=SECRET)
    app["settings"]["server_url"] = provider
    settings.SOCIALACCOUNT_PROVIDERS = told
    settings.KAMKOR_STATE_SIGN_IN = True
    registry.register(OpenIDConnectProvider)


@pytest.mark.parametrize(
    ("url", "told"), [("https://state.invalid", "True True"), ("", "False False")]
)
def test_what_calls_other_servers_is_read_only_where_it_is_set_up(url: str, told: str) -> None:
    found = (
        "import sys, django; django.setup(); import kamkor.web.urls;"
        " from allauth.socialaccount.providers import registry;"
        " print('openid_connect' in registry.provider_map, 'requests' in sys.modules)"
    )
    env = os.environ | {"KAMKOR_OIDC_URL": url, "KAMKOR_DOOR": "web"}
    answer = subprocess.run(
        [sys.executable, "-c", found], env=env, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == told


@pytest.fixture
def wrong(provider: str) -> Iterator[Callable[[str], None]]:
    """Lets the provider do something wrongly; afterwards it does all rightly again."""

    def does(kind: str) -> None:
        assert requests.get(f"{provider}/wrong?{kind}", timeout=10).ok

    yield does
    does("")


def answer_of_state(desk: Desk) -> Page:
    """Begin, say at the provider who one is, and come back: our page with the answer."""
    begun = desk.open(GO)
    asked = requests.get(begun.response["Location"], timeout=10)
    assert asked.status_code == 200, asked.text
    return Page.of(asked_page(desk, asked.text))


def asked_page(desk: Desk, text: str) -> object:
    """What our page answers to the provider's form, sent without our cookie as browsers do."""

    class Plain:
        content = text.encode()

        def get(self, *_told: object) -> str:
            return "text/html"

    form = Page.of(Plain())
    sent = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}
    assert form.all("form")[0].attributes["action"].endswith(BACK)
    other = a_browser_like(desk)
    with desk.now():
        return other.client.post(BACK, sent)


def a_browser_like(desk: Desk) -> Desk:
    """A browser without cookies at the same moment."""
    return Desk("", desk.time)


def come_back(desk: Desk) -> Page:
    """The whole way; the last answer."""
    return desk.send(BACK, answer_of_state(desk).form("go_on_from_state"))


def link(cast: Cast, username: str, subject: str = SUBJECT) -> Page:
    """The administrator links a subject."""
    account = Account.objects.get(username=username)
    desk = signed_in(cast, "admin")
    return desk.send(f"/accounts/{account.pk}/", {"act": "link", "subject": subject})


def test_whom_the_administrator_linked_is_let_in(cast: Cast) -> None:
    assert link(cast, "bakyt").status == 303
    desk = a_browser(cast)
    assert "sign_in_by_state" in desk.open(SIGN_IN).operations
    assert come_back(desk).status == 302
    assert cast.bakyt.viewer.name in desk.open("/account/").text
    kinds = Session.objects.filter(account__username="bakyt").values_list("kind", flat=True)
    assert "socialaccount" in kinds


def test_a_subject_nobody_linked_is_refused_in_plain_words(cast: Cast) -> None:
    """Also where its e-mail is the user name of an account: nothing is found by that."""
    desk = a_browser(cast)
    page = come_back(desk)
    assert (page.status, page.refusals) == (403, ["subject_unknown"])
    assert desk.open("/").status == 302
    assert not SocialAccount.objects.exists()


def test_nothing_but_the_subject_is_kept(cast: Cast) -> None:
    link(cast, "bakyt")
    come_back(a_browser(cast))
    held = SocialAccount.objects.get()
    assert (held.uid, held.extra_data, held.provider) == (SUBJECT, {}, "state")


def test_a_blocked_account_is_not_let_in(cast: Cast) -> None:
    link(cast, "bakyt")
    Account.objects.filter(username="bakyt").update(is_active=False)
    assert come_back(a_browser(cast)).refusals == ["subject_unknown"]


def test_an_answer_that_nobody_here_asked_for_is_refused(cast: Cast) -> None:
    """Another browser's answer, one that was used, and one of nobody."""
    link(cast, "bakyt")
    desk, thief = a_browser(cast), a_browser(cast)
    sent = answer_of_state(desk).form("go_on_from_state")
    assert thief.send(BACK, sent).refusals == ["state_sign_in_failed"]
    assert desk.send(BACK, sent).status == 302
    desk.send("/sign-out/")
    assert desk.send(BACK, sent).refusals == ["state_sign_in_failed"]
    assert desk.send(BACK, {"here": "yes"}).refusals == ["state_sign_in_failed"]
    assert desk.open("/").status == 302


def test_a_provider_that_does_not_answer_is_told_plainly(cast: Cast, settings: Settings) -> None:
    (app,) = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    app["settings"]["server_url"] = "http://127.0.0.1:9"
    assert a_browser(cast).open(GO).refusals == ["state_sign_in_failed"]


def test_one_subject_holds_one_account(cast: Cast) -> None:
    link(cast, "bakyt")
    assert link(cast, "aigul").refusals == ["subject_taken"]
    assert link(cast, "bakyt", "").status == 303
    assert not SocialAccount.objects.exists()
    assert link(cast, "aigul").status == 303


def test_who_signs_in_for_the_state_needs_no_second_step_of_ours(
    cast: Cast, settings: Settings
) -> None:
    link(cast, "bakyt")
    settings.KAMKOR_SECOND_FACTOR_REQUIRED = True
    desk = a_browser(cast)
    come_back(desk)
    assert desk.open("/").status == 200


def refused_then_taken(cast: Cast, wrong: Callable[[str], None], kinds: tuple[str, ...]) -> None:
    """Each kind of wrong answer is refused; the right one, at the same provider, is taken."""
    link(cast, "bakyt")
    for kind in kinds:
        wrong(kind)
        desk = a_browser(cast)
        assert (kind, come_back(desk).refusals) == (kind, ["state_sign_in_failed"])
        assert desk.open("/").status == 302
    wrong("")
    assert come_back(a_browser(cast)).status == 302


def test_an_answer_that_its_key_did_not_sign_is_refused(
    cast: Cast, wrong: Callable[[str], None]
) -> None:
    """Signed by another key, by nothing, by the secret both know, and one that says nobody."""
    refused_then_taken(cast, wrong, ("signature", "unsigned", "shared_key", "unsaid"))


def test_an_answer_to_another_request_is_refused(cast: Cast, wrong: Callable[[str], None]) -> None:
    refused_then_taken(cast, wrong, ("nonce", "no_nonce", "over"))


def test_an_answer_for_another_desk_is_refused(cast: Cast, wrong: Callable[[str], None]) -> None:
    refused_then_taken(cast, wrong, ("audience", "issuer"))


def test_who_showed_it_long_ago_shows_it_again(cast: Cast, wrong: Callable[[str], None]) -> None:
    """The session here lasts twelve hours at most, and begins where it was shown just now."""
    refused_then_taken(cast, wrong, ("shown_long_ago", "no_auth_time"))


def test_a_call_that_is_led_elsewhere_fails(cast: Cast, wrong: Callable[[str], None]) -> None:
    refused_then_taken(cast, wrong, ("led_elsewhere",))


def test_a_provider_that_names_itself_otherwise_is_not_asked(
    cast: Cast, wrong: Callable[[str], None]
) -> None:
    wrong("issuer_told")
    assert a_browser(cast).open(GO).refusals == ["state_sign_in_failed"]


def test_before_leaving_it_is_said_where_to_and_one_may_stay(cast: Cast, provider: str) -> None:
    page = a_browser(cast).open(BEGIN)
    assert page.status == 200
    assert "go_to_state" in page.operations
    assert "127.0.0.1" in page.text
    hrefs = {one.attributes.get("href") for one in page.all("a")}
    assert {GO, SIGN_IN} <= hrefs
