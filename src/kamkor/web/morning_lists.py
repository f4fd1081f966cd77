"""The lists behind what a first page shows: the numbers of the head's morning, what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.access.vocabulary import HEAD, RIGHTS, SPECIALIST, WORKER
from kamkor.cases.queries.case import open_cases
from kamkor.cases.queries.responsible import children_without_responsible
from kamkor.cases.queries.task import open_tasks, overdue
from kamkor.cases.rules.visit import act_due
from kamkor.kernel import clock, rulesets
from kamkor.web import faults
from kamkor.web.case_page import badges_in_list, name_of
from kamkor.web.door import ViewedRequest
from kamkor.web.due import act_of, due_words, is_late, operation_of
from kamkor.web.loads import late_visits
from kamkor.web.looks import outside_caseload
from kamkor.web.paging import Page, page_of
from kamkor.web.words import coded, day
from kamkor.workforce.queries import holder_names

if TYPE_CHECKING:
    from kamkor.access.rules import Viewer
    from kamkor.cases.models import Task

M = TypeVar("M", bound=Model)

WHO = frozenset({HEAD, SPECIALIST})
WHO_ELSE = {"due": WHO | {WORKER}, "looks": frozenset({HEAD})}


def morning_list(request: ViewedRequest, what: str) -> HttpResponse:
    """One list: what is due, late items of a cause, late visits, open cases of a post, children
    without, looks outside one's own caseload."""
    lists = {
        "due": _due, "late": _late, "visits": _visits, "cases": _cases, "without": _without,
        "looks": outside_caseload,
    }  # fmt: skip
    made = lists.get(what)
    if made is None:
        raise Http404
    who = WHO_ELSE.get(what, WHO)
    if request.viewer.role not in who:
        return faults.fault_page(request, 403, faults.page_for(RIGHTS[role].label for role in who))
    table = made(request)
    context = {
        "heading": table["caption"],
        "table": table,
        "back_url": "/",
        "help_url": "/help/day/" if made is _due else "/help/morning/",
    }
    return render(request, "cases/morning_list.html", context)


def _late(request: ViewedRequest) -> dict[str, Any]:
    """Due items whose time has passed; of one cause, if the address names one."""
    causes = {rule.code for rule in rulesets.all_rules("task_kinds")}
    cause = request.GET.get("cause", "")
    cause = cause if cause in causes else ""
    tasks = overdue(request.viewer)
    tasks = tasks.filter(kind=cause) if cause else tasks
    heading = _("Late: %(cause)s") % {"cause": coded(cause, "task_kinds")} if cause else _("Late")
    return _tasks(request, heading, tasks, f"/morning/late/?cause={cause}") | {
        "empty": _empty("/morning/late/", narrowed=cause) or {"text": _("Nothing is late.")},
    }


def _due(request: ViewedRequest) -> dict[str, Any]:
    return _tasks(request, _("What is due"), open_tasks(request.viewer), "/morning/due/?") | {
        "empty": {"text": _("Nothing is due.")},
    }


def _tasks(
    request: ViewedRequest, heading: str, tasks: QuerySet[Task], address: str
) -> dict[str, Any]:
    page = _page(request, tasks, "due_at")
    rows = []
    for task in page.rows:
        about = name_of(task.case) if task.case else task.report.place if task.report else ""
        what = act_due(task.kind, unsafe=task.team is not None)
        act = {"text": coded(what, "task_kinds"), "url": act_of(task)}
        badges = badges_in_list(task.case) if task.case else []
        late = [{"kind": "overdue", "text": _("Overdue")}] if is_late(task) else []
        rows.append(
            {
                "url": f"/cases/{task.case_id}/" if task.case_id else act_of(task),
                "id": str(task.pk),
                "cells": [
                    {"text": about, "badges": badges},
                    act | {"operation": operation_of(task)},
                    {"text": due_words(task.due_at), "nowrap": True, "badges": late},
                ],
            }
        )
    return {
        "caption": heading,
        "columns": [{"label": label} for label in (_("About"), _("What is due"), _("Due"))],
        "rows": rows,
        "total": tasks.count(),
        **_turning(page, address),
    }


def _visits(request: ViewedRequest) -> dict[str, Any]:
    post, of_post = _post(request)
    cases = late_visits(request.viewer).filter(**of_post)
    page = _page(request, cases, "next_visit_on")
    return _table(request.viewer, _("Overdue visits"), page, cases.count()) | {
        "empty": _empty("/morning/visits/", narrowed=post) or {"text": _("No visit is overdue.")},
        **_turning(page, f"/morning/visits/?post={post}"),
    }


def _cases(request: ViewedRequest) -> dict[str, Any]:
    post, of_post = _post(request)
    cases = open_cases(request.viewer).filter(**of_post)
    page = _page(request, cases, "next_visit_on")
    first = {"label": _("Identify a child"), "url": "/find/"}
    none = {"text": _("There is no open case."), "action": first}
    return _table(request.viewer, _("Open cases"), page, cases.count()) | {
        "empty": _empty("/morning/cases/", narrowed=post) or none,
        **_turning(page, f"/morning/cases/?post={post}"),
    }


def _without(request: ViewedRequest) -> dict[str, Any]:
    cases = children_without_responsible(request.viewer)
    heading = _("Children without responsible person")
    return _table(request.viewer, heading, Page(cases), len(cases)) | {
        "empty": {"text": _("Every open child has a responsible person.")},
    }


def _empty(whole: str, *, narrowed: str) -> dict[str, Any] | None:
    """What stands in an empty list of one cause or post: the way to the ``whole`` list."""
    if not narrowed:
        return None
    clear = {"label": _("Clear filters"), "url": whole}
    return {"text": _("Nothing matches these filters."), "action": clear}


def _table(viewer: Viewer, heading: str, page: Page[Any], total: int) -> dict[str, Any]:
    posts = {case.responsible_id for case in page.rows}
    names = holder_names(posts, clock.today(), as_of=viewer.workforce)
    labels = (_("Child or family"), _("Case"), _("Next visit"), _("Last seen"), _("Responsible"))
    return {
        "caption": heading,
        "columns": [{"label": label} for label in labels],
        "rows": [
            {
                "url": f"/cases/{case.pk}/",
                "id": str(case.pk),
                "cells": [
                    {"text": name_of(case), "badges": badges_in_list(case)},
                    {"text": case.number, "nowrap": True},
                    {"text": day(case.next_visit_on), "nowrap": True},
                    {"text": day(case.last_seen_on), "nowrap": True},
                    {"text": names.get(case.responsible_id, "")},
                ],
            }
            for case in page.rows
        ],
        "total": total,
    }


def _post(request: ViewedRequest) -> tuple[str, dict[str, int]]:
    given = request.GET.get("post", "")
    number = given if given.isascii() and given.isdigit() and len(given) < 10 else ""
    return number, {"responsible_id": int(number)} if number else {}


def _page(request: ViewedRequest, rows: QuerySet[M], column: str) -> Page[M]:
    given = (request.GET.get("after", ""), request.GET.get("before", ""))
    return page_of(rows, (column,), after=given[0], before=given[1])


def _turning(page: Page[Any], address: str) -> dict[str, str]:
    return {
        "next_url": f"{address}&after={page.after}" if page.after else "",
        "previous_url": f"{address}&before={page.before}" if page.before else "",
    }
