"""The register: search by name, list, filters in the address, paging, export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import Action
from kamkor.cases.queries.case import whole_cases
from kamkor.cases.vocabulary import CHILD, FAMILY, ON_REGISTER, OPEN_STATES, STATE_LABELS
from kamkor.kernel import clock, rulesets
from kamkor.people.queries import people_named
from kamkor.web import faults
from kamkor.web.case_page import age_of, badges_of, name_of
from kamkor.web.door import ViewedRequest
from kamkor.web.export import as_csv, as_xlsx
from kamkor.web.forms import coded_options
from kamkor.web.templatetags.words import coded, day, raised
from kamkor.workforce.queries import holder_names

if TYPE_CHECKING:
    from kamkor.cases.models import Case

PAGE = 25
EXPORT_LIMIT = 5000
SORTS = {
    "name": "sort_key",
    "opened": "opened_on",
    "next": "next_visit_on",
    "seen": "last_seen_on",
    "number": "number",
}


@dataclass(frozen=True)
class Filters:
    """What the address says: codes only, never a name or a number of a person."""

    register: str = CHILD
    state: str = "on_register"
    ground: str = ""
    risk: str = ""
    sort: str = "name"
    after: str = ""
    before: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Filters:
        """The filters of a request; an unknown word counts as not given."""
        given = request.GET
        grounds = {rule.code for rule in rulesets.all_rules("grounds")}
        risks = {rule.code for rule in rulesets.all_rules("risk_levels")}
        sort = given.get("sort", "name")
        return cls(
            register=FAMILY if given.get("register") == FAMILY else CHILD,
            state=given.get("state", "on_register")
            if given.get("state") in {*STATE_LABELS, "open", "all"}
            else "on_register",
            ground=given.get("ground", "") if given.get("ground") in grounds else "",
            risk=given.get("risk", "") if given.get("risk") in risks else "",
            sort=sort if sort.lstrip("-") in SORTS else "name",
            after=given.get("after", ""),
            before=given.get("before", ""),
        )

    def address(self, **changed: str) -> str:
        """The address of the list with some filters changed."""
        plain = {"register": CHILD, "state": "on_register", "sort": "name"}
        held = {**self.__dict__, "after": "", "before": "", **changed}
        return "/register/?" + urlencode(
            {key: value for key, value in held.items() if value and plain.get(key) != value}
        )


def filtered(viewer: Viewer, filters: Filters) -> QuerySet[Case]:
    """The cases of the viewer's scope that the filters leave."""
    cases = whole_cases(viewer).filter(register=filters.register).exclude(state="void")
    if filters.state == "on_register":
        cases = cases.filter(state__in=list(ON_REGISTER))
    elif filters.state == "open":
        cases = cases.filter(state__in=list(OPEN_STATES))
    elif filters.state != "all":
        cases = cases.filter(state=filters.state)
    if filters.ground:
        cases = cases.filter(grounds__ground=filters.ground, grounds__withdrawn_at=None).distinct()
    if filters.risk:
        cases = cases.filter(risk_level=filters.risk)
    return cases


def ordered(cases: QuerySet[Case], sort: str) -> QuerySet[Case]:
    """In the order chosen; unknown values last both ways."""
    column = F(SORTS[sort.lstrip("-")])
    down = sort.startswith("-")
    first = column.desc(nulls_last=True) if down else column.asc(nulls_last=True)
    return cases.order_by(first, "-id" if down else "id")


