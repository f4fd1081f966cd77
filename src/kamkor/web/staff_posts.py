"""The posts behind the numbers of staffing, one by one, and what is exported of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kamkor.access.vocabulary import Action
from kamkor.figures.queries.wording import Wording
from kamkor.figures.rules.disclosure import DIFFERENCE, TOTAL
from kamkor.figures.vocabulary import STAFFING
from kamkor.kernel import clock
from kamkor.kernel.errors import Refusal
from kamkor.web import faults
from kamkor.web.export import as_csv, as_xlsx
from kamkor.web.paging import PAGE
from kamkor.web.staffing_asked import (
    LIST,
    Asked,
    acts_of,
    exports_of,
    filter_of,
    number_of,
    panel,
    refused,
    shared,
)
from kamkor.web.words import day, moment, raised
from kamkor.workforce.queries.staffing import names_of
from kamkor.workforce.vocabulary import STAFF_STATES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kamkor.access.rules import Viewer
    from kamkor.figures.queries.staffing import Staffing
    from kamkor.web.door import ViewedRequest
    from kamkor.workforce.rules.staffing import Placed


def posts(request: ViewedRequest) -> HttpResponse:
    """The posts behind the numbers, as they stood on the day."""
    viewer, asked = request.viewer, Asked.of(request)
    if not viewer.may(Action.SEE_NUMBERS):
        return faults.fault_page(request, 403)
    try:
        found = asked.answer(viewer)
    except Refusal as refusal:
        return refused(request, asked, refusal, "workforce/posts.html")
    wording = Wording(found.question.on, get_language() or "en")
    standing = _standing(asked, found)
    ids = [one.id for one in standing]
    first = ids.index(asked.after) + 1 if asked.after in ids else 0
    shown = standing[first : first + PAGE]
    heads, rows = _lines(viewer, found, shown, wording)
    context = shared(viewer, asked, found) | {
        "back_url": asked.address(state=""),
        "filters": panel(viewer, asked, found, of_list=True),
        "about": filter_of(found, wording),
        "table": {
            "caption": _("List of posts"),
            "columns": [{"label": head} for head in heads],
            "rows": [{"cells": [{"text": str(text)} for text in row]} for row in rows],
            "total": len(standing),
            "figure": "posts_listed",
            "next_url": asked.address(LIST, after=shown[-1].id)
            if first + PAGE < len(standing)
            else "",
            "previous_url": asked.address(LIST, after=ids[first - PAGE - 1] if first > PAGE else "")
            if first
            else "",
            "export_urls": exports_of(asked, "posts"),
            "empty": _empty(viewer, asked, found),
        },
        "printed": {"at": moment(clock.now()), "filter": filter_of(found, wording)},
    }
    return render(request, "workforce/posts.html", context)


def _empty(viewer: Viewer, asked: Asked, found: Staffing) -> dict[str, Any]:
    """Why the list is empty, and what to do first."""
    if found.posts:
        clear = {"url": asked.address(LIST, state=""), "label": _("Clear filters")}
        return {"text": _("No post stands so on this day."), "action": clear}
    first = next((act for act in acts_of(viewer) if act["operation"] == "open_post"), None)
    return {"text": _("No post is open here yet."), "action": first}


def _standing(asked: Asked, found: Staffing) -> list[Placed]:
    """The posts that are open on the day, also ended ones, in the state asked for."""
    states = ((one, one.state_on(found.question.on)) for one in found.posts)
    return [one for one, held in states if held and asked.state in {"", held.state}]


def _lines(
    viewer: Viewer, found: Staffing, shown: Iterable[Placed], wording: Wording
) -> tuple[list[str], list[list[str | int]]]:
    """The heads and rows of a list of posts; the holder's name for the department's head alone."""
    named = viewer.may(Action.MANAGE)
    heads = [_("Number of the post"), _("Place"), _("Share"), _("State"), _("Since")]
    standing = [(one, state) for one in shown if (state := one.state_on(found.question.on))]
    names = names_of(state.holder for _one, state in standing if state.holder) if named else {}
    rows: list[list[str | int]] = []
    for one, state in standing:
        row = [
            one.number,
            wording.place(one.territory),
            f"{one.hundredths} %",
            raised(_(STAFF_STATES[state.state])),
            day(state.begins),
        ]
        rows.append([*row, names.get(state.holder or 0, "–")] if named else [*row])
    return [*heads, _("Holder")] if named else heads, rows


def export(request: ViewedRequest, what: str, kind: str) -> HttpResponse:
    """The figures place by place, or the posts behind them, as CSV or XLSX."""
    viewer, asked = request.viewer, Asked.of(request)
    if not viewer.may(Action.SEE_NUMBERS):
        return faults.fault_page(request, 403)
    try:
        found = asked.answer(viewer, parted=True)
    except Refusal as refusal:
        return refused(request, asked, refusal, "workforce/staffing.html")
    wording = Wording(found.question.on, get_language() or "en")
    about = [
        (_("Exported by"), f"{viewer.name}, {_(viewer.role_label)}"),
        (_("Exported at"), moment(clock.now())),
        (_("Filter"), filter_of(found, wording)),
    ]
    make = as_xlsx if kind == "xlsx" else as_csv
    if what == "posts":
        heads, rows = _lines(viewer, found, _standing(asked, found), wording)
        return make("posts", heads, rows, about)
    heads = [_("Figure"), _("Place"), _("Number"), _("What it counts")]
    return make("staffing", heads, _exported(found, wording), about)


def _exported(parts: Staffing, wording: Wording) -> list[list[str | int]]:
    whole, key = wording.where(parts.question), next(iter(parts.question.by), None)
    rows: list[list[str | int]] = []
    for one in parts.cells:
        value = one.keys.get(key, TOTAL) if key else TOTAL
        special = {TOTAL: whole, DIFFERENCE: _("without a place yet")}
        number = one.value if isinstance(one.value, int) else number_of(one.value)
        definition = _(STAFFING[one.figure].definition)
        place = special[value] if value in special else wording.place(value)
        rows.append([_(STAFFING[one.figure].label), place, number, definition])
    return rows
