"""All children of a department compared with each other, across its units: what a night does.

One department stands in memory at a time. What was read is compared outside any transaction, and
written in short ones; of whoever changed meanwhile the command that did it has made keys and pairs
itself, and their pairs are left to it.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import QuerySet

from kamkor.access.queries import teams_formed
from kamkor.access.vocabulary import Level
from kamkor.kernel import clock
from kamkor.kernel.commands import scope_of
from kamkor.kernel.database import Scope, entered
from kamkor.people.models import (
    AlikePair,
    ComparedName,
    DepartmentCompared,
    HouseholdMember,
    Person,
    PersonKey,
)
from kamkor.people.operations.pairing import LARGEST_BLOCK, rows_of, write_names
from kamkor.people.queries.records import CHILDREN, Held, borne_in, by_themselves, records_told
from kamkor.people.rules.records import Likeness, compare, keys_of
from kamkor.workforce.queries import departments

_PART: Final = 2_000
_PAIRS: Final = 500
_NOBODY: Final = 0
"""The account and post of who compares: nobody is shown anything."""

Tell = Callable[[int], None]
"""Told again and again how many persons more are behind, of twice as many as there are: each is
read, and then compared."""
Pair = tuple[UUID, UUID]


class Compared(NamedTuple):
    """What came of a department: children compared, pairs that stand, added and taken away."""

    children: int
    pairs: int
    added: int
    taken: int


def _untold(_persons: int) -> None:
    pass


def departments_due(before: datetime | None = None) -> list[int]:
    """Departments that were not compared since a moment, the longest ago first; all without one."""
    last = dict(DepartmentCompared.objects.values_list("department_id", "compared_at"))
    known = [one.pk for one in departments()]
    due = [one for one in known if before is None or one not in last or last[one] < before]
    return sorted(due, key=lambda one: (one in last, last.get(one), one))


def departments_overdue(before: datetime) -> list[int]:
    """Those due that hold a child who was there at that moment already."""
    return [one for one in departments_due(before) if _held_children(one, before)]


def _held_children(department: int, before: datetime) -> bool:
    with entered(_scope(department)):
        rows = HouseholdMember.objects.filter(office_district=department, relation__in=CHILDREN)
        return rows.filter(first_recorded_at__lt=before).exists()


def people_of(department: int) -> int:
    """How many persons with a name a department has, sealed or not."""
    with entered(_scope(department)):
        return _people(department).count()


def compare_department(department: int, tell: Tell = _untold) -> Compared:
    """Let keys and pairs of a department be those of all its children; run twice is equal."""
    scope = _scope(department)
    known, keys = _read(scope, department, tell)
    alike = _alike(scope, department, known, keys, tell)
    with entered(scope):
        rows = {(row.one_id, row.other_id): row for row in rows_of(list(alike.values()), known)}
        stand = {(row.one_id, row.other_id): row for row in _standing(department)}
    changed = sorted(
        pair for pair in rows | stand if _content(rows.get(pair)) != _content(stand.get(pair))
    )
    for first in range(0, len(changed), _PAIRS):
        with entered(scope):
            _write(changed[first : first + _PAIRS], alike, known)
    told = Compared(len(known), len(rows), len(rows.keys() - stand), len(stand.keys() - rows))
    DepartmentCompared.objects.update_or_create(
        department_id=department,
        defaults={"compared_at": clock.now(), "children": told.children, "pairs": told.pairs},
    )
    return told


def _scope(department: int) -> Scope:
    """All of a department, its sealed children too: they are compared within their team."""
    return Scope(_NOBODY, _NOBODY, int(Level.DISTRICT), (department,), teams_formed())


def _people(department: int) -> QuerySet[Person]:
    return Person.objects.filter(office_district=department).exclude(shown_name="")


def _standing(department: int) -> QuerySet[AlikePair]:
    return AlikePair.objects.filter(office_district=department)


def _read(
    scope: Scope, department: int, tell: Tell
) -> tuple[dict[UUID, Held], dict[UUID, list[int]]]:
    """The children in the order of their ids, and their keys, which are put right in the table."""
    known: dict[UUID, Held] = {}
    keys: dict[UUID, list[int]] = {}
    with entered(scope):
        people = list(_people(department).order_by("id").values_list("id", flat=True))
    for first in range(0, len(people), _PART):
        part = people[first : first + _PART]
        with entered(scope):
            told = by_themselves(records_told(part))
            found = {who: keys_of(told[who][0]) for who in part if who in told}
            _write_keys(part, found, told)
        known |= {who: told[who] for who in found}
        keys |= {who: list(held) for who, held in found.items()}
        tell(len(part))
    tell(len(people) - len(known))
    return known, keys


def _write_keys(
    people: Sequence[UUID], wanted: Mapping[UUID, Collection[int]], told: Mapping[UUID, Held]
) -> None:
    rows = PersonKey.objects.filter(person_id__among=people)
    held = rows.values("person_id").annotate(held=ArrayAgg("key"))
    stand = dict(held.values_list("person_id", "held"))
    named = ComparedName.objects.filter(person_id__among=people, place=0)
    names = set(named.values_list("person_id", flat=True))
    other = [
        who
        for who in people
        if set(stand.get(who, ())) != set(wanted.get(who, ())) or (who in wanted) != (who in names)
    ]
    if not other:
        return
    write_names(other, told)
    rows.filter(person_id__among=other).delete()
    pairs = [(who, key) for who in other for key in wanted.get(who, ())]
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, [[who for who, _ in pairs], [key for _, key in pairs]])


_KEYS: Final = """
INSERT INTO kamkor_personkey (person_id, key, office_unit, office_district, office_oblast, team)
SELECT p.id, t.key, p.office_unit, p.office_district, p.office_oblast, p.team
FROM unnest(%s::uuid[], %s::bigint[]) t (person, key) JOIN kamkor_person p ON p.id = t.person
ON CONFLICT DO NOTHING
"""


def _alike(
    scope: Scope,
    department: int,
    known: Mapping[UUID, Held],
    keys: Mapping[UUID, Sequence[int]],
    tell: Tell,
) -> dict[Pair, Likeness]:
    """Who may be one child, among those of no team and among those of each."""
    teams: dict[UUID | None, list[UUID]] = defaultdict(list)
    for who, (_record, person) in known.items():
        teams[person.team].append(who)
    found: dict[Pair, Likeness] = {}
    for team, people in teams.items():
        with entered(scope):
            borne = borne_in(department, (known[who][0] for who in people), team=team)
        for one, other in _sharing(people, keys, tell):
            like = compare(known[one][0], known[other][0], borne)
            if like.weighed.zone != "new":
                found[one, other] = like
    return found


def _sharing(
    people: Sequence[UUID], keys: Mapping[UUID, Sequence[int]], tell: Tell
) -> Iterator[Pair]:
    """The pairs that share a key which not too many bear, each once, in the order of the people."""
    blocks: dict[int, list[int]] = defaultdict(list)
    for place, who in enumerate(people):
        for key in keys[who]:
            blocks[key].append(place)
    telling = {key: held for key, held in blocks.items() if 1 < len(held) <= LARGEST_BLOCK}
    for place, who in enumerate(people):
        if place and place % _PART == 0:
            tell(_PART)
        later: set[int] = set()
        for key in keys[who]:
            held = telling.get(key)
            if held is not None:
                later.update(held[bisect_right(held, place) :])
        for other in sorted(later):
            yield who, people[other]
    tell(len(people) - max(len(people) - 1, 0) // _PART * _PART)


def _content(row: AlikePair | None) -> tuple[object, ...]:
    if row is None:
        return ()
    return (row.zone, row.weight, row.one_number, row.answer, *scope_of(row).values())


def _write(
    pairs: Sequence[Pair], alike: Mapping[Pair, Likeness], known: Mapping[UUID, Held]
) -> None:
    """Put these pairs right, but for those of which a record is no longer what was compared.

    What was said of them is asked anew: somebody may have answered meanwhile.
    """
    people = {who for pair in pairs for who in pair}
    now = by_themselves(records_told(people))
    same = {who for who in people if _compared(now.get(who)) == _compared(known.get(who))}
    settled = [pair for pair in pairs if same.issuperset(pair)]
    if not settled:
        return
    with connection.cursor() as cursor:
        cursor.execute(_GONE, [list(column) for column in zip(*settled, strict=True)])
    rows = rows_of([alike[pair] for pair in settled if pair in alike], now)
    AlikePair.objects.bulk_create(rows, ignore_conflicts=True)


_GONE: Final = """
DELETE FROM kamkor_alikepair a USING unnest(%s::uuid[], %s::uuid[]) t (one, other)
WHERE a.one_id = t.one AND a.other_id = t.other
"""


def _compared(held: Held | None) -> tuple[object, ...]:
    return () if held is None else (held[0], *scope_of(held[1]).values())
