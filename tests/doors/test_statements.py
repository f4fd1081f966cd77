"""How many statements a page costs: a bound for each, so that it does not creep up."""

import csv
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.doors.world import World

pytestmark = pytest.mark.usefixtures("undone")

BOUNDS = Path(__file__).with_name("statements.csv")
# What a test's own transaction adds to a request: it runs in one already.
OF_TESTS = ("SAVEPOINT", "RELEASE SAVEPOINT")


def bounds() -> list[tuple[str, str, int]]:
    """Who opens which page, and the statements it may cost, sign-in included; with what the
    transaction begins is not counted."""
    with BOUNDS.open(encoding="utf-8", newline="") as file:
        return [(row["who"], row["address"], int(row["most"])) for row in csv.DictReader(file)]


def statements_of(world: World, who: str, address: str) -> list[str]:
    """What a page asks the database for once its questions are kept."""
    path = address.replace("suzak", world.places["suzak"].case)
    assert world.desks[who].open(path).status == 200
    with CaptureQueriesContext(connection) as held:
        assert world.desks[who].open(path).status == 200
    said = [str(one["sql"]) for one in held.captured_queries]
    return [sql for sql in said if not sql.startswith(OF_TESTS)]


@pytest.mark.parametrize(("who", "address", "most"), bounds())
def test_a_page_costs_no_more_statements_than_it_may(
    world: World, who: str, address: str, most: int
) -> None:
    said = statements_of(world, who, address)
    assert len(said) <= most, "\n".join(sql[:100] for sql in said)
