"""The small size as a new user builds it: how much there is, the same again, and only if empty."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from kamkor.access.queries import account_named, scope_of_viewer, viewer_for
from kamkor.cases.models import Case
from kamkor.cases.operations.settling import LiveFacts, events_of
from kamkor.cases.queries.case import cases_visible_to
from kamkor.cases.queries.history import OF_CASE, RARE
from kamkor.cases.rules.standing import standing_of
from kamkor.cases.vocabulary import OPEN_STATES
from kamkor.demo import folder
from kamkor.demo.days import at
from kamkor.demo.offices import OWNER
from kamkor.kernel import clock
from kamkor.kernel.database import entered
from kamkor.kernel.provision import create_database, drop_database
from kamkor.kernel.server_facts import ServerFacts
from kamkor.management.shell import NOT_PERMITTED, Stopped
from kamkor.people.models import Person
from kamkor.synth.building import Built, build
from kamkor.synth.sizes import SIZES
from kamkor.synth.tables import indexes_later, life_tables, read_all, words_later
from tests.conftest import connected_to

NAME = "kamkor_synth_small"
DAY = date(2026, 11, 22)
SMALL = SIZES["small"]


@pytest.fixture(scope="module")
def built(
    house: ServerFacts, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Built, Path]]:
    """The small size in a database of its own, and the file of its sign-ins."""
    file = tmp_path_factory.mktemp("synth") / "sign-ins.json"
    create_database(house, NAME)
    with connected_to(house, django_db_blocker, NAME):
        call_command("migrate", database="owner", verbosity=0)
        yield build(SMALL, 3, at(DAY, 0), file, lambda *_: None), file
    drop_database(house, NAME)


def test_there_is_as_much_as_the_size_says(built: tuple[Built, Path]) -> None:
    told, _ = built
    assert Case.objects.using(OWNER).count() == told.cases == SMALL.cases
    assert Person.objects.using(OWNER).count() == told.people == SMALL.people
    facts = [one for one in life_tables() if one.is_fact]
    rows = read_all(life_tables())
    # Words are made anew for each print, facts never.
    assert sum(len(rows[one.name]) for one in facts) == told.facts


def test_every_case_stands_where_its_facts_put_it(built: tuple[Built, Path]) -> None:
    with clock.clock_at(at(DAY, 0)):
        account = account_named("elmira")
        viewer = viewer_for(account) if account else None
        assert viewer is not None
        with entered(scope_of_viewer(viewer)):
            cases = list(Case.objects.select_related("child", "household"))
            live = LiveFacts(cases)
            for case in cases:
                derived = standing_of(events_of(case, live))
                assert (case.state, case.next_visit_on, case.last_seen_on, case.risk_level) == (
                    derived.state,
                    derived.next_visit_on,
                    derived.last_seen_on,
                    derived.risk_level,
                )
            assert len(cases) > SMALL.cases * 0.9


def test_a_case_tells_whether_it_has_what_few_have(built: tuple[Built, Path]) -> None:
    """Its column is copied as the rows of its facts are."""
    facts = (OF_CASE[kind].objects.using(OWNER).values_list("case_id", flat=True) for kind in RARE)
    told = Case.objects.using(OWNER).filter(eventful=True).values_list("id", flat=True)
    assert 0 < len(told) < SMALL.cases
    assert set(told) == {case for of_kind in facts for case in of_kind}


def test_the_named_worker_has_a_normal_caseload(built: tuple[Built, Path]) -> None:
    assert {row["username"] for row in json.loads(built[1].read_text("utf-8"))} >= {
        "aigul", "bakyt", "cholpon", "daniyar", "elmira", "head", "oblast",
    }  # fmt: skip
    with clock.clock_at(at(DAY, 9)):
        account = account_named("aigul")
        viewer = viewer_for(account) if account else None
        assert viewer is not None
        with entered(scope_of_viewer(viewer)):
            own = cases_visible_to(viewer).filter(responsible_id=viewer.post_id)
            assert 15 <= own.filter(state__in=list(OPEN_STATES)).count() <= 60


def test_no_fact_lies_ahead_and_none_before_the_service(built: tuple[Built, Path]) -> None:
    with connections[OWNER].cursor() as cursor:
        for table in (one.name for one in life_tables() if one.is_fact):
            query = f"SELECT min(happened_on), max(recorded_at) FROM {table}"  # noqa: S608 - our own
            cursor.execute(query)
            first, last = cursor.fetchone()
            assert first is None or first >= date(2017, 1, 1), table
            assert last is None or last <= at(DAY, 0), table


def test_rows_lie_in_the_order_of_time(built: tuple[Built, Path]) -> None:
    """In no order a nation's would touch every page of every index again and again."""
    query = "SELECT opened_on FROM kamkor_case WHERE state = 'not_registered' ORDER BY ctid"
    with connections[OWNER].cursor() as cursor:
        cursor.execute(query)
        days = [day for (day,) in cursor.fetchall()]
    assert len(days) > 50
    for day, latest in zip(days, accumulate(days, max), strict=True):
        assert latest - day < timedelta(weeks=20)


def test_indexes_are_packed(built: tuple[Built, Path]) -> None:
    """Built row by row, an index of ids is a third empty."""
    sizes = "SELECT indexrelid::regclass::text, pg_relation_size(indexrelid) FROM pg_index"
    of_lives = f"{sizes} WHERE indrelid = ANY(%s::regclass[])"
    names = [one.name for one in life_tables()]
    with connections[OWNER].cursor() as cursor:
        cursor.execute(of_lives, [names])
        before = dict(cursor.fetchall())
        for name in names:
            cursor.execute(f"REINDEX TABLE {name}")
        cursor.execute(of_lives, [names])
        assert dict(cursor.fetchall()) == before


def test_what_triggers_ask_by_stays_while_rows_come(built: tuple[Built, Path]) -> None:
    """Whether a due item is settled was looked for in all of them, of each new one: a nation never
    ended."""
    plain = """SELECT indrelid::regclass::text FROM pg_index
        WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique"""
    names = [one.name for one in life_tables()]
    with connections[OWNER].cursor() as cursor:
        cursor.execute(plain, [names])
        before = [name for (name,) in cursor.fetchall()]
        with words_later(), indexes_later(life_tables()):
            cursor.execute(plain, [names])
            meanwhile = [name for (name,) in cursor.fetchall()]
        cursor.execute(plain, [names])
        assert sorted(name for (name,) in cursor.fetchall()) == sorted(before)
    assert {"kamkor_taskdone", "kamkor_registration"} <= set(meanwhile)
    assert not {"kamkor_birth", "kamkor_nametoken"} & set(meanwhile)


def test_what_is_not_empty_is_never_added_to(
    built: tuple[Built, Path], tmp_path: Path, settings: Settings
) -> None:
    settings.KAMKOR_DATA = tmp_path
    with pytest.raises(Stopped) as stopped:
        call_command("synth", size="small")
    assert stopped.value.status == NOT_PERMITTED
    assert not (tmp_path / folder.UNFINISHED).exists()


def test_the_same_seed_gives_the_same_rows(
    built: tuple[Built, Path], house: ServerFacts, django_db_blocker: DjangoDbBlocker
) -> None:
    before, again = read_all(life_tables()), f"{NAME}_again"
    create_database(house, again)
    with connected_to(house, django_db_blocker, again):
        call_command("migrate", database="owner", verbosity=0)
        build(SMALL, 3, at(DAY, 0), built[1].with_suffix(".again"), lambda *_: None)
        after = read_all(life_tables())
    drop_database(house, again)
    for table, rows in before.items():
        assert rows == after[table], table
