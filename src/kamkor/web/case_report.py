"""What the page of a case says of its beginning: the report, and the notices owed about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.cases.queries.around import Around
from kamkor.cases.queries.history import removals_before
from kamkor.cases.queries.task import NOTICE, notices_of_report
from kamkor.cases.vocabulary import OPEN_STATES
from kamkor.web.case_safety import found_safe
from kamkor.web.due import act_of, due_words, is_late, may_mark, may_mark_of_report
from kamkor.web.words import coded, day, moment
from kamkor.web.written import described

if TYPE_CHECKING:
    from kamkor.cases.models import Case, Removal, Report, Task, TaskDone


def report_of(case: Case, beside: Around) -> dict[str, Any] | None:
    """What was told of the child, with the way to the report; nothing if none may be read."""
    report = beside.report
    if report is None:
        return None
    worry: dict[str, Any] = {
        "label": _("Worry"),
        "value": coded(report.worry, "report_worries"),
    }
    rows = [worry]
    safe = found_safe(beside.history, report.happened_on)
    if report.danger_now and case.state in OPEN_STATES and safe is None:
        worry["badge"] = {"kind": "urgent", "text": _("In danger now")}
    elif report.danger_now:
        rows.append({"label": _("In danger when it was reported"), "value": _("Yes")})
        if safe is not None:
            later = _("%(day)s: a visit saw the child and found no danger")
            rows.append({"label": _("Since then"), "value": later % {"day": day(safe)}})
    rows += [
        {"label": _("What was seen or said"), "value": report.seen_or_said},
        *(
            {"label": _("Child as described"), "value": described(child)}
            for child in beside.described
        ),
        {"label": _("Who reports"), "value": coded(report.source, "report_sources")},
        {"label": _("Reported on"), "value": day(report.happened_on)},
    ]
    return {
        "heading": _("What was reported"),
        "rows": rows,
        "actions": [{"label": _("Open the report"), "url": f"/reports/{report.pk}/"}],
    }


def notices_owed(viewer: Viewer, case: Case, beside: Around) -> dict[str, Any] | None:
    """Each notice about a case and its report: by when, with its act, or done with its proof."""
    removals = [one.fact for one in beside.history if one.kind == "removal"]
    if any(done is not None and done.stopped for _task, done in beside.notices):
        removals += removals_before(viewer, case)
    return _notices(
        _told_elsewhere(case, beside, removals, task, done)
        or _notice(task, done, act_of(task, case) if may_mark(viewer, case, task) else "")
        for task, done in beside.notices
    )


def notices_owed_of_report(viewer: Viewer, report: Report) -> dict[str, Any] | None:
    """The same about a report alone, be a case opened on it or not."""
    may = may_mark_of_report(viewer, report)
    return _notices(
        _notice(task, done, act_of(task) if may else "")
        for task, done in notices_of_report(viewer, report)
    )


def _notices(made: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    rows = list(made)
    return {"heading": _("Notices"), "rows": rows} if rows else None


def _told_elsewhere(
    case: Case,
    beside: Around,
    removals: Iterable[Removal],
    task: Task,
    done: TaskDone | None,
) -> dict[str, Any] | None:
    """A notice that is due about the newer episode now, or that its removal, corrected, says was
    told; nothing if it is neither."""
    if done is None or not done.stopped:
        return None
    row: dict[str, Any] = {"label": coded(task.kind, "task_kinds")}
    for newer in beside.near:
        if newer.previous_id == case.pk and newer.command == done.command:
            goes_on = _("goes on in the new case %(number)s") % {"number": newer.number}
            return row | {"value": goes_on, "url": f"/cases/{newer.pk}/"}
    for removal in removals:
        if removal.command == done.command:
            told = getattr(removal, f"{task.kind.removeprefix(NOTICE)}_told_at", None)
            return row | {"value": _("told on %(day)s") % {"day": moment(told)}} if told else None
    return None


def _notice(task: Task, done: TaskDone | None, act: str) -> dict[str, Any]:
    row: dict[str, Any] = {"label": coded(task.kind, "task_kinds")}
    if done is None:
        late = {"kind": "overdue", "text": _("Overdue")} if is_late(task) else None
        row |= {"value": _("due by %(day)s") % {"day": due_words(task.due_at)}, "badge": late}
        if act:
            marking = {"label": _("Mark as done"), "url": act, "operation": "complete_task"}
            row["actions"] = [marking]
        return row
    if done.stopped:
        return row | {"value": _("not needed any more")}
    told = {"day": day(done.happened_on), "proof": done.proof}
    return row | {"value": _("sent on %(day)s: %(proof)s") % told}
