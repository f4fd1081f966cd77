"""The first page of each post: the worker's day, the specialist's decisions, the head's morning."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kamkor.access.operations import first_steps_read
from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import ADMINISTRATOR, HEAD, SPECIALIST, WORKER
from kamkor.cases.queries.case import (
    own_cases,
    sealed_elsewhere,
    waiting_for_decision,
)
from kamkor.cases.queries.next_step import without_own_proposals
from kamkor.cases.queries.report import alarms_of_last_day, declined_without_second_look, queue
from kamkor.cases.queries.responsible import open_children_without_responsible
from kamkor.cases.queries.task import first_open_tasks, overdue
from kamkor.cases.vocabulary import CHILD
from kamkor.kernel import clock
from kamkor.kernel.kept import asked, counted
from kamkor.web import accounts, figures
from kamkor.web.case_page import badges_in_list, name_of, next_visit_of, visit_is_late
from kamkor.web.door import ViewedRequest
from kamkor.web.due import due_items, due_list, task_entry
from kamkor.web.loads import late_visits, loads_table, own_covers
from kamkor.web.report_page import age_in_minutes, duty_names, report_badges
from kamkor.web.two_persons import waiting_entries
from kamkor.web.words import coded, day

if TYPE_CHECKING:
    from kamkor.cases.models import Case

SHOWN = 8
"""How many rows stand in each list of a day; the others are one click away."""
WHOLE = "/register/?state=open&sort=next"
# Items that say no more than the date of a case's next visit does.
OF_VISITS = frozenset({"visit_due", "check_after_leaving", "accompaniment_visit"})


def home(request: ViewedRequest) -> HttpResponse:
    """The page of the day, as the post needs it."""
    viewer = request.viewer
    pages = {
        WORKER: workers_day,
        SPECIALIST: specialists_day,
        HEAD: heads_morning,
        ADMINISTRATOR: accounts.accounts,
    }
    return pages.get(viewer.role, figures.show)(request)


def first_steps(request: ViewedRequest) -> bool:
    """Whether the three first steps are shown: until the account has put them away."""
    if request.method == "POST" and "seen" in request.POST:
        first_steps_read(request.viewer.account_id)
        return False
    return not getattr(request.user, "first_steps_seen", True)


def case_rows(cases: list[Case]) -> list[dict[str, Any]]:
    """Cases as rows: name, next visit, last seen."""
    return [
        {
            "url": f"/cases/{case.pk}/",
            "id": str(case.pk),
            "cells": [
                {"text": name_of(case), "badges": badges_in_list(case)},
                {"text": day(next_visit_of(case)), "nowrap": True},
                {"text": day(case.last_seen_on), "nowrap": True},
                {"text": case.household.place if case.household else ""},
            ],
        }
        for case in cases
    ]


def case_table(cases: list[Case], total: int, caption: str, figure: str) -> dict[str, Any]:
    """A table of cases for a home page."""
    return {
        "caption": caption,
        "columns": [
            {"label": label}
            for label in (_("Child or family"), _("Next visit"), _("Last seen"), _("Where"))
        ],
        "rows": case_rows(cases),
        "total": total,
        "figure": figure,
        "empty": {
            "text": _("You have no open case yet."),
            "action": {"label": _("Identify a child"), "url": "/find/"},
        },
    }


def workers_day(request: ViewedRequest) -> HttpResponse:
    """What is late, what is due today and this week, and all own cases."""
    viewer, today = request.viewer, clock.today()
    cases = asked(own_cases, viewer)
    week = today + timedelta(days=7)
    visited = to_visit(cases)
    late = [case for case in visited if visit_is_late(case)]
    soon = [case for case in visited if case.next_visit_on and today <= case.next_visit_on <= week]
    context = {
        "counters": [
            _counter(len(late), _("visits overdue"), "visits_overdue", "#late", "overdue"),
            _counter(len(soon), _("visits due in seven days"), "visits_due", "#soon", ""),
            _counter(
                len(cases), _("open cases I answer for today"), "own_open_cases", "#cases", ""
            ),
        ],
        "covers": cover_notes(viewer, cases),
        "tasks": tasks_of_day(viewer, cases),
        "sections": [
            _section("late", _("Overdue visits"), late, _("No visit is overdue.")),
            _section(
                "soon",
                _("Visits of the next seven days"),
                soon,
                _("No visit is due in seven days."),
            ),
            _section("cases", _("All my open cases"), cases),
        ],
        "acts": _acts(viewer),
        "first_steps": first_steps(request),
        "on_duty": duty_names(viewer),
        "help_url": "/help/day/",
    }
    return render(request, "cases/day.html", context)


def _section(key: str, heading: str, cases: list[Case], empty: str = "") -> dict[str, Any]:
    section: dict[str, Any] = {"id": key, "heading": heading}
    if key == "cases" and len(cases) > SHOWN:
        # Those that press stand above; a list of all of them is the register's.
        return section | {"total": len(cases), "url": WHOLE}
    table = case_table(cases[:SHOWN], len(cases), heading, key)
    if empty:
        table["empty"] = empty
    for row in () if key == "cases" else table["rows"]:
        # The same case stands in the list of all: an id is one element's.
        row["id"] = ""
    if len(cases) > SHOWN:
        table["rest_url"] = WHOLE
    return section | {"table": table}


def _counter(number: int, label: str, figure: str, url: str, kind: str) -> dict[str, Any]:
    return {
        "number": number,
        "label": label,
        "figure": figure,
        "url": url,
        "kind": kind if number else "",
    }


def tasks_of_day(viewer: Viewer, own: list[Case]) -> dict[str, Any]:
    """The open due items of the viewer that press most, and where the others are listed.

    ``own``: its cases, as they were read already.
    """
    first = first_open_tasks(viewer, SHOWN, own)
    entries = [task_entry(task, link=True, about=_about(task)) for task in first]
    total = getattr(first[0], "total", 0) if first else 0
    whole = "/morning/due/" if total > SHOWN else ""
    return due_items(entries) | {"total": total, "whole_url": whole}


def _about(task: Any) -> str:  # noqa: ANN401 - a task
    if task.case is not None:
        return name_of(task.case)
    return task.report.place if task.report else ""


def _acts(viewer: Viewer) -> list[dict[str, str]]:
    acts = [
        {"label": _("New report"), "url": "/do/receive-report/", "operation": "receive_report"},
        {"label": _("Identify a child"), "url": "/find/", "operation": "identify_child"},
        {"label": _("Record a round"), "url": "/do/record-round/", "operation": "record_round"},
        {"label": _("Rounds"), "url": "/rounds/", "operation": "list_rounds"},
    ]
    return acts if viewer.role in {WORKER, SPECIALIST, HEAD} else []


def decisions(viewer: Viewer) -> list[dict[str, Any]]:
    """What waits for the viewer's decision, as a task list."""
    entries = waiting_entries(viewer)
    for case in without_own_proposals(viewer, waiting_for_decision(viewer)):
        act, operation = {
            "identified": (_("Decide on registration"), "register_child"),
            "taking_off_proposed": (_("Decide on taking off"), "decide_taking_off"),
            "ending_proposed": (_("Decide on the end of the case"), "decide_taking_off"),
            "transfer_offered": (_("Answer the transfer"), "accept_transfer"),
        }[case.state]
        entries.append(
            {
                "title": f"{act}: {name_of(case)}",
                "url": f"/cases/{case.pk}/",
                "operation": operation,
            }
        )
    if viewer.role == HEAD:
        entries += [
            {
                "title": f"{_('Second look at a declined report')}: {_told(report)}",
                "url": f"/reports/{report.pk}/",
                "operation": "review_declined_report",
            }
            for report in declined_without_second_look(viewer)
        ]
    return entries


