"""Rounds from house to house: what was counted on each, and the way to correct it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.access.vocabulary import Action
from kamkor.cases.queries.history import history_of_rounds
from kamkor.web import faults
from kamkor.web.door import ViewedRequest
from kamkor.web.timeline import SHOWN, entries_of


def rounds(request: ViewedRequest) -> HttpResponse:
    """The rounds of the viewer's office, newest first."""
    viewer = request.viewer
    if not viewer.may(Action.RECORD):
        return faults.fault_page(request, 403)
    history = history_of_rounds(viewer)
    entries = entries_of(viewer, None, history, lambda _kind, fact: f"/rounds/{fact.pk}/correct/")
    context = {
        "timeline": {
            "entries": entries[:SHOWN],
            "others": entries[SHOWN:],
            "empty": {"text": _("No round has been recorded yet.")},
        },
        "help_url": "/help/record-round/",
    }
    return render(request, "cases/rounds.html", context)
