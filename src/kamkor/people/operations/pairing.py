"""Keys of children and the pairs that may be one child, made anew when what they rest on changes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from kamkor.access.rules import Viewer
from kamkor.kernel.commands import Order, scope_of
from kamkor.kernel.digests import digest_of
from kamkor.kernel.writing import write_together
from kamkor.people.models import (
    AlikePair,
    ComparedName,
    HouseholdMember,
    Person,
    PersonKey,
    SameChildAnswer,
)
from kamkor.people.queries import people_visible_to
from kamkor.people.queries.records import (
    CHILDREN,
    Held,
    answers_that_hold,
    by_themselves,
    likenesses,
    records_told,
)
from kamkor.people.rules.matching import WEIGHTS
from kamkor.people.rules.records import Likeness, keys_of, names_of

_PART: Final = 500
LARGEST_BLOCK: Final = 400
"""A key that more of a department share tells nothing; their pairs have others."""


class _Anew:
    """What is done once at the end of a command, for all persons it changed."""

    def __init__(self) -> None:
        self.people: set[UUID] = set()

    def __call__(self) -> None:
        compare_anew(self.people)


def compare_after(order: Order[Any], person: UUID) -> None:
    """Hand over that a person is compared anew, once all of a command is written."""
    anew = next((one for one in order.afterwards if isinstance(one, _Anew)), None)
    if anew is None:
        anew = _Anew()
    else:
        # What is derived of a person by this command stands when it is compared.
        order.afterwards.remove(anew)
    anew.people.add(person)
    order.after(anew)


def compare_anew(people: Iterable[UUID]) -> None:
    """Make keys and pairs of these persons anew, as far as the transaction's scope shows others."""
    wanted = list(people)
    if wanted:
        write_keys(wanted)
        write_pairs(wanted)


def compare_missing(viewer: Viewer, after: UUID | None) -> UUID | None:
    """Make keys and pairs of the viewer's next children that have no keys yet, in the order of
    their ids; the last of them, or nothing when none is left."""
    child = HouseholdMember.objects.filter(person=OuterRef("id"), relation__in=CHILDREN)
    people = people_visible_to(viewer).filter(
        Exists(child), ~Exists(PersonKey.objects.filter(person=OuterRef("id")))
    )
    people = people.filter(id__gt=after) if after else people
    found = list(people.order_by("id").values_list("id", flat=True)[:_PART])
    compare_anew(found)
    return found[-1] if found else None


def write_keys(people: Sequence[UUID]) -> None:
    """Let the keys and compared names of these persons be those of what is known of them; whoever
    is read as another record has none."""
    known = by_themselves(records_told(people))
    keys = [
        PersonKey(person_id=who, key=key, **scope_of(person))
        for who, (record, person) in known.items()
        for key in sorted(keys_of(record))
    ]
    PersonKey.objects.filter(person_id__in=people).delete()
    # Beside this another command may write the same person's.
    PersonKey.objects.bulk_create(keys, ignore_conflicts=True)
    write_names(people, known)


def write_names(people: Sequence[UUID], known: Mapping[UUID, Held]) -> None:
    """Let the compared names of these persons be those of their records; of who has none, none."""
    names = [
        ComparedName(
            person_id=who, place=place, stems=stems, sounds=sounds, **scope_of(known[who][1])
        )
        for who in people
        if who in known
        for place, (stems, sounds) in enumerate(names_of(known[who][0]))
    ]
    ComparedName.objects.filter(person_id__in=people).delete()
    ComparedName.objects.bulk_create(names, ignore_conflicts=True)


def write_pairs(people: Sequence[UUID]) -> None:
    """Let the pairs of these persons be those that may be one child.

    A pair of which a worker does not see the other record, for it is another unit's, stays as it
    was until who sees both, or the night, compares them.
    """
    partners = _partners(people)
    known = records_told({one for pair in partners for one in pair})
    alike = [one for one in likenesses(partners, known) if one.weighed.zone != "new"]
    rows = rows_of(alike, known)
    pairs = AlikePair.objects
    both = [Exists(Person.objects.filter(id=OuterRef(one))) for one in ("one_id", "other_id")]
    pairs.filter(Q(one__in=people) | Q(other__in=people), *both).delete()
    pairs.bulk_create(rows, ignore_conflicts=True)


def _partners(people: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """The pairs of which one is among these and that share a key, each once, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARED, {"people": list(people), "most": LARGEST_BLOCK})
        return [(one, other) for one, other in cursor.fetchall()]


_SHARED: Final = """
SELECT DISTINCT least(a.person_id, b.person_id), greatest(a.person_id, b.person_id)
FROM kamkor_personkey a
JOIN kamkor_personkey b ON b.key = a.key AND b.office_district = a.office_district
    AND b.team IS NOT DISTINCT FROM a.team AND b.person_id <> a.person_id
WHERE a.person_id = ANY(%(people)s) AND (
    SELECT count(*) FROM (SELECT FROM kamkor_personkey c WHERE c.key = a.key
        AND c.office_district = a.office_district AND c.team IS NOT DISTINCT FROM a.team
        LIMIT %(most)s + 1) share) <= %(most)s
"""


def rows_of(alike: Sequence[Likeness], known: Mapping[UUID, Held]) -> list[AlikePair]:
    """The pairs as they are kept, each with what was last said of it."""
    said = answers_that_hold(alike)
    return [
        AlikePair(
            one_id=like.one.person,
            other_id=like.other.person,
            zone=like.weighed.zone,
            weight=like.weighed.total,
            one_number=like.one_number,
            answer=said.get((like.one.person, like.other.person), ""),
            **scope_of(known[like.one.person][1]),
        )
        for like in alike
    ]


def keep_answers(order: Order[Any], person: UUID, answers: dict[UUID, str]) -> None:
    """Hand over what was said of this person and others: is it one child?

    Kept once all of the command is written, so with what stands then; a pair that is not of the
    transaction's scope is none.
    """

    def keep() -> None:
        pairs = [(min(person, other), max(person, other)) for other in sorted(answers)]
        known = records_told([person, *answers])
        write_together(
            SameChildAnswer(
                one_id=like.one.person,
                other_id=like.other.person,
                answer=answers.get(like.other.person) or answers[like.one.person],
                rules=WEIGHTS[-1].since,
                weight=like.weighed.total,
                compared=digest_of(like.content),
                **order.fact(known[like.one.person][1]),
            )
            for like in likenesses(pairs, known)
        )

    order.after(keep)
    compare_after(order, person)
