"""The register: search by name, list, filters in the address, paging, export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import WORKER, Action
from kamkor.cases.queries.case import cases_asked_for
from kamkor.cases.queries.loading import may_load
from kamkor.cases.queries.two_persons import ALONE
from kamkor.cases.vocabulary import CHILD, FAMILY, OPEN_STATES, STATE_LABELS
from kamkor.kernel import clock
from kamkor.web import faults, paging
from kamkor.web.case_page import (
    age_of,
    badges_in_list,
    badges_of,
    name_of,
    next_visit_of,
    short_age_of,
)
from kamkor.web.door import ViewedRequest
from kamkor.web.emergency import in_an_emergency
from kamkor.web.export import as_csv, as_xlsx
from kamkor.web.forms import coded_options, select_of
from kamkor.web.operation import see_other
from kamkor.web.paging import Page
from kamkor.web.register_list import Counts, Filters, counted_by, filtered, ordered, page_of
from kamkor.web.searching import NameSearch, Search, search_of, summary_title
from kamkor.web.two_persons import is_agreed
from kamkor.web.words import coded, day, moment, raised
from kamkor.workforce.queries import holder_names

if TYPE_CHECKING:
    from kamkor.cases.models import Case

EXPORT_LIMIT = 5000


COLUMNS = ("name", "number", "opened", "next", "seen")


def _plain_columns(register: str) -> list[str]:
    return [*([_("Age")] if register == CHILD else []), _("Main ground"), _("Responsible")]


def register(request: ViewedRequest) -> HttpResponse:
    """The list of a register, or what a search by name found."""
    viewer = request.viewer
    if not viewer.may(Action.SEE_IDENTITY):
        return faults.not_for(request, Action.SEE_IDENTITY)
    filters = Filters.of(request)
    search = search_of(request, NameSearch)
    words = ""
    if search.asked:
        counts = None
        cases = cases_asked_for(viewer, search.name)
        given = (request.POST.get("after", ""), request.POST.get("before", ""))
        page = paging.page_of(cases, ("sort_key",), after=given[0], before=given[1])
        total = cases.count()
    else:
        words = in_words(filters)
        page, counts = page_of(viewer, filters), counted_by(viewer, filters)
        total = counts.total
    context = {
        "table": _table(viewer, page, filters, total=total, search=search, about=words),
        "filters": _filter_panel(filters),
        "form": search.form(),
        "summary_title": summary_title(),
        "searched": search.asked,
        "may_load": may_load(viewer),
        "uncounted": _uncounted(viewer, filters, counts) if counts else None,
        "registers": _registers(filters, searched=search.asked),
        "help_url": "/help/register/",
        "printed": {"at": moment(clock.now()), "filter": words},
    }
    return render(request, "cases/register.html", context, status=422 if search.faults else 200)


def _uncounted(viewer: Viewer, filters: Filters, counts: Counts) -> dict[str, Any] | None:
    """How many of a department's register stand in no figure of it: sealed, or another's."""
    if filters.narrowed or viewer.role == WORKER or viewer.district is None:
        return None
    if not (counts.sealed or counts.others):
        return None
    figure = "families_on_register" if filters.register == FAMILY else "children_on_register"
    url = f"/figures/?figure={figure}"
    return {"sealed": counts.sealed, "others": counts.others, "url": url}


def _registers(filters: Filters, *, searched: bool) -> list[dict[str, Any]]:
    """The two registers as tabs; a search goes through both."""
    addresses = {one: filters.address(register=one, ground="") for one in (CHILD, FAMILY)}
    labels = {CHILD: _("Children"), FAMILY: _("Families")}
    return [
        {"label": label, "url": addresses[one], "current": filters.register == one and not searched}
        for one, label in labels.items()
    ]


def _table(
    viewer: Viewer, page: Page[Case], filters: Filters, *, total: int, search: Search, about: str
) -> dict[str, Any]:
    cases, searched = page.rows, search.asked
    figure = "children_on_register" if filters.register == CHILD else "families_on_register"
    plain = not (filters.narrowed or searched)
    labels = {
        "name": _("Child or family"),
        "number": _("Case"),
        "opened": _("Opened"),
        "next": _("Next visit"),
        "seen": _("Last seen"),
    }
    posts = {case.responsible_id for case in cases}
    names = holder_names(posts, clock.today(), as_of=viewer.workforce)
    return {
        "caption": _("Register"),
        "columns": [
            {
                "label": labels[key],
                "sort_url": ""
                if searched
                else filters.address(sort=f"-{key}" if filters.sort == key else key),
                "sorted": {key: "ascending", f"-{key}": "descending"}.get(filters.sort, ""),
            }
            for key in COLUMNS
        ]
        + [{"label": label} for label in _plain_columns(filters.register)],
        "rows": [_row(case, names, filters.register) for case in cases],
        "total": total,
        "about": about,
        "figure": figure if plain else "cases_listed",
        "next_url": filters.address(after=page.after) if page.after and not searched else "",
        "previous_url": filters.address(before=page.before) if page.before and not searched else "",
        "turning": search.turning("/register/", page) if searched else None,
        "empty": _empty(viewer, filters, searched=searched),
        "export_urls": []
        if searched
        else [
            {
                "label": "CSV",
                "url": filters.address().replace("/register/", "/register/export.csv"),
            },
            {
                "label": "XLSX",
                "url": filters.address().replace("/register/", "/register/export.xlsx"),
            },
        ],
    }


def _row(case: Case, names: dict[int, str], register: str) -> dict[str, Any]:
    cells: list[dict[str, Any]] = [
        {"text": name_of(case), "badges": badges_in_list(case)},
        {"text": case.number, "nowrap": True},
        {"text": day(case.opened_on), "nowrap": True},
        {"text": day(case.next_visit_on), "nowrap": True},
        {"text": day(case.last_seen_on), "nowrap": True},
    ]
    if register == CHILD:
        cells.append({"text": short_age_of(case) if case.register == CHILD else ""})
    cells += [
        {"text": coded(case.main_ground, "grounds")},
        {"text": names.get(case.responsible_id, "")},
    ]
    return {"url": f"/cases/{case.pk}/", "id": str(case.pk), "cells": cells}


def row_of_case(case: Case) -> dict[str, Any]:
    """A case as lists of other pages show it: who, the number, where it stands."""
    cells = [
        {"text": name_of(case), "badges": badges_of(case)[1:]},
        {"text": case.number, "nowrap": True},
        {"text": raised(_(STATE_LABELS[case.state]))},
    ]
    return {"url": f"/cases/{case.pk}/", "id": str(case.pk), "cells": cells}


def _empty(viewer: Viewer, filters: Filters, *, searched: bool) -> dict[str, Any]:
    """Three texts: nothing yet, nothing matches, and not yours to see, which says no more."""
    if searched:
        return {
            "text": _(
                "Nobody was found. Check the number, try another spelling, or identify the child."
            ),
            "action": {"label": _("Identify a child"), "url": "/find/"},
            "more": in_an_emergency(viewer),
        }
    if filters.narrowed:
        return {
            "text": _("Nothing matches these filters."),
            "action": {"label": _("Clear filters"), "url": filters.cleared()},
        }
    if not viewer.may(Action.RECORD):
        return {"text": _("There is nothing here that is yours to see.")}
    return {
        "text": _("Nobody stands on this register yet."),
        "action": {"label": _("Identify a child"), "url": "/find/"},
    }


def _filter_panel(filters: Filters) -> dict[str, Any]:
    states = [("on_register", _("on the register")), ("open", _("all open")), ("all", _("all"))]
    states += [
        (code, _("on the register, nothing proposed") if code == "registered" else _(label))
        for code, label in STATE_LABELS.items()
        if code in OPEN_STATES or code in {"closed", "not_registered"}
    ]
    return {
        "action": "/register/",
        "heading": _("Filters"),
        "open": filters.narrowed,
        "clear_url": filters.cleared(),
        "hidden": [{"name": "register", "value": filters.register}],
        "fields": [
            select_of(
                "state",
                _("State"),
                [{"value": code, "label": raised(text)} for code, text in states],
                filters.state,
            ),
            select_of(
                "ground",
                _("Ground"),
                [{"value": "", "label": raised(_("any"))}, *coded_options("grounds")],
                filters.ground,
            ),
            select_of(
                "risk",
                _("Risk level"),
                [{"value": "", "label": raised(_("any"))}, *coded_options("risk_levels")],
                filters.risk,
            ),
        ],
    }


def in_words(filters: Filters) -> str:
    """The filters as a reader of paper or of an export understands them."""
    chosen = [
        f"{field['label']}: {option['label']}"
        for field in _filter_panel(filters)["fields"]
        for option in field["options"]
        if option["checked"] and option["value"]
    ]
    return "; ".join([_("Families") if filters.register == FAMILY else _("Children"), *chosen])


def export(request: ViewedRequest, kind: str) -> HttpResponse:
    """The filtered list as CSV or XLSX; who, when and which filter stand on a second sheet."""
    viewer = request.viewer
    if not viewer.may(Action.SEE_IDENTITY):
        return faults.not_for(request, Action.SEE_IDENTITY)
    filters = Filters.of(request)
    cases = list(ordered(filtered(viewer, filters), filters.sort)[: EXPORT_LIMIT + 1])
    if len(cases) > EXPORT_LIMIT:
        text = _("More than %(limit)s rows. Narrow the list by a filter.") % {"limit": EXPORT_LIMIT}
        return faults.fault_page(request, 413, text)
    if len(cases) > ALONE and not is_agreed(viewer, filters):
        return see_other(filters.address().replace("/register/", "/do/ask-export/"))
    posts = {case.responsible_id for case in cases}
    names = holder_names(posts, clock.today(), as_of=viewer.workforce)
    heads = [
        _("Case"),
        _("Child or family"),
        _("State"),
        _("Age"),
        _("Main ground"),
        _("Opened"),
        _("Next visit"),
        _("Last seen"),
        _("Responsible"),
    ]
    rows = [
        [
            case.number,
            name_of(case),
            _(STATE_LABELS[case.state]),
            age_of(case) if case.register == CHILD else "",
            coded(case.main_ground, "grounds"),
            day(case.opened_on),
            day(next_visit_of(case)),
            day(case.last_seen_on),
            names.get(case.responsible_id, ""),
        ]
        for case in cases
    ]
    about = [
        (_("Exported by"), f"{viewer.name}, {_(viewer.role_label)}"),
        (_("Exported at"), clock.now().astimezone(clock.ZONE).strftime("%d.%m.%Y %H:%M")),
        (_("Filter"), in_words(filters)),
        (_("Rows"), str(len(rows))),
        (_("Definition"), _("Cases of the register that this post may see, as they stand now.")),
    ]
    make = as_xlsx if kind == "xlsx" else as_csv
    return make("register", heads, rows, about)
