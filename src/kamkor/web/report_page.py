"""The duty desk, the page of a report, and what an informant may ask by receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import OBLAST, Action
from kamkor.cases.operations.correction import may_correct
from kamkor.cases.operations.facts import CORRECTABLE
from kamkor.cases.operations.report import receipt_digest, receipt_given
from kamkor.cases.queries.case import cases_visible_to
from kamkor.cases.queries.history import history_of_report, what_was_told
from kamkor.cases.queries.next_step import acts_on
from kamkor.cases.queries.report import (
    earlier_reports,
    has_read,
    queue,
    receipt_state,
    report_for,
    reporter_of,
    rings_for_others,
    still_seen,
)
from kamkor.cases.queries.task import open_tasks
from kamkor.cases.vocabulary import STATE_LABELS, STEPS
from kamkor.country.kg.telephones import shown
from kamkor.kernel import clock
from kamkor.kernel.commands import NotFound
from kamkor.kernel.ids import new_id
from kamkor.web import faults, last_act
from kamkor.web.back import way_back
from kamkor.web.case_report import notices_owed_of_report
from kamkor.web.door import ViewedRequest, outside_door
from kamkor.web.due import due_list, task_entry
from kamkor.web.timeline import correction_address, entries_of
from kamkor.web.words import coded, day, moment, raised
from kamkor.web.written import described
from kamkor.workforce import queries as workforce

if TYPE_CHECKING:
    from kamkor.cases.models import Report

EARLIER_SHOWN = 25


def age_in_minutes(report: Report) -> str:
    """How long a report has waited: minutes for urgent ones, and hours or days for long waits."""
    minutes = int((clock.now() - report.received_at).total_seconds() // 60)
    exact = ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    if minutes < 120:
        return exact
    rounded = _in_hours_or_days(minutes // 60)
    return f"{exact} ({rounded})" if report.urgent else rounded


def _in_hours_or_days(hours: int) -> str:
    if hours < 48:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    days = hours // 24
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def report_badges(report: Report) -> list[dict[str, str]]:
    """What must be seen at once about a report."""
    found = []
    if report.urgent:
        found.append({"kind": "urgent", "text": _("Urgent")})
    if report.team is not None:
        found.append({"kind": "sealed", "text": _("Sealed")})
    if report.state == "new" and not report.heard:
        found.append({"kind": "overdue", "text": _("Not read yet")})
    return found


def duty_desk(request: ViewedRequest) -> HttpResponse:
    """What waits for screening, urgent first, with who is on duty."""
    viewer = request.viewer
    if not viewer.answers_alarms:
        return faults.not_for(request, Action.RECORD)
    new_report = {"label": _("New report"), "url": "/do/receive-report/"}
    may_record = viewer.may(Action.RECORD)
    rows = [
        {
            "url": f"/reports/{report.pk}/",
            "id": str(report.pk),
            "cells": [
                {
                    "text": coded(report.worry, "report_worries"),
                    "badges": report_badges(report),
                },
                {"text": age_in_minutes(report), "nowrap": True},
                {"text": report.place},
                {"text": "; ".join(child.description for child in report.children.all())},
                {"text": coded(report.source, "report_sources")},
            ],
        }
        for report in queue(viewer)
    ]
    table = {
        "caption": _("Reports to be screened"),
        "columns": [
            {"label": label}
            for label in (_("Worry"), _("Waits"), _("Where"), _("Children"), _("Who reports"))
        ],
        "rows": rows,
        "total": len(rows),
        "figure": "reports_to_screen",
        "empty": {
            "text": _("No report waits for you."),
            "action": new_report if may_record else None,
        },
    }
    context = {
        "table": table,
        "on_duty": duty_names(viewer),
        "tasks": _report_tasks(viewer),
        "may_record": may_record,
        "help_url": "/help/duty-desk/",
    }
    return render(request, "cases/duty.html", context)


def duty_names(viewer: Viewer) -> list[str]:
    """Who of the department is on duty today, in the order they are called."""
    seats = workforce.duty_seats(viewer.district or 0, clock.today(), as_of=viewer.workforce)
    return [seat.name for seat in seats if seat.name]


def _report_tasks(viewer: Viewer) -> dict[str, Any]:
    tasks = open_tasks(viewer).exclude(report=None)
    if viewer.role == OBLAST:
        tasks = tasks.filter(team__in=list(viewer.teams))
    entries = [
        task_entry(task, link=True, about=task.report.place if task.report else "")
        for task in tasks.exclude(kind="screening_due")
    ]
    return due_list(entries, _("Due about reports"), _("Nothing is due."))


def report_page(request: ViewedRequest, report_id: UUID) -> HttpResponse:
    """One report with its children, earlier ones of the place, and what may be done."""
    viewer = request.viewer
    try:
        report = report_for(viewer, report_id)
    except NotFound:
        return faults.fault_page(request, 404)
    earlier = earlier_reports(viewer, report)
    context = {
        "report": report,
        "badges": report_badges(report),
        "summary": report_summary(viewer, report),
        "notices": notices_owed_of_report(viewer, report),
        "warning": report.home_unsafe,
        "acts": report_acts(viewer, report),
        "timeline": report_timeline(viewer, report),
        "earlier": [
            {
                "url": f"/reports/{one.pk}/",
                "text": f"{coded(one.worry, 'report_worries')}, {one.place}",
                "state": raised(_(STATE_LABELS[one.state])),
                "when": day(one.happened_on),
            }
            for one in earlier[:EARLIER_SHOWN]
        ],
        "earlier_total": earlier.count(),
        "back_url": way_back(request, "/duty/" if viewer.answers_alarms else "/"),
        "help_url": "/help/report/",
    }
    return render(request, "cases/report.html", context)


def report_summary(viewer: Viewer, report: Report) -> dict[str, Any]:
    """What was told."""
    reporter = reporter_of(viewer, report)
    children = []
    visible = set(cases_visible_to(viewer).filter(report=report).values_list("pk", flat=True))
    rows: list[dict[str, Any]] = [
        {"label": _("Worry"), "value": coded(report.worry, "report_worries")},
        {"label": _("In danger now"), "value": _("Yes") if report.danger_now else _("No")},
    ]
    page = f"/reports/{report.pk}/"
    correctable = may_correct(viewer, CORRECTABLE["report"], report)
    for child in report.children.filter(withdrawn_at=None):
        row: dict[str, Any] = {"label": _("Child"), "value": described(child)}
        if correctable:
            url = correction_address(page, "report_child", child)
            row["actions"] = [{"label": _("Correct"), "url": url}]
        if child.case_id in visible:
            row["url"] = f"/cases/{child.case_id}/"
        children.append(row)
    rows += children
    rows += [
        {"label": _("Where"), "value": report.place},
        {"label": _("What was seen or said"), "value": report.seen_or_said},
        {"label": _("Who reports"), "value": coded(report.source, "report_sources")},
        {"label": _("Received"), "value": moment(report.received_at)},
        {"label": _("State"), "value": raised(_(STATE_LABELS[report.state]))},
    ]
    if report.learned_on:
        rows.append({"label": _("Learned of it on"), "value": day(report.learned_on)})
    if reporter is not None:
        told = ", ".join(filter(None, [reporter.name, shown(reporter.telephone or "")]))
        rows.append({"label": _("Call back"), "value": told, "copyable": reporter.telephone})
    summary: dict[str, Any] = {"rows": rows}
    if correctable:
        url = correction_address(page, "report", what_was_told(viewer, report))
        summary["actions"] = [{"label": _("Correct what was told"), "url": url}]
    return summary


def report_acts(viewer: Viewer, report: Report) -> list[dict[str, str]]:
    """The steps that may be taken from the report's state by whoever is more than shown it."""
    if not acts_on(viewer, report):
        return []
    acts = []
    for step in STEPS:
        if step.on != "report" or report.state not in step.from_states:
            continue
        if viewer.role not in step.roles:
            continue
        mine = viewer.role != "worker" or report.duty_post_id in viewer.acts_for
        if step.operation == "screen_report" and not mine:
            continue
        if step.operation == "read_report" and (
            has_read(viewer, report) or rings_for_others(viewer, report)
        ):
            continue
        acts.append(
            {
                "label": _(step.label),
                "url": f"/reports/{report.pk}/{step.operation.replace('_', '-')}/",
                "operation": step.operation,
                "style": "" if step.operation in {"read_report", "screen_report"} else "secondary",
                # Nothing is asked for: the act is one click here.
                "command_id": str(new_id()) if step.operation == "read_report" else "",
            }
        )
    return acts