def _told(report: Any) -> str:  # noqa: ANN401 - a report
    return f"{coded(report.worry, 'report_worries')}, {report.place}"


def specialists_day(request: ViewedRequest) -> HttpResponse:
    """Decisions waiting, due items, and the department's cases that are late."""
    viewer = request.viewer
    waiting = decisions(viewer)
    late = list(late_visits(viewer).order_by("next_visit_on", "id"))
    own = asked(own_cases, viewer)
    context = {
        "counters": [
            _counter(
                counted(queue, viewer),
                _("reports to screen"),
                "reports_to_screen",
                "/duty/",
                "urgent",
            ),
            _counter(len(waiting), _("decisions waiting"), "decisions_waiting", "#decisions", ""),
            _counter(
                len(late),
                _("visits overdue in the department"),
                "visits_overdue",
                "#late",
                "overdue",
            ),
        ],
        "decisions": due_list(waiting, _("Decisions waiting"), _("No decision waits for you.")),
        "covers": cover_notes(viewer, own),
        "tasks": tasks_of_day(viewer, own),
        "sections": [
            _section("cases", _("All my open cases"), own),
            _section("late", _("Overdue visits"), late, _("No visit is overdue.")),
        ],
        "acts": _acts(viewer),
        "first_steps": first_steps(request),
        "on_duty": duty_names(viewer),
        "help_url": "/help/day/",
    }
    return render(request, "cases/day.html", context)


