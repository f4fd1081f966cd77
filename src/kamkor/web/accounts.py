"""The administrator's pages: accounts listed, made, blocked, helped. They know of no child."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.access.operations import account as acts
from kamkor.access.queries.account import (
    account_managed,
    accounts_listed,
    events_of,
    manages_accounts,
    names_of,
    open_reset,
    without_account,
)
from kamkor.access.queries.session import open_sessions
from kamkor.access.queries.state_link import subject_of
from kamkor.access.vocabulary import ACCOUNT_ACTS, ADMINISTRATOR, RIGHTS
from kamkor.country.kg.languages import LANGUAGES
from kamkor.kernel import clock
from kamkor.kernel.errors import Refusal
from kamkor.kernel.ids import new_id
from kamkor.web import faults, last_act, lock_out
from kamkor.web.again import signed_in_lately
from kamkor.web.door import ViewedRequest
from kamkor.web.operation import see_other
from kamkor.web.sessions import seen_since
from kamkor.web.words import moment
from kamkor.workforce import queries as workforce

HELP = "/help/accounts/"
ROLES = [RIGHTS[ADMINISTRATOR].label]


def accounts(request: ViewedRequest) -> HttpResponse:
    """All accounts, or those that a search finds; names are searched by POST."""
    viewer = request.viewer
    if not manages_accounts(viewer):
        return faults.fault_page(request, 403, faults.page_for(ROLES))
    words = request.POST.get("name", "")[:120]
    after = request.POST.get("after", "")
    found = accounts_listed(viewer, words, int(after) if after.isdecimal() else None)
    table: dict[str, Any] = {
        "caption": _("Accounts"),
        "columns": [
            {"label": label}
            for label in (_("User name"), _("Name"), _("Posts"), _("Second step"), _("State"))
        ],
        "rows": [_row(request, one) for one in found.rows],
        "total": found.total,
        "figure": "accounts_listed",
        "empty": _("No account has this name."),
    }
    if found.after:
        hidden = [{"name": "name", "value": words}]
        table["turning"] = {"action": "/accounts/", "hidden": hidden, "after": found.after}
    context = {"table": table, "words": words, "help_url": HELP}
    return render(request, "access/accounts.html", context)


def _row(request: ViewedRequest, account: Any) -> dict[str, Any]:  # noqa: ANN401 - an account
    return {
        "id": str(account.pk),
        "url": f"/accounts/{account.pk}/",
        "cells": [
            {"text": account.username, "url": f"/accounts/{account.pk}/"},
            {"text": names_of([account])[account.pk]},
            {"text": _posts(account)},
            {"text": _("yes") if account.has_factor else _("no")},
            {"text": _state(request, account)},
        ],
    }


def _posts(account: Any) -> str:  # noqa: ANN401 - an account
    if account.administrator:
        return _(RIGHTS[ADMINISTRATOR].label)
    if account.employee_id is None:
        return ""
    held = workforce.posts_of_employee(account.employee_id, clock.today())
    return ", ".join(_(RIGHTS[post.kind].label) for post in held) or _("no post today")


def _state(request: ViewedRequest, account: Any) -> str:  # noqa: ANN401 - an account
    if not account.is_active:
        return _("blocked")
    if lock_out.is_locked(request, account.username, account.pk):
        return _("locked out for some minutes")
    return _("open")


@signed_in_lately
def new_account(request: ViewedRequest) -> HttpResponse:
    """Make an account for somebody in post; its password for once is shown once."""
    viewer = request.viewer
    if not manages_accounts(viewer):
        return faults.fault_page(request, 403, faults.page_for(ROLES))
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        given = {
            "username": request.POST.get("account_name", "").strip(),
            "employee": request.POST.get("employee", ""),
            "language": request.POST.get("account_language", ""),
        }
        try:
            made, password = acts.open_account(viewer, **given)
        except Refusal as refused:
            errors = told(refused)
        else:
            return _shown_once(request, given["username"], password, f"/accounts/{made}/")
    form = {
        "action": "/accounts/new/",
        "command_id": new_id(),
        "operation": "open_account",
        "errors": errors,
        "fields": _fields(request, errors),
        "submit_label": _("Make the account"),
        "cancel_url": "/accounts/",
    }
    context = {"form": form, "help_url": HELP}
    return render(request, "access/account_new.html", context, status=422 if errors else 200)


def _fields(request: ViewedRequest, errors: list[dict[str, str]]) -> list[dict[str, Any]]:
    people = without_account(request.viewer)
    options = {
        "employee": [{"value": str(one), "label": name} for one, name in people],
        "account_language": [{"value": code, "label": name} for code, name in LANGUAGES],
    }
    labels = {
        "employee": _("For whom"),
        "account_name": _("User name"),
        "account_language": _("Language"),
    }
    fields = []
    for name, label in labels.items():
        typed = request.POST.get(name, "ky" if name == "account_language" else "")
        chosen = [one | {"checked": one["value"] == typed} for one in options.get(name, [])]
        wrong = next((one for one in errors if one["href"] == f"#{name}"), None)
        fields.append(
            {
                "kind": "select" if name in options else "text",
                "name": name,
                "id": name,
                "label": label,
                "required": True,
                "value": typed,
                "options": chosen,
                "error": wrong,
            }
        )
    return fields


def one_account(request: ViewedRequest, account_id: int) -> HttpResponse:
    """One account: its state, what was done to it, and what can be done."""
    if not manages_accounts(request.viewer):
        return faults.fault_page(request, 403, faults.page_for(ROLES))
    account: Any = account_managed(request.viewer, account_id)
    if account is None:
        return faults.fault_page(request, 404)
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        answer = _act(request, account)
        if isinstance(answer, HttpResponse):
            return answer
        errors = answer
    sessions = open_sessions(account.pk, clock.now(), seen_since())
    context = {
        "account": account,
        "locked": lock_out.is_locked(request, account.username, account.pk),
        "asked": open_reset(account.pk, clock.now()),
        "state_sign_in": settings.KAMKOR_STATE_SIGN_IN,
        "subject": subject_of(request.viewer, account.pk),
        "village": request.POST.get("village", account.lives_in),
        "own": account.pk == request.viewer.account_id,
        "summary": {
            "rows": [
                {"label": _("Name"), "value": names_of([account])[account.pk]},
                {"label": _("Posts"), "value": _posts(account)},
                {"label": _("State"), "value": _state(request, account)},
                {"label": _("Second step"), "value": _("yes") if account.has_factor else _("no")},
                {"label": _("Open sessions"), "value": sessions.count(), "figure": "sessions"},
            ]
        },
        "events": [_event(one) for one in events_of(request.viewer, account.pk)],
        "form": {"errors": errors},
        "back_url": "/accounts/",
        "help_url": HELP,
    }
    return render(request, "access/account_one.html", context, status=422 if errors else 200)


def _event(event: Any) -> dict[str, str]:  # noqa: ANN401 - a row
    by = event.by.username + (f", {event.second.username}" if event.second else "")
    return {"at": moment(event.at), "what": _(ACCOUNT_ACTS[event.act]), "by": by}


@signed_in_lately
def _act(request: ViewedRequest, account: Any) -> HttpResponse | list[dict[str, str]]:  # noqa: ANN401 - an account
    """Carry out the act whose button was pressed; what is refused is told."""
    viewer, act = request.viewer, request.POST.get("act", "")
    here = f"/accounts/{account.pk}/"
    quiet: dict[str, Callable[[], object]] = {
        "block": lambda: acts.block_account(viewer, account, blocked=True),
        "unblock": lambda: acts.block_account(viewer, account, blocked=False),
        "end_sessions": lambda: acts.end_sessions_of(viewer, account),
        "ask_reset": lambda: acts.ask_reset(viewer, account),
        "lift": lambda: _lift(request, account),
        "link": lambda: acts.link_subject(viewer, account, request.POST.get("subject", "").strip()),
        "village": lambda: acts.tell_village(
            viewer, account, request.POST.get("village", "").strip()
        ),
    }
    try:
        if act == "give_password":
            password = acts.give_password(viewer, account)
            return _shown_once(request, account.username, password, here)
        if act in quiet:
            quiet[act]()
            last_act.tell(request, _("Done."))
    except Refusal as refused:
        return told(refused)
    return see_other(here)


def _lift(request: ViewedRequest, account: Any) -> None:  # noqa: ANN401 - an account
    acts.note_lifted(request.viewer, account)
    lock_out.lift(request, account.username, account.pk)


def _shown_once(request: ViewedRequest, username: str, password: str, back: str) -> HttpResponse:
    context = {"username": username, "word": password, "back_url": back, "help_url": HELP}
    return render(request, "access/shown_once.html", context | {"reset": False})


def told(refused: Refusal) -> list[dict[str, str]]:
    """A refusal as a page tells it."""
    fault = refused.first
    href = f"#{fault.field}" if fault.field else ""
    return [{"href": href, "message": _(fault.message), "code": fault.code}]
