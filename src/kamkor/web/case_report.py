"""What the page of a case says of its beginning: the report, and the notices owed about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.cases.queries.report import described_in, report_for
from kamkor.cases.queries.task import notices_of
from kamkor.cases.vocabulary import OPEN_STATES
from kamkor.kernel.commands import NotFound
from kamkor.web.due import due_words, is_late, may_mark
from kamkor.web.templatetags.words import coded, day
from kamkor.web.written import described

if TYPE_CHECKING:
    from kamkor.cases.models import Case, Task


def report_of(viewer: Viewer, case: Case) -> dict[str, Any] | None:
    """What was told of the child, with the way to the report; nothing if none may be read."""
    if case.report_id is None:
        return None
    try:
        report = report_for(viewer, case.report_id)
    except NotFound:
        return None
    worry: dict[str, Any] = {
        "label": _("Worry"),
        "value": coded(report.worry, "report_worries"),
    }
    rows = [worry]
    if report.danger_now and case.state in OPEN_STATES:
        worry["badge"] = {"kind": "urgent", "text": _("In danger now")}
    elif report.danger_now:
        rows.append({"label": _("In danger when it was reported"), "value": _("Yes")})
    rows += [
        {"label": _("What was seen or said"), "value": report.seen_or_said},
        *(
            {"label": _("Child as described"), "value": described(child)}
            for child in described_in(viewer, report, case)
        ),
        {"label": _("Who reports"), "value": coded(report.source, "report_sources")},
        {"label": _("Reported on"), "value": day(report.happened_on)},
    ]
    return {
        "heading": _("What was reported"),
        "rows": rows,
        "actions": [{"label": _("Open the report"), "url": f"/reports/{report.pk}/"}],
    }


def notices_owed(viewer: Viewer, case: Case) -> dict[str, Any] | None:
    """Each notice about a case and its report: by when, with its act, or done with its proof."""
    rows = [_notice(viewer, case, task) for task in notices_of(viewer, case)]
    return {"heading": _("Notices"), "rows": rows} if rows else None


def _notice(viewer: Viewer, case: Case, task: Task) -> dict[str, Any]:
    row: dict[str, Any] = {"label": coded(task.kind, "task_kinds")}
    done = next(iter(task.done.all()), None)
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
