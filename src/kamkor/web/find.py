"""Search before create: who may be the same child, before a new one is identified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import Action
from kamkor.cases.queries.case import (
    case_for,
    departments_answering,
    died_among,
    latest_cases_of,
)
from kamkor.cases.vocabulary import OPEN_STATES, STATE_LABELS, CaseState
from kamkor.kernel.commands import NotFound
from kamkor.people.queries import last_homes_of
from kamkor.people.queries.search import Found, born_otherwise, people_of
from kamkor.web import faults
from kamkor.web.door import ViewedRequest
from kamkor.web.emergency import in_an_emergency
from kamkor.web.found import asked_in, begun_with, looked_for, reasons_for, too_many
from kamkor.web.paging import Page, part_of
from kamkor.web.searching import FINDS, PersonSearch, Search, search_of, summary_title
from kamkor.web.words import birth, coded, day, office_name
from kamkor.workforce.queries import offices_by_id

if TYPE_CHECKING:
    from kamkor.cases.models import Case
    from kamkor.people.models import HouseholdMember, Person


def find(request: ViewedRequest) -> HttpResponse:
    """Search before create: by name, birth, or both.

    A reported case may be carried along in ``case``: whoever is found can then be identified as
    the child of that case.
    """
    viewer = request.viewer
    if not viewer.may(Action.RECORD):
        return faults.not_for(request, Action.RECORD)
    try:
        case = _carried(request)
    except NotFound:
        return faults.fault_page(request, 404)
    search = search_of(request, PersonSearch, needed=FINDS)
    context = {
        "form": search.form(),
        "summary_title": summary_title(),
        "carried": case.pk if case else "",
        "searched": search.asked,
        "new_url": _identify_address(case),
        "help_url": "/help/identify-child/",
        "back_url": f"/cases/{case.pk}/" if case else "/",
    }
    if search.asked:
        context |= _results(request, search, case)
    return render(request, "people/find.html", context, status=422 if search.faults else 200)


def _carried(request: ViewedRequest) -> Case | None:
    """The case whose child is looked for; raises ``NotFound``."""
    given = request.POST.get("case") or request.GET.get("case")
    if not given:
        return None
    try:
        case = case_for(request.viewer, UUID(given))
    except ValueError:
        raise Http404 from None
    return case if case.state == CaseState.REPORTED else None


def _results(request: ViewedRequest, search: Search, case: Case | None) -> dict[str, Any]:
    viewer = request.viewer
    # The description that is to become a child is no other child.
    described = case.child_id if case else None
    asked, found, layout = looked_for(viewer, asked_in(search), described)
    page = _page(request, viewer, found)
    why = reasons_for(viewer, asked, found, {one.pk for one in page.rows})
    columns = [_("Name"), _("Born"), _("Sex"), _("Case"), _("Why"), *([_("Next")] if case else [])]
    return {
        "table": {
            "caption": _("Perhaps the same child"),
            "columns": [{"label": text} for text in columns],
            "rows": _rows(viewer, page.rows, case, why),
            "total": found.total,
            "figure": "people_found",
            "turning": search.turning("/find/", page, case=str(case.pk) if case else ""),
            "empty": {
                "text": _(
                    "Nobody was found among the children you may see."
                    " Try another spelling, or the year of birth alone."
                ),
                "more": in_an_emergency(viewer),
            },
        },
        "layout": layout,
        "too_many": too_many(viewer, asked, found),
        "others": _others(born_otherwise(viewer, asked, found, described)),
        "begun": begun_with(search.typed, asked),
    }


def _others(number: int) -> str:
    told = ngettext(
        "%(count)s more of this name was born at another time."
        " Search by the name alone to see who.",
        "%(count)s more of this name were born at another time."
        " Search by the name alone to see them.",
        number,
    )
    return told % {"count": number} if number else ""


def _page(request: ViewedRequest, viewer: Viewer, found: Found) -> Page[Person]:
    """The part of those found that is asked for, in their order."""
    marks = request.POST.get("after", ""), request.POST.get("before", "")
    part = part_of([str(one.person) for one in found.hits], *marks)
    people = people_of(viewer, part.rows)
    return Page([people[one] for one in part.rows if one in people], part.after, part.before)


def _rows(
    viewer: Viewer, people: Sequence[Person], reported: Case | None, why: Mapping[UUID, str]
) -> list[dict[str, Any]]:
    latest = latest_cases_of(viewer, [person.pk for person in people])
    hidden = [one.pk for one in people if not _is_open(latest.get(one.pk))]
    not_here = _open_elsewhere(viewer, hidden) | _died(viewer, hidden)
    homes = last_homes_of(viewer, [one.pk for one in people if one.pk not in latest])
    rows = []
    for person in people:
        known = latest.get(person.pk)
        standing = _(STATE_LABELS[known.state]) if known else _no_case(homes.get(person.pk))
        row: dict[str, Any] = {
            "id": str(person.pk),
            "cells": [
                {"text": person.shown_name},
                {"text": birth(person.born_on, person.birth_precision), "nowrap": True},
                {"text": coded(person.sex, "sexes")},
                {"text": not_here.get(person.pk, standing)},
                {"text": why.get(person.pk, "")},
            ],
        }
        home = known.household_id if known else getattr(homes.get(person.pk), "household_id", None)
        act, address = _("Identify as this child"), _identify_address(reported, person, home)
        if known is not None and _is_open(known):
            act, address = _("Open the case"), f"/cases/{known.pk}/"
        goes_on = {} if person.pk in not_here else {"url": address}
        if reported is None:
            row |= goes_on
        else:
            row["cells"].append(goes_on | {"text": act if goes_on else "–"})
        rows.append(row)
    return rows


def _is_open(case: Case | None) -> bool:
    return case is not None and case.state in OPEN_STATES


def _open_elsewhere(viewer: Viewer, people: Sequence[UUID]) -> dict[UUID, str]:
    """Whose open case is not the viewer's to see, and with which department it stands."""
    answering = departments_answering(viewer, people) if people else {}
    names = {one.pk: office_name(one) for one in offices_by_id(answering.values())}
    return {
        person: _("open case with %(office)s") % {"office": names[office]}
        for person, office in answering.items()
    }


def _died(viewer: Viewer, people: Sequence[UUID]) -> dict[UUID, str]:
    return {
        person: _("died; the case ended on %(day)s") % {"day": day(on)}
        for person, on in died_among(viewer, people).items()
    }


def _no_case(home: HouseholdMember | None) -> str:
    """Of whom no case is known; an adult of a home is told as what they are there."""
    if home is None or home.relation in {"child", "sibling"}:
        return _("no case yet")
    return f"{coded(home.relation, 'relations')}; {_('no case yet')}"


def _identify_address(
    reported: Case | None, person: Person | None = None, home: UUID | None = None
) -> str:
    """Where a child is identified: ids alone, of whoever is known already and of their home."""
    address = f"/cases/{reported.pk}/identify-child/" if reported else "/do/identify-child/"
    if person is None:
        return address
    known = {"child": person.pk} | ({} if home is None else {"household": home})
    return f"{address}?{urlencode(known)}"
