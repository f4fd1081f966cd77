"""Before a sensitive act: whoever signed in more than fifteen minutes ago says who it is again.

A form that is sent waits in the browser meanwhile, as one does over a sign-in (see ``held``).
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from kamkor.access.queries.factor import factors_of
from kamkor.kernel import clock
from kamkor.web import held, lock_out
from kamkor.web.door import ViewedRequest, before_all
from kamkor.web.operation import see_other

PAGE = "/account/again/"


def is_lately(request: HttpRequest) -> bool:
    """Whether the one at the desk showed not long ago who it is."""
    shown = get_authentication_records(request, request.user)
    since = clock.wall_seconds() - settings.KAMKOR_AGAIN_MINUTES * 60
    return bool(shown) and shown[-1]["at"] > since


def signed_in_lately(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a sensitive act through only for whoever showed lately who it is."""

    @wraps(view)
    def asked(request: ViewedRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - any view
        if is_lately(request):
            return view(request, *args, **kwargs)
        if request.method == "POST":
            return _page(request, held.fields_to_hold(request), status=401)
        return see_other(f"{PAGE}?{urlencode({'next': request.get_full_path()})}")

    return asked


@before_all
def again(request: ViewedRequest) -> HttpResponse:
    """Say who it is by password, code or passkey; then go on where one was."""
    if request.method != "POST":
        return _page(request, [])
    errors = _refused(request)
    if errors:
        return _page(request, held.held_fields(request), errors, status=422)
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/account/"
    return held.go_on(request, request.viewer.account_id) or see_other(target)


def _refused(request: ViewedRequest) -> list[dict[str, str]]:
    """What is wrong with what was typed; nothing if it shows who it is."""
    account = request.user
    try:
        if request.POST.get("credential"):
            return _by(ReauthenticateWebAuthnForm(user=account, data=request.POST))
        if request.POST.get("code"):
            return _by(ReauthenticateForm(user=account, data=request.POST))
        if get_adapter().reauthenticate(account, request.POST.get("password", "")):
            record_authentication(request, account, method="password", reauthenticated=True)
            return []
    except ValidationError:
        return [{"href": "#password", "message": lock_out.told(), "code": "locked_out"}]
    message = _("This is not your password.")
    return [{"href": "#password", "message": message, "code": "password_wrong"}]


def _by(form: Any) -> list[dict[str, str]]:  # noqa: ANN401 - allauth's form
    from kamkor.web.factors import faults_of  # noqa: PLC0415 - factors asks here who it is

    errors = faults_of(form, "code" if "code" in form.fields else "passkey")
    if not errors:
        form.save()
    return errors


def _page(
    request: ViewedRequest,
    hidden: list[dict[str, str]],
    errors: list[dict[str, str]] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    found = factors_of(request.viewer)
    context = {
        "again": {
            "next": request.GET.get("next") or request.POST.get("next", ""),
            "hidden": hidden,
            "app": bool(found.app),
            "passkeys": bool(found.passkeys),
            "minutes": settings.KAMKOR_AGAIN_MINUTES,
        },
        "options": json.dumps(begin_authentication(request.user)) if found.passkeys else "",
        "form": {"errors": errors or []},
        "help_url": "/help/accounts/",
    }
    return render(request, "access/again.html", context, status=status)
