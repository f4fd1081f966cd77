"""Keys of children and the pairs that may be one child, made anew when what they rest on changes."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Exists, OuterRef, Q

from kamkor.access.rules import Viewer
from kamkor.kernel.commands import Order, scope_of
from kamkor.kernel.digests import digest_of
from kamkor.kernel.writing import write_together
from kamkor.people.models import (
    AlikePair,
    ComparedName,
    HouseholdMember,
    PersonKey,
    SameChildAnswer,
)
from kamkor.people.queries import people_visible_to
from kamkor.people.queries.records import (
    CHILDREN,
    Held,
    answers_that_hold,
    likenesses,
    records_told,
)
from kamkor.people.rules.matching import WEIGHTS
from kamkor.people.rules.records import Likeness, keys_of, names_of

_PART: Final = 500
_LARGEST_BLOCK: Final = 400
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


def write_keys(people: Sequence[UUID], using: str = DEFAULT_DB_ALIAS) -> None:
    """Let the keys and the compared names of these persons be those of what is known of them."""
    known = records_told(people, using)
    keys = [
        PersonKey(person_id=who, key=key, **scope_of(person))
        for who, (record, person) in known.items()
        for key in sorted(keys_of(record))
    ]
    names = [
        ComparedName(person_id=who, place=place, stems=stems, sounds=sounds, **scope_of(person))
        for who, (record, person) in known.items()
        for place, (stems, sounds) in enumerate(names_of(record))
    ]
    tables: tuple[tuple[Any, list[Any]], ...] = ((PersonKey, keys), (ComparedName, names))
    for table, rows in tables:
        table.objects.using(using).filter(person_id__in=people).delete()
        # Beside this another command may write the same person's.
        table.objects.using(using).bulk_create(rows, ignore_conflicts=True)


def write_pairs(people: Sequence[UUID], using: str = DEFAULT_DB_ALIAS) -> None:
    """Let the pairs of these persons be those that may be one child.

    Pairs of another unit that a worker does not see stay as they were, until who sees both, or
    the owner, compares them.
    """
    partners = _partners(people, using)
    known = records_told({one for pair in partners for one in pair}, using)
    alike = [one for one in likenesses(partners, known, using) if one.weighed.zone != "new"]
    rows = _rows(alike, known, using)
    pairs = AlikePair.objects.using(using)
    pairs.filter(Q(one__in=people) | Q(other__in=people)).delete()
    pairs.bulk_create(rows, ignore_conflicts=True)


def _partners(people: Sequence[UUID], using: str) -> list[tuple[UUID, UUID]]:
    """The pairs of which one is among these and that share a key, each once, in order."""
    with connections[using].cursor() as cursor:
        cursor.execute(_SHARED, {"people": list(people), "most": _LARGEST_BLOCK})
        return [(one, other) for one, other in cursor.fetchall()]


_SHARED: Final = """
SELECT DISTINCT least(a.person_id, b.person_id), greatest(a.person_id, b.person_id)
FROM kamkor_personkey a
JOIN kamkor_personkey b ON b.key = a.key AND b.office_district = a.office_district
    AND b.team IS NOT DISTINCT FROM a.team AND b.person_id <> a.person_id
WHERE a.person_id = ANY(%(people)s) AND (
    SELECT count(*) FROM (SELECT FROM kamkor_personkey c WHERE c.key = a.key
        AND c.office_district = a.office_district LIMIT %(most)s + 1) share) <= %(most)s
"""


def _rows(alike: Sequence[Likeness], known: dict[UUID, Held], using: str) -> list[AlikePair]:
    said = answers_that_hold(alike, using)
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
