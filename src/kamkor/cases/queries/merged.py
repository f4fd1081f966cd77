"""Children in several records: where an ended case goes on, and what an undoing would part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kamkor.access.rules import Viewer
from kamkor.cases.models import Case, CaseMerge
from kamkor.cases.queries.case import cases_visible_to
from kamkor.cases.queries.since_merge import Since, recorded_since
from kamkor.cases.vocabulary import CaseState
from kamkor.people.merging import last_merge, records_kept
from kamkor.people.queries import scope_filter


@dataclass(frozen=True)
class ToUndo:
    """The newest merge of a child's records: the two, and the acts recorded since."""

    kept: Any
    absorbed: Any
    since: Sequence[Since]


def goes_on_in(viewer: Viewer, case: Case) -> UUID | None:
    """The case in which one goes on that ended because two records are one child, if the viewer
    sees it."""
    found: UUID | None = None
    while case.state == CaseState.MERGED:
        facts = CaseMerge.objects.filter(scope_filter(viewer, subject="case_id"))
        told = facts.filter(case=case, withdrawn_at=None).values_list("into_id", flat=True)
        into = cases_visible_to(viewer).filter(id__in=told).first()
        if into is None:
            return found
        case, found = into, into.pk
    return found


def merge_to_undo(viewer: Viewer, case: Case) -> ToUndo | None:
    """What would be undone of the child of a case; nothing if it has one record."""
    merge = last_merge(case.child) if case.child is not None else None
    if merge is None:
        return None
    since = recorded_since(viewer, records_kept(merge), merge)
    return ToUndo(merge.kept, merge.absorbed, since)
