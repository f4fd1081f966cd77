"""Posts of the establishment: planned against filled, by stage and place, and the posts behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kamkor.access.vocabulary import Action
from kamkor.figures.queries.staffing import Staffing
from kamkor.figures.queries.wording import Wording
from kamkor.figures.rules.disclosure import DIFFERENCE, TOTAL
from kamkor.figures.vocabulary import STAFFING, Key
from kamkor.kernel import clock
from kamkor.kernel.errors import Refusal
from kamkor.web import faults
from kamkor.web.figure_pictures import outlines, pairs
from kamkor.web.staffing_asked import (
    LIST,
    Asked,
    about,
    acts_of,
    exports_of,
    filter_of,
    number_of,
    refused,
    shared,
)
from kamkor.web.words import day, moment
from kamkor.workforce.rules.staffing import in_posts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kamkor.figures.rules.disclosure import Number
    from kamkor.web.door import ViewedRequest

PARTS: Final = ("posts_planned", "posts_filled", "posts_vacant", "time_to_fill_days", "turnover")
"""What is told of each place beside the whole."""


def show(request: ViewedRequest) -> HttpResponse:
    """Planned and filled posts of a place, by stage, on the map, place by place."""
    viewer, asked = request.viewer, Asked.of(request)
    if not viewer.may(Action.SEE_NUMBERS):
        return faults.fault_page(request, 403)
    try:
        found = asked.answer(viewer, parted=True)
    except Refusal as refusal:
        return refused(request, asked, refusal, "workforce/staffing.html")
    wording = Wording(found.question.on, get_language() or "en")
    key = next(iter(found.question.by), None)
    values = {one.figure: one.value for one in found.totals}
    told = {
        "planned": number_of(values["posts_planned"]),
        "where": wording.where(found.question),
        "day": day(found.question.on),
    }
    context = shared(viewer, asked, found) | {
        "filled": number_of(values["posts_filled"]),
        "sentence": _("of %(planned)s planned posts are filled; %(where)s, %(day)s") % told,
        "about": about(found),
        "acts": acts_of(viewer),
        "all": _all_figures(asked, found.totals),
        "stages": (stages := _stages(found)),
        "pairs": pairs([(row["label"], row["planned"], row["filled"]) for row in stages["rows"]]),
        "map": _map(asked, found, key, wording) if key else None,
        "parts": _parts(asked, found, key, wording) if key else None,
        "list_url": asked.address(LIST),
        "printed": {"at": moment(clock.now()), "filter": filter_of(found, wording)},
    }
    return render(request, "workforce/staffing.html", context)


def _all_figures(asked: Asked, cells: Sequence[Number]) -> dict[str, Any]:
    rows = [
        {
            "cells": [
                {"text": _(STAFFING[one.figure].label)},
                {"text": number_of(one.value), "numeric": True, "figure": one.figure},
                {"text": _(STAFFING[one.figure].definition)},
            ]
        }
        for one in cells
    ]
    return {
        "id": "all-figures",
        "caption": _("All figures"),
        "columns": [
            {"label": _("Figure")},
            {"label": _("Number"), "numeric": True},
            {"label": _("What it counts")},
        ],
        "rows": rows,
        "export_urls": exports_of(asked, "figures"),
    }


def _stages(found: Staffing) -> dict[str, Any]:
    """What was planned and filled on the day each stage opened, and on the day asked for."""
    on = found.question.on
    days = sorted({one.opens_on for one in found.stages if one.opens_on <= on} | {on})
    rows = []
    for one in days:
        planned, filled = found.planned_on(one), found.filled_on(one)
        numbers = [in_posts(part) or 0 for part in (planned, filled, planned - filled)]
        texts = [{"text": number_of(number), "numeric": True} for number in numbers]
        rows.append(
            {
                "label": day(one),
                "planned": numbers[0],
                "filled": numbers[1],
                "cells": [{"text": day(one)}, *texts],
            }
        )
    columns = [_("Day"), _("Planned"), _("Filled"), _("Vacant")]
    return {
        "id": "stages",
        "caption": _("Planned and filled"),
        "columns": [{"label": one, "numeric": at > 0} for at, one in enumerate(columns)],
        "rows": rows if found.stages or found.posts else [],
        "empty": {"text": _("No programme has opened posts of this kind, and none stands.")},
    }


def _map(asked: Asked, parts: Staffing, key: Key, wording: Wording) -> dict[str, Any] | None:
    """Where posts are vacant, in whole posts; none of a department, which is no unit of a map."""
    if parts.question.department:
        return None
    values = {
        one.keys[key]: None if one.value is None else round(one.value)
        for one in parts.cells
        if one.figure == "posts_vacant" and one.keys[key] not in {TOTAL, DIFFERENCE}
    }
    return outlines(
        parts.question.territory,
        values,
        wording.place,
        lambda code: asked.address(territory=code),
    )


def _parts(asked: Asked, parts: Staffing, key: Key, wording: Wording) -> dict[str, Any]:
    """Each place with its numbers; what has no place yet stands last."""
    by_place: dict[str, dict[str, Any]] = {}
    for one in parts.cells:
        by_place.setdefault(one.keys[key], {})[one.figure] = one.value
    whole = by_place.pop(TOTAL, {})
    rest = by_place.pop(DIFFERENCE, None)
    order = sorted(by_place, key=wording.place)
    rows = [
        _part(wording.place(code), by_place[code], asked.address(territory=code)) for code in order
    ]
    if rest is not None:
        rows.append(_part(_("without a place yet"), rest, ""))
    rows.append(_part(wording.where(parts.question), whole, ""))
    return {
        "id": "parts",
        "caption": _("Place by place"),
        "columns": [
            {"label": _("Place")},
            *({"label": _(STAFFING[name].label), "numeric": True} for name in PARTS),
        ],
        "rows": rows,
        "export_urls": exports_of(asked, "figures"),
    }


def _part(place: str, values: dict[str, Any], url: str) -> dict[str, Any]:
    cells = [{"text": number_of(values.get(name)), "numeric": True} for name in PARTS]
    return {"url": url, "cells": [{"text": place}, *cells]}
