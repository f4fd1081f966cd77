"""What is known of persons, as it is compared; for people whom a viewer was asked for, or the owner.

The scope of the transaction is the lock; none of this is shown but by those who ask for a viewer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q

from kamkor.kernel.digests import is_digest_of
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


def records_told(people: Iterable[UUID]) -> dict[UUID, Held]:
    """Of these persons the children who have a name: what is compared, and the row of each."""
    wanted = list(people)
    homes = _homes_of(wanted) if wanted else {}
    if not homes:
        return {}
    rows = Person.objects.filter(id__among=homes).exclude(shown_name="")
    # Compared by the program, they are not looked at: who is shown is read by who shows it.
    persons = {one["id"]: Person(**one) for one in rows.values(*_COMPARED)}
    names = _names_of(persons)
    return {
        who: (_record(person, names[who], homes[who]), person)
        for who, person in persons.items()
        if who in names
    }


def by_themselves(known: Mapping[UUID, Held]) -> dict[UUID, Held]:
    """Those of them that are not read as another record; only these are compared."""
    return {
        who: held
        for who, held in known.items()
        if held[1].same_as is None or held[1].same_as == who
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


def _names_of(people: Collection[UUID]) -> dict[UUID, list[Name]]:
    """The names of each, the latest first."""
    rows = PersonName.objects.filter(person_id__among=people)
    told = rows.order_by("person_id", "-recorded_at", "-id").values_list(
        "person_id", "surname", "given_name", "patronymic"
    )
    found = {
        who: [Name(*row[1:]) for row in held if any(row[1:])]
        for who, held in groupby(told, itemgetter(0))
    }
    return {who: names for who, names in found.items() if names}


def _homes_of(people: Collection[UUID]) -> dict[UUID, tuple[str, frozenset[str]]]:
    """Where each child lives as told last: the district's code and the words of the place."""
    rows = HouseholdMember.objects.filter(
        person_id__among=people, relation__in=CHILDREN, withdrawn_at=None
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
    department: int | None,
    records: Iterable[Record],
    *,
    team: UUID | None = None,
) -> Frequencies:
    """How often the words of these names are borne among the people of a department: of those who
    are not sealed, and of a team's beside them where its records are compared."""
    found = Frequencies()
    held = Q(office_district=department) & (Q(team=None) | Q(team=team) if team else Q(team=None))
    found.of = Person.objects.filter(held).count()
    rows: Any = NameToken.objects.filter(held, token__among=words_of(records))
    found.borne.update(dict(rows.values_list("token").annotate(Count("person_id"))))
    return found


def likenesses(pairs: Iterable[tuple[UUID, UUID]], known: Mapping[UUID, Held]) -> list[Likeness]:
    """How these pairs compare, each by how often its names are borne in their department."""
    groups: dict[tuple[int | None, UUID | None], list[tuple[UUID, UUID]]] = defaultdict(list)
    for one, other in pairs:
        if one in known and other in known:
            person = known[one][1]
            groups[person.office_district, person.team].append((one, other))
    found = []
    for (department, team), together in groups.items():
        people = {who for pair in together for who in pair}
        borne = borne_in(department, [known[who][0] for who in people], team=team)
        found += [compare(known[one][0], known[other][0], borne) for one, other in together]
    return found


def answers_that_hold(alike: Iterable[Likeness]) -> dict[tuple[UUID, UUID], str]:
    """What was last said of each pair, as long as nothing changed of what was compared."""
    pairs = {(like.one.person, like.other.person): like for like in alike}
    ones = {one for one, _ in pairs}
    facts = SameChildAnswer.objects.filter(one_id__among=ones, withdrawn_at=None)
    last = {
        (fact.one_id, fact.other_id): fact for fact in facts.order_by("first_recorded_at", "id")
    }
    return {
        pair: fact.answer
        for pair, fact in last.items()
        if pair in pairs and is_digest_of(fact.compared, pairs[pair].content)
    }
