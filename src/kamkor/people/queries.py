"""Finding persons and households, always for a viewer."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import Action, Level
from kamkor.people.models import Birth, Household, HouseholdMember, NameToken, Person
from kamkor.people.names import tokens

CANDIDATE_LIMIT = 20


def scope_filter(viewer: Viewer, subject: str = "id", prefix: str = "") -> Q:
    """The first lock as a plain filter: the viewer's offices, teams and what is lent."""
    if not viewer.may(Action.SEE_IDENTITY):
        return Q(pk__in=[])
    column = {
        Level.UNIT: "office_unit__in",
        Level.DISTRICT: "office_district__in",
        Level.OBLAST: "office_oblast__in",
    }.get(viewer.level)
    unsealed = Q(**{f"{prefix}team": None})
    scope = unsealed & Q(**{f"{prefix}{column}": list(viewer.offices)}) if column else unsealed
    if viewer.teams:
        scope |= Q(**{f"{prefix}team__in": list(viewer.teams)})
    if viewer.lent:
        scope |= unsealed & Q(**{f"{prefix}{subject}__in": list(viewer.lent)})
    if viewer.barred:
        scope &= ~Q(**{f"{prefix}{subject}__in": list(viewer.barred)})
    return scope


def people_visible_to(viewer: Viewer) -> QuerySet[Person]:
    """The persons of the viewer's scope."""
    return Person.objects.filter(scope_filter(viewer))


def households_visible_to(viewer: Viewer) -> QuerySet[Household]:
    """The households of the viewer's scope."""
    return Household.objects.filter(scope_filter(viewer)).select_related("territory")


def people_named(viewer: Viewer, typed: str) -> QuerySet[Person]:
    """Persons whose folded names hold all, or all but one, of the words typed.

    Words match from their beginning. An empty search finds nobody.
    """
    wanted = tokens("", typed, "")
    if not wanted:
        return Person.objects.none()
    match = Q()
    for token in wanted:
        match |= Q(token__gte=token, token__lt=token + "\U0010ffff")
    found = (
        NameToken.objects.filter(scope_filter(viewer, subject="person_id"))
        .filter(match)
        .values("person_id")
        .annotate(hits=Count("token"))
        .filter(hits__gte=max(1, len(wanted) - 1))
        .values("person_id")
    )
    return people_visible_to(viewer).filter(id__in=found)


def same_person_candidates(viewer: Viewer, typed: str, born_year: int | None) -> list[Person]:
    """Who may be the same child: by name, those of the same or a neighbouring year first."""
    found = list(people_named(viewer, typed).order_by("sort_key")[: CANDIDATE_LIMIT * 2])
    if born_year is not None:
        found.sort(key=lambda person: _years_apart(person, born_year))
    return found[:CANDIDATE_LIMIT]


def _years_apart(person: Person, year: int) -> int:
    return abs(person.born_on.year - year) if person.born_on else 50


def members_of(viewer: Viewer, household_ids: Iterable[UUID]) -> QuerySet[HouseholdMember]:
    """Who belongs to these households, as it stands now."""
    return (
        HouseholdMember.objects.filter(scope_filter(viewer, subject="household_id"))
        .filter(household_id__in=list(household_ids), withdrawn_at=None)
        .select_related("person")
        .order_by("happened_on", "first_recorded_at", "id")
    )


def births_of(viewer: Viewer, person_id: UUID) -> QuerySet[Birth]:
    """All that was told of a person's birth, corrected facts too."""
    return Birth.objects.filter(scope_filter(viewer, subject="person_id"), person_id=person_id)
