"""The second step of a sign-in: a code or a passkey; and a passkey alone in place of a password."""

import json
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import Login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal.auth import begin_authentication
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kamkor.access.operations.account import use_code
from kamkor.access.operations.factor import RECOVERY_CODE, use_recovery_code
from kamkor.access.queries.account import reset_to_use
from kamkor.access.queries.factor import factors_of_account
from kamkor.web import held, last_act, lock_out
from kamkor.web.door import outside_door
from kamkor.web.factors import code_field, faults_of, is_right
from kamkor.web.own_sign_ins import note_refused

Type = Authenticator.Type


@outside_door
def second_step(request: HttpRequest) -> HttpResponse:
    """Asked for after the right password of an account that has one."""
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    if stage is None or request.user.is_authenticated:
        return HttpResponseRedirect("/sign-in/")
    if request.method != "POST" or "password" in request.POST:
        return step_page(request, stage)
    if answer_by_code := _by_recovery_code(request, stage):
        return answer_by_code
    by_passkey = bool(request.POST.get("credential"))
    kind = AuthenticateWebAuthnForm if by_passkey else AuthenticateForm
    form = kind(user=stage.login.user, data=request.POST)
    errors = faults_of(form, "passkey" if by_passkey else "code")
    if errors:
        note_refused(errors[0]["code"], account=stage.login.user.pk)
        return step_page(request, stage, errors)
    form.save()
    answer: HttpResponse = stage.exit()
    return answer


def _by_recovery_code(request: HttpRequest, stage: Any) -> HttpResponse | None:  # noqa: ANN401 - allauth's stage
    """Go on where a recovery code was typed; nothing where it was none, or too many were tried."""
    account = stage.login.user
    typed = "".join(request.POST.get("code", "").split())
    if not RECOVERY_CODE.fullmatch(typed) or lock_out.is_locked(
        request, account.username, account.pk
    ):
        return None
    if not use_recovery_code(account.pk, typed):
        return None
    record_authentication(request, account, method="mfa", type=Type.RECOVERY_CODES.value)
    answer: HttpResponse = stage.exit()
    _tell_of_codes(request, account.pk)
    return answer


def _tell_of_codes(request: HttpRequest, account_id: int) -> None:
    left = factors_of_account(account_id).codes_left
    text = ngettext(
        "You used a recovery code. %(count)s is left.",
        "You used a recovery code. %(count)s are left.",
        left,
    )
    last_act.tell(request, text % {"count": left})


def step_page(
    request: HttpRequest,
    stage: Any,  # noqa: ANN401 - allauth's stage
    errors: list[dict[str, str]] | None = None,
) -> HttpResponse:
    """The page that asks for it, with the form that waits for the sign-in inside."""
    found = factors_of_account(stage.login.user.pk)
    context = {
        "step": {"hidden": held.held_fields(request), "passkeys": bool(found.passkeys)},
        "field": code_field(_("Code of the app, or a recovery code"), errors or []),
        "options": json.dumps(begin_authentication(stage.login.user)) if found.passkeys else "",
        "form": {"errors": errors or []},
        "help_url": "",
    }
    return render(request, "access/second_step.html", context, status=422 if errors else 200)


class OneTimeCode(LoginStage):  # type: ignore[misc]
    """After second steps were taken off by two persons: a code in their place, once."""

    key = "one_time_code"
    urlname = "one_time_code"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Ask for it while one was given and not used."""
        waits = self.login.user is not None and reset_to_use(self.login.user.pk)
        return (HttpResponseRedirect("/sign-in/code/") if waits else None), True


@outside_door
def one_time_code(request: HttpRequest) -> HttpResponse:
    """Asked for after the right password of an account whose second steps were taken off."""
    stage = LoginStageController.enter(request, OneTimeCode.key)
    if stage is None or request.user.is_authenticated:
        return HttpResponseRedirect("/sign-in/")
    errors: list[dict[str, str]] = []
    if request.method == "POST" and "password" not in request.POST:
        account = stage.login.user
        try:
            tried_enough = check_rate_limit(account)
        except ValidationError:
            errors = [{"href": "#code", "message": lock_out.told(), "code": "locked_out"}]
        else:
            if use_code(account.pk, request.POST.get("code", "")):
                tried_enough()
                record_authentication(request, account, method="one_time_code")
                answer: HttpResponse = stage.exit()
                return answer
            text = _("This is not the code, or it is older than 24 hours. Ask for a new one.")
            errors = [{"href": "#code", "message": text, "code": "code_wrong"}]
    if errors:
        note_refused(errors[0]["code"], account=stage.login.user.pk)
    context = {
        "step": {"hidden": held.held_fields(request)},
        "field": code_field(_("Code for once"), errors),
        "form": {"errors": errors},
        "help_url": "",
    }
    return render(request, "access/one_time_code.html", context, status=422 if errors else 200)


@outside_door
def by_passkey(request: HttpRequest) -> HttpResponse:
    """GET: what the browser asks the passkey for; POST: sign in with what it answered."""
    if request.method != "POST":
        return JsonResponse({"options": begin_authentication(None)})
    form = LoginWebAuthnForm(data=request.POST)
    if is_right(form) and form.cleaned_data["credential"].user.is_active:
        used = form.cleaned_data["credential"]
        answer: HttpResponse = perform_passwordless_login(request, used, Login(user=used.user))
        return answer
    note_refused("passkey_unknown")
    message = _("This passkey belongs to no account here. Sign in with your password.")
    sign_in = {
        "hidden": held.held_fields(request),
        "errors": [{"href": "#username", "message": message, "code": "passkey_unknown"}],
    }
    context = {"sign_in": sign_in, "help_url": ""}
    return render(request, "web/sign_in.html", context, status=422)
