"""Search words and sort keys of everybody made anew from their names, by the owner's login."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connections, transaction

from kamkor.people.models import NameToken, Person, PersonName
from kamkor.people.names import sort_key, tokens
from kamkor.people.operations.comparing import compare_department, departments_due

OWNER: Final = "owner"
PART: Final = 2_000
"""How many persons are read, and at most written, by one transaction."""
_DESCRIPTION: Final = 120
_SCOPE: Final = ("office_unit", "office_district", "office_oblast", "team")

Tell = Callable[[int], None]
"""Told after each part how many persons were read."""


class Sorted(NamedTuple):
    """A person whose sort key became another."""

    person: UUID
    before: str
    after: str


class Changed(NamedTuple):
    """What became of everybody: search words added, persons sorted otherwise, words of the nation
    learnt and forgotten, and how many pairs of records may be one child."""

    tokens: int
    sorted: int
    learnt: int
    forgotten: int
    pairs: int


def reindex(sort_others: Callable[[list[Sorted]], None], tell: Tell) -> Changed:
    """Make the search words and the sort key of everybody from the names; run twice is equal.

    ``sort_others`` is told who is sorted otherwise, within the same transaction. A search word
    that stands already stays: also words of a description find the child who was known by it.
    """
    added = changed = read = 0
    for part in _parts():
        with transaction.atomic(using=OWNER):
            people = [row[0] for row in part]
            names = _names_of(people)
            added += _add_tokens(part, names)
            keys = _sort(part, names)
            sort_others(keys)
            changed += len(keys)
        read += len(part)
        tell(read)
    return Changed(added, changed, *rebuild_words(), rebuild_pairs())


def rebuild_pairs() -> int:
    """Make all keys and pairs of children anew; returns how many pairs there are."""
    return sum(compare_department(one).pairs for one in departments_due())


def rebuild_words() -> tuple[int, int]:
    """Let the words of the nation be those of all names; returns how many came and went."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(_WORDS_GONE)
        forgotten = len({word for (word,) in cursor.fetchall()})
        cursor.execute(_WORDS_TWICE)
        cursor.execute(_WORDS_NEW)
        learnt = len({word for (word,) in cursor.fetchall()})
    return learnt, forgotten


_WORDS_GONE: Final = """
DELETE FROM name_word w WHERE NOT EXISTS (
    SELECT FROM kamkor_nametoken t WHERE t.token = w.word) RETURNING w.word
"""
_WORDS_TWICE: Final = """
DELETE FROM name_word a USING name_word b
WHERE a.key = b.key AND a.word = b.word AND a.ctid > b.ctid
"""
_WORDS_NEW: Final = """
INSERT INTO name_word (key, word) SELECT k, t.token
FROM (SELECT DISTINCT token FROM kamkor_nametoken) t, word_keys(t.token) k
WHERE NOT EXISTS (SELECT FROM name_word w WHERE w.key = k COLLATE "C" AND w.word = t.token)
RETURNING word
"""


def _parts() -> Iterator[list[tuple[Any, ...]]]:
    """Everybody who is called anything: id, sort key, shown name, scope columns."""
    last = UUID(int=0)
    people = Person.objects.using(OWNER).exclude(shown_name="").order_by("id")
    while part := list(
        people.filter(id__gt=last).values_list("id", "sort_key", "shown_name", *_SCOPE)[:PART]
    ):
        last = part[-1][0]
        yield part


def _names_of(people: Iterable[UUID]) -> dict[UUID, list[tuple[str, ...]]]:
    """Kind and parts of the names of each person, in the order they were recorded."""
    rows = PersonName.objects.using(OWNER).filter(person_id__among=list(people))
    told = rows.order_by("person_id", "recorded_at", "id").values_list(
        "person_id", "kind", "surname", "given_name", "patronymic"
    )
    return {who: [row[1:] for row in held] for who, held in groupby(told, itemgetter(0))}


def _add_tokens(part: list[tuple[Any, ...]], names: dict[UUID, list[tuple[str, ...]]]) -> int:
    people = [row[0] for row in part]
    held = NameToken.objects.using(OWNER).filter(person_id__among=people)
    known = set(held.values_list("person_id", "token"))
    fresh = [
        NameToken(person_id=who, token=one, **dict(zip(_SCOPE, scope, strict=True)))
        for who, _, shown, *scope in part
        for one in _wanted(shown, names.get(who, []))
        if (who, one) not in known
    ]
    NameToken.objects.using(OWNER).bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def _wanted(shown: str, names: list[tuple[str, ...]]) -> list[str]:
    """The search words of all names; of who has none, of the description."""
    if not names:
        return tokens("", shown[:_DESCRIPTION], "")
    return sorted({one for _, *parts in names for one in tokens(*parts)})


def _sort(part: list[tuple[Any, ...]], names: dict[UUID, list[tuple[str, ...]]]) -> list[Sorted]:
    found = []
    for who, before, shown, *_ in part:
        documents = [parts for kind, *parts in names.get(who, []) if kind == "document"]
        after = sort_key(*documents[-1]) if documents else sort_key("", shown, "")
        if after != before:
            found.append(Sorted(who, before, after))
    if found:
        with connections[OWNER].cursor() as cursor:
            for statement in (_PERSONS, _HOMES):
                cursor.execute(statement, [list(column) for column in zip(*found, strict=True)])
    return found


_PERSONS: Final = """
UPDATE kamkor_person p SET sort_key = t.after
FROM unnest(%s::uuid[], %s::text[], %s::text[]) t (person, before, after)
WHERE p.id = t.person
"""
# A home is called after one of its people.
_HOMES: Final = """
UPDATE kamkor_household h SET sort_key = t.after
FROM unnest(%s::uuid[], %s::text[], %s::text[]) t (person, before, after)
JOIN kamkor_householdmember m ON m.person_id = t.person
WHERE h.id = m.household_id AND h.sort_key = t.before
"""
