"""Finding persons and households, always for a viewer."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import reduce
from operator import add, or_
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, F, IntegerField, Max, Q, QuerySet, Value, When

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import WORKER, Action, Level
from kamkor.kernel.shapes import first_day, precision
from kamkor.people.models import (
    Birth,
    Household,
    HouseholdMember,
    HouseholdMove,
    NameToken,
    Person,
    WordingToken,
)
from kamkor.people.names import tokens, told_alike

EVERY_ROW = Q()
READ_ALONE = Q(same_as=None) | Q(same_as=F("id"))
"""No record that is read as another one."""
NO_OFFICE = 0
"""No office has this number: who has none at the level of its role sees none."""


def scope_filter(viewer: Viewer, subject: str = "id", of_worker: Q = EVERY_ROW) -> Q:
    """The first lock as a plain filter: the viewer's offices, teams and what is lent.

    ``of_worker`` says which rows of its unit a worker sees; a team's and what is lent besides.
    """
    if not viewer.may(Action.SEE_IDENTITY):
        return Q(pk__in=[])
    unsealed = Q(team=None)
    narrowed = of_worker if viewer.role == WORKER else EVERY_ROW
    scope = unsealed & narrowed & _within(viewer)
    if viewer.teams:
        scope |= Q(team__among=viewer.teams)
    if viewer.lent:
        scope |= unsealed & Q(**{f"{subject}__among": viewer.lent})
    if viewer.barred:
        scope &= ~Q(**{f"{subject}__among": viewer.barred})
    return scope


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


def people_named(viewer: Viewer, typed: str) -> QuerySet[Person]:
    """Persons whose folded names hold all, or all but one, of the words typed.

    Words match from their beginning; ``misses`` is 0 where all do, else 1. An empty search
    finds nobody.
    """
    wanted = tokens("", typed, "")
    if not wanted:
        return Person.objects.none()
    fits = [Q(token__gte=token, token__lt=token + "\U0010ffff") for token in wanted]
    # Each word typed counts once, however many words of a name begin like it.
    hits = [Max(Case(When(fit, then=1), default=0)) for fit in fits]
    borne = NameToken.objects.filter(scope_filter(viewer, subject="person_id"))
    borne = borne.filter(reduce(or_, fits))
    # Of records that are one person the kept one is found by every spelling of all of them.
    of_several = borne.filter(person__same_as__isnull=False)
    whole, near = Q(), Q()
    for rows, bearer in ((borne, "person_id"), (of_several, "person__same_as")):
        found = rows.values(bearer).annotate(hits=reduce(add, hits))
        whole |= Q(id__in=found.filter(hits=len(wanted)).values(bearer))
        near |= Q(id__in=found.filter(hits__gte=max(1, len(wanted) - 1)).values(bearer))
    misses = Case(When(whole, then=0), default=1, output_field=IntegerField())
    # A description that turned out to be of somebody known bears no name any more.
    named = people_visible_to(viewer).exclude(shown_name="").filter(READ_ALONE)
    return named.filter(near).annotate(misses=misses)


def same_person_candidates(viewer: Viewer, typed: str, born: str) -> QuerySet[Person]:
    """Who may be the same child: of this name, born when it is said, or both.

    ``born`` is a year, a year and month, or a date; empty if only the name is known. Of who
    bears the name it keeps those too whose birth nobody knows. ``doubts`` is 0 where all fits.
    A search for neither finds nobody.
    """
    if not typed:
        found = people_visible_to(viewer).filter(_born(born)) if born else Person.objects.none()
        return found.annotate(doubts=Value(0))
    named = people_named(viewer, typed)
    if not born:
        return named.annotate(doubts=F("misses"))
    doubts = Case(When(born_on=None, then=F("misses") + 1), default=F("misses"))
    return named.filter(_born(born) | Q(born_on=None)).annotate(doubts=doubts)


def _born(born: str) -> Q:
    """Births that may be the same: what is known of both leaves a day that fits."""
    first, last = first_day(born), _last_day(born)
    fits = Q(birth_precision="day", born_on__gte=first)
    fits |= Q(birth_precision="month", born_on__gte=first.replace(day=1))
    fits |= Q(birth_precision="year", born_on__gte=first.replace(month=1, day=1))
    return fits & Q(born_on__lte=last)


def _last_day(born: str) -> date:
    first = first_day(born)
    if precision(born) == "year":
        return first.replace(month=12, day=31)
    return first.replace(day=monthrange(first.year, first.month)[1]) if len(born) == 7 else first


def households_named(viewer: Viewer, typed: str) -> QuerySet[Household]:
    """Households of which a member, whom the home may be called after, bears the name typed."""
    members = HouseholdMember.objects.filter(scope_filter(viewer, subject="household_id")).filter(
        person__in=people_named(viewer, typed), withdrawn_at=None
    )
    return households_visible_to(viewer).filter(id__in=members.values("household_id"))


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
    members = HouseholdMember.objects.filter(scope_filter(viewer, subject="household_id"))
    told = members.filter(person_id__in=list(people), withdrawn_at=None)
    return {one.person_id: one for one in told.order_by("happened_on", "first_recorded_at", "id")}


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
    rows = NameToken.objects.filter(
        scope_filter(viewer, subject="person_id"), person_id__in=list(people)
    )
    found: dict[UUID, set[str]] = {}
    for person, token in rows.values_list("person_id", "token"):
        found.setdefault(person, set()).add(token)
    return found
