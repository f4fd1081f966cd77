"""A child in several records: one timeline of all, where each line came from, and the undoing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from kamkor.cases.operations.parting import UndoMerge, undo_merge
from kamkor.cases.queries.history import history_of, newest_first
from kamkor.cases.queries.merged import goes_on_in, merge_to_undo
from kamkor.cases.queries.since_merge import Since
from kamkor.kernel.commands import Operation
from kamkor.web.operation import Asked, serve
from kamkor.web.timeline import WHOLE, timeline_of
from kamkor.web.words import day
from kamkor.web.written import written

if TYPE_CHECKING:
    from kamkor.access.rules import Viewer
    from kamkor.cases.models import Case
    from kamkor.cases.queries.around import Around
    from kamkor.cases.queries.history import Recorded
    from kamkor.web.door import ViewedRequest


_UNDO = Operation.registry[undo_merge.__name__]


def leads_to(viewer: Viewer, case: Case) -> str:
    """The address of the case in which an ended one goes on; empty if it is the viewer's page."""
    going_on = goes_on_in(viewer, case)
    return f"/cases/{going_on}/" if going_on is not None else ""


def is_one_of_several(case: Case) -> bool:
    """Whether the child of a case has more records than this one."""
    return case.child is not None and case.child.same_as is not None


def other_records(case: Case, beside: Around) -> list[Case]:
    """The cases of the child that stand in its other records."""
    if not is_one_of_several(case):
        return []
    same = case.child.same_as if case.child else None
    return [
        one
        for one in beside.near
        if one.child is not None and one.child.same_as == same and one.child_id != case.child_id
    ]


def whole_history(viewer: Viewer, case: Case, beside: Around) -> list[Recorded]:
    """What was recorded of a child in all its records, newest first; each fact once."""
    found = {one.fact.pk: one for one in beside.history}
    for other in other_records(case, beside):
        for one in history_of(viewer, other):
            found.setdefault(one.fact.pk, one)
    return sorted(found.values(), key=newest_first, reverse=True)


def joint_timeline(
    request: ViewedRequest, case: Case, beside: Around, names: dict[int, str]
) -> dict[str, Any]:
    """What happened to the child, from whichever of its records."""
    whole = WHOLE in request.GET
    found = timeline_of(request.viewer, case, beside.history, names, whole=whole)
    if is_one_of_several(case):
        _tell_origins(found["entries"], list(beside.history), case, beside)
    return found


def _tell_origins(
    entries: list[dict[str, Any]], history: list[Recorded], case: Case, beside: Around
) -> None:
    """Say of each line of a joint timeline from which record it came.

    What stands in another record is corrected there, once the two are two again.
    """
    others = other_records(case, beside)
    told: dict[UUID | None, str] = {}
    for one in [case, *others]:
        name = one.child.shown_name if one.child else ""
        told[one.pk] = told[one.child_id] = f"{name}, {one.number}"
    for entry, line in zip(entries, history, strict=False):
        columns = ("case_id", "person_id", "subject")
        about = next((held for one in columns if (held := getattr(line.fact, one, None))), None)
        if line.kind in {"member", "sibling_look"} or about not in told:
            continue
        entry["origin"] = _("From the record: %(which)s") % {"which": told[about]}
        if about not in {case.pk, case.child_id}:
            entry["actions"] = []


def undo_form(request: ViewedRequest, case: Case, shared: dict[str, Any]) -> HttpResponse:
    """The form that undoes the newest merge: whose is each entry that was recorded since?"""
    found = merge_to_undo(request.viewer, case)
    if found is None:
        # Undone meanwhile, or never merged: sending it says so.
        return serve(request, Asked(_UNDO, case.pk, {"case": str(case.pk)}, **shared))
    shared["context"] = shared["context"] | {
        "notes": [
            {"text": _("This child: %(name)s") % {"name": found.kept.shown_name}},
            {"text": _("The other child: %(name)s") % {"name": found.absorbed.shown_name}},
            {"text": _("The other child's case opens again where it stood on the day they were"
                       " joined. Nothing is lost.")},
        ]
    }  # fmt: skip
    asked = Asked(
        _UNDO,
        case.pk,
        {"case": str(case.pk)},
        {"entries": [{"act": str(one.key)} for one in found.since]},
        legends={"entries": [_in_words(one) for one in found.since]},
        fixed_rows=frozenset({"entries"}),
        form=UndoMerge,
        **shared,
    )
    return serve(request, asked)


def _in_words(act: Since) -> str:
    """One act since the merge, as the history tells it."""
    if act.opened:
        number = {"number": act.case.number, "day": day(act.case.opened_on)}
        return _("Case %(number)s, opened on %(day)s, with all that stands in it") % number
    first = act.facts[0]
    title, lines = written(first, {})
    return f"{day(first.fact.happened_on)}: {title}. {' '.join(lines[:1])}"
