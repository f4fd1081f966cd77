"""Finding persons and households, always for a viewer."""

from collections.abc import Collection, Iterable, Iterator
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Q, QuerySet

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import WORKER, Action, Level
from kamkor.kernel.kept import asked
from kamkor.people.models import (
    Birth,
    Household,
    HouseholdMember,
    HouseholdMove,
    NameToken,
    Person,
    WordingToken,
)
from kamkor.people.names import told_alike

EVERY_ROW = Q()
READ_ALONE = Q(same_as=None) | Q(same_as=F("id"))
"""No record that is read as another one."""
NO_OFFICE = 0
"""No office has this number: who has none at the level of its role sees none."""


def scope_filter(viewer: Viewer, subject: str = "id", of_worker: Q = EVERY_ROW) -> Q:
    """The first lock as a plain filter: the viewer's offices, teams and what is lent.

    ``of_worker`` says which rows of its unit a worker sees; a team's and what is lent besides.
    """
    scope = reduce(or_, [*chain.from_iterable(scope_parts(viewer, subject, of_worker))])
    if viewer.barred and viewer.may(Action.SEE_IDENTITY):
        scope &= _not_barred(viewer, subject)
    return scope


def scope_parts(viewer: Viewer, subject: str, of_worker: Q = EVERY_ROW) -> tuple[list[Q], list[Q]]:
    """What of it the offices and the teams open, and what is lent: of each an index may look for
    itself. Whatever is barred has still to be left out."""
    if not viewer.may(Action.SEE_IDENTITY):
        return [Q(pk__in=[])], []
    unsealed = Q(team=None)
    narrowed = of_worker if viewer.role == WORKER else EVERY_ROW
    held = [unsealed & narrowed & _within(viewer)]
    if viewer.teams:
        held.append(Q(team__among=viewer.teams))
    lent = [unsealed & Q(**{f"{subject}__among": viewer.lent})] if viewer.lent else []
    return held, lent


def _not_barred(viewer: Viewer, subject: str) -> Q:
    return ~Q(**{f"{subject}__among": viewer.barred})


def _within(viewer: Viewer) -> Q:
    """The offices of the viewer's level: of a unit also those it covers, else the one above it."""
    if viewer.level == Level.UNIT:
        return Q(office_unit__among=viewer.offices)
    column, office = {
        Level.DISTRICT: ("office_district", viewer.district),
        Level.OBLAST: ("office_oblast", viewer.oblast),
    }.get(viewer.level, ("", None))
    if not column:
        return Q()
    return Q(**{column: office or NO_OFFICE})


def people_visible_to(viewer: Viewer) -> QuerySet[Person]:
    """The persons of the viewer's scope."""
    return Person.objects.filter(scope_filter(viewer))


def households_visible_to(viewer: Viewer) -> QuerySet[Household]:
    """The households of the viewer's scope."""
    return Household.objects.filter(scope_filter(viewer)).select_related("territory")


def people_described(viewer: Viewer, words: Collection[str]) -> list[UUID]:
    """Persons whose names a description holds, or that are described alike."""
    rows = NameToken.objects.filter(scope_filter(viewer, subject="person_id"))
    return [person for (person,) in _told_alike(rows, ("person_id",), words)]


def told_before(viewer: Viewer, words: Collection[str], *, places: bool) -> list[UUID]:
    """Reports and homes whose place was told alike, or reports of a child described alike."""
    rows = WordingToken.objects.filter(scope_filter(viewer, subject="subject"))
    of_place = Q(wording=F("subject"))
    rows = rows.filter(of_place if places else ~of_place)
    return [subject for subject, _ in _told_alike(rows, ("subject", "wording"), words)]


def _told_alike(
    rows: QuerySet[Any], key: tuple[str, ...], words: Collection[str]
) -> Iterator[tuple[UUID, ...]]:
    """The keys of those groups of tokens that may mean what the words mean."""
    if not words:
        return
    part = key[-1]
    near = rows.filter(token__in=list(words)).values(part)
    counted = rows.filter(**{f"{part}__in": near}).values_list(*key).order_by()
    counted = counted.annotate(
        hits=Count("token", filter=Q(token__in=list(words))),
        held=Count("token"),
        told=ArrayAgg("token"),
    )
    for row in counted.filter(Q(hits=F("held")) | Q(hits=len(words))):
        if told_alike(words, row[-1]):
            yield row[: len(key)]


def members_of(viewer: Viewer, household_ids: Iterable[UUID]) -> QuerySet[HouseholdMember]:
    """Who belongs to these households, as it stands now."""
    return (
        HouseholdMember.objects.filter(scope_filter(viewer, subject="household_id"))
        .filter(household_id__among=household_ids, withdrawn_at=None)
        .select_related("person")
        .order_by("happened_on", "first_recorded_at", "id")
    )


def standing_members(told: Iterable[HouseholdMember]) -> list[HouseholdMember]:
    """Of all that was told of a household, who belongs to it as it stands now."""
    standing = [one for one in told if one.withdrawn_at is None]
    return sorted(standing, key=lambda one: (one.happened_on, one.first_recorded_at, one.pk))


def last_homes_of(viewer: Viewer, people: Iterable[UUID]) -> dict[UUID, HouseholdMember]:
    """Where each of these people lives, as told last, and what they are there."""
    wanted = list(people)
    told = asked(_homes_told, viewer, people=wanted) if wanted else []
    return {one.person_id: one for one in told}


def _homes_told(viewer: Viewer, people: Iterable[UUID]) -> QuerySet[HouseholdMember]:
    members = HouseholdMember.objects.filter(scope_filter(viewer, subject="household_id"))
    told = members.filter(person_id__among=people, withdrawn_at=None)
    return told.order_by("happened_on", "first_recorded_at", "id")


def memberships_of(viewer: Viewer, household_id: UUID) -> QuerySet[HouseholdMember]:
    """All that was told of who belongs to a household, corrected facts too."""
    members = HouseholdMember.objects.filter(scope_filter(viewer, subject="household_id"))
    return members.filter(household_id=household_id).select_related("person")


def moves_of(viewer: Viewer, household_id: UUID) -> QuerySet[HouseholdMove]:
    """The addresses that a household had since it is known, each with the one before."""
    moves = HouseholdMove.objects.filter(scope_filter(viewer, subject="household_id"))
    return moves.filter(household_id=household_id)


def births_of(viewer: Viewer, person_id: UUID) -> QuerySet[Birth]:
    """All that was told of a person's birth, corrected facts too."""
    return Birth.objects.filter(scope_filter(viewer, subject="person_id"), person_id=person_id)


def name_tokens_of(viewer: Viewer, people: Iterable[UUID]) -> dict[UUID, set[str]]:
    """The folded parts of all names of these persons."""
    found: dict[UUID, set[str]] = {}
    for person, token in asked(_tokens_of, viewer, people=list(people)):
        found.setdefault(person, set()).add(token)
    return found


def _tokens_of(viewer: Viewer, people: Iterable[UUID]) -> QuerySet[Any]:
    rows = NameToken.objects.filter(scope_filter(viewer, subject="person_id"))
    return rows.filter(person_id__among=people).values_list("person_id", "token")
