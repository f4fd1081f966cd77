"""A restored or promoted database is another one: nobody is signed in there, no code is good."""

import pytest
from django.db import connections

from kamkor.kernel.incarnation import FORGOTTEN, begin_life
from tests.cast import Cast
from tests.doors.desk import Desk

PROMOTED = "UPDATE incarnation SET told_by = left(told_by, -8) || '00000000'"
A_CODE = """INSERT INTO kamkor_factorreset (account_id, asked_by_id, confirmed_by_id, asked_at,
    confirmed_at, code) SELECT min(id), max(id), max(id), now(), now(), 'hashed' FROM kamkor_account"""


def on_owner(statement: str) -> list[tuple[object, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


@pytest.mark.parametrize("what", [FORGOTTEN, PROMOTED])
def test_sessions_and_codes_of_another_life_end(committed_cast: Cast, what: str) -> None:
    assert begin_life()
    desk = Desk("aigul", committed_cast.time)
    on_owner(A_CODE)
    (first,) = on_owner("SELECT id FROM incarnation")
    assert not begin_life()
    assert desk.open("/").status == 200
    assert on_owner("SELECT used_at IS NULL FROM kamkor_factorreset") == [(True,)]
    on_owner(what)
    assert begin_life()
    assert not begin_life()
    answer = desk.open("/")
    assert (answer.status, answer.response["Location"]) == (302, "/sign-in/?next=%2F")
    assert on_owner("SELECT used_at IS NULL FROM kamkor_factorreset") == [(False,)]
    (second,) = on_owner("SELECT id FROM incarnation")
    assert first != second