def heads_morning(request: ViewedRequest) -> HttpResponse:
    """Alarms of 24 hours, children without responsible, what is late and why, loads, decisions."""
    viewer = request.viewer
    without = open_children_without_responsible(viewer)
    alarms = list(alarms_of_last_day(viewer))
    waiting = decisions(viewer)
    late = Counter(task.kind for task in overdue(viewer) if task.kind not in OF_VISITS)
    late["visit_due"] = late_visits(viewer).count()
    causes = [
        {"label": coded(kind, "task_kinds"), "value": count, "url": _list_of(kind)}
        for kind, count in late.most_common()
        if count
    ]
    context = {
        "counters": [
            _counter(len(alarms), _("alarms of 24 hours"), "alarms", "#alarms-of-day", "urgent"),
            _counter(
                without,
                _("children without responsible person"),
                "children_without_responsible",
                "/morning/without/",
                "urgent",
            ),
            _counter(sum(late.values()), _("late"), "late", "#late", "overdue"),
            _counter(len(waiting), _("decisions waiting"), "decisions_waiting", "#decisions", ""),
        ],
        "sealed": sealed_elsewhere(viewer),
        "alarm_list": _alarm_list(alarms),
        "decisions": due_list(waiting, _("Decisions waiting"), _("No decision waits for you.")),
        "late": {"heading": _("Late, by cause"), "rows": causes},
        "loads": loads_table(viewer),
        "covers": cover_notes(viewer, list(own_cases(viewer))),
        "first_steps": first_steps(request),
        "on_duty": duty_names(viewer),
        "acts": _acts(viewer),
        "help_url": "/help/morning/",
    }
    return render(request, "cases/morning.html", context)


def _list_of(cause: str) -> str:
    """Where the late items of a cause are listed."""
    return "/morning/visits/" if cause == "visit_due" else f"/morning/late/?cause={cause}"


def cover_notes(viewer: Viewer, cases: list[Case]) -> list[str]:
    """For whom the viewer covers, until when, and how many of the cases are that person's."""
    load = Counter(case.responsible_id for case in cases)
    notes = []
    for one in own_covers(viewer):
        told = {"name": one["name"], "day": day(one["until"]), "count": load[one["post"]]}
        notes.append(
            ngettext(
                "You cover for %(name)s until %(day)s: %(count)s of the open cases here"
                " is that person's.",
                "You cover for %(name)s until %(day)s: %(count)s of the open cases here"
                " are that person's.",
                told["count"],
            )
            % told
        )
    return notes


def to_visit(cases: list[Case]) -> list[Case]:
    """Of certain cases, those that stand for a visit: a family only if no child of it is there."""
    homes = {case.household_id for case in cases if case.register == CHILD}
    return [case for case in cases if case.register == CHILD or case.household_id not in homes]


def _alarm_list(alarms: list[Any]) -> dict[str, Any]:
    entries = [
        {
            "title": _told(report),
            "url": f"/reports/{report.pk}/",
            "due": age_in_minutes(report),
            "badge": next(iter(report_badges(report)[-1:]), None),
        }
        for report in alarms
    ]
    return {
        "id": "alarms-of-day",
        "heading": _("Alarms of the last 24 hours"),
        "entries": entries,
        "empty": {
            "text": _("No alarm in the last 24 hours."),
            "action": {"label": _("Duty desk"), "url": "/duty/"},
        },
    }
