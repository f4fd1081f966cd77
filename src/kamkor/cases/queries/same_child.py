"""The pairs that wait for a person to compare them: of the viewer's department, with a case."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from kamkor.access.rules import Viewer
from kamkor.cases.queries.case import cases_visible_to
from kamkor.cases.vocabulary import CHILD, CaseState
from kamkor.people.queries.alike import pairs_visible_to

if TYPE_CHECKING:
    from kamkor.people.models import AlikePair


def pairs_to_compare(viewer: Viewer) -> "QuerySet[AlikePair]":
    """All of them, in no order; those of which nobody has a case cannot be joined and are none."""
    cases = cases_visible_to(viewer).filter(register=CHILD).exclude(state=CaseState.VOID)
    has_case = Q(Exists(cases.filter(child_id=OuterRef("one_id"))))
    has_case |= Q(Exists(cases.filter(child_id=OuterRef("other_id"))))
    return pairs_visible_to(viewer).filter(has_case)
