"""Kept monthly counts agree with the live count cell by cell, and stale ones are noticed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from procrastinate.contrib.django import app
from pytest_django.plugin import DjangoDbBlocker

from kamkor.demo.days import at
from kamkor.demo.offices import OWNER
from kamkor.exchange import nightly
from kamkor.figures.operations import differences, keep_months
from kamkor.figures.queries.kept import kept_rows, live_rows
from kamkor.figures.rules.kept import KEPT_FIGURES, month_end
from kamkor.figures.rules.question import Question
from kamkor.figures.vocabulary import FIGURES, Key
from kamkor.kernel import clock, rulesets
from kamkor.kernel.jobs import QUEUE
from kamkor.kernel.provision import create_database, drop_database
from kamkor.kernel.server_facts import ServerFacts
from kamkor.synth.building import build
from kamkor.synth.sizes import SIZES
from tests.conftest import connected_to

NAME = "kamkor_kept"
DAY = date(2026, 11, 22)
COUNTRY = "41700000000000"
JALAL_ABAD = "41703000000000"
SUZAK = "41703220000000"
BREAKDOWNS = (
    (),
    (Key.DISTRICT, Key.SEX, Key.AGE),
    (Key.OBLAST, Key.AGE),
    (Key.AGE, Key.DISTRICT),
    (Key.SEX,),
)


# Children who enter twice in one year, some in another district, some older by then.
TWICE = """
INSERT INTO kamkor_registration (id, happened_on, recorded_at, first_recorded_at, command, by_post,
    department, district, registered, reason, note, case_id)
SELECT gen_random_uuid(), happened_on + 130, now(), now(), gen_random_uuid(), by_post, department,
    CASE WHEN mod(row_number() OVER (), 3) = 0 THEN '41703215000000' ELSE district END, true, '', '',
    case_id
FROM kamkor_registration WHERE registered AND extract(month FROM happened_on) BETWEEN 2 AND 6
"""


@pytest.fixture(scope="module")
def kept(house: ServerFacts, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The small size, with late facts, corrections, returns, transfers and sealed cases, kept."""
    create_database(house, NAME)
    with connected_to(house, django_db_blocker, NAME), clock.clock_at(at(DAY, 9)):
        call_command("migrate", database="owner", verbosity=0)
        build(replace(SIZES["small"], full=0.6), 5, at(DAY, 0), None, lambda *_: None)
        _asked(TWICE)
        assert len(keep_months(COUNTRY)) > 100
        yield
    drop_database(house, NAME)


def _question(last: date, place: str = COUNTRY, by: tuple[Key, ...] = ()) -> Question:
    districts = {COUNTRY: None, SUZAK: (SUZAK,)}.get(place, _within(place))
    return Question(
        territory=place,
        districts=districts,
        below_oblast=place == SUZAK,
        first=date(last.year, 1, 1),
        last=last,
        on=last,
        known_on=None,
        by=by,
        figures=KEPT_FIGURES,
    )


def _within(oblast: str) -> tuple[str, ...] | None:
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT soate FROM kamkor_territory WHERE parent_id = %s", [oblast])
        return (oblast, *(code for (code,) in cursor.fetchall()))


def _asked(wanted: str, *values: Any) -> list[tuple[object, ...]]:  # noqa: ANN401 - values of any statement
    with connections[OWNER].cursor() as cursor:
        cursor.execute(wanted, values)
        return cursor.fetchall() if cursor.description else []


def _ends() -> Iterator[date]:
    for year in (2018, 2021, 2024, 2025):
        yield from (month_end(date(year, month, 1)) for month in (3, 12))
    yield month_end(date(DAY.year, DAY.month - 1, 1))


def test_every_cell_is_that_of_the_live_count(kept: None) -> None:
    compared = 0
    for end in _ends():
        for place in (COUNTRY, JALAL_ABAD, SUZAK):
            for by in BREAKDOWNS:
                question = _question(end, place, by)
                for name in KEPT_FIGURES:
                    figure, keys = FIGURES[name], question.keys_of(name)
                    found = kept_rows(figure, question, keys)
                    assert found is not None
                    assert sorted(found) == sorted(live_rows(figure, question, keys)), question
                    compared += len(found)
    assert compared > 5_000
    assert list(differences(COUNTRY)) == []


