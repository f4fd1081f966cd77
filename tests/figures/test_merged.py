"""Children in two records are counted as one, from when that was known until it was undone."""

import os
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from kamkor.figures.queries.asking import question_for
from kamkor.figures.queries.counting import counted
from kamkor.kernel import clock
from kamkor.kernel.provision import create_database, drop_database
from kamkor.kernel.server_facts import ServerFacts
from tests.conftest import connected_to
from tests.figures.independent import Row, all_rows
from tests.figures.test_independent_count import (
    COUNTRY,
    KEYS_OF,
    Drawn,
    commissioner,
    days_of,
    drawn,
    second_count,
)

NAME = "kamkor_merged"
PAIRS = 240
QUESTIONS = 200
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
    from django.db import connections  # noqa: PLC0415

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
    first: date = last - timedelta(days=4000)
    told = {}
    for figure in ("children_identified", "children_registered", "children_on_register", "entries"):
        question = Drawn(figure, COUNTRY, first, last, last, None, ())
        found: Any = answers(question)
        assert found == second_count(tables, question)
        told[figure] = found == second_count(blind, question)
    assert not any(told.values()), told
    assert set(told) <= set(KEYS_OF)
    assert random.Random(1).random() > 0
