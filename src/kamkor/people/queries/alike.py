"""Who may be one child with somebody, in the viewer's scope: for the form and for the queue."""

from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kamkor.access.rules import Viewer
from kamkor.people.models import AlikePair, Person, PersonKey, PersonName, SameChildAnswer
from kamkor.people.queries import READ_ALONE, people_visible_to, scope_filter
from kamkor.people.queries.records import (
    Held,
    answers_that_hold,
    borne_in,
    likenesses,
    records_told,
)
from kamkor.people.rules.records import Likeness, Record, compare, keys_of
from kamkor.people.vocabulary import DIFFERENT

SHOWN: Final = 5
"""So many are put before somebody who registers a child; the likeliest."""
_LARGEST_BLOCK: Final = 400


def alike_to(
    viewer: Viewer, record: Record, without: UUID | None = None
) -> list[tuple[Likeness, Person]]:
    """Who of the viewer's department may be the child of a record, written or only typed, the
    likeliest first; nobody of whom it was said that it is another child, nor ``without``."""
    sharing = _sharing(viewer, record).items()
    others = [other for who, (other, _) in sharing if who != without]
    if not others:
        return []
    borne = borne_in(viewer.district, [record, *others])
    alike = [(compare(*_in_order(record, other), borne), other.person) for other in others]
    said = answers_that_hold(like for like, _ in alike)
    found = [
        (like, other)
        for like, other in alike
        if like.weighed.zone != "new"
        and said.get((like.one.person, like.other.person)) != DIFFERENT
    ]
    found.sort(key=lambda told: (not told[0].one_number, -told[0].weighed.total))
    people = people_shown(viewer, [other for _, other in found[:SHOWN]])
    return [(like, people[other]) for like, other in found[:SHOWN]]


def _in_order(one: Record, other: Record) -> tuple[Record, Record]:
    return (one, other) if one.person < other.person else (other, one)


def _sharing(viewer: Viewer, record: Record) -> dict[UUID, Held]:
    """Who shares a key with a record that not too many share."""
    rows = PersonKey.objects.filter(
        scope_filter(viewer, subject="person_id"), office_district=viewer.district
    ).filter(key__in=keys_of(record))
    borne: Any = rows.values_list("key").annotate(Count("person_id"))
    rare = [key for key, count in borne if count <= _LARGEST_BLOCK]
    people = people_visible_to(viewer).filter(READ_ALONE).exclude(id=record.person)
    sharing = rows.filter(key__in=rare).values("person_id")
    return records_told(people.filter(id__in=sharing).values_list("id", flat=True))


def record_for(viewer: Viewer, person: UUID) -> Record | None:
    """What is known of a child that the viewer sees, as it is compared."""
    seen = people_visible_to(viewer).filter(id=person).values_list("id", flat=True)
    return next((record for record, _ in records_told(seen).values()), None)


def pairs_visible_to(viewer: Viewer) -> QuerySet[AlikePair]:
    """The pairs of the viewer's department of which it sees both, each a record by itself, and of
    which nobody said that they are two children."""
    seen = people_visible_to(viewer).filter(READ_ALONE).exclude(shown_name="").values("id")
    pairs = AlikePair.objects.filter(
        scope_filter(viewer, subject="one_id"), office_district=viewer.district
    )
    return pairs.filter(Q(one__in=seen), Q(other__in=seen)).exclude(answer=DIFFERENT)


def compared(viewer: Viewer, pairs: Iterable[tuple[UUID, UUID]]) -> list[Likeness]:
    """How certain pairs of the viewer's scope compare as they stand now."""
    wanted = list(pairs)
    seen = people_visible_to(viewer).filter(id__in={who for pair in wanted for who in pair})
    known = records_told(seen.values_list("id", flat=True))
    return likenesses(wanted, known)


def people_shown(viewer: Viewer, people: Collection[UUID]) -> dict[UUID, Person]:
    """The persons that a page shows, by their ids: so each is looked at."""
    return {one.pk: one for one in people_visible_to(viewer).filter(id__in=people)}


def names_told(viewer: Viewer, people: Collection[UUID]) -> dict[UUID, list[PersonName]]:
    """Every name that was recorded of these persons, the latest first."""
    rows = PersonName.objects.filter(scope_filter(viewer, subject="person_id"))
    found: dict[UUID, list[PersonName]] = {}
    for row in rows.filter(person_id__in=people).order_by("-recorded_at", "-id"):
        found.setdefault(row.person_id, []).append(row)
    return found


def last_answers(
    viewer: Viewer, people: Collection[UUID]
) -> dict[tuple[UUID, UUID], SameChildAnswer]:
    """What was said last of each pair among these persons."""
    rows = SameChildAnswer.objects.filter(scope_filter(viewer, subject="one_id"), withdrawn_at=None)
    rows = rows.filter(one__in=people, other__in=people).order_by("first_recorded_at", "id")
    return {(row.one_id, row.other_id): row for row in rows}
