"""The department's duty roster and leave: who is there on which days, and ending it early."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import Action
from kamkor.country.kg.telephones import shown
from kamkor.kernel import clock
from kamkor.kernel.commands import Operation
from kamkor.web import faults
from kamkor.web.door import ViewedRequest
from kamkor.web.operation import Asked, operation_named, serve
from kamkor.web.report_page import duty_names
from kamkor.web.words import coded, day
from kamkor.workforce import queries as workforce

AHEAD = 62
"""So many days ahead the page warns of a day for which nobody stands on the roster."""

Rows = list[list[dict[str, Any]]]


def roster(request: ViewedRequest) -> HttpResponse:
    """Who is on duty and who is away, from today on."""
    viewer = request.viewer
    if viewer.district is None or not viewer.may(Action.RECORD):
        return faults.not_for(request, Action.RECORD)
    ends = viewer.may(Action.MANAGE)
    turns, leaves = _turns(viewer, viewer.district), _leaves(viewer, viewer.district)
    change = [_("Change")]
    context = {
        "on_duty": duty_names(viewer),
        "gap": _gap(viewer.district) if turns else "",
        "turns": _table(
            _("Duty roster"),
            [_("From"), _("Until"), _("Rank"), _("Who"), *(change if ends else [])],
            turns,
            _("Nobody is on the roster: the specialist and the head answer."),
            "set-duty-turn" if ends else "",
        ),
        "leaves": _table(
            _("Leave and cover"),
            [_("Who"), _("Kind"), _("From"), _("Until"), _("Cover"), *change],
            leaves,
            _("Nobody is away."),
            "record-leave" if ends else "",
        ),
        "telephone": shown(workforce.telephone_of(viewer.district)),
        "manages": ends,
        "help_url": "/help/roster/",
    }
    return render(request, "workforce/roster.html", context)


def _gap(department: int) -> str:
    """From which day nobody stands on the roster, if that is near."""
    first = workforce.first_day_without_turn(department, clock.today())
    if (first - clock.today()).days > AHEAD:
        return ""
    return _("From %(day)s nobody is on the roster: the specialist and the head answer then.") % {
        "day": day(first)
    }


def _turns(viewer: Viewer, department: int) -> Rows:
    turns = list(workforce.roster(department, clock.today()))
    names = workforce.holder_names(
        {turn.post_id for turn in turns}, clock.today(), as_of=viewer.workforce
    )
    manages = viewer.may(Action.MANAGE)
    return [
        [
            {"text": day(turn.valid_from)},
            {"text": day(turn.valid_to)},
            {"text": _rank(turn.rank)},
            {"text": names.get(turn.post_id, "")},
            *([_end(turn.pk, "end-duty-turn")] if manages else []),
        ]
        for turn in turns
    ]


def _rank(rank: int) -> str:
    return {1: _("First"), 2: _("Second"), 3: _("Third")}[rank]


def _leaves(viewer: Viewer, department: int) -> Rows:
    leaves = list(workforce.leaves(department, clock.today()))
    posts = {one.post_id for one in leaves} | {one.cover_id for one in leaves}
    names = workforce.holder_names(posts, clock.today(), as_of=viewer.workforce)
    return [
        [
            {"text": names.get(one.post_id, "")},
            {"text": coded(one.kind, "leave_kinds")},
            {"text": day(one.valid_from)},
            {"text": day(one.valid_to)},
            {"text": names.get(one.cover_id, "")},
            _end(one.pk, "end-leave") if _may_end(viewer, one.post_id) else {"text": ""},
        ]
        for one in leaves
    ]


def _may_end(viewer: Viewer, post_id: int) -> bool:
    return viewer.may(Action.MANAGE) or post_id == viewer.post_id


def _end(row_id: UUID, slug: str) -> dict[str, Any]:
    operation = operation_named(slug)
    return {
        "text": _(operation.label),
        "url": f"/roster/{row_id}/{slug}/",
        "operation": operation.name,
    }


def _table(caption: str, heads: list[str], rows: Rows, empty: str, slug: str) -> dict[str, Any]:
    """One list; ``slug`` is that of the first act where it is empty, if one may do it."""
    act = {"label": _(operation_named(slug).label), "url": f"/do/{slug}/"} if slug else None
    return {
        "caption": caption,
        "columns": [{"label": head, "acts": head == _("Change")} for head in heads],
        "rows": [{"cells": cells} for cells in rows],
        "empty": {"text": empty, "action": act},
    }


def about_roster(request: ViewedRequest, row_id: UUID, slug: str) -> HttpResponse:
    """Ending a turn of duty or a leave before its last day."""
    asked = {"end-duty-turn": _asked_of_turn, "end-leave": _asked_of_leave}.get(slug)
    if asked is None:
        raise Http404
    department = request.viewer.district
    found = asked(operation_named(slug), department, row_id) if department is not None else None
    if found is None:
        return faults.fault_page(request, 404)
    return serve(request, found)


def _asked_of_turn(operation: Operation[Any], department: int, row_id: UUID) -> Asked | None:
    turn = workforce.turn_of(department, row_id)
    if turn is None:
        return None
    note = _(
        "Whoever is next on the roster answers then; without any, the specialist and the head."
    )
    return Asked(
        operation,
        None,
        {"turn": str(turn.pk)},
        {"free_from": max(clock.today(), turn.valid_from)},
        back_url="/roster/",
        context={"lead": f"{_lead(turn)} · {_rank(turn.rank)}", "notes": [{"text": note}]},
    )


def _asked_of_leave(operation: Operation[Any], department: int, row_id: UUID) -> Asked | None:
    leave = workforce.leave_of(department, row_id)
    if leave is None:
        return None
    return Asked(
        operation,
        None,
        {"leave": str(leave.pk)},
        {"back_on": max(clock.today(), leave.valid_from)},
        back_url="/roster/",
        context={"lead": _lead(leave)},
    )


def _lead(row: Any) -> str:  # noqa: ANN401 - a turn or a leave
    """Whose it is, from when to when."""
    names = workforce.holder_names([row.post_id], clock.today())
    span = f"{day(row.valid_from)} – {day(row.valid_to)}"
    return ": ".join(filter(None, [names.get(row.post_id, ""), span]))
