"""Children in two records are counted as one, from when that was known until it was undone."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from kamkor.access.queries import account_named, scope_of_viewer, viewer_for
from kamkor.figures.queries.asking import question_for
from kamkor.figures.queries.counting import counted
from kamkor.kernel import clock
from kamkor.kernel.commands import single
from kamkor.kernel.database import entered
from kamkor.kernel.provision import create_database, drop_database
from kamkor.kernel.server_facts import ServerFacts
from tests.conftest import connected_to
from tests.figures.independent import Row, all_rows, asked
from tests.figures.test_independent_count import (
    COUNTRY,
    Drawn,
    commissioner,
    days_of,
    drawn,
    second_count,
)

NAME, UNDONE = "kamkor_merged", "kamkor_undone"
ASKED_AGAIN = 300
FACT = (
    "id, happened_on, recorded_at, first_recorded_at, withdrawn_at, command, by_post,"
    " office_district, office_oblast, team"
)
# A child with another, both with a case; every third merge was undone, every fourth kept record
# was absorbed itself afterwards. Where both had a case on the register at once, the one opened
# first goes on.
PLANTED = """
CREATE TEMPORARY TABLE planted AS
WITH child AS (
    SELECT DISTINCT ON (c.child_id) c.child_id, c.id AS case_id, c.opened_on, c.office_district,
        c.office_oblast, c.responsible_id, c.registered_on, c.taken_off_on
    FROM kamkor_case c WHERE c.register = 'child' AND c.team IS NULL AND c.registered_on IS NOT NULL
    ORDER BY c.child_id, c.opened_on DESC
), numbered AS (
    SELECT child.*, row_number() OVER (
        PARTITION BY office_district ORDER BY md5(child_id::text || %s)) AS place FROM child
)
SELECT row_number() OVER (ORDER BY one.child_id) AS number, one.child_id AS kept,
    other.child_id AS absorbed, one.case_id AS into_id, other.case_id,
    one.registered_on <= other.registered_on AND one.taken_off_on IS NULL
        AND other.taken_off_on IS NULL AS beside,
    one.office_district, one.office_oblast, one.responsible_id,
    greatest(one.opened_on, other.opened_on)
        + (mod(abs(hashtext(one.child_id::text)), 200) || ' days')::interval AS at
FROM numbered one JOIN numbered other ON other.office_district = one.office_district
    AND other.place = one.place + 1 AND mod(one.place, 4) <> 0
WHERE greatest(one.opened_on, other.opened_on) < current_date - 210;
INSERT INTO kamkor_personmerge (FACT, kept_id, absorbed_id, reason, asked, correction_reason,
    district)
SELECT gen_random_uuid(), at::date, at, at,
    CASE WHEN mod(number, 3) = 0 THEN at + interval '40 days' END, gen_random_uuid(),
    responsible_id, office_district, office_oblast, NULL, kept, absorbed, 'papers_seen',
    gen_random_uuid(), '', ''
FROM planted;
INSERT INTO kamkor_casemerge (FACT, case_id, into_id, merge_id, correction_reason, district)
SELECT gen_random_uuid(), m.happened_on, m.recorded_at, m.first_recorded_at, m.withdrawn_at,
    m.command, m.by_post, m.office_district, m.office_oblast, NULL, p.case_id, p.into_id, m.id, '', ''
FROM planted p JOIN kamkor_personmerge m ON m.absorbed_id = p.absorbed WHERE p.beside;
"""


@pytest.fixture(scope="module")
def merged(
    house: ServerFacts, scenario_database: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The scenario with many children found to be one, as the owner plants it."""
    create_database(house, NAME, template=scenario_database)
    with connected_to(house, django_db_blocker, NAME):
        seed = os.environ.get("SEED", "1")
        for statement in PLANTED.replace("FACT", FACT).split(";\n"):
            if statement.strip():
                asked_as_owner(statement, seed)
        yield
    drop_database(house, NAME)


