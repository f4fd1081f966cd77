"""The scenario jalal-abad-2017: six totals as they were reported, everything else invented."""

import io
import json
from contextlib import redirect_stdout
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from kamkor.demo.scenario import build_scenario
from kamkor.kernel.provision import create_database, drop_database
from kamkor.kernel.server_facts import ServerFacts
from tests.conftest import TEMPLATE, connected_to

OBLAST = "41703000000000"
THAT_DAY = "2017-10-11"
SIX = {
    "children_identified": 772,
    "cohort_taken_off": 519,
    "children_on_register": 253,
    "families_identified": 260,
    "families_cohort_taken_off": 45,
    "families_on_register": 215,
}
YEAR = ("--from", "2017-01-01", "--to", THAT_DAY, "--on", THAT_DAY)
BEFORE = ("--from", "2000-01-01", "--to", "2016-12-31")


def told(*words: str, figures: tuple[str, ...] = tuple(SIX), by: str = "") -> list[dict[str, Any]]:
    """What ``kamkor figures register`` prints as JSON for the oblast department."""
    asked = [part for name in figures for part in ("--figure", name)]
    text = io.StringIO()
    with redirect_stdout(text):
        call_command(
            "figures", "register", "--territory", OBLAST, *words, *asked,
            "--by", by, "--format", "json", "--as", "oblast",
        )  # fmt: skip
    read: list[dict[str, Any]] = json.loads(text.getvalue())
    return read


def totals(*words: str, figures: tuple[str, ...] = tuple(SIX)) -> dict[str, int]:
    return {row["figure"]: row["value"] for row in told(*words, figures=figures)}


def number(statement: str) -> int:
    """What a statement of the owner counts."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
        row: tuple[int] = cursor.fetchone()
    return row[0]


def people() -> set[tuple[Any, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT shown_name, born_on FROM kamkor_person")
        return set(cursor.fetchall())


@pytest.mark.usefixtures("scenario")
def test_the_register_counts_what_was_reported() -> None:
    assert totals(*YEAR) == SIX


@pytest.mark.usefixtures("scenario")
def test_all_identified_are_registered() -> None:
    figures = ("children_registered", "families_registered")
    assert totals(*YEAR, figures=figures) == dict(zip(figures, (772, 260), strict=True))
    assert number(
        """SELECT count(*) FROM kamkor_identification i WHERE i.withdrawn_at IS NULL AND NOT EXISTS
        (SELECT FROM kamkor_registration r WHERE r.case_id = i.case_id AND r.registered)"""
    ) == 0  # fmt: skip


@pytest.mark.usefixtures("scenario")
def test_nobody_is_on_this_register_before_2017() -> None:
    assert set(totals(*BEFORE).values()) == {0}
    for table in ("identification", "registration", "visit", "report"):
        assert number(
            f"SELECT count(*) FROM kamkor_{table} WHERE happened_on < '2017-01-01'"  # noqa: S608 - names of ours
            " OR recorded_at < '2017-01-01'"
        ) == 0  # fmt: skip


@pytest.mark.usefixtures("scenario")
def test_each_district_cell_is_none_or_at_least_five() -> None:
    cells = [row for row in told(*YEAR, by="district") if row["district"] not in {"*", "-"}]
    assert {row["figure"] for row in cells} == set(SIX)
    assert [row for row in cells if row["value"] in range(1, 5)] == []
    for figure in ("children_identified", "children_on_register"):
        parts = [row["value"] for row in cells if row["figure"] == figure]
        assert sum(parts) == SIX[figure]
        assert len(parts) == 13


@pytest.mark.usefixtures("scenario")
def test_what_was_known_on_the_day_was_something_else() -> None:
    known = totals(*YEAR, "--known-on", THAT_DAY)
    assert known["children_identified"] < 772
    assert known["cohort_taken_off"] < 519
    assert known["families_identified"] < 260
    assert totals(*YEAR, "--known-on", "2017-12-31") == SIX


LATE = """
SELECT count(DISTINCT case_id) FROM (
    SELECT case_id, happened_on, first_recorded_at FROM kamkor_identification
    UNION ALL SELECT case_id, happened_on, first_recorded_at FROM kamkor_takingoffdecision
) f WHERE happened_on <= '2017-10-11' AND first_recorded_at >= '2017-10-12 00:00+06'
"""
CORRECTED = """
SELECT count(DISTINCT id) FROM (
    SELECT id, corrects FROM kamkor_identification
    UNION ALL SELECT id, corrects FROM kamkor_registration
    UNION ALL SELECT id, corrects FROM kamkor_takingoffdecision
    UNION ALL SELECT id, corrects FROM kamkor_birth
) f WHERE corrects IS NOT NULL
"""
RETURNED = """
SELECT count(DISTINCT c.child_id) FROM kamkor_case c
JOIN kamkor_registration r ON r.case_id = c.id JOIN kamkor_takingoffdecision d
ON d.case_id = c.previous_id AND d.agreed WHERE c.child_id IS NOT NULL
AND d.happened_on <= r.happened_on AND r.happened_on <= '2017-10-11'
"""
IN_ERROR = """
SELECT count(DISTINCT case_id) FROM kamkor_takingoffdecision
WHERE agreed AND reason = 'entered_in_error' AND withdrawn_at IS NULL
"""
MOVED = """
SELECT count(DISTINCT case_id) FROM kamkor_transferanswer
WHERE accepted AND moved_to <> district AND happened_on <= '2017-10-11'
AND left(moved_to, 5) = '41703' AND left(district, 5) = '41703'
"""
SINCE = "SELECT count(*) FROM kamkor_registration WHERE happened_on > '2017-10-11'"


@pytest.mark.usefixtures("scenario")
@pytest.mark.parametrize(
    ("statement", "least"),
    [(LATE, 20), (CORRECTED, 20), (RETURNED, 15), (IN_ERROR, 10), (MOVED, 10), (SINCE, 20)],
    ids=["late", "corrected", "returned", "error", "moved", "since"],
)
def test_there_is_enough_of_everything(statement: str, least: int) -> None:
    assert number(statement) >= least


@pytest.mark.usefixtures("scenario")
def test_nothing_is_sealed() -> None:
    for table in ("case", "person", "household", "report", "visitchild"):
        statement = f"SELECT count(*) FROM kamkor_{table} WHERE team IS NOT NULL"  # noqa: S608 - names of ours
        assert number(statement) == 0


@pytest.mark.slow
def test_another_seed_gives_other_people_and_the_same_totals(
    house: ServerFacts, django_db_blocker: DjangoDbBlocker, scenario_database: str
) -> None:
    other = f"{scenario_database}_2"
    create_database(house, other, template=TEMPLATE)
    with connected_to(house, django_db_blocker, other):
        build_scenario("jalal-abad-2017", 2, None, lambda _done, _percent: None)
        assert totals(*YEAR) == SIX
        those = people()
    drop_database(house, other)
    with connected_to(house, django_db_blocker, scenario_database):
        assert len(those & people()) < len(those) / 20
