"""Search before create: who may be the same child, before a new one is identified."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.access.vocabulary import Action
from kamkor.cases.queries.case import case_for, whole_cases
from kamkor.cases.vocabulary import OPEN_STATES, STATE_LABELS, CaseState
from kamkor.kernel.commands import NotFound
from kamkor.people.queries import people_named
from kamkor.web import faults
from kamkor.web.door import ViewedRequest
from kamkor.web.register_list import PAGE
from kamkor.web.templatetags.words import coded, day


def find(request: ViewedRequest) -> HttpResponse:
    """Search before create: who may be the same child, before a new one is identified."""
    viewer = request.viewer
    if not viewer.may(Action.RECORD):
        return faults.fault_page(request, 403)
    case_id = reported_case(request)
    begin = f"/cases/{case_id}/identify-child/" if case_id else "/do/identify-child/"
    typed = request.POST.get("name", "").strip() if request.method == "POST" else ""
    found = list(people_named(viewer, typed).order_by("sort_key")[:PAGE]) if typed else []
    cases = {
        case.child_id: case
        for case in whole_cases(viewer).filter(child__in=found).order_by("opened_on")
    }
    rows = []
    for person in found:
        case = cases.get(person.pk)
        still_open = case is not None and case.state in OPEN_STATES
        act = (
            f"/cases/{case.pk}/"
            if case is not None and still_open
            else f"{begin}?child={person.pk}"
        )
        if case is not None and not still_open and case.household_id:
            act += f"&household={case.household_id}"
        rows.append(
            {
                "url": act,
                "cells": [
                    {"text": person.shown_name},
                    {"text": day(person.born_on), "nowrap": True},
                    {"text": coded(person.sex, "sexes")},
                    {"text": _(STATE_LABELS[case.state]) if case else _("no case yet")},
                ],
            }
        )
    context = {
        "searched": typed,
        "address": f"/find/?case={case_id}" if case_id else "/find/",
        "begin": begin,
        "table": {
            "caption": _("Perhaps the same child"),
            "columns": [{"label": text} for text in (_("Name"), _("Born"), _("Sex"), _("Case"))],
            "rows": rows,
            "total": len(rows),
            "empty": _("Nobody of this name was found among the children you may see.")
            if typed
            else "",
        },
        "help_url": "/help/identify-child/",
        "back_url": f"/cases/{case_id}/" if case_id else "/",
    }
    return render(request, "people/find.html", context)


def reported_case(request: ViewedRequest) -> UUID | None:
    """The reported case whose child is looked for, if one was brought along in the address.

    Raises ``Http404`` for one that is not the viewer's.
    """
    if "case" not in request.GET:
        return None
    try:
        case = case_for(request.viewer, UUID(request.GET["case"]))
    except (ValueError, NotFound):
        raise Http404 from None
    return case.pk if case.state == CaseState.REPORTED else None
