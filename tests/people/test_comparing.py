"""What a night keeps of pairs is what all children of a department, compared anew, would give."""

import random
from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connections
from procrastinate.contrib.django import app

from kamkor.access.queries import teams_formed
from kamkor.cases.models import Case
from kamkor.exchange import comparing as nightly
from kamkor.kernel import clock
from kamkor.kernel.commands import scope_of
from kamkor.kernel.database import Scope, entered
from kamkor.kernel.jobs import QUEUE
from kamkor.management.shell import Stopped
from kamkor.people.models import AlikePair, DepartmentCompared, Person, PersonKey
from kamkor.people.operations import comparing
from kamkor.people.operations.comparing import (
    compare_department,
    departments_due,
    departments_overdue,
    people_of,
)
from kamkor.people.operations.pairing import compare_anew
from kamkor.people.queries.records import borne_in, by_themselves, records_told
from kamkor.people.rules.records import compare, keys_of
from tests.cast import Cast, Player, rolled_back
from tests.factories import a_registration, identified

SPELT = (
    ("Жолдошбек", "Токтосунов"), ("Joldoshbek", "Toktosunov"), ("Джолдошбек", "Токтосун уулу"),
    ("Айгүл", "Бакытова"), ("Aigul", "Bakytova"), ("Айгуль", "Бакыт кызы"), ("Нурбек", "Асанов"),
)  # fmt: skip
BORN = ("2015-05-06", "2015-06-05", "2015", "2014-01-01", None)
SEALING = "child_victim_of_violence"
Pairs = dict[tuple[UUID, UUID], tuple[object, ...]]


def whole(department: int) -> Scope:
    return Scope(0, 0, 2, (department,), teams_formed())


def kept(department: int) -> Pairs:
    """The pairs that stand of a department, sealed or not."""
    with entered(whole(department)):
        rows = AlikePair.objects.filter(office_district=department)
        return {
            (row.one_id, row.other_id): (row.zone, row.weight, row.one_number, row.answer, row.team)
            for row in rows
        }


def ids(department: int) -> set[UUID]:
    with entered(whole(department)):
        return set(AlikePair.objects.values_list("id", flat=True))


def anew(department: int) -> set[tuple[object, ...]]:
    """The pairs that each child compared with each other child of its department gives."""
    found: set[tuple[object, ...]] = set()
    with entered(whole(department)):
        people = Person.objects.filter(office_district=department).values_list("id", flat=True)
        known = by_themselves(records_told(people))
        for one, other in combinations(sorted(known), 2):
            (mine, person), (yours, beside) = known[one], known[other]
            if person.team == beside.team and keys_of(mine) & keys_of(yours):
                borne = borne_in(department, [mine, yours], team=person.team)
                like = compare(mine, yours, borne)
                if like.weighed.zone != "new":
                    found.add((one, other, like.weighed.zone, like.weighed.total, like.one_number))
    return found


def keys(department: int) -> tuple[set[tuple[UUID, int]], set[tuple[UUID, int]]]:
    """The keys that stand of a department, and those of all its children made anew."""
    with entered(whole(department)):
        people = Person.objects.filter(office_district=department).values_list("id", flat=True)
        known = by_themselves(records_told(people))
        rows = PersonKey.objects.filter(office_district=department)
        stand = set(rows.values_list("person_id", "key"))
    return stand, {(who, key) for who, (record, _) in known.items() for key in keys_of(record)}


def told(pairs: Pairs) -> set[tuple[object, ...]]:
    return {(*pair, *row[:3]) for pair, row in pairs.items()}


