"""The account, the post one acts under, and the strip of alarms."""

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.access.operations import keep_notices_to
from kamkor.access.vocabulary import ADMINISTRATOR, HEAD
from kamkor.cases.queries.emergency import SECOND
from kamkor.kernel.ids import new_id
from kamkor.web import last_act, own_sign_ins
from kamkor.web.door import POST_KEY, ViewedRequest, before_all, by_itself
from kamkor.web.operation import see_other
from kamkor.web.own_sessions import session_rows
from kamkor.web.page import department_name


@before_all
def account(request: ViewedRequest) -> HttpResponse:
    """One's own account: name, post, language, password."""
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        keeps = "notices_to" in request.POST and request.viewer.role in SECOND
        errors = _keep_notices_to(request) if keeps else _change_password(request)
        if not errors:
            if not keeps:
                own_sign_ins.note_change(request.viewer, "password_changed")
            told = (
                _("Your address for notices is kept.") if keeps else _("Your password was changed.")
            )
            last_act.tell(request, told)
            return see_other("/account/")
    viewer = request.viewer
    form = {
        "action": "/account/",
        "command_id": new_id(),
        "base_version": None,
        "operation": "change_password",
        "errors": errors,
        "fields": [
            _password_field("old_password", _("Password now"), errors),
            _password_field("new_password", _("New password, 12 characters or more"), errors),
        ],
        "submit_label": _("Change password"),
    }
    context = {
        "form": form,
        "sessions": session_rows(request),
        "sign_ins": own_sign_ins.rows(viewer),
        "confirms": viewer.role in {HEAD, ADMINISTRATOR},
        "notices": _notices_form(request, errors) if viewer.role in SECOND else None,
        "first": getattr(request.user, "password_once", False),
        "summary": {
            "rows": [
                {"label": _("Name"), "value": viewer.name},
                {"label": _("User name"), "value": viewer.username},
                {"label": _("Post"), "value": _(viewer.role_label)},
                {"label": _("Office"), "value": department_name(viewer)},
            ]
        },
        "back_url": "/",
        "help_url": "/help/accounts/",
    }
    return render(request, "access/account.html", context, status=422 if errors else 200)


def _notices_form(request: ViewedRequest, errors: list[dict[str, str]]) -> dict[str, Any]:
    """Where somebody is told by e-mail that something waits at the desk."""
    wrong = next((one for one in errors if one["href"] == "#notices_to"), None)
    field = {
        "kind": "text",
        "name": "notices_to",
        "id": "notices_to",
        "label": _("E-mail address for notices"),
        "hint": _("The message says that something waits in Kamkor, and no name."),
        "value": request.POST.get("notices_to", getattr(request.user, "notices_to", "")),
        "error": wrong,
    }
    return {
        "action": "/account/",
        "command_id": new_id(),
        "base_version": None,
        "operation": "keep_notices_to",
        "errors": [],
        "fields": [field],
        "submit_label": _("Keep the address"),
    }


def _keep_notices_to(request: ViewedRequest) -> list[dict[str, str]]:
    address = request.POST.get("notices_to", "").strip()
    try:
        validate_email(address or "none@example.org")
    except ValidationError:
        message = _("This is no e-mail address.")
        return [{"href": "#notices_to", "message": message, "code": "address_wrong"}]
    keep_notices_to(request.viewer.account_id, address)
    return []


def _password_field(name: str, label: str, errors: list[dict[str, str]]) -> dict[str, Any]:
    wrong = next((one for one in errors if one["href"] == f"#{name}"), None)
    return {
        "kind": "password",
        "name": name,
        "id": name,
        "label": label,
        "required": True,
        "error": wrong,
    }


def _change_password(request: ViewedRequest) -> list[dict[str, str]]:
    holder = request.user
    if not holder.is_authenticated:
        return []
    if not holder.check_password(request.POST.get("old_password", "")):
        message = _("This is not your password.")
        return [{"href": "#old_password", "message": message, "code": "password_wrong"}]
    wanted = request.POST.get("new_password", "")
    try:
        validate_password(wanted, holder)
    except ValidationError as weak:
        message = " ".join(weak.messages)
        return [{"href": "#new_password", "message": message, "code": "password_weak"}]
    holder.set_password(wanted)
    holder.password_once = False
    holder.save(update_fields=["password", "password_once"])
    update_session_auth_hash(request, holder)
    return []


def switch_post(request: ViewedRequest) -> HttpResponse:
    """Act under another of one's own posts."""
    chosen = request.POST.get("post", "")
    own = {str(post.id) for post in request.viewer.posts}
    if request.method == "POST" and chosen in own:
        request.session[POST_KEY] = int(chosen)
    return see_other("/")


@by_itself
def alarms(request: ViewedRequest) -> HttpResponse:
    """The strip of unread alarms, asked for every minute."""
    return render(request, "web/alarms.html")
