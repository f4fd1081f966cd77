"""Two records that are one person: the facts that say so, and what every record bears of them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q

from kamkor.kernel.commands import Order
from kamkor.people.models import Person, PersonMerge


def merge_records(
    order: Order[Any], kept: Person, absorbed: Person, *, reason: str, asked: UUID
) -> PersonMerge:
    """Hand over that two records are one person, read as the kept one from now on."""
    merge = PersonMerge(
        kept=kept, absorbed=absorbed, reason=reason, asked=asked, **order.fact(absorbed)
    )
    order.add(merge)
    order.after(lambda: settle_records([kept.pk, absorbed.pk]))
    return merge


def settle_records(people: Iterable[UUID]) -> None:
    """Rebuild of which record each of these, and whoever is one person with it, is read as."""
    wanted = set(people)
    standing = PersonMerge.objects.filter(withdrawn_at=None)
    while True:
        told = standing.filter(Q(kept__in=wanted) | Q(absorbed__in=wanted))
        pairs = dict(told.values_list("absorbed_id", "kept_id"))
        if {*pairs, *pairs.values()} <= wanted:
            break
        wanted |= {*pairs, *pairs.values()}
    for one in wanted:
        kept = one
        while kept in pairs:
            kept = pairs[kept]
        alone = one not in pairs and one not in pairs.values()
        Person.objects.filter(id=one).update(same_as=None if alone else kept)


def records_of(person: Person | None) -> list[UUID]:
    """The ids of all records that are one person with this one, of those the transaction's scope
    shows; the person's own is always among them."""
    if person is None:
        return []
    if person.same_as is None:
        return [person.pk]
    others = Person.objects.filter(same_as=person.same_as).values_list("id", flat=True)
    return list(dict.fromkeys([person.pk, *others]))


def kept_id(person_id: UUID) -> UUID:
    """The id of the record as which one is read."""
    told = Person.objects.filter(id=person_id).values_list("same_as", flat=True).first()
    return told or person_id


def kept_record(person: Person) -> Person:
    """The record as which this one is read: itself, unless another has absorbed it."""
    if person.same_as in {None, person.pk}:
        return person
    return Person.objects.filter(id=person.same_as).first() or person


def last_merge(person: Person) -> PersonMerge | None:
    """The newest standing merge among the records that are one person with this one."""
    records = records_of(person)
    standing = PersonMerge.objects.filter(withdrawn_at=None, kept__in=records)
    return standing.select_related("kept", "absorbed").order_by("-recorded_at", "-id").first()


def part_records(order: Order[Any], merge: PersonMerge) -> list[UUID]:
    """Let two records be two persons again; returns all records that stay with the kept one."""
    PersonMerge.objects.filter(id=merge.pk, withdrawn_at=None).update(withdrawn_at=order.now)
    settle_records([merge.kept_id, merge.absorbed_id])
    kept = Person.objects.get(id=merge.kept_id)
    return records_of(kept)


def records_kept(merge: PersonMerge) -> list[UUID]:
    """The records that stay with the kept one if this merge, the newest of them, is undone."""
    leaving = {merge.absorbed_id}
    pairs = dict(
        PersonMerge.objects.filter(withdrawn_at=None).exclude(id=merge.pk)
        .filter(kept__in=records_of(merge.absorbed)).values_list("absorbed_id", "kept_id")
    )  # fmt: skip
    while more := {one for one, into in pairs.items() if into in leaving} - leaving:
        leaving |= more
    return [one for one in records_of(merge.kept) if one not in leaving]