def page_of(cases: QuerySet[Case], filters: Filters) -> tuple[list[Case], str, str]:
    """One page after or before the row in the address, and the ids for the next and the last."""
    column = SORTS[filters.sort.lstrip("-")]
    down = filters.sort.startswith("-")
    backwards = bool(filters.before)
    mark = _mark(cases, filters.before or filters.after)
    rows = ordered(cases, filters.sort)
    if mark is not None:
        rows = rows.filter(_beyond(column, getattr(mark, column), mark.pk, down=down != backwards))
    if backwards:
        rows = rows.reverse()
    found = list(rows[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE]
    if backwards:
        found.reverse()
    has_next, has_previous = (bool(found), more) if backwards else (more, mark is not None)
    return (
        found,
        str(found[-1].pk) if has_next and found else "",
        str(found[0].pk) if has_previous and found else "",
    )


def _mark(cases: QuerySet[Case], given: str) -> Case | None:
    try:
        return cases.filter(id=UUID(given)).first()
    except ValueError:
        return None


def _beyond(column: str, value: Any, key: UUID, *, down: bool) -> Q:  # noqa: ANN401 - the column's value
    word = "lt" if down else "gt"
    later = Q(**{f"id__{word}": key})
    if value is None:
        return Q(**{f"{column}__isnull": True}) & later
    beyond = Q(**{f"{column}__{word}": value}) | Q(**{column: value}) & later
    return beyond | Q(**{f"{column}__isnull": True})


COLUMNS = ("name", "number", "opened", "next", "seen")


def register(request: ViewedRequest) -> HttpResponse:
    """The list of a register, or what a search by name found."""
    viewer = request.viewer
    if not viewer.may(Action.SEE_IDENTITY):
        return faults.fault_page(request, 403)
    filters = Filters.of(request)
    searched = request.POST.get("name", "").strip() if request.method == "POST" else ""
    if searched:
        found = whole_cases(viewer).filter(child__in=people_named(viewer, searched))
        rows, after, before = list(found.order_by("sort_key", "id")[: PAGE * 2]), "", ""
        total = found.count()
    else:
        cases = filtered(viewer, filters)
        rows, after, before = page_of(cases, filters)
        total = cases.count()
    context = {
        "table": _table(
            viewer, rows, filters, total=total, after=after, before=before, searched=bool(searched)
        ),
        "filters": _filter_panel(filters),
        "searched": searched,
        "registers": [
            {"label": _("Children"), "url": "/register/", "current": filters.register == CHILD},
            {
                "label": _("Families"),
                "url": filters.address(register=FAMILY),
                "current": filters.register == FAMILY,
            },
        ],
        "help_url": "/help/register/",
    }
    return render(request, "cases/register.html", context)


def _table(
    viewer: Viewer,
    cases: list[Case],
    filters: Filters,
    *,
    total: int,
    after: str,
    before: str,
    searched: bool,
) -> dict[str, Any]:
    figure = "children_on_register" if filters.register == CHILD else "families_on_register"
    plain = filters.state == "on_register" and not (filters.ground or filters.risk or searched)
    labels = {
        "name": _("Child or family"),
        "number": _("Case"),
        "opened": _("Opened"),
        "next": _("Next visit"),
        "seen": _("Last seen"),
    }
    names = holder_names([case.responsible_id for case in cases], clock.today())
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
        + [{"label": _("Age")}, {"label": _("Main ground")}, {"label": _("Responsible")}],
        "rows": [_row(case, names) for case in cases],
        "total": total,
        "figure": figure if plain else "cases_listed",
        "next_url": filters.address(after=after) if after else "",
        "previous_url": filters.address(before=before) if before else "",
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


def _row(case: Case, names: dict[int, str]) -> dict[str, Any]:
    return {
        "url": f"/cases/{case.pk}/",
        "id": str(case.pk),
        "cells": [
            {"text": name_of(case), "badges": badges_of(case)[1:]},
            {"text": case.number, "nowrap": True},
            {"text": day(case.opened_on), "nowrap": True},
            {"text": day(case.next_visit_on), "nowrap": True},
            {"text": day(case.last_seen_on), "nowrap": True},
            {"text": age_of(case) if case.register == CHILD else ""},
            {"text": coded(case.main_ground, "grounds")},
            {"text": names.get(case.responsible_id, "")},
        ],
    }


def _empty(viewer: Viewer, filters: Filters, *, searched: bool) -> dict[str, Any]:
    """Three texts: nothing yet, nothing matches, and not yours to see, which says no more."""
    if searched:
        return {
            "text": _("Nobody was found. Try another spelling, or identify the child."),
            "action": {"label": _("Identify a child"), "url": "/find/"},
        }
    if filters.ground or filters.risk or filters.state != "on_register":
        return {
            "text": _("Nothing matches these filters."),
            "action": {"label": _("Clear filters"), "url": "/register/"},
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
        (code, _(label))
        for code, label in STATE_LABELS.items()
        if code in OPEN_STATES or code in {"closed", "not_registered"}
    ]
    return {
        "action": "/register/",
        "heading": _("Filters"),
        "open": bool(filters.ground or filters.risk or filters.state != "on_register"),
        "clear_url": "/register/",
        "hidden": [{"name": "register", "value": filters.register}],
        "fields": [
            _select(
                "state",
                _("State"),
                [{"value": code, "label": raised(text)} for code, text in states],
                filters.state,
            ),
            _select(
                "ground",
                _("Ground"),
                [{"value": "", "label": _("any")}, *coded_options("grounds")],
                filters.ground,
            ),
            _select(
                "risk",
                _("Risk level"),
                [{"value": "", "label": _("any")}, *coded_options("risk_levels")],
                filters.risk,
            ),
        ],
    }


def _select(name: str, label: str, options: list[dict[str, Any]], chosen: str) -> dict[str, Any]:
    return {
        "kind": "choice",
        "name": name,
        "id": name,
        "label": label,
        "required": True,
        "options": [one | {"checked": one["value"] == chosen} for one in options],
    }


def export(request: ViewedRequest, kind: str) -> HttpResponse:
    """The filtered list as CSV or XLSX; who, when and which filter stand on a second sheet."""
    viewer = request.viewer
    if not viewer.may(Action.SEE_IDENTITY):
        return faults.fault_page(request, 403)
    filters = Filters.of(request)
    cases = list(ordered(filtered(viewer, filters), filters.sort)[: EXPORT_LIMIT + 1])
    if len(cases) > EXPORT_LIMIT:
        text = _("More than %(limit)s rows. Narrow the list by a filter.") % {"limit": EXPORT_LIMIT}
        return faults.fault_page(request, 413, text)
    names = holder_names([case.responsible_id for case in cases], clock.today())
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
            day(case.next_visit_on),
            day(case.last_seen_on),
            names.get(case.responsible_id, ""),
        ]
        for case in cases
    ]
    about = [
        (_("Exported by"), f"{viewer.name}, {_(viewer.role_label)}"),
        (_("Exported at"), clock.now().astimezone(clock.ZONE).strftime("%d.%m.%Y %H:%M")),
        (_("Filter"), filters.address()),
        (_("Rows"), str(len(rows))),
        (_("Definition"), _("Cases of the register that this post may see, as they stand now.")),
    ]
    make = as_xlsx if kind == "xlsx" else as_csv
    return make("register", heads, rows, about)


def find(request: ViewedRequest) -> HttpResponse:
    """Search before create: who may be the same child, before a new one is identified."""
    viewer = request.viewer
    if not viewer.may(Action.RECORD):
        return faults.fault_page(request, 403)
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
            else f"/do/identify-child/?child={person.pk}"
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
        "back_url": "/",
    }
    return render(request, "people/find.html", context)
