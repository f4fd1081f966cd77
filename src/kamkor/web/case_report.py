"""What the page of a case says of its beginning: the report, and the notices owed about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.cases.queries.around import Around, Notice
from kamkor.web.due import due_words, is_late, may_mark
from kamkor.web.templatetags.words import coded, day
from kamkor.web.written import described

if TYPE_CHECKING:
    from kamkor.cases.models import Case, Task, TaskDone


def report_of(beside: Around) -> dict[str, Any] | None:
    """What was told of the child, with the way to the report; nothing if none may be read."""
    report = beside.report
    if report is None:
        return None
    rows: list[dict[str, Any]] = [
        {
            "label": _("Worry"),
            "value": coded(report.worry, "report_worries"),
            "badge": {"kind": "urgent", "text": _("In danger now")} if report.danger_now else None,
        },
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


def notices_owed(viewer: Viewer, case: Case, notices: Sequence[Notice]) -> dict[str, Any] | None:
    """Each notice about a case and its report: by when, with its act, or done with its proof."""
    rows = [_notice(viewer, case, task, done) for task, done in notices]
    return {"heading": _("Notices"), "rows": rows} if rows else None


def _notice(viewer: Viewer, case: Case, task: Task, done: TaskDone | None) -> dict[str, Any]:
    row: dict[str, Any] = {"label": coded(task.kind, "task_kinds")}
    if done is None:
        late = {"kind": "overdue", "text": _("Overdue")} if is_late(task) else None
        row |= {"value": _("due by %(day)s") % {"day": due_words(task.due_at)}, "badge": late}
        if may_mark(viewer, case, task):
            act = {"label": _("Mark as done"), "url": f"/tasks/{task.pk}/complete-task/"}
            row["actions"] = [act | {"operation": "complete_task"}]
        return row
    if done.stopped:
        return row | {"value": _("not needed any more")}
    told = {"day": day(done.happened_on), "proof": done.proof}
    return row | {"value": _("sent on %(day)s: %(proof)s") % told}