def test_what_it_is_compared_on_holds_the_hard_cases(kept: None) -> None:
    for wanted in (
        "SELECT count(*) FROM kamkor_registration WHERE withdrawn_at IS NOT NULL",
        "SELECT count(*) FROM kamkor_case WHERE team IS NOT NULL",
        "SELECT count(*) FROM kamkor_transferanswer WHERE accepted",
        "SELECT count(*) FROM kamkor_case WHERE previous_id IS NOT NULL",
        "SELECT count(*) FROM kamkor_takingoffdecision WHERE reason = 'entered_in_error'",
        "SELECT count(*) FROM kamkor_figurecell WHERE first_of NOT IN (63, 54)",
    ):
        ((number,),) = _asked(wanted)
        assert isinstance(number, int)
        assert number > 0, wanted


def test_what_does_not_fit_is_counted_live(kept: None) -> None:
    fits = _question(date(2025, 6, 30), by=(Key.DISTRICT,))
    figure, stock = FIGURES["children_registered"], FIGURES["children_on_register"]
    assert kept_rows(figure, fits, (Key.DISTRICT,)) is not None
    for other in (
        replace(fits, last=date(2025, 6, 29)),
        replace(fits, first=date(2025, 2, 1)),
        replace(fits, first=date(2024, 1, 1)),
        replace(fits, known_on=DAY),
        replace(fits, last=DAY),
        replace(fits, department=1),
    ):
        assert kept_rows(figure, other, (Key.DISTRICT,)) is None
    assert kept_rows(figure, fits, (Key.DEPARTMENT,)) is None
    assert kept_rows(stock, replace(fits, on=date(2025, 6, 29)), ()) is None
    assert kept_rows(FIGURES["cohort_taken_off"], fits, ()) is None


