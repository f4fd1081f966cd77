"""The second step at sign-in, set up by its owner: an app's codes, passkeys, recovery codes."""

import json
from base64 import b64encode
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.flows import activate_totp
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.internal.flows import add_authenticator, begin_registration
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.access.operations.factor import remove_factor, see_codes
from kamkor.access.operations.factor_secrets import lock_secret, open_secret
from kamkor.access.queries.factor import Factors, codes_of, factors_of, has_factor
from kamkor.kernel import clock
from kamkor.kernel.ids import new_id
from kamkor.web import last_act, lock_out
from kamkor.web.again import signed_in_lately
from kamkor.web.door import ViewedRequest, before_all
from kamkor.web.operation import see_other
from kamkor.web.own_sign_ins import note_change
from kamkor.web.words import moment

HERE = "/account/factors/"


class Kept(DefaultMFAAdapter):  # type: ignore[misc]
    """How the service keeps and names them: secrets locked with a key of the service's own."""

    def encrypt(self, text: str) -> str:
        """A secret as the database keeps it."""
        return lock_secret(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret."""
        return open_secret(encrypted_text)

    def get_totp_issuer(self) -> str:
        """What the app on the telephone shows beside the code."""
        return str(_("Kamkor"))

    def _get_site_name(self) -> str:
        return str(_("Kamkor"))

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002, ANN401, ARG002 - allauth's form
        """The name of a passkey whose owner gave it none."""
        return str(_("Passkey"))


@before_all
def factors(request: ViewedRequest) -> HttpResponse:
    """What is set up; each can be taken away, but not the last where one is asked for."""
    errors: list[dict[str, str]] = []
    held = factors_of(request.viewer)
    if request.method == "POST":
        answer = _take_away(request, held)
        if isinstance(answer, HttpResponse):
            return answer
        errors = answer
    context = {
        "factors": held,
        "passkeys": [
            {"id": one.pk, "name": one.data["name"], "added": moment(one.created_at)}
            for one in held.passkeys
        ],
        "needed": settings.KAMKOR_SECOND_FACTOR_REQUIRED and not held.any,
        "form": {"errors": errors},
        "back_url": "/account/",
        "help_url": "/help/accounts/",
    }
    return render(request, "access/factors.html", context, status=422 if errors else 200)


@signed_in_lately
def _take_away(request: ViewedRequest, held: Factors) -> HttpResponse | list[dict[str, str]]:
    named = request.POST.get("factor", "")
    found = next((one for one in (*held.passkeys, held.app) if one and str(one.pk) == named), None)
    if found is None:
        return see_other(HERE)
    if settings.KAMKOR_SECOND_FACTOR_REQUIRED and held.count == 1:
        text = _("Set up another second step before you take the last one away.")
        return [{"href": "", "message": text, "code": "last_factor"}]
    remove_factor(found)
    note_change(request.viewer, "factor_removed")
    last_act.tell(request, _("It was taken away."))
    return see_other(HERE)


@before_all
@signed_in_lately
def app(request: ViewedRequest) -> HttpResponse:
    """Set up an app on a telephone that shows a code each half minute."""
    account = request.user
    if factors_of(request.viewer).app:
        return see_other(HERE)
    form = ActivateTOTPForm(user=account, data=request.POST if request.method == "POST" else None)
    if is_right(form):
        activate_totp(request, form)
        note_change(request.viewer, "app_set_up")
        return _set_up(request, _("The app is set up."))
    kept = Kept()
    picture = kept.build_totp_svg(kept.build_totp_url(account, form.secret))
    errors = faults_of(form, "code")
    context = {
        "picture": b64encode(picture.encode()).decode(),
        "secret": " ".join(form.secret[at : at + 4] for at in range(0, len(form.secret), 4)),
        "form": {
            "action": f"{HERE}app/",
            "command_id": new_id(),
            "operation": "set_up_app",
            "errors": errors,
            "fields": [code_field(_("Code that the app shows"), errors)],
            "submit_label": _("Set up"),
            "cancel_url": HERE,
        },
        "help_url": "/help/accounts/",
    }
    return render(request, "access/factor_app.html", context, status=422 if errors else 200)


@before_all
@signed_in_lately
def passkey(request: ViewedRequest) -> HttpResponse:
    """Set up a passkey: of the telephone, the computer or a small key for its socket."""
    form = AddWebAuthnForm(
        user=request.user, data=request.POST if request.method == "POST" else None
    )
    if is_right(form):
        name = form.cleaned_data["name"][:60]
        add_authenticator(request, name=name, credential=form.cleaned_data["credential"])
        note_change(request.viewer, "passkey_set_up")
        return _set_up(request, _("The passkey is set up."))
    errors = faults_of(form, "name")
    options = begin_registration(request, request.user, passwordless=True)
    context = {
        "options": json.dumps(options),
        "form": {"errors": errors},
        "help_url": "/help/accounts/",
    }
    return render(request, "access/factor_passkey.html", context, status=422 if errors else 200)


@before_all
@signed_in_lately
def codes(request: ViewedRequest) -> HttpResponse:
    """Recovery codes: shown once, after they were made; made anew at any time."""
    if request.method == "POST" and has_factor(request.viewer.account_id):
        generate_recovery_codes(request)
        note_change(request.viewer, "codes_drawn")
        return see_other(f"{HERE}codes/")
    held = codes_of(request.viewer)
    if held is None:
        return see_other(HERE)
    shown = see_codes(held, clock.wall_seconds())
    context = {
        "codes": shown,
        "file": "\r\n".join(shown),
        "left": factors_of(request.viewer).codes_left,
        "back_url": HERE,
        "help_url": "/help/accounts/",
    }
    return render(request, "access/factor_codes.html", context)


def _set_up(request: ViewedRequest, told: str) -> HttpResponse:
    """Say so, and show the recovery codes where they were made along with it."""
    last_act.tell(request, told)
    held = codes_of(request.viewer)
    new = held is not None and "viewed_at" not in held.data
    return see_other(f"{HERE}codes/" if new else HERE)


def code_field(label: str, errors: list[dict[str, str]]) -> dict[str, Any]:
    """The field for a code."""
    return {
        "kind": "text",
        "name": "code",
        "id": "code",
        "label": label,
        "required": True,
        "value": "",
        "autocomplete": "one-time-code",
        "width": "govuk-input--width-10",
        "error": errors[0] if errors else None,
    }


def is_right(form: Form) -> bool:
    """Whether what was sent shows who it is; what cannot even be read does not."""
    try:
        return form.is_bound and form.is_valid()
    except (AttributeError, KeyError, TypeError, ValueError):
        # fido2 reads what a browser sent without looking whether it is whole.
        form.add_error(None, ValidationError("unreadable", code="incorrect_code"))
        return False


def faults_of(form: Form, name: str) -> list[dict[str, str]]:
    """What allauth refuses, in our words: locked out, or not the right code."""
    if not form.is_bound or is_right(form):
        return []
    found = {one.code for held in form.errors.as_data().values() for one in held}
    if found & {"too_many_login_attempts", "rate_limited"}:
        return [{"href": f"#{name}", "message": lock_out.told(), "code": "locked_out"}]
    text = _("This is not the right code, or its time is over. Try the next one.")
    if name != "code":
        text = _("This passkey did not answer as it should. Try again.")
    return [{"href": f"#{name}", "message": text, "code": "code_wrong"}]
