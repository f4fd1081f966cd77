"""Loading a register from a file: sent, checked behind the page, and written when told to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.cases.operations import loading as operations
from kamkor.cases.queries.loading import load_for, loads_of, may_load
from kamkor.cases.rules.loading_faults import FileEmpty, FileTooLarge
from kamkor.exchange import jobs, template, uploads
from kamkor.exchange.loading import faults_of, rejected_file
from kamkor.exchange.reading import MEGABYTE, SIZE_LIMIT
from kamkor.kernel import clock
from kamkor.kernel.errors import FieldRequired, Refusal
from kamkor.kernel.words import noop
from kamkor.web import faults
from kamkor.web.words import moment

if TYPE_CHECKING:
    from uuid import UUID

    from kamkor.access.rules import Viewer
    from kamkor.cases.models import Load
    from kamkor.web.door import ViewedRequest

SHOWN = 100
HISTORY = 25
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
STATES = {
    operations.WAITING: noop("waits for its turn"),
    operations.READING: noop("is being checked"),
    operations.CHECKED: noop("checked, waits for you"),
    operations.QUEUED: noop("waits to be written"),
    operations.WRITING: noop("is being written"),
    operations.DONE: noop("written"),
    operations.REFUSED: noop("not written"),
    operations.CANCELLED: noop("cancelled"),
}
SEPARATORS = {
    "comma": noop("parted by commas"),
    "semicolon": noop("parted by semicolons"),
    "tab": noop("parted by tabs"),
}
MOVING = (operations.WAITING, operations.READING, operations.QUEUED, operations.WRITING)


def loading(request: ViewedRequest) -> HttpResponse:
    """The form for a new file, and the loads of the office."""
    if not may_load(request.viewer):
        return faults.fault_page(request, 403)
    refused: Refusal | None = None
    if request.method == "POST":
        sent = request.FILES.get("file")
        if sent is not None and sent.size:
            name = str(sent.name)
            load = operations.queue_load(request.viewer, name, sent.size)
            uploads.keep(load.pk, sent.chunks())
            jobs.ask_for(jobs.CHECK, request.viewer, load.pk)
            return HttpResponseRedirect(f"/loading/{load.pk}/")
        large = int(request.headers.get("Content-Length") or 0) > SIZE_LIMIT
        unsent = FieldRequired("file") if sent is None else FileEmpty()
        refused = FileTooLarge(limit=SIZE_LIMIT // MEGABYTE) if large else unsent
    loads = list(loads_of(request.viewer)[:HISTORY])
    context = {
        "loads": _history(loads),
        "refused": _said(refused) if refused else None,
        "limit": SIZE_LIMIT // MEGABYTE,
        "back_url": "/register/",
        "help_url": "/help/loading/",
    }
    return render(request, "exchange/loading.html", context, status=422 if refused else 200)


def _said(refusal: Refusal) -> dict[str, str]:
    fault = refusal.first
    return {"code": fault.code, "message": _(fault.message) % fault.details}


def _history(loads: list[Load]) -> dict[str, Any]:
    heads = (_("File"), _("Begun"), _("State"), _("Written"), _("Faulty"))
    return {
        "caption": _("Files of this office"),
        "columns": [{"label": head} for head in heads],
        "rows": [
            {
                "url": f"/loading/{load.pk}/",
                "cells": [
                    {"text": load.file_name},
                    {"text": moment(load.began_at), "nowrap": True},
                    {"text": _(STATES[load.state])},
                    {"text": str(load.written), "numeric": True},
                    {"text": str(load.faulty), "numeric": True},
                ],
            }
            for load in loads
        ],
        "empty": {
            "text": _("No file has been loaded yet."),
            "action": {"label": _("Begin with the empty file"), "url": "/loading/template.xlsx"},
        },
    }


def one_load(request: ViewedRequest, load_id: UUID) -> HttpResponse:
    """One load: how far it is, what is wrong, and what may be done now."""
    load = load_for(request.viewer, load_id)
    if load is None:
        return faults.fault_page(request, 404)
    if request.method == "POST":
        return _acted(request, load)
    return _page(request, load)


def _page(request: ViewedRequest, load: Load, refused: Refusal | None = None) -> HttpResponse:
    viewer = request.viewer
    context = {
        "load": load,
        "state": _(STATES[load.state]),
        "nothing_new": load.state == operations.DONE and not load.good,
        "moving": load.state in MOVING,
        "checked": load.state == operations.CHECKED,
        "over": load.state in operations.OVER,
        "recognised": _recognised(load),
        "percent": _percent(load),
        "refused": _said(refused) if refused else _refusal(viewer, load),
        "faults": _faults(list(faults_of(viewer, load, SHOWN))),
        "begun": moment(load.began_at),
        "ended": moment(load.ended_at) if load.ended_at else "",
        "back_url": "/loading/",
        "help_url": "/help/loading/",
    }
    return render(request, "exchange/load.html", context, status=409 if refused else 200)


def _recognised(load: Load) -> str:
    parts = [load.form.upper(), load.encoding.upper(), _(SEPARATORS.get(load.separator, ""))]
    return ", ".join(part for part in parts if part) if load.form else ""


def _percent(load: Load) -> int:
    """How much of the good rows is committed."""
    return 100 * load.written // load.good if load.good else 0


def _refusal(viewer: Viewer, load: Load) -> dict[str, str] | None:
    """Why a load ended, or why it waits."""
    if load.state in {operations.WAITING, operations.QUEUED}:
        others = loads_of(viewer).filter(state__in=operations.UNDER_WAY)
        return _said(operations.LoadUnderWay()) if others.exists() else None
    kind = Refusal.catalogue.get(load.refusal)
    if kind is None:
        return None
    return {"code": kind.code, "message": _(kind.message) % load.refusal_details}


def _faults(found: list[tuple[int, str, str, str, str]]) -> dict[str, Any]:
    heads = (_("Row"), _("Column"), _("Value"), _("What is wrong"), _("What mends it"))
    return {
        "caption": _("What is wrong"),
        "columns": [{"label": head} for head in heads],
        "rows": [{"cells": [{"text": str(cell)} for cell in cells]} for cells in found],
    }


def _acted(request: ViewedRequest, load: Load) -> HttpResponse:
    viewer = request.viewer
    try:
        if "start" in request.POST:
            operations.queue_writing(viewer, load, accept_good=load.faulty > 0)
            jobs.ask_for(jobs.WRITE, viewer, load.pk)
        elif "cancel" in request.POST:
            operations.cancel_load(viewer, load)
            uploads.drop(load.pk)
    except operations.LoadOver as over:
        return _page(request, load, over)
    return HttpResponseRedirect(f"/loading/{load.pk}/")


def rejected(request: ViewedRequest, load_id: UUID) -> HttpResponse:
    """The faulty rows as a file that can be mended and loaded again."""
    load = load_for(request.viewer, load_id)
    if load is None:
        return faults.fault_page(request, 404)
    return _file("rejected", "csv", rejected_file(request.viewer, load))


def empty_file(request: ViewedRequest, kind: str) -> HttpResponse:
    """The empty register file."""
    if not may_load(request.viewer):
        return faults.fault_page(request, 403)
    make = template.template_xlsx if kind == "xlsx" else template.template_csv
    return _file("template", kind, make())


def _file(name: str, kind: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=MEDIA[kind])
    stamp = clock.today().isoformat()
    response["Content-Disposition"] = f'attachment; filename="kamkor-{name}-{stamp}.{kind}"'
    return response
