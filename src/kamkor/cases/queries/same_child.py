"""The pairs that wait for a person to compare them: of the viewer's department, with a case."""

from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from kamkor.access.rules import Viewer
from kamkor.cases.queries.case import cases_visible_to
from kamkor.cases.vocabulary import CHILD, CaseState
from kamkor.people.queries.alike import pairs_visible_to

MOST: Final = 500
"""So many are put into their order; of more the number is told."""


def pairs_to_compare(viewer: Viewer) -> tuple[list[tuple[UUID, UUID, UUID]], int]:
    """The pairs with the ids of both records, equal numbers and the highest weight first, and how
    many there are; those of which nobody has a case cannot be joined and are none."""
    cases = cases_visible_to(viewer).filter(register=CHILD).exclude(state=CaseState.VOID)
    has_case = Q(Exists(cases.filter(child_id=OuterRef("one_id"))))
    has_case |= Q(Exists(cases.filter(child_id=OuterRef("other_id"))))
    pairs = pairs_visible_to(viewer).filter(has_case)
    found = list(
        pairs.order_by("-one_number", "-weight", "id").values_list("id", "one_id", "other_id")[
            :MOST
        ]
    )
    return found, len(found) if len(found) < MOST else pairs.count()
