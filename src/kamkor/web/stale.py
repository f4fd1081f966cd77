"""Somebody changed the same record: both values side by side, nothing typed is lost."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.cases.queries.history import Change, changes_since
from kamkor.kernel import clock
from kamkor.kernel.commands import Operation
from kamkor.kernel.journal import version_of
from kamkor.web.door import ViewedRequest
from kamkor.web.forms import FormPage, Typed
from kamkor.web.options import ViewerOptions
from kamkor.web.timeline import names_in
from kamkor.web.words import moment
from kamkor.web.written import written
from kamkor.workforce.queries import holder_names

if TYPE_CHECKING:
    from kamkor.web.operation import Asked, Standing

OF_THE_FORM = frozenset({"csrfmiddlewaretoken", "command_id", "base_version", "stale"})
Row = dict[str, Any]


def stale_page(
    request: ViewedRequest, asked: "Asked", typed: Typed, command_id: UUID
) -> HttpResponse:
    """What I typed beside what was recorded meanwhile, and the two ways on."""
    subject = asked.subject or UUID(int=0)
    base = int((typed.get("base_version") or ["0"])[0] or 0)
    changes = changes_since(request.viewer, subject, base)
    names = _names_in(changes)
    latest = changes[-1] if changes else None
    action, kept = request.path, typed
    if asked.standing is not None:
        standing = asked.standing(typed)
        action, kept = standing.address, standing.mine
        mine = _side_by_side(request, asked, standing)
    else:
        mine = [row | {"theirs": ""} for row in _words(request, asked, typed).values()]
    stale = {
        "page": "web.record.compare",
        "by": names.get(latest.post, "") if latest else "",
        "when": moment(latest.recorded_at) if latest else "",
        "rows": [*mine, *_theirs(changes, names)],
        "action": action,
        "operation": asked.operation.name,
        "command_id": command_id,
        "base_version": version_of(subject),
        "hidden": [
            {"name": key, "value": value}
            for key, values in kept.items()
            if key not in OF_THE_FORM
            for value in values
        ],
        "discard_url": asked.back_url,
        "code": "stale_version",
    }
    return render(request, "web/stale.html", {"stale": stale}, status=409)


def _names_in(changes: Sequence[Change]) -> dict[int, str]:
    posts = {change.post for change in changes}
    told = names_in(one for change in changes for one in change.facts)
    return told | holder_names(posts, clock.today())


def _side_by_side(request: ViewedRequest, asked: "Asked", standing: "Standing") -> list[Row]:
    """The fields in which mine differs from what stands now."""
    yours = _words(request, asked, standing.mine)
    theirs = _words(request, asked, standing.now)
    rows = []
    for name in standing.names:
        mine, now = (found.get(name, {}).get("yours", "") for found in (yours, theirs))
        if mine != now:
            rows.append(
                {**theirs.get(name, {}), **yours.get(name, {}), "yours": mine, "theirs": now}
            )
    return rows


def _words(request: ViewedRequest, asked: "Asked", typed: Typed) -> dict[str, Row]:
    """Each field that is filled in, by its name, as a reader sees it."""
    page = FormPage(asked.shape, typed, ViewerOptions(request.viewer))
    answers = {"yes": _("Yes"), "no": _("No")}
    rows = {}
    for one in page.fields():
        chosen = [option["label"] for option in one.get("options", []) if option["checked"]]
        parts = [text for text in (one.get("parts") or {}).values() if text]
        value = str(one.get("value", ""))
        value = answers.get(value, value) if one["kind"] == "yes_no" else value
        yours = ", ".join(chosen) or ".".join(parts) or value
        if yours:
            rows[one["name"]] = {"label": one["label"], "yours": yours, "differs": True}
    return rows


def _theirs(changes: Sequence[Change], names: dict[int, str]) -> list[Row]:
    return [
        {
            "label": _(Operation.registry[change.operation].label),
            "yours": "",
            "theirs": _told(change, names) or moment(change.recorded_at),
            "differs": True,
        }
        for change in changes
        if change.operation in Operation.registry
    ]


def _told(change: Change, names: dict[int, str]) -> str:
    facts = [written(one, names) for one in change.facts]
    return "; ".join(" · ".join([title, *lines]) for title, lines in facts)
