"""Figures: what was asked, the number with its definition, the map, the months, the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kamkor.access.vocabulary import Action
from kamkor.figures.queries.behind import behind
from kamkor.figures.queries.counting import counted
from kamkor.figures.queries.wording import PROVISIONAL_WORD, Wording
from kamkor.figures.rules.disclosure import DIFFERENCE, TOTAL, Cell
from kamkor.figures.vocabulary import FIGURES, Key
from kamkor.kernel import clock
from kamkor.kernel.commands import NotPermitted
from kamkor.kernel.errors import Refusal
from kamkor.territory.queries import COUNTRY_LEVEL, OBLAST_LEVEL, unit_of
from kamkor.web import faults
from kamkor.web.export import as_csv, as_xlsx
from kamkor.web.figure_pictures import bars, outlines
from kamkor.web.figures_asked import FIRST_FIGURE, Asked, panel
from kamkor.web.register import row_of_case
from kamkor.web.words import day, moment, raised
from kamkor.workforce.queries import territories_served

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kamkor.access.rules import Viewer
    from kamkor.figures.rules.question import Question
    from kamkor.figures.vocabulary import Figure
    from kamkor.web.door import ViewedRequest

MONTHS_SHOWN = 12
LISTED = 500
EVERY = "all"
"""Stands in an export's address in place of a figure: the list of all."""


def show(request: ViewedRequest) -> HttpResponse:
    """One figure of one place: total, map, months, parts, and every other figure beside it."""
    viewer = request.viewer
    if not viewer.may(Action.SEE_NUMBERS):
        return faults.fault_page(request, 403)
    asked = Asked.of(request)
    try:
        question = asked.question(viewer)
    except Refusal as refusal:
        return _refused(request, asked, refusal)
    wording = Wording(question.on, get_language() or "en")
    context: dict[str, Any] = {
        "help_url": "/help/numbers/",
        "filters": panel(viewer, asked, question),
        **_answer(viewer, asked, question, wording),
    }
    return render(request, "figures/show.html", context)


def _refused(request: ViewedRequest, asked: Asked, refusal: Refusal) -> HttpResponse:
    """The panel with what cannot be counted; what was asked stays in it."""
    if isinstance(refusal, NotPermitted):
        return faults.fault_page(request, 403)
    fault = refusal.first
    context = {
        "help_url": "/help/numbers/",
        "refused": {"code": fault.code, "message": _(fault.message) % fault.details},
        "filters": panel(request.viewer, asked),
    }
    return render(request, "figures/show.html", context, status=422)


def _answer(viewer: Viewer, asked: Asked, question: Question, wording: Wording) -> dict[str, Any]:
    figure = FIGURES[asked.figure]
    cells = counted(viewer, question)
    return {
        "figure": {
            "name": figure.name,
            "label": _(figure.label),
            "definition": _(figure.definition),
            "value": _number(cells[0]),
        },
        "where": wording.where(question),
        "when": _when(question, stock=figure.is_stock),
        "known": day(question.known_on) if question.known_on else "",
        "provisional": _(PROVISIONAL_WORD) if question.provisional else "",
        "below_oblast": question.below_oblast,
        "map": _map(viewer, asked, question, wording),
        "months": _months(viewer, question, wording),
        "table": _table(viewer, asked, question, cells, wording),
        "all": _every_figure(viewer, asked, question),
        "list_url": asked.address("/figures/list/") if _has_list(viewer, asked) else "",
        "exports": _exports(asked),
        "printed": {"at": moment(clock.now()), "filter": _about(question, wording, asked.figure)},
    }


def _when(question: Question, *, stock: bool) -> str:
    return day(question.on) if stock else f"{day(question.first)} – {day(question.last)}"


def _number(cell: Cell) -> str:
    return "–" if cell.value is None else str(cell.value)


def _has_list(viewer: Viewer, asked: Asked) -> bool:
    return viewer.may(Action.SEE_IDENTITY) and _counts_cases(asked)


def _counts_cases(asked: Asked) -> bool:
    """Whether a number is one of cases: reports have no list behind them."""
    return FIGURES[asked.figure].counts not in {"reported", "declined"}


