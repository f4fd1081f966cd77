"""What is known of persons, as it is compared; for people whom a viewer was asked for, or the owner.

The scope of the transaction is the lock; none of this is shown but by those who ask for a viewer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count

from kamkor.kernel.digests import digest_of
from kamkor.people.models import (
    HouseholdMember,
    NameToken,
    Person,
    PersonName,
    SameChildAnswer,
)
from kamkor.people.names import words_of_place
from kamkor.people.rules.matching import Frequencies
from kamkor.people.rules.records import Likeness, Name, Record, compare, words_of

Held = tuple[Record, Person]
CHILDREN: Final = ("child", "sibling")
_COMPARED: Final = (
    *("id", "shown_name", "sex", "born_on", "birth_precision", "pin", "pin_doubts", "same_as"),
    *("office_unit", "office_district", "office_oblast", "team"),
)
_OF_ANY_PLACE: Final = words_of_place("село айыл айылы кыштагы шаары улица көчөсү дом үй")


def records_told(people: Iterable[UUID], using: str = DEFAULT_DB_ALIAS) -> dict[UUID, Held]:
    """Of these persons the children who have a name: what is compared, and the row of each."""
    rows = Person.objects.using(using).filter(id__in=list(people)).exclude(shown_name="")
    # Compared by the program, they are not looked at: who is shown is read by who shows it.
    persons = {one["id"]: Person(**one) for one in rows.values(*_COMPARED)}
    names = _names_of(persons, using)
    homes = _homes_of(persons, using)
    return {
        who: (_record(person, names[who], homes[who]), person)
        for who, person in persons.items()
        if who in names and who in homes
    }


def _record(person: Person, names: list[Name], home: tuple[str, frozenset[str]]) -> Record:
    return Record(
        person=person.pk,
        names=tuple(names),
        born_on=person.born_on,
        precision=person.birth_precision,
        sex=person.sex,
        pin="" if person.pin_doubts else person.pin,
        district=home[0],
        place=home[1],
    )


def _names_of(people: Collection[UUID], using: str) -> dict[UUID, list[Name]]:
    """The names of each, the latest first."""
    rows = PersonName.objects.using(using).filter(person_id__in=people)
    told = rows.order_by("person_id", "-recorded_at", "-id").values_list(
        "person_id", "surname", "given_name", "patronymic"
    )
    return {
        who: [Name(*row[1:]) for row in held if any(row[1:])]
        for who, held in groupby(told, itemgetter(0))
    }


def _homes_of(people: Collection[UUID], using: str) -> dict[UUID, tuple[str, frozenset[str]]]:
    """Where each child lives as told last: the district's code and the words of the place."""
    rows = HouseholdMember.objects.using(using).filter(
        person_id__in=people, relation__in=CHILDREN, withdrawn_at=None
    )
    told = rows.order_by("happened_on", "first_recorded_at", "id").values_list(
        "person_id", "household__territory_id", "household__place"
    )
    return {who: (territory, telling_words(place)) for who, territory, place in told}


def telling_words(place: str) -> frozenset[str]:
    """The words of a place that are not said of every place, nor numbers of houses."""
    words = {one for one in words_of_place(place) if not one.isdigit()}
    return frozenset(words - _OF_ANY_PLACE)


def borne_in(
    department: int | None, records: Iterable[Record], using: str = DEFAULT_DB_ALIAS
) -> Frequencies:
    """How often the words of these names are borne among the people of a department."""
    found = Frequencies()
    held = {"office_district": department}
    found.of = Person.objects.using(using).filter(**held).count()
    rows: Any = NameToken.objects.using(using).filter(token__in=words_of(records), **held)
    found.borne.update(dict(rows.values_list("token").annotate(Count("person_id"))))
    return found


def likenesses(
    pairs: Iterable[tuple[UUID, UUID]], known: Mapping[UUID, Held], using: str = DEFAULT_DB_ALIAS
) -> list[Likeness]:
    """How these pairs compare, each by how often its names are borne in their department."""
    groups: dict[int | None, list[tuple[UUID, UUID]]] = defaultdict(list)
    for one, other in pairs:
        if one in known and other in known:
            groups[known[one][1].office_district].append((one, other))
    found = []
    for department, together in groups.items():
        people = {who for pair in together for who in pair}
        borne = borne_in(department, [known[who][0] for who in people], using)
        found += [compare(known[one][0], known[other][0], borne) for one, other in together]
    return found


def answers_that_hold(
    alike: Iterable[Likeness], using: str = DEFAULT_DB_ALIAS
) -> dict[tuple[UUID, UUID], str]:
    """What was last said of each pair, as long as nothing changed of what was compared."""
    contents = {(like.one.person, like.other.person): like.content for like in alike}
    ones = {one for one, _ in contents}
    facts = SameChildAnswer.objects.using(using).filter(one__in=ones, withdrawn_at=None)
    last = {
        (fact.one_id, fact.other_id): fact for fact in facts.order_by("first_recorded_at", "id")
    }
    return {
        pair: fact.answer
        for pair, fact in last.items()
        if pair in contents and fact.compared == digest_of(contents[pair])
    }
