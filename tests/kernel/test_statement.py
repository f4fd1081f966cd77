"""Statements sent as they stand: values by name, rows as they are, faults as Django's."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg import Connection

from kamkor.kernel.ids import new_id
from kamkor.kernel.server_facts import ServerFacts
from kamkor.kernel.statement import PREPARED, Statement, answered, rows_of

pytestmark = pytest.mark.django_db


def test_a_value_that_stands_there_twice_is_sent_once() -> None:
    asked = Statement("SELECT %(a)s::int + %(b)s::int, %(a)s::int, 7 %% 4")
    assert asked.names == ["a", "b"]
    assert asked.rows({"a": 2, "b": 3, "c": 4}) == [(5, 2, 3)]


def test_rows_are_what_was_written() -> None:
    one = new_id()
    asked = Statement(
        "SELECT %(id)s::uuid, %(at)s::timestamptz, ARRAY[%(id)s::uuid], NULL::text,"
        " '{\"ата\": [1, null]}'::json, true"
    )
    at = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert asked.rows({"id": one, "at": at}) == [(one, at, [one], None, {"ата": [1, None]}, True)]


def test_one_row_by_its_columns() -> None:
    assert Statement("SELECT 1 AS one, 'эки' AS two").row({}) == {"one": 1, "two": "эки"}


def test_what_the_database_refuses_is_a_fault_of_django() -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        Statement("SELECT nothing_of_the_kind").rows({})
    assert Statement("SELECT 1").rows({}) == [(1,)]


def test_whoever_counts_statements_finds_it() -> None:
    with CaptureQueriesContext(connection) as held:
        Statement("SELECT %(a)s::int").rows({"a": 1})
    assert [one["sql"] for one in held.captured_queries] == ["SELECT $1::int"]


def test_a_connection_keeps_so_many_prepared_and_no_more() -> None:
    asked = [Statement(f"SELECT {number} + %(a)s::int") for number in range(PREPARED + 5)]
    for _ in range(2):
        assert [one.rows({"a": 1}) for one in asked] == [
            [(number + 1,)] for number in range(len(asked))
        ]
    kept = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'kamkor%%'"
    assert Statement(kept).rows({}) == [(PREPARED,)]


def test_values_of_other_types_are_prepared_anew() -> None:
    asked = Statement("SELECT %(a)s::bigint")
    assert [asked.rows({"a": one})[0][0] for one in (1, 2**40, None, 3)] == [1, 2**40, None, 3]


@pytest.fixture
def unopened(house: ServerFacts) -> Iterator[Connection[Any]]:
    """A connection as Django holds it in a block that has not asked anything yet."""
    with psycopg.connect(**house.administrator_arguments(), autocommit=False) as made:
        yield made


def test_the_first_statement_of_a_transaction_begins_it(unopened: Connection[Any]) -> None:
    answered(unopened, b"SELECT set_config('kamkor.tried', 'yes', true)", [])
    asked = b"SELECT coalesce(current_setting('kamkor.tried', true), '')"
    assert rows_of(answered(unopened, asked, [])) == [("yes",)]
    unopened.rollback()
    assert rows_of(answered(unopened, asked, [])) == [("",)]


def test_what_is_prepared_outlives_what_psycopg_gives_back(unopened: Connection[Any]) -> None:
    asked = b"SELECT 7 + $1::int"
    assert rows_of(answered(unopened, asked, [1])) == [(8,)]
    unopened.execute("SELECT 'of psycopg'", prepare=True)
    kept = "SELECT count(*) FROM pg_prepared_statements WHERE name NOT LIKE 'kamkor%'"
    assert unopened.execute(kept, prepare=False).fetchall() == [(1,)]
    for give_back in (
        unopened.rollback,
        lambda: unopened.execute("ALTER ROLE CURRENT_USER SET jit = off"),
    ):
        give_back()
        assert rows_of(answered(unopened, asked, [1])) == [(8,)]
        assert unopened.execute(kept, prepare=False).fetchall() == [(0,)]
        unopened.execute("SELECT 'of psycopg'", prepare=True)
    unopened.rollback()


def test_a_connection_that_ended_is_a_fault_of_operation(unopened: Connection[Any]) -> None:
    with pytest.raises(psycopg.OperationalError):
        answered(unopened, b"SELECT pg_terminate_backend(pg_backend_pid())", [])
    assert unopened.closed
