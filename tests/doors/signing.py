"""Signing in through the form, with what the second step needs."""

import base64
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from kamkor.access.models import Account
from kamkor.access.operations.tally import forget_past
from tests.cast import Cast
from tests.doors.desk import Desk, Page

SIGN_IN, SECOND, FACTORS, AGAIN = (
    "/sign-in/",
    "/sign-in/second/",
    "/account/factors/",
    "/account/again/",
)
PASSWORD = "kanat-mektep-1907"  # an invented password


def give_password(username: str, password: str = PASSWORD) -> Account:
    """Let an account sign in with a password."""
    account = Account.objects.get(username=username)
    account.set_password(password)
    account.save(update_fields=["password"])
    return account


def a_browser(cast: Cast, place: str = "10.0.0.1") -> Desk:
    """A browser in which nobody is signed in."""
    desk = Desk("", cast.time)
    desk.client.defaults["REMOTE_ADDR"] = place
    return desk


def signed_in(cast: Cast, username: str) -> Desk:
    """A browser in which somebody without a second step signed in just now."""
    give_password(username)
    desk = a_browser(cast)
    assert with_password(desk, username).status == 302
    return desk


def with_password(desk: Desk, username: str, password: str = PASSWORD) -> Page:
    """The answer to name and password."""
    return desk.send(SIGN_IN, {"username": username, "password": password})


def code_of(secret: str, later: int = 0) -> str:
    """What the app shows now, or some half minutes later; not in the last moment of one."""
    if time.time() % 30 > 28:
        time.sleep(2)
    plain = base64.b32encode(base64.b32decode(secret.replace(" ", ""))).decode()
    return str(format_hotp_value(hotp_value(plain, int(time.time()) // 30 + later)))


def forget_used_codes() -> None:
    """As if the half minutes of the codes that were used had gone by."""
    forget_past(int(time.time()) + 3600)


def set_up_app(desk: Desk) -> str:
    """Set up the app; returns its key. The page of the codes is not opened."""
    page = desk.open(f"{FACTORS}app/")
    secret = page.all("code", data_secret="")[0].text
    typed = page.form("set_up_app") | {"code": [code_of(secret)]}
    assert desk.send(f"{FACTORS}app/", typed).status == 303
    forget_used_codes()
    return secret


def recovery_codes(desk: Desk) -> list[str]:
    """The codes as their page shows them."""
    return [one.text for one in desk.open(f"{FACTORS}codes/").all("code", data_code="")]


def grow_old(desk: Desk, minutes: int = 16) -> None:
    """As if who is signed in here had shown who it is some minutes earlier."""
    with desk.now():
        session = desk.client.session
        shown = session["account_authentication_methods"]
        session["account_authentication_methods"] = [
            one | {"at": one["at"] - minutes * 60} for one in shown
        ]
        session.save()
