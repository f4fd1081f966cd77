"""Rounds from house to house: what was counted on each, its concerns, and the way to correct it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.access.vocabulary import Action
from kamkor.cases.queries.history import history_of_rounds
from kamkor.cases.queries.round import reports_of_rounds
from kamkor.cases.vocabulary import STATE_LABELS
from kamkor.web import faults
from kamkor.web.door import ViewedRequest
from kamkor.web.timeline import SHOWN, entries_of
from kamkor.web.words import coded

if TYPE_CHECKING:
    from kamkor.access.rules import Viewer
    from kamkor.cases.models import Report


def rounds(request: ViewedRequest) -> HttpResponse:
    """The rounds of the viewer's office, newest first."""
    viewer = request.viewer
    if not viewer.may(Action.RECORD):
        return faults.fault_page(request, 403)
    history = history_of_rounds(viewer)
    entries = entries_of(viewer, None, history, lambda _kind, fact: f"/rounds/{fact.pk}/correct/")
    reports = reports_of_rounds(viewer)
    for entry, one in zip(entries, history, strict=True):
        entry["links"] = [_concern(report) for report in reports[one.fact.pk]]
        if entry["actions"]:
            entry["actions"].append(way_to_add(one.fact.pk))
    context = {
        "timeline": {
            "entries": entries[:SHOWN],
            "others": entries[SHOWN:],
            "empty": {
                "text": _("No round has been recorded yet."),
                "action": {"label": _("Record a round"), "url": "/do/record-round/"},
            },
        },
        "back_url": "/",
        "help_url": "/help/record-round/",
    }
    return render(request, "cases/rounds.html", context)


def _concern(report: Report) -> dict[str, str]:
    told = {
        "worry": coded(report.worry, "report_worries"),
        "place": report.place,
        "state": _(STATE_LABELS[report.state]),
    }
    text = _("Concern: %(worry)s, %(place)s (%(state)s)") % told
    return {"url": f"/reports/{report.pk}/", "text": text}


def way_to_add(round_id: UUID) -> dict[str, str]:
    """The link that adds a concern which a round left out."""
    address = f"/rounds/{round_id}/add-concern/"
    return {"label": _("Add a concern"), "url": address, "operation": "add_concern"}


def concerns_summary(viewer: Viewer, round_id: UUID) -> dict[str, Any]:
    """The concerns of one round that the viewer sees as a summary, and the way to add one."""
    rows = [
        {
            "label": coded(report.worry, "report_worries"),
            "value": report.place,
            "url": f"/reports/{report.pk}/",
        }
        for report in reports_of_rounds(viewer).get(round_id, ())
    ]
    return {"heading": _("Concerns"), "rows": rows, "actions": [way_to_add(round_id)]}
