"""Who looked: at one case, for those who see it; outside their own caseload, for the head."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kamkor.access.queries.looks import LookAt, looks_at
from kamkor.access.vocabulary import EMERGENCY, RIGHTS
from kamkor.cases.queries.case import case_for
from kamkor.cases.queries.looks import Outside, looks_outside_caseload, too_fast
from kamkor.kernel import clock
from kamkor.kernel.commands import NotFound
from kamkor.kernel.words import noop
from kamkor.web import faults
from kamkor.web.case_page import name_of
from kamkor.web.words import day, office_name, raised

if TYPE_CHECKING:
    from kamkor.web.door import ViewedRequest

PAGES = {
    "case": noop("page of the case"),
    "about_case": noop("a form of the case"),
    "about_task": noop("a due item of the case"),
    "correct": noop("a correction"),
    "looks": noop("who looked"),
    "commands": noop("a command"),
    EMERGENCY: noop("opened in an emergency"),
}


def who_looked(request: ViewedRequest, case_id: UUID) -> HttpResponse:
    """Everybody who opened a case, newest first, one line for a person and a day."""
    try:
        case = case_for(request.viewer, case_id)
    except NotFound:
        return faults.fault_page(request, 404)
    rows = [_row(held) for held in _by_day_and_person(looks_at(request.viewer, case_id))]
    heading = _("Who looked at case %(number)s") % {"number": case.number}
    context = {
        "heading": heading,
        "table": {
            "caption": heading,
            "columns": [{"label": one} for one in (_("Day"), _("Who"), _("Post"), _("By what"))],
            "rows": rows,
            "total": len(rows),
            "empty": {"text": _("Nobody has opened this case yet.")},
        },
        "back_url": f"/cases/{case_id}/",
        "help_url": "/help/case/",
    }
    return render(request, "cases/looks.html", context)


def outside_caseload(request: ViewedRequest) -> dict[str, Any]:
    """The head's list of a day: looks at cases that were not the looker's."""
    on = min(_asked_day(request), clock.today())
    found = looks_outside_caseload(request.viewer, on)
    hurried = [_too_fast(looks) for looks in too_fast(request.viewer, on)]
    rows = hurried + [
        {
            "url": f"/cases/{one.case.pk}/looks/",
            "id": f"{one.looks[0].post}-{one.case.pk}",
            "cells": [
                {"text": name_of(one.case), "badges": list(_badges(one))},
                {"text": one.case.number, "nowrap": True},
                *_cells(list(one.looks))[1:],
            ],
        }
        for one in found
    ]
    labels = (_("Child or family"), _("Case"), _("Who"), _("Post"), _("By what"))
    return {
        "caption": _("Looks outside one's own caseload: %(day)s") % {"day": day(on)},
        "columns": [{"label": one} for one in labels],
        "rows": rows,
        "total": len(rows),
        "empty": {
            "text": _("Nobody looked at a case that was not theirs on this day."),
            "action": {"label": _("The day before"), "url": _list_of(on - timedelta(days=1))},
        },
        "previous_url": _list_of(on - timedelta(days=1)),
        "next_url": _list_of(on + timedelta(days=1)) if on < clock.today() else "",
    }


def _list_of(on: date) -> str:
    return f"/morning/looks/?on={on.isoformat()}"


def _asked_day(request: ViewedRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return clock.today()


def _by_day_and_person(looks: Iterable[LookAt]) -> Iterable[list[LookAt]]:
    """The looks of one account under one post on one day together; the latest stand first."""
    held: dict[tuple[object, ...], list[LookAt]] = {}
    for look in looks:
        held.setdefault((clock.local_day(look.at), look.account, look.post), []).append(look)
    return held.values()


def _row(looks: list[LookAt]) -> dict[str, Any]:
    one = looks[0]
    told = f"look-{clock.local_day(one.at)}-{one.account}-{one.post}"
    return {"id": told, "cells": _cells(looks)}


def _too_fast(looks: Iterable[LookAt]) -> dict[str, Any]:
    """Of one person: from when to when pages were asked for faster than one reads, and how many
    of them were not shown."""
    held = list(looks)
    _when, who, post, _pages = _cells(held)
    count = len(held)
    text = ngettext("%(count)s page was not shown", "%(count)s pages were not shown", count)
    return {
        "id": f"too-fast-{held[0].account}-{held[0].post}",
        "cells": [
            {"text": "", "badges": [{"kind": "urgent", "text": _("Too many pages")}]},
            {"text": ""},
            who,
            post,
            {"text": f"{_times(held)}: {text % {'count': count}}"},
        ],
    }


def _times(looks: Iterable[LookAt]) -> str:
    times = sorted(f"{look.at.astimezone(clock.ZONE):%H:%M}" for look in looks)
    return times[0] if times[0] == times[-1] else f"{times[0]} – {times[-1]}"


def _cells(looks: list[LookAt]) -> list[dict[str, Any]]:
    """Day and times, who, under which post, by what pages and how often."""
    one = looks[0]
    pages = dict.fromkeys(
        _(PAGES.get(look.page.partition("/")[0], noop("another page"))) for look in looks
    )
    role = RIGHTS[one.role].label if one.role in RIGHTS else ""
    return [
        {"text": f"{day(clock.local_day(one.at))}, {_times(looks)}", "nowrap": True},
        {"text": one.name},
        {"text": ", ".join(filter(None, [raised(_(role)) if role else "", office_name(one)]))},
        {"text": f"{', '.join(pages)} ({len(looks)})"},
    ]


def _badges(one: Outside) -> Iterable[dict[str, str]]:
    if one.in_emergency:
        yield {"kind": "urgent", "text": _("Emergency")}
    if one.kin:
        yield {"kind": "urgent", "text": _("Same surname")}
    if one.near:
        yield {"kind": "urgent", "text": _("Same village")}
