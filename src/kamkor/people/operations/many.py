"""Many new persons and homes at once, as a file of an earlier register brings them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from kamkor.kernel import clock
from kamkor.kernel.sheets import Send, Sheet
from kamkor.people.models import (
    Birth,
    Household,
    HouseholdMember,
    NameToken,
    Person,
    PersonName,
    WordingToken,
)
from kamkor.people.names import display_name, sort_key, tokens, words_of_place
from kamkor.people.operations import Identity, doubts_of

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
        made = Named(next(self._ids), sort_key(*parts), display_name(*parts), doubts_of(identity))
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
        for word in sorted(words_of_place(village)) if village else ():
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