def duty_person_of(viewer: Viewer, report_id: UUID) -> str:
    """Whose name the report bears."""
    post = report_for(viewer, report_id).duty_post_id
    return workforce.holder_names([post], clock.today(), as_of=viewer.workforce).get(post, "")


def report_timeline(viewer: Viewer, report: Report) -> dict[str, Any]:
    """What became of a report, newest first."""
    history, page = history_of_report(viewer, report), f"/reports/{report.pk}/"
    entries = entries_of(
        viewer, report, history, lambda kind, fact: correction_address(page, kind, fact)
    )
    for entry, one in zip(entries, history, strict=True):
        entry["when"] = moment(one.fact.recorded_at)
    return {
        "heading": _("What became of it"),
        "entries": entries,
        "empty": _("Nobody has read it yet."),
    }


def received(request: ViewedRequest, report_id: UUID) -> HttpResponse:
    """After receiving a report: the receipt for the informant, and the way on.

    Whoever took a sealed report down does not see it again; only the receipt is shown.
    """
    if last_act.held(request).get("report") != str(report_id):
        return faults.fault_page(request, 404)
    viewer = request.viewer
    sealed = not still_seen(viewer, report_id)
    context = {
        "receipt": receipt_given(report_id),
        "receipt_address": request.build_absolute_uri("/receipt/"),
        "sealed": sealed,
        "report_url": "" if sealed else f"/reports/{report_id}/",
        "on_duty": "" if sealed else duty_person_of(viewer, report_id),
        "help_url": "/help/report/",
    }
    return render(request, "cases/received.html", context)


@outside_door
def receipt(request: HttpRequest) -> HttpResponse:
    """What became of a report, by receipt code alone: one of three answers, nothing else."""
    answer = ""
    if request.method == "POST":
        state = receipt_state(receipt_digest(request.POST.get("code", "")))
        answer = _receipt_words().get(state, "") or _(
            "There is no report with this code. Check the letters."
        )
    back = "/" if request.user.is_authenticated else "/sign-in/"
    context = {"answer": answer, "help_url": "", "back_url": back}
    return render(request, "cases/receipt.html", context)


def _receipt_words() -> dict[str, str]:
    return {
        "received": _("Received: somebody will look at it."),
        "being_dealt_with": _("It is being dealt with."),
        "closed": _("It is closed."),
    }