class Drawn:
    """Children of two departments, and what happens to them, drawn from a seed."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast = cast
        self.draw = random.Random(seed)
        self.cases: list[str] = []
        self.sealed: set[str] = set()

    def child(self) -> None:
        given, surname = self.draw.choice(SPELT)
        born = {"born": self.draw.choice(BORN)}
        who = self.draw.choice((self.cast.aigul, Player("nurlan", self.cast.time)))
        place = self.draw.choice(("Арал, 4", "Тегене"))
        self.cases.append(
            identified(self.cast, who, given_name=given, surname=surname, place=place, **born)
        )

    def name(self) -> None:
        given, surname = self.draw.choice(SPELT)
        case = self.draw.choice(self.cases)
        self.cast.bakyt.answer(
            "record_name", case=case, kind="other_spelling", given_name=given, surname=surname
        )

    def sealing(self) -> None:
        case = self.draw.choice(self.cases)
        register = a_registration(str(self.cast.time.today), grounds=[SEALING], main_ground=SEALING)
        self.cast.bakyt.answer("register_child", case=case, **register)

    def answer(self) -> None:
        pairs = sorted(kept(self.cast.bakyt.department))
        if pairs:
            one, other = self.draw.choice(pairs)
            said: dict[str, Any] = {
                "one": str(one),
                "other": str(other),
                "answer": self.draw.choice(ANSWERS),
            }
            self.cast.bakyt.answer("answer_same_child", **said)

    def merge(self) -> None:
        pairs = sorted(kept(self.cast.bakyt.department))
        if not pairs:
            return
        one, other = self.draw.choice(pairs)
        with self.cast.bakyt.inside():
            cases = {person: case for case, person in _children(self.cases)}
        why: dict[str, Any] = {"ground": "papers_seen", "reason": "The papers were seen."}
        asked = self.cast.bakyt.answer(
            "merge_people", case=cases.get(one, self.cases[0]), other=str(other), **why
        )
        if asked.refusal is None:
            request = asked.answer["request"]
            self.cast.head.answer("answer_request", request=request, decision="agree")

    def spoilt(self) -> None:
        """Keys and pairs are lost, as by a load that was never compared, and there is one too
        many, as after other rules."""
        with entered(whole(self.cast.bakyt.department)):
            keys = list(PersonKey.objects.values_list("person_id", flat=True).distinct())
            lost = self.draw.sample(keys, len(keys) // 2)
            PersonKey.objects.filter(person_id__in=lost).delete()
            pairs = list(AlikePair.objects.values_list("id", flat=True))
            AlikePair.objects.filter(id__in=self.draw.sample(pairs, len(pairs) // 2)).delete()
            people = Person.objects.order_by("id").values_list("id", flat=True)
            one, other = sorted(self.draw.sample(list(people), 2))
            held = scope_of(Person.objects.get(id=one))
            AlikePair.objects.bulk_create(
                [AlikePair(one_id=one, other_id=other, zone="link", weight=9.0, **held)],
                ignore_conflicts=True,
            )


ANSWERS = ("different", "not_sure")


def _children(cases: list[str]) -> list[tuple[str, UUID]]:
    rows = Case.objects.filter(id__in=cases, child__isnull=False)
    return [(str(case), child) for case, child in rows.values_list("id", "child_id")]


def drawn(cast: Cast, seed: int, changes: int) -> Drawn:
    world = Drawn(cast, seed)
    for _ in range(8):
        world.child()
    acts: list[Callable[[], None]] = [
        world.child, world.name, world.name, world.answer, world.answer, world.merge, world.sealing, world.spoilt
    ]  # fmt: skip
    for _ in range(changes):
        world.draw.choice(acts)()
    world.spoilt()
    return world


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_is_what_all_compared_anew_would_give(cast: Cast, seed: int) -> None:
    """Whatever happened before; run again nothing changes, and one by one gives the same."""
    world = drawn(cast, seed, 12)
    department = cast.bakyt.department
    assert seed or told(kept(department)) != anew(department)
    compare_department(department)
    found = kept(department)
    assert told(found) == anew(department)
    stand, wanted = keys(department)
    assert stand == wanted
    before = ids(department)
    again = compare_department(department)
    assert (ids(department), again.added, again.taken) == (before, 0, 0)
    assert again.pairs == len(found)
    with entered(whole(department)):
        people = Person.objects.filter(office_district=department)
        compare_anew(people.values_list("id", flat=True))
    assert kept(department) == found
    assert world.cases


def test_some_of_it_is_sealed_answered_joined_and_of_two_units(cast: Cast) -> None:
    """The drawn changes reach what they are drawn for."""
    reached: set[str] = set()
    for seed in range(6):
        with rolled_back():
            drawn(cast, seed, 12)
            compare_department(cast.bakyt.department)
            with entered(whole(cast.bakyt.department)):
                people = {one.pk: one for one in Person.objects.all()}
                merged = any(one.same_as for one in people.values())
                sealed = any(one.team for one in people.values())
            pairs = kept(cast.bakyt.department)
            reached |= {"merged"} if merged else set()
            reached |= {"sealed"} if sealed else set()
            reached |= {str(row[3]) for row in pairs.values()}
            units = {people[one].office_unit != people[other].office_unit for one, other in pairs}
            reached |= {f"units {one}" for one in units}
    assert reached >= {"merged", "sealed", "different", "not_sure", "", "units True", "units False"}


CYRILLIC: dict[str, Any] = {"given_name": "Жолдошбек", "surname": "Токтосунов", "born": BORN[0]}
LATIN: dict[str, Any] = {"given_name": "Joldoshbek", "surname": "Toktosunov", "born": BORN[0]}


def two_of_two_units(cast: Cast) -> tuple[str, str]:
    """One child entered by two workers, neither of whom sees the other's."""
    return identified(cast, **CYRILLIC), identified(
        cast, Player("nurlan", cast.time), **LATIN, territory="41703220000000"
    )


def test_a_child_of_another_unit_is_found_at_night(cast: Cast) -> None:
    two_of_two_units(cast)
    department = cast.bakyt.department
    assert kept(department) == {}
    found = compare_department(department)
    assert (found.children, found.pairs, found.added, found.taken) == (2, 1, 1, 0)
    assert [row[0] for row in kept(department).values()] == ["link"]
    assert compare_department(cast.specialist2.department).pairs == 0


