"""Statements sent as they stand: values by name, rows as they are, faults as Django's."""

from datetime import UTC, datetime

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kamkor.kernel.ids import new_id
from kamkor.kernel.statement import Statement

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
