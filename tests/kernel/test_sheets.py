"""Rows written in bulk: arrays as the server reads them, draws repeated, work made ahead."""

import gc
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kamkor.kernel.ids import new_id
from kamkor.kernel.sheets import (
    Drawn,
    Uuids,
    as_array,
    in_bulk,
    made_ahead,
    plain_cursor,
    send_now,
)

STRANGE = "тырмак \" апостроф ' тескери \\ {үтүр, чек} \n NULL"


def read(kind: str, held: object) -> list[Any]:
    cursor = plain_cursor()
    cursor.execute(f"SELECT unnest(%s::{kind}[])", [held])
    return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
def test_ids_and_their_texts_arrive_as_they_were() -> None:
    ids = [new_id() for _ in range(3)]
    held = as_array("uuid", [ids[0], str(ids[1]), ids[2]])
    assert isinstance(held, Uuids)
    assert read("uuid", held) == ids
    assert read("uuid", as_array("uuid", [ids[0], None])) == [ids[0], None]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "texts", [[STRANGE, ""], [STRANGE, None, "NULL"], [None, None], ["a"]], ids=str
)
def test_texts_arrive_as_they_were(texts: list[str | None]) -> None:
    assert read("text", as_array("text", texts)) == texts


def test_a_text_with_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        as_array("text", ["a\0b", "c"])


@pytest.mark.django_db
def test_what_was_drawn_before_is_drawn_anew_and_only_that_statement_repeated() -> None:
    """Three draws, then it is a refusal; what was written before it stays."""
    insert = (
        "INSERT INTO kamkor_session (session_key, session_data, expire_date, opened_at, seen_at,"
        " kind, browser) SELECT unnest(%s::text[]), '', now(), now(), now(), '', ''"
    )
    send_now(insert, ["{1,2}"])
    send_now(insert, [Drawn("text", iter("132456"), 2)])
    with pytest.raises(IntegrityError), transaction.atomic():
        send_now(insert, [Drawn("text", iter("1117"), 1)])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(session_key, '' ORDER BY session_key) FROM kamkor_session"
        )
        assert cursor.fetchone() == ("1256",)


def test_the_next_is_made_while_the_one_before_is_worked_on() -> None:
    making = threading.Event()

    def source() -> Iterator[int]:
        yield 1
        making.set()
        yield 2

    given = []
    for one in made_ahead(source()):
        assert making.wait(5)
        given.append(one)
    assert given == [1, 2]


def test_a_fault_of_what_is_made_ahead_is_raised() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        list(made_ahead(source()))


def test_the_interpreter_is_set_back_after_the_work() -> None:
    before = sys.getswitchinterval()

    def work() -> None:
        with in_bulk():
            assert not gc.isenabled()
            assert sys.getswitchinterval() < before
            raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        work()
    assert gc.isenabled()
    assert sys.getswitchinterval() == pytest.approx(before)


def test_work_in_bulk_that_ends_in_another_order_sets_the_interpreter_back() -> None:
    before = sys.getswitchinterval()
    first, second = in_bulk(), in_bulk()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    assert sys.getswitchinterval() < before
    second.__exit__(None, None, None)
    assert gc.isenabled()
    assert sys.getswitchinterval() == pytest.approx(before)