# What somebody may do later to the past, each with the month from which counts change.
CHANGES = {
    "a late registration": (
        "INSERT INTO kamkor_registration (id, happened_on, recorded_at, first_recorded_at,"
        " command, by_post, department, district, registered, reason, note, case_id)"
        " SELECT gen_random_uuid(), happened_on + 1, now(), now(), gen_random_uuid(), by_post,"
        " department, district, true, '', '', case_id FROM kamkor_identification"
        " WHERE happened_on BETWEEN '2024-05-02' AND '2024-05-20' LIMIT 1"
    ),
    "a correction": (
        "UPDATE kamkor_identification SET withdrawn_at = now() WHERE id = (SELECT id"
        " FROM kamkor_identification WHERE happened_on >= '2024-05-01' AND withdrawn_at IS NULL"
        " AND case_id NOT IN (SELECT case_id FROM kamkor_takingoffdecision"
        " WHERE reason = 'entered_in_error') ORDER BY happened_on LIMIT 1)"
    ),
    "a sealing": (
        "UPDATE kamkor_case SET team = gen_random_uuid() WHERE id = (SELECT id FROM kamkor_case"
        " WHERE opened_on >= '2024-05-01' AND team IS NULL ORDER BY opened_on LIMIT 1)"
    ),
    "a corrected birth": (
        "UPDATE kamkor_person SET born_on = born_on - 3000 WHERE id = (SELECT child_id"
        " FROM kamkor_case c JOIN kamkor_person p ON p.id = c.child_id"
        " WHERE p.born_on IS NOT NULL GROUP BY child_id HAVING min(opened_on) >= '2024-05-01'"
        " ORDER BY min(opened_on), child_id LIMIT 1)"
    ),
    "two records that are one child": (
        "INSERT INTO kamkor_personmerge (id, happened_on, recorded_at, first_recorded_at, command,"
        " by_post, reason, asked, kept_id, absorbed_id) SELECT gen_random_uuid(), now()::date,"
        " now(), now(), gen_random_uuid(), 1, 'papers_seen', gen_random_uuid(), pair[1], pair[2]"
        " FROM (SELECT array_agg(child_id) AS pair FROM (SELECT c.child_id FROM kamkor_case c"
        " WHERE c.register = 'child' AND c.registered_on IS NOT NULL GROUP BY c.child_id"
        " HAVING min(c.opened_on) BETWEEN '2024-05-01' AND '2025-06-30'"
        " ORDER BY min(c.opened_on), c.child_id LIMIT 2) two) found"
    ),
    "two that are two again": (
        "UPDATE kamkor_personmerge SET withdrawn_at = now() WHERE withdrawn_at IS NULL"
    ),
    "an entry in error": (
        "UPDATE kamkor_takingoffdecision SET withdrawn_at = now() WHERE id = (SELECT id"
        " FROM kamkor_takingoffdecision WHERE reason = 'entered_in_error' AND agreed"
        " AND withdrawn_at IS NULL AND happened_on < '2025-12-01' AND case_id IN ("
        " SELECT id FROM kamkor_case WHERE opened_on >= '2024-04-01') LIMIT 1)"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_past_is_counted_live_until_it_is_kept_anew(kept: None, change: str) -> None:
    keep_months(COUNTRY)
    with connections[OWNER].cursor() as cursor:
        cursor.execute(CHANGES[change])
        assert cursor.rowcount == 1
    figure, before = FIGURES["children_on_register"], date(2024, 3, 31)
    assert kept_rows(figure, _question(before), ()) is not None
    assert kept_rows(figure, _question(date(2025, 12, 31)), ()) is None
    assert list(differences(COUNTRY)) == []
    anew = keep_months(COUNTRY)
    assert date(2024, 4, 1) <= min(anew)
    assert kept_rows(figure, _question(date(2025, 12, 31)), ()) is not None
    assert list(differences(COUNTRY)) == []


def test_a_move_to_another_office_and_a_fact_of_today_leave_the_past_as_it_is(kept: None) -> None:
    keep_months(COUNTRY)
    with connections[OWNER].cursor() as cursor:
        cursor.execute("UPDATE kamkor_registration SET office_unit = 1 WHERE registered")
        cursor.execute(
            CHANGES["a late registration"]
            .replace("happened_on + 1", "%s::date")
            .replace("BETWEEN '2024-05-02' AND '2024-05-20'", "> '2024-01-01'"),
            [DAY],
        )
    assert keep_months(COUNTRY) == []


def test_each_night_what_is_stale_is_counted_anew(
    kept: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By day only if no night was awake; the worker knows the job and its hour."""
    monkeypatch.setattr(connections, "close_all", lambda: None)
    registered = app.periodic_registry.periodic_tasks[nightly.KEEP, ""]
    assert (registered.cron, registered.task.queue) == ("17 * * * *", QUEUE)
    figure, question = FIGURES["children_on_register"], _question(date(2025, 6, 30))

    def holds_after(moment: datetime) -> bool:
        _asked("UPDATE kamkor_figuremonth SET state = 'stale' WHERE month = '2025-06-01'")
        with clock.clock_at(moment):
            nightly.keep_closed_months(timestamp=0)
        return kept_rows(figure, question, ()) is not None

    next_day = DAY + timedelta(days=1)
    assert not holds_after(at(DAY, 15))
    assert holds_after(at(next_day, 2))
    assert not holds_after(at(next_day, 9))
    assert holds_after(at(next_day + timedelta(days=1), 9))
    # A night in which nothing was stale was awake all the same.
    with clock.clock_at(at(next_day + timedelta(days=2), 2)):
        nightly.keep_closed_months(timestamp=0)
    assert not holds_after(at(next_day + timedelta(days=2), 15))


def test_counts_that_nobody_marked_are_noticed_by_the_check(kept: None) -> None:
    """The control: without its trigger a correction leaves a wrong count, and the check says so."""
    _asked("ALTER TABLE kamkor_identification DISABLE TRIGGER figures_changed")
    _asked(CHANGES["a correction"])
    _asked("ALTER TABLE kamkor_identification ENABLE TRIGGER figures_changed")
    found = list(differences(COUNTRY))
    assert any("identified " in line for line in found)
    _asked("UPDATE kamkor_figuremonth SET state = 'stale'")
    keep_months(COUNTRY)
    assert list(differences(COUNTRY)) == []


def test_the_triggers_know_every_reason_that_says_error() -> None:
    migration = import_module("kamkor.migrations.0012_figure_months")
    reasons = rulesets.all_rules("taking_off_reasons")
    assert [one.code for one in reasons if one.get("error")] == migration.ERRORS


def test_months_end_on_their_last_day() -> None:
    assert month_end(date(2024, 2, 3)) == date(2024, 2, 29)
    assert month_end(date(2024, 12, 31)) + timedelta(days=1) == date(2025, 1, 1)
