"""Somebody changed the same record: both values side by side, nothing typed is lost."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.cases.queries.history import changes_since
from kamkor.kernel import clock
from kamkor.kernel.commands import Operation, version_of
from kamkor.web.door import ViewedRequest
from kamkor.web.forms import FormPage, Typed
from kamkor.web.options import ViewerOptions
from kamkor.web.templatetags.words import moment
from kamkor.workforce.queries import holder_names

if TYPE_CHECKING:
    from kamkor.web.operation import Asked


def stale_page(
    request: ViewedRequest, asked: "Asked", typed: Typed, command_id: UUID
) -> HttpResponse:
    """What I typed beside what was recorded meanwhile, and the two ways on."""
    subject = asked.subject or UUID(int=0)
    base = int((typed.get("base_version") or ["0"])[0] or 0)
    changes = changes_since(request.viewer, subject, base)
    names = holder_names([change.post for change in changes], clock.today())
    latest = changes[-1] if changes else None
    hidden = [
        {"name": key, "value": value}
        for key, values in typed.items()
        if key not in {"csrfmiddlewaretoken", "command_id", "base_version", "stale"}
        for value in values
    ]
    stale = {
        "page": "web.record.compare",
        "by": names.get(latest.post, "") if latest else "",
        "when": moment(latest.recorded_at) if latest else "",
        "rows": [*_mine(request, asked, typed), *_theirs(changes)],
        "action": request.path,
        "operation": asked.operation.name,
        "command_id": command_id,
        "base_version": version_of(subject),
        "hidden": hidden,
        "discard_url": asked.back_url,
        "code": "stale_version",
    }
    return render(request, "web/stale.html", {"stale": stale}, status=409)


def _mine(request: ViewedRequest, asked: "Asked", typed: Typed) -> list[dict[str, Any]]:
    page = FormPage(asked.operation.shape, typed, ViewerOptions(request.viewer))
    rows = []
    for one in page.fields():
        chosen = [option["label"] for option in one.get("options", []) if option["checked"]]
        parts = [text for text in (one.get("parts") or {}).values() if text]
        yours = ", ".join(chosen) or ".".join(parts) or str(one.get("value", ""))
        if yours:
            rows.append({"label": one["label"], "yours": yours, "theirs": "", "differs": True})
    return rows


def _theirs(changes: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "label": _(Operation.registry[change.operation].label),
            "yours": "",
            "theirs": "; ".join(change.values) or moment(change.recorded_at),
            "differs": True,
        }
        for change in changes
        if change.operation in Operation.registry
    ]
