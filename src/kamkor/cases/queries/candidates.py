"""Who may be one and the same child, for those whose rows show both."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, QuerySet

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import WORKER
from kamkor.cases.models import Case, Task, is_open
from kamkor.cases.queries.case import cases_of_people
from kamkor.cases.vocabulary import CANDIDATE
from kamkor.kernel.kept import asked, counted
from kamkor.people.queries import READ_ALONE, people_visible_to, scope_filter

if TYPE_CHECKING:
    from kamkor.people.models import Person


def candidates_of(viewer: Viewer, case: Case) -> list[tuple["Person", Case | None]] | None:
    """While it is to be settled: the others whom the viewer may see and who bear the child's
    personal number, each with its newest case.

    Nothing if nothing is to be settled; nothing for a worker who sees none of them either, so
    that a number never tells of a child.
    """
    if case.child is None or not case.child.pin:
        return None
    child = case.child
    if not counted(_doubts, viewer, pin=child.pin, child_id=child.pk):
        return None
    others = asked(_same, viewer, pin=child.pin, child_id=child.pk)
    newest: dict[object, Case] = {}
    for one in cases_of_people(viewer, [other.pk for other in others]):
        newest.setdefault(one.child_id, one)
    return [(other, newest.get(other.pk)) for other in others]


def _doubts(viewer: Viewer, pin: str, child_id: UUID) -> QuerySet[Task]:
    """What is to be settled about a visible child of this number; for a worker only if it sees
    another one."""
    tasks = Task.objects.filter(scope_filter(viewer, subject="subject"), is_open())
    doubts = tasks.filter(kind=CANDIDATE, case__child__in=_bearing(viewer, pin))
    another = Exists(_same(viewer, pin, child_id))
    return doubts.filter(another) if viewer.role == WORKER else doubts


def _same(viewer: Viewer, pin: str, child_id: UUID) -> QuerySet["Person"]:
    """Who else of those visible bears this number."""
    # What is read as this child, or as another of these, is no further one.
    same = _bearing(viewer, pin).filter(READ_ALONE).exclude(id=child_id)
    return same.order_by("sort_key", "id")


def _bearing(viewer: Viewer, pin: str) -> QuerySet["Person"]:
    """The visible who bear a number; it is said that it is none of those without, for the index."""
    return people_visible_to(viewer).filter(pin=pin).exclude(pin="")
