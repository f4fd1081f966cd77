"""What was typed waits in the browser, never on the server: while its writer signs in again, and
while one looks at another page and comes back.

A form sent after the session ended goes into the sign-in page and comes back from it; a signed
token says whose form it was, so that nobody else gets it. What the browser keeps for its Back
button is locked with a key of the session, which ends with it.
"""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.kernel.credentials import lasting_keys, lasting_keys_at_hand

FORM_OWNER = "form_for"
HELD = "held-"
PATH = "held_path"
SALT = "kamkor.form"
SALT_OF_KEY = "kamkor.typed"
LEFT_OUT = frozenset({"csrfmiddlewaretoken", "username", "password", "next"})


def mac(purpose: str, told: str) -> str:
    """HMAC-SHA256 of a text with the site's key, for one purpose; in hexadecimal."""
    return _mac(lasting_keys_at_hand(settings.KAMKOR_DATA).site[0], purpose, told)


def is_mac(word: str, purpose: str, told: str) -> bool:
    """Whether this is the site's word for a text, by its newest key or a former one."""
    if hmac.compare_digest(word, mac(purpose, told)):
        return True
    keys = lasting_keys(settings.KAMKOR_DATA).site
    return any(hmac.compare_digest(word, _mac(key, purpose, told)) for key in keys)


def _mac(key: bytes, purpose: str, told: str) -> str:
    return hmac.digest(key, f"{purpose} {told}".encode(), "sha256").hex()


def form_token(account_id: int) -> str:
    """The token of an account's forms."""
    key = lasting_keys_at_hand(settings.KAMKOR_DATA).site[0]
    return signing.dumps(account_id, key=key, salt=SALT)


def key_of_typed(request: HttpRequest) -> str:
    """The session's key, 128 bits in hexadecimal.

    The key of the browser's cookie is secret enough to make it from: it lasts as long as the
    session, also where the site's key is renewed meanwhile.
    """
    told = f"{SALT_OF_KEY} {request.session.session_key or ''}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def sign_in_with_form(request: HttpRequest) -> HttpResponse:
    """The sign-in page with the form inside, for a request that came too late."""
    message = _("You were signed out. Sign in again: what you typed is kept.")
    sign_in = {
        "hidden": fields_to_hold(request),
        "errors": [{"href": "#username", "message": message, "code": "session_ended"}],
    }
    return render(request, "web/sign_in.html", {"sign_in": sign_in, "help_url": ""}, status=401)


def fields_to_hold(request: HttpRequest) -> list[dict[str, str]]:
    """What was sent, as hidden fields of a page that asks something else first."""
    hidden = [{"name": PATH, "value": request.get_full_path()}]
    return hidden + [
        {"name": HELD + key, "value": value}
        for key in request.POST
        if key not in LEFT_OUT
        for value in request.POST.getlist(key)
    ]


def held_fields(request: HttpRequest) -> list[dict[str, str]]:
    """The form held in a sign-in that was sent, to be held on after a wrong password."""
    return [
        {"name": key, "value": value}
        for key in request.POST
        if key == PATH or key.startswith(HELD)
        for value in request.POST.getlist(key)
    ]


def go_on(request: HttpRequest, account_id: int) -> HttpResponse | None:
    """The page that sends the held form on, if it was this account's; else nothing."""
    path = request.POST.get(PATH, "")
    ours = path.startswith("/") and not path.startswith("//")
    if not ours or not is_theirs(request.POST.get(HELD + FORM_OWNER, ""), account_id):
        return None
    fields = [
        {"name": key.removeprefix(HELD), "value": value}
        for key in request.POST
        if key.startswith(HELD)
        for value in request.POST.getlist(key)
    ]
    context: dict[str, Any] = {"path": path, "fields": fields, "help_url": ""}
    return render(request, "web/go_on.html", context)


def send_on(request: HttpRequest) -> HttpResponse:
    """The page that sends a form again under a token that is valid now."""
    fields = [
        {"name": key, "value": value}
        for key in request.POST
        if key not in LEFT_OUT
        for value in request.POST.getlist(key)
    ]
    context = {
        "path": request.get_full_path(),
        "fields": fields,
        "help_url": "",
        "why": _("This form was open too long. What you typed is kept and has not been sent yet."),
    }
    return render(request, "web/go_on.html", context, status=403)


def is_theirs(token: str, account_id: int) -> bool:
    """Whether a form's token says that it is this account's."""
    keys = lasting_keys(settings.KAMKOR_DATA).site
    try:
        owner: object = signing.loads(token, key=keys[0], salt=SALT, fallback_keys=[*keys[1:]])
    except signing.BadSignature:
        return False
    return owner == account_id
