"""Making and changing persons, their names and births, and households."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.db import models

from kamkor.country.kg.identifiers import FAULTS, pin_faults
from kamkor.kernel.commands import Order, scope_of
from kamkor.kernel.errors import Refusal
from kamkor.kernel.models import Scoped
from kamkor.kernel.shapes import Line, as_typed, checked, first_day, precision
from kamkor.kernel.words import noop
from kamkor.people.models import (
    Birth,
    Household,
    HouseholdMember,
    HouseholdMove,
    NameToken,
    Person,
    PersonName,
    WordingToken,
)
from kamkor.people.names import display_name, sort_key, tokens, words_of_place
from kamkor.people.operations.pairing import compare_after


class PinUnreadable(Refusal):
    """A personal number has 14 digits; doubts about it never refuse it."""

    code = "pin_unreadable"
    message = noop("The personal number has 14 digits. Leave it empty if you are not sure.")


def _is_pin(typed: str) -> bool:
    return not FAULTS & set(pin_faults(typed, None, None))


Pin = Annotated[Line, checked(_is_pin, PinUnreadable)]


IDENTITY_COLUMNS = [
    "sort_key", "shown_name", "sex", "born_on", "birth_precision", "pin", "pin_doubts", "telephone",
]  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """Who someone is, as it was told: any part may be missing but the given name."""

    given_name: str
    surname: str = ""
    patronymic: str = ""
    born: str = ""
    sex: str = "unknown"
    pin: str = ""
    telephone: str = ""

    @property
    def born_on(self) -> date | None:
        """The first day that what was told of the birth can mean."""
        return first_day(self.born) if self.born else None

    @property
    def precision(self) -> str:
        """How exactly the birth is known."""
        return precision(self.born) if self.born else "unknown"


def doubts_of(identity: Identity) -> list[str]:
    """The doubts about a personal number."""
    if not identity.pin:
        return []
    return pin_faults(identity.pin, identity.born_on, identity.sex, identity.precision)


def _named(person: Person, identity: Identity, doubts: Iterable[str]) -> None:
    person.sort_key = sort_key(identity.surname, identity.given_name, identity.patronymic)
    person.shown_name = display_name(identity.surname, identity.given_name, identity.patronymic)
    person.sex = identity.sex
    person.born_on = identity.born_on
    person.birth_precision = identity.precision
    person.pin = identity.pin
    person.pin_doubts = ",".join(doubts)
    person.telephone = identity.telephone


def new_person(order: Order[Any], scope: Scoped, identity: Identity) -> Person:
    """Hand over a new person with name, search tokens and birth; returns it unsaved."""
    person = Person(**scope_of(scope))
    _named(person, identity, doubts_of(identity))
    names = _name_rows(order, scope, person, identity, set())
    order.add(person, *names, _birth(order, scope, person, identity))
    compare_after(order, person.pk)
    return person


def identify_person(order: Order[Any], person: Person, identity: Identity) -> None:
    """Give a person the name and birth now known; what is not told stays as it was known."""
    identity = replace(
        identity,
        born=identity.born or as_typed(person.born_on, person.birth_precision),
        sex=(person.sex or "unknown") if identity.sex == "unknown" else identity.sex,
        pin=identity.pin or person.pin,
        telephone=identity.telephone or person.telephone,
    )
    doubts = doubts_of(identity)
    known = set(NameToken.objects.filter(person=person).values_list("token", flat=True))
    names = _name_rows(order, person, person, identity, known)
    order.add(*names, _birth(order, person, person, identity))
    _named(person, identity, doubts)
    order.change(person, IDENTITY_COLUMNS)
    compare_after(order, person.pk)


def name_person(order: Order[Any], person: Person, identity: Identity, kind: str) -> None:
    """Add a name: ``document`` becomes the one that is shown, another spelling is found by search.

    Earlier names stay searchable.
    """
    known = set(NameToken.objects.filter(person=person).values_list("token", flat=True))
    order.add(*_name_rows(order, person, person, identity, known, kind))
    compare_after(order, person.pk)
    if kind == "document":
        parts = (identity.surname, identity.given_name, identity.patronymic)
        person.sort_key, person.shown_name = sort_key(*parts), display_name(*parts)
        order.change(person, ["sort_key", "shown_name"])


def number_person(order: Order[Any], person: Person, pin: str) -> None:
    """Give a person the personal number now known."""
    found = pin_faults(pin, person.born_on, person.sex, person.birth_precision)
    person.pin, person.pin_doubts = pin, ",".join(found)
    order.change(person, ["pin", "pin_doubts"])
    compare_after(order, person.pk)


def _name_rows(  # noqa: PLR0917 - one table row
    order: Order[Any],
    scope: Scoped,
    person: Person,
    identity: Identity,
    known: set[str],
    kind: str = "document",
) -> list[models.Model]:
    parts = (identity.surname, identity.given_name, identity.patronymic)
    name = PersonName(
        person=person,
        kind=kind,
        surname=identity.surname,
        given_name=identity.given_name,
        patronymic=identity.patronymic,
        recorded_at=order.now,
        command=order.id,
        **scope_of(scope),
    )
    fresh = sorted(set(tokens(*parts)) - known)
    return [name, *(NameToken(person=person, token=one, **scope_of(scope)) for one in fresh)]


def _birth(order: Order[Any], scope: Scoped, person: Person, identity: Identity) -> Birth:
    return Birth(
        person=person,
        born_on=identity.born_on,
        precision=identity.precision,
        sex=identity.sex,
        **order.fact(scope),
    )


def described_person(order: Order[Any], scope: Scoped, description: str) -> Person:
    """Hand over a person of whom only a description is known yet."""
    person = Person(
        shown_name=description, sort_key=sort_key("", description, ""), **scope_of(scope)
    )
    order.add(person)
    for one in sorted(set(tokens("", description[:120], ""))):
        order.add(NameToken(person=person, token=one, **scope_of(scope)))
    return person


def new_household(order: Order[Any], scope: Scoped, territory: str, place: str) -> Household:
    """Hand over a household at a place; it is called after its first member."""
    household = Household(territory_id=territory, place=place, **scope_of(scope))
    order.add(household, *wording(household, household.pk, words_of_place(place)))
    return household


def place_household(household: Household, territory: str, place: str) -> list[models.Model]:
    """Put a household at the place now known; returns the new words it is found by.

    The household itself is the caller's to be written; earlier places stay searchable.
    """
    household.territory_id, household.place = territory, place
    return new_wording(household, household.pk, words_of_place(place))


def move_household(order: Order[Any], home: Household, to: str, place: str, since: date) -> None:
    """Hand over that a household lives elsewhere from a day on; where it stood stays to be read."""
    before = {"moved_from": home.territory_id, "former_place": home.place}
    told = {"household": home, "moved_to": to, "place": place, **before}
    order.add(HouseholdMove(**told, **order.fact(home, since)), *place_household(home, to, place))
    order.change(home, ["territory", "place"])
    for who in persons_at_home(home.pk):
        compare_after(order, who)


def new_wording(held: Any, part: UUID, words: Iterable[str]) -> list[models.Model]:  # noqa: ANN401 - a scoped row with an id
    """The rows by which a place or a description is found that was told otherwise before."""
    known = WordingToken.objects.filter(wording=part).values_list("token", flat=True)
    return wording(held, part, set(words) - set(known))


def wording(held: Any, part: UUID, words: Iterable[str]) -> list[models.Model]:  # noqa: ANN401 - a scoped row with an id
    """The rows by which a place or a description of ``held`` is found again."""
    return [
        WordingToken(subject=held.pk, wording=part, token=one, **scope_of(held))
        for one in sorted(words)
    ]


def join_household(
    order: Order[Any], household: Household, person: Person, relation: str, since: date
) -> None:
    """Hand over that a person belongs to a household from a day on."""
    if not household.shown_name:
        household.shown_name = person.shown_name
        household.sort_key = person.sort_key
    order.add(
        HouseholdMember(
            household=household,
            person=person,
            relation=relation,
            **order.fact(household, since),
        )
    )


def leave_description(order: Order[Any], described: Person, home: UUID, *, is_known: bool) -> None:
    """Hand over that somebody described does not live where it was told, for it does elsewhere.

    ``is_known``: it is somebody else, known already, and so no person any search should find.
    """
    members = HouseholdMember.objects.filter(household_id=home, person=described)
    order.after(lambda: _withdraw(members, order.now))
    if is_known:
        described.shown_name = described.sort_key = ""
        order.change(described, ["shown_name", "sort_key"])


def _withdraw(facts: "models.QuerySet[HouseholdMember]", moment: datetime) -> None:
    facts.filter(withdrawn_at=None).update(withdrawn_at=moment)


def call_after(home: Household, person: Person) -> None:
    """Call a home after one of its people; the home is the caller's to be written."""
    home.shown_name, home.sort_key = person.shown_name, person.sort_key


# The facts of this room that hang on a case, by the names that corrections know them by.
FACTS: dict[str, type[models.Model]] = {"birth": Birth, "member": HouseholdMember}


def offices_of_home(household_id: UUID) -> tuple[int, ...]:
    """The unit and the department that hold a household, if the transaction's scope shows it."""
    held = Household.objects.filter(id=household_id).values_list("office_unit", "office_district")
    return tuple(office for offices in held for office in offices if office is not None)


def persons_at_home(household_id: UUID) -> list[UUID]:
    """Who belongs to a household, of those the transaction's scope shows."""
    members = HouseholdMember.objects.filter(household_id=household_id, withdrawn_at=None)
    return list(members.values_list("person_id", flat=True).distinct())


def settle_birth(person_id: UUID) -> None:
    """Rebuild what a person bears of its birth from the last fact that was told of it."""
    births = Birth.objects.filter(person_id=person_id, withdrawn_at=None)
    told = births.order_by("-first_recorded_at", "-id").first()
    Person.objects.filter(id=person_id).update(
        born_on=told.born_on if told else None,
        birth_precision=told.precision if told else "unknown",
        sex=told.sex if told else "",
    )