def asked_as_owner(statement: str, seed: str) -> None:
    """Carry out one of the planted statements."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, [seed] if "%s" in statement else None)


def answers(question: Drawn) -> dict[tuple[str, ...], int | None]:
    """The cells of a question, by the house."""
    house = question_for(
        commissioner(), place=question.place, first=question.first, last=question.last,
        on=question.on, known_on=question.known_on, by=question.by, figures=(question.figure,),
    )  # fmt: skip
    return {
        tuple(cell.keys[key] for key in question.by): cell.value
        for cell in counted(commissioner(), house)
        if not cell.part
    }


@pytest.mark.usefixtures("merged")
def test_merged_children_are_counted_alike() -> None:
    seed = int(os.environ.get("SEED", "1"))
    tables = all_rows()
    live = [row for row in tables["personmerge"] if row["withdrawn_at"] is None]
    assert (len(live) > 20, len(tables["casemerge"]) > 5) == (True, True)
    days = days_of(tables)
    kept = {one["absorbed_id"] for one in live} & {one["kept_id"] for one in live}
    assert kept, "no chain was planted"
    for number, question in enumerate(drawn(seed, clock.today(), [], days)):
        if question.place == COUNTRY or question.known_on:
            assert answers(question) == second_count(tables, question), (
                f"SEED={seed} question {number}: {question}"
            )


@pytest.mark.usefixtures("merged")
def test_a_second_count_that_knows_no_merges_is_noticed() -> None:
    tables: dict[str, list[Row]] = all_rows()
    blind = tables | {"personmerge": [], "casemerge": []}
    last = clock.today()
    for figure in ("children_identified", "children_registered", "children_on_register", "entries"):
        first = last - timedelta(days=4000)
        question = Drawn(figure, COUNTRY, first, last, last, None, ())
        found: Any = answers(question)
        assert found == second_count(tables, question)
        assert found != second_count(blind, question), figure


@pytest.fixture
def own_copy(
    house: ServerFacts, scenario_database: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The scenario, of which this test alone changes something."""
    create_database(house, UNDONE, template=scenario_database)
    with connected_to(house, django_db_blocker, UNDONE):
        yield
    drop_database(house, UNDONE)


def act(by: str, operation: str, **data: Any) -> dict[str, Any]:  # noqa: ANN401 - a command's data
    """What one of the scenario's people does today, committed."""
    account = account_named(by)
    viewer = viewer_for(account) if account else None
    assert viewer is not None, by
    with entered(scope_of_viewer(viewer)):
        return single(viewer, operation, data).answer


def suzak_cases() -> list[Row]:
    """Open registered children's cases of Bakyt's department, the latest of each child."""
    account = account_named("bakyt")
    viewer = viewer_for(account) if account else None
    assert viewer is not None
    office = int(viewer.district or 0)
    return asked(
        "SELECT id, number FROM kamkor_case WHERE state = 'registered' AND register = 'child'"  # noqa: S608 - our own number
        f" AND team IS NULL AND NOT away_from_home AND office_district = {office} ORDER BY id"
    )


@pytest.mark.usefixtures("own_copy")
def test_after_the_undoing_three_hundred_questions_are_answered_as_before() -> None:
    seed = int(os.environ.get("SEED", "1"))
    yesterday = clock.today() - timedelta(days=1)
    days = days_of(all_rows())
    drawn_twice = [*drawn(seed, clock.today(), [], days), *drawn(seed + 1, clock.today(), [], days)]
    questions = drawn_twice[:ASKED_AGAIN]
    before = [answers(one) for one in questions]
    stock = Drawn(
        "children_on_register", COUNTRY, yesterday, clock.today(), clock.today(), None, ()
    )
    then = replace(stock, known_on=yesterday, on=yesterday)
    counted_before, known_before = answers(stock)[()] or 0, answers(then)
    cases = suzak_cases()
    pairs = list(zip(cases[0:10:2], cases[1:10:2], strict=True))
    assert len(pairs) == 5
    why = {"ground": "papers_seen", "reason": "The papers were seen."}
    for one, other in pairs:
        told = act("bakyt", "merge_people", case=str(one["id"]), case_number=other["number"], **why)
        act("head", "answer_request", request=told["request"], decision="agree")
    assert answers(stock)[()] == counted_before - len(pairs)
    assert answers(then) == known_before
    assert answers(stock) == second_count(all_rows(), stock)
    for one, other in pairs:
        standing = asked("SELECT case_id FROM kamkor_casemerge WHERE withdrawn_at IS NULL")
        ended = {row["case_id"] for row in standing}
        going_on = other["id"] if one["id"] in ended else one["id"]
        act("bakyt", "undo_merge", case=str(going_on))
    assert [answers(one) for one in questions] == before
    assert answers(stock)[()] == counted_before