def _map(
    viewer: Viewer, asked: Asked, question: Question, wording: Wording
) -> dict[str, Any] | None:
    """The oblasts of the country, or the districts of an oblast; none of a district alone.

    Where no department works nobody counts: that is no 0.
    """
    level = unit_of(question.territory).level
    if level > OBLAST_LEVEL:
        return None
    key = Key.OBLAST if level == COUNTRY_LEVEL else Key.DISTRICT
    if key not in FIGURES[asked.figure].keys:
        return None
    cells = counted(viewer, replace(question, by=(key,)))
    served = territories_served(question.on)
    if key == Key.OBLAST:
        served = [f"{code[:5]:0<14}" for code in served]
    values = dict.fromkeys(served, 0) | {one.keys[key]: one.value for one in cells if not one.part}
    return outlines(
        question.territory,
        {code: value for code, value in values.items() if code != TOTAL},
        wording.place,
        lambda code: asked.address(territory=code, by="", by2=""),
    )


def _months(viewer: Viewer, question: Question, wording: Wording) -> dict[str, Any]:
    """The last twelve months of the period; of a state, the end of each month."""
    stock = FIGURES[question.figures[0]].is_stock
    last = question.on if stock else question.last
    year, month = divmod(last.year * 12 + last.month - MONTHS_SHOWN, 12)
    first = date(year, month + 1, 1)
    on = last if stock else question.on
    by_month = replace(question, first=first, last=last, on=on, by=(Key.MONTH,))
    cells = [
        cell
        for cell in counted(viewer, by_month)
        if not cell.part and cell.keys[Key.MONTH] != TOTAL
    ]
    values = {cell.keys[Key.MONTH]: cell.value for cell in cells}
    months = [f"{place // 12}-{place % 12 + 1:02}" for place in range(*_span(first, last))]
    return bars([(wording.of(Key.MONTH, one), values.get(one, 0)) for one in months])


def _span(first: date, last: date) -> tuple[int, int]:
    return first.year * 12 + first.month - 1, last.year * 12 + last.month


def _table(
    viewer: Viewer, asked: Asked, question: Question, cells: Sequence[Cell], wording: Wording
) -> dict[str, Any] | None:
    keys = question.keys_of(asked.figure)
    if not keys:
        return None
    rows = []
    for cell in cells:
        url = _list_address(viewer, asked, cell, keys)
        shown = [{"text": raised(wording.of(key, cell.keys[key], asked.figure))} for key in keys]
        if cell.territory:
            shown[0] = {"text": f"{shown[0]['text']}, {wording.place(cell.territory)}"}
        number = {"text": _number(cell), "numeric": True, "url": url, "figure": asked.figure}
        rows.append({"cells": [*shown, number]})
    figure = FIGURES[asked.figure]
    return {
        "caption": _(figure.label),
        "columns": [
            *({"label": _(label)} for label in (asked.key_label(key) for key in keys)),
            {"label": _(figure.label), "numeric": True},
        ],
        "rows": rows,
        "export_urls": _exports(asked),
    }


def _exports(asked: Asked, **changed: str) -> list[dict[str, str]]:
    return [
        {"label": kind.upper(), "url": asked.address(f"/figures/export.{kind}", **changed)}
        for kind in ("csv", "xlsx")
    ]


def _list_address(viewer: Viewer, asked: Asked, cell: Cell, keys: Sequence[Key]) -> str:
    values = [cell.keys[key] for key in keys]
    if not _has_list(viewer, asked) or DIFFERENCE in values or not cell.value:
        return ""
    chosen = {f"k{at}": value for at, value in enumerate(values, 1) if value != TOTAL}
    return asked.address("/figures/list/", **chosen)


def _every_figure(viewer: Viewer, asked: Asked, question: Question) -> dict[str, Any]:
    """All figures of the place and the period, each with its definition."""
    cells = counted(viewer, replace(question, by=(), figures=tuple(FIGURES)))
    rows = [
        {
            "url": asked.address(figure=cell.figure),
            "cells": [
                {"text": _(FIGURES[cell.figure].label)},
                {"text": _number(cell), "numeric": True, "figure": cell.figure},
                {"text": _(FIGURES[cell.figure].definition)},
            ],
        }
        for cell in cells
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
        "export_urls": _exports(asked, figure=EVERY, by="", by2=""),
    }


