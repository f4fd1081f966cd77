"""Making and changing persons, their names and births, and households."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from django.db import models

from kamkor.country.kg.identifiers import FAULTS, pin_faults
from kamkor.country.kg.telephones import to_e164
from kamkor.kernel import clock
from kamkor.kernel.commands import Order, scope_of
from kamkor.kernel.errors import Refusal
from kamkor.kernel.models import Scoped
from kamkor.kernel.shapes import Line, as_typed, checked, first_day, precision
from kamkor.kernel.sheets import Send, Sheet
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


class PinUnreadable(Refusal):
    """A personal number has 14 digits; doubts about it never refuse it."""

    code = "pin_unreadable"
    message = noop("The personal number has 14 digits. Leave it empty if you are not sure.")


class TelephoneUnreadable(Refusal):
    """A telephone number that cannot be dialled."""

    code = "telephone_unreadable"
    message = noop("This is no telephone number. Write it as 0555 12 34 56.")


def _is_pin(typed: str) -> bool:
    return not FAULTS & set(pin_faults(typed, None, None))


Pin = Annotated[Line, checked(_is_pin, PinUnreadable)]
Telephone = Annotated[Line, checked(lambda typed: to_e164(typed) is not None, TelephoneUnreadable)]


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


def _doubts(identity: Identity) -> list[str]:
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
    _named(person, identity, _doubts(identity))
    names = _name_rows(order, scope, person, identity, set())
    order.add(person, *names, _birth(order, scope, person, identity))
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
    doubts = _doubts(identity)
    known = set(NameToken.objects.filter(person=person).values_list("token", flat=True))
    names = _name_rows(order, person, person, identity, known)
    order.add(*names, _birth(order, person, person, identity))
    _named(person, identity, doubts)
    order.change(person, IDENTITY_COLUMNS)


def name_person(order: Order[Any], person: Person, identity: Identity, kind: str) -> None:
    """Add a name: ``document`` becomes the one that is shown, another spelling is found by search.

    Earlier names stay searchable.
    """
    known = set(NameToken.objects.filter(person=person).values_list("token", flat=True))
    order.add(*_name_rows(order, person, person, identity, known, kind))
    if kind == "document":
        parts = (identity.surname, identity.given_name, identity.patronymic)
        person.sort_key, person.shown_name = sort_key(*parts), display_name(*parts)
        order.change(person, ["sort_key", "shown_name"])


def number_person(order: Order[Any], person: Person, pin: str) -> None:
    """Give a person the personal number now known."""
    found = pin_faults(pin, person.born_on, person.sex, person.birth_precision)
    person.pin, person.pin_doubts = pin, ",".join(found)
    order.change(person, ["pin", "pin_doubts"])


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


Place = tuple[int | None, int | None, int | None, UUID | None]
Standing = tuple[int | None, str]


class Named(NamedTuple):
    """A person just made: its id, how it is sorted and shown, the doubts about its number."""

    id: str
    sort_key: str
    shown_name: str
    doubts: list[str]


_SCOPE = ("office_unit", "office_district", "office_oblast", "team")
_COUNTED = ("command", "happened_on", "department", "district", *_SCOPE)


class NewPeople:
    """Many new persons and homes, written together: what ``new_person``, ``new_household`` and
    ``join_household`` hand over one by one.

    A place is the scope columns of a row, a standing where it counts: department and district.
    Ids are texts, taken from ``ids``.
    """

    def __init__(self, now: datetime, by_post: int, ids: Iterator[str]) -> None:
        self._ids = ids
        moment: dict[str, Any] = {"recorded_at": now, "first_recorded_at": now, "by_post": by_post}
        self._today = clock.local_day(now)
        self._homes: dict[str, list[Any]] = {}
        self._called: dict[str, Named] = {}
        identity = ("id", "sort_key", "shown_name", "sex", "born_on", "birth_precision")
        self._persons = Sheet(Person, *identity, "pin", "pin_doubts", *_SCOPE)
        parts = ("person_id", "surname", "given_name", "patronymic", "command")
        self._names = Sheet(PersonName, "id", *parts, *_SCOPE, kind="document", recorded_at=now)
        self._tokens = Sheet(NameToken, "person_id", "token", *_SCOPE)
        told = ("person_id", "born_on", "precision", "sex")
        self._births = Sheet(Birth, "id", *told, *_COUNTED, **moment)
        named = ("id", "sort_key", "shown_name", "territory_id", "place")
        self._households = Sheet(Household, *named, *_SCOPE)
        self._words = Sheet(WordingToken, "subject", "wording", "token", *_SCOPE)
        joined = ("household_id", "person_id", "relation")
        self._members = Sheet(HouseholdMember, "id", *joined, *_COUNTED, **moment)

    def person(self, identity: Identity, place: Place, standing: Standing, command: str) -> Named:
        """A new person with name, search tokens and birth; its number has been read."""
        parts = (identity.surname, identity.given_name, identity.patronymic)
        made = Named(next(self._ids), sort_key(*parts), display_name(*parts), _doubts(identity))
        born, exactly = identity.born_on, identity.precision
        about = (made.id, made.sort_key, made.shown_name, identity.sex, born, exactly)
        self._persons.add(*about, identity.pin, ",".join(made.doubts), *place)
        self._names.add(next(self._ids), made.id, *parts, command, *place)
        for token in tokens(*parts):
            self._tokens.add(made.id, token, *place)
        told = (made.id, born, exactly, identity.sex)
        self._births.add(next(self._ids), *told, command, self._today, *standing, *place)
        return made

    def home(self, territory: str, village: str, place: Place) -> str:
        """A new household at a place; it is called after its first member."""
        made = next(self._ids)
        self._homes[made] = [made, "", "", territory, village, *place]
        for word in sorted(words_of_place(village)):
            self._words.add(made, made, word, *place)
        return made

    def join(  # noqa: PLR0917 - one table row
        self,
        home: str,
        who: Named,
        relation: str,
        since: str,
        place: Place,
        standing: Standing,
        command: str,
    ) -> None:
        """A person belongs to a household, new or known, from a day on."""
        row = self._homes.get(home)
        if row is not None and not row[2]:
            row[1], row[2] = who.sort_key, who.shown_name
        about = (home, who.id, relation)
        self._members.add(next(self._ids), *about, command, since, *standing, *place)

    def call(self, home: str, who: Named) -> None:
        """A household, new or known, is called after this person from now on."""
        row = self._homes.get(home)
        if row is not None:
            row[1], row[2] = who.sort_key, who.shown_name
        else:
            self._called[home] = who

    def write(self, send: Send) -> None:
        """Send those made since the last time to be written."""
        self._households.rows = [tuple(row) for row in self._homes.values()]
        for sheet in (self._persons, self._names, self._tokens, self._births):
            sheet.write(send)
        for sheet in (self._households, self._words, self._members):
            sheet.write(send)
        self._homes = {}

    def name_homes(self) -> None:
        """Call those homes anew that were written before."""
        for home, who in self._called.items():
            Household.objects.filter(id=home).update(
                sort_key=who.sort_key, shown_name=who.shown_name
            )