def test_a_pair_of_two_units_outlives_a_command_of_either(cast: Cast) -> None:
    """The worker does not see the other record; the next night parts them."""
    case, _ = two_of_two_units(cast)
    department = cast.bakyt.department
    compare_department(department)
    name = {"given_name": "Башка", "surname": "Башкаев"}
    cast.aigul.do("record_name", case=case, kind="other_spelling", **name)
    assert len(kept(department)) == 1
    compare_department(department)
    assert told(kept(department)) == anew(department)


@pytest.mark.parametrize("when", [1, 2, 3])
def test_killed_in_the_middle_it_is_begun_again(cast: Cast, when: int) -> None:
    two_of_two_units(cast)
    department = cast.bakyt.department

    def killed() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare_department(department, _Meanwhile(killed, when))
    assert not DepartmentCompared.objects.filter(department=department).exists()
    assert compare_department(department).added == 1
    assert told(kept(department)) == anew(department)


class _Meanwhile:
    """Something that is done once: by itself after all was read, before anything is written."""

    def __init__(self, act: Callable[[], object], when: int = 2) -> None:
        self.act = act
        self.when = when
        self.times = 0

    def __call__(self, _persons: int) -> None:
        self.times += 1
        if self.times == self.when:
            self.act()


def test_who_is_sealed_meanwhile_is_not_told_of(cast: Cast) -> None:
    _, other = two_of_two_units(cast)
    ground = a_registration(str(cast.time.today), grounds=[SEALING], main_ground=SEALING)
    sealed = _Meanwhile(lambda: cast.bakyt.do("register_child", case=other, **ground))
    compare_department(cast.bakyt.department, sealed)
    assert sealed.times > 2
    assert kept(cast.bakyt.department) == {}


def test_what_is_answered_meanwhile_holds(cast: Cast) -> None:
    one, other = (cast.bakyt.child(case).pk for case in two_of_two_units(cast))
    said = {"one": str(one), "other": str(other), "answer": "different"}
    answered = _Meanwhile(lambda: cast.bakyt.do("answer_same_child", **said))
    compare_department(cast.bakyt.department, answered)
    assert [row[3] for row in kept(cast.bakyt.department).values()] == ["different"]


def test_by_hand_it_tells_what_it_found(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    two_of_two_units(cast)
    with clock.clock_at(cast.time.moment):
        call_command("people", "compare")
    said = capsys.readouterr().err
    assert "2 children compared: 1 pairs may be one child, 1 of them new; 0 pairs" in said
    assert departments_due(cast.time.moment) == []


def test_by_hand_one_department_alone_is_compared(cast: Cast) -> None:
    with clock.clock_at(cast.time.moment):
        call_command("people", "compare", "--department", str(cast.bakyt.department))
    assert cast.bakyt.department not in departments_due(cast.time.moment)
    assert departments_due(cast.time.moment)


def test_a_department_that_is_not_there_is_told(cast: Cast) -> None:
    with pytest.raises(Stopped, match="999999"), clock.clock_at(cast.time.moment):
        call_command("people", "compare", "--department", "999999")


def test_each_person_is_told_twice(cast: Cast) -> None:
    two_of_two_units(cast)
    department, behind = cast.bakyt.department, [0]
    compare_department(department, behind.append)
    assert sum(behind) == 2 * people_of(department) >= 4


def test_each_night_all_are_compared_and_by_day_whom_no_night_reached(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "close_all", lambda: None)
    # Another process would not see what this test's transaction holds.
    monkeypatch.setattr(nightly, "compare_apart", compare_department)
    registered = app.periodic_registry.periodic_tasks[nightly.COMPARE_ALL, ""]
    assert (registered.cron, registered.task.queue) == ("29 * * * *", QUEUE)
    two_of_two_units(cast)
    first = cast.time.moment.replace(hour=15)

    def done_at(days: int, hour: int) -> bool:
        moment = first.replace(hour=hour) + timedelta(days=days)
        with clock.clock_at(moment):
            nightly.compare_children(timestamp=0)
        last = DepartmentCompared.objects.values_list("compared_at", flat=True)
        return set(last) == {moment}

    assert done_at(0, 15)
    assert not done_at(0, 16)
    assert done_at(1, 2)
    assert not done_at(1, 3)
    assert not done_at(1, 15)
    assert done_at(2, 9)


def test_who_was_not_compared_for_two_days_is_told_by_the_doctor(cast: Cast) -> None:
    department = cast.bakyt.department
    assert departments_overdue(cast.time.moment) == []
    two_of_two_units(cast)
    cast.time.passes(days=3)
    before = cast.time.moment - timedelta(days=2)
    assert departments_overdue(before) == [department]
    with clock.clock_at(cast.time.moment):
        compare_department(department)
    assert departments_overdue(before) == []
    assert departments_overdue(cast.time.moment + timedelta(days=2)) == [department]


def test_a_key_that_too_many_share_tells_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "LARGEST_BLOCK", 1)
    two_of_two_units(cast)
    assert compare_department(cast.bakyt.department).pairs == 0