def _about(question: Question, wording: Wording, figure: str = "") -> str:
    parts = [
        *([_(FIGURES[figure].label)] if figure else []),
        wording.where(question),
        f"{day(question.first)} – {day(question.last)}",
        _("State of %(day)s") % {"day": day(question.on)},
    ]
    if question.known_on:
        parts.append(_("As known on %(day)s") % {"day": day(question.known_on)})
    if question.provisional:
        parts.append(raised(_(PROVISIONAL_WORD)))
    return "; ".join(parts)


def export(request: ViewedRequest, kind: str) -> HttpResponse:
    """The number with its parts, or all figures, as CSV or XLSX, with the question beside it."""
    viewer = request.viewer
    asked = Asked.of(request)
    every = asked.figure == EVERY
    asked = replace(asked, figure=FIRST_FIGURE) if every else asked
    try:
        question = asked.question(viewer)
    except Refusal as refusal:
        return _refused(request, asked, refusal)
    wording = Wording(question.on, get_language() or "en")
    about = [
        (_("Exported by"), f"{viewer.name}, {_(viewer.role_label)}"),
        (_("Exported at"), moment(clock.now())),
        (_("Filter"), _about(question, wording, "" if every else asked.figure)),
    ]
    make = as_xlsx if kind == "xlsx" else as_csv
    if every:
        return make("figures", *_exported_figures(viewer, question), about)
    figure = FIGURES[asked.figure]
    about.append((_("Definition"), _(figure.definition)))
    return make(f"figure-{figure.name}", *_exported(viewer, figure, question, wording), about)


Sheet = tuple[list[str], list[list[str | int]]]
"""The heads and the rows of an export."""


def _exported(viewer: Viewer, figure: Figure, question: Question, wording: Wording) -> Sheet:
    """The number and, if it was broken down, its parts."""
    keys = question.keys_of(figure.name)
    rows: list[list[str | int]] = [
        [
            *(raised(wording.of(key, cell.keys[key], figure.name)) for key in keys),
            "–" if cell.value is None else cell.value,
            wording.place(cell.territory) if cell.territory else wording.where(question),
        ]
        for cell in counted(viewer, question)
    ]
    return [*(_(Asked.key_label(key)) for key in keys), _(figure.label), _("Place")], rows


def _exported_figures(viewer: Viewer, question: Question) -> Sheet:
    """Every figure of the place and the period, each with its definition."""
    rows: list[list[str | int]] = [
        [
            _(FIGURES[cell.figure].label),
            "–" if cell.value is None else cell.value,
            _(FIGURES[cell.figure].definition),
        ]
        for cell in counted(viewer, replace(question, by=(), figures=tuple(FIGURES)))
    ]
    return [_("Figure"), _("Number"), _("What it counts")], rows


def behind_number(request: ViewedRequest) -> HttpResponse:
    """The cases behind a number that the reader may see, and how many more there are."""
    viewer = request.viewer
    asked = Asked.of(request)
    try:
        question = asked.question(viewer)
        keys = question.keys_of(asked.figure)
        given = [(key, request.GET.get(f"k{at}", "")) for at, key in enumerate(keys, 1)]
        found = behind(
            viewer,
            question,
            asked.figure,
            {str(key): value for key, value in given if value},
            most=LISTED,
        )
    except Refusal as refusal:
        return _refused(request, asked, refusal)
    if not _counts_cases(asked):
        return faults.fault_page(request, 404)
    wording = Wording(question.on, get_language() or "en")
    divided = tuple(key for key, value in given if value)
    context = {
        "back_url": asked.address(),
        "help_url": "/help/numbers/",
        "below_oblast": question.hides_sealed(divided),
        "heading": _(FIGURES[asked.figure].label),
        "about": "; ".join(
            [_about(question, wording, asked.figure)]
            + [wording.of(key, value, asked.figure) for key, value in given if value]
        ),
        "counted": found.counted if found.counted != found.total else 0,
        "others": found.others,
        "limit": LISTED if found.total > LISTED else 0,
        "table": {
            "caption": _(FIGURES[asked.figure].label),
            "columns": [
                {"label": _("Child or family")},
                {"label": _("Case")},
                {"label": _("State")},
            ],
            "rows": [row_of_case(case) for case in found.cases],
            "total": found.total,
            "figure": "cases_listed",
            "empty": {"text": _("None of these cases is yours to see.")},
        },
    }
    return render(request, "figures/behind.html", context)
