"""A form sent after the session ended: it waits in the browser while its writer signs in again.

What was typed goes into the sign-in page and comes back from it; the server keeps nothing. A
signed token says whose form it was, so that nobody else gets it.
"""

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

FORM_OWNER = "form_for"
HELD = "held-"
PATH = "held_path"
SALT = "kamkor.form"
LEFT_OUT = frozenset({"csrfmiddlewaretoken", "username", "password", "next"})


def form_token(account_id: int) -> str:
    """The token of an account's forms."""
    return signing.dumps(account_id, salt=SALT)


def sign_in_with_form(request: HttpRequest) -> HttpResponse:
    """The sign-in page with the form inside, for a request that came too late."""
    hidden = [{"name": PATH, "value": request.get_full_path()}]
    hidden += [
        {"name": HELD + key, "value": value}
        for key in request.POST
        if key not in LEFT_OUT
        for value in request.POST.getlist(key)
    ]
    message = _("You were signed out. Sign in again: what you typed is kept.")
    sign_in = {
        "hidden": hidden,
        "errors": [{"href": "#username", "message": message, "code": "session_ended"}],
    }
    return render(request, "web/sign_in.html", {"sign_in": sign_in, "help_url": ""}, status=401)


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
    if not path.startswith("/") or path.startswith("//") or not _is_theirs(request, account_id):
        return None
    fields = [
        {"name": key.removeprefix(HELD), "value": value}
        for key in request.POST
        if key.startswith(HELD)
        for value in request.POST.getlist(key)
    ]
    context: dict[str, Any] = {"path": path, "fields": fields, "help_url": ""}
    return render(request, "web/go_on.html", context)


def _is_theirs(request: HttpRequest, account_id: int) -> bool:
    try:
        owner: object = signing.loads(request.POST.get(HELD + FORM_OWNER, ""), salt=SALT)
    except signing.BadSignature:
        return False
    return owner == account_id
