"""The second lock by itself: whatever the Python says, the database shows nothing it should not."""

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from kamkor.kernel import clock
from kamkor.kernel.database import Scope, signed_context
from tests.access.references import PROTECTED, broken_references, protected_models
from tests.cast import Cast
from tests.factories import a_violent_report, accepted, identified, registered, seen

KEY = bytes.fromhex(settings.KAMKOR_CONTEXT_KEY)
NATION = Scope(account=1, post=1, level=4)


def a_full_house(cast: Cast) -> str:
    """Suzak with a report, children, a visit and a sealed report; the registered case."""
    accepted(cast.aigul)
    case = registered(cast)
    home = str(cast.aigul.case(case).household_id)
    cast.aigul.do(
        "record_visit", household=home, kind="home", happened_on=cast.today, children=[seen(case)]
    )
    identified(cast, given_name="Нурайым")
    cast.aigul.do("receive_report", **a_violent_report())
    return case


def backend() -> int:
    """The backend of the connection the tests use."""
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


def rows_with(context: str) -> dict[str, int]:
    """How many rows of each protected table this context shows, where there are any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kamkor.context', %s, true)", [context])
    shown = {model.__name__: model._default_manager.count() for model in protected_models()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kamkor.context', '', true)")
    return {name: number for name, number in shown.items() if number}


def test_every_protected_table_has_a_model_the_tests_look_at() -> None:
    """No protected table escapes these tests."""
    assert {model._meta.db_table for model in protected_models()} == set(PROTECTED)


def test_a_right_context_shows_rows_so_that_the_others_can_fail(cast: Cast) -> None:
    """Control: the nation's own context, rightly signed, shows what was recorded."""
    a_full_house(cast)
    shown = rows_with(signed_context(NATION, backend(), KEY))
    assert {"Case", "Person", "Report", "Visit", "JournalEntry"} <= set(shown)


def test_no_context_shows_no_row(cast: Cast) -> None:
    """Without a context there is nothing in any protected table."""
    a_full_house(cast)
    assert rows_with("") == {}


def _changed(context: str) -> str:
    return context.replace("1|1|4", "1|1|3", 1)


@pytest.mark.parametrize(
    "forged",
    [
        lambda: signed_context(NATION, backend(), b"another key"),
        lambda: _changed(signed_context(NATION, backend(), KEY)),
        lambda: signed_context(NATION, backend() + 1, KEY),
        lambda: signed_context(NATION, backend(), KEY)[:-1],
        lambda: "4",
        lambda: "1|1|4||||||9999999999|" + "0" * 64,
        lambda: signed_context(NATION, backend(), KEY) + "|x",
    ],
    ids=["foreign key", "changed", "other backend", "cut", "bare", "unsigned", "longer"],
)
def test_a_context_that_is_not_ours_shows_no_row(cast: Cast, forged: Any) -> None:  # noqa: ANN401 - makes a context
    """A changed, replayed, foreign or unsigned context shows nothing."""
    a_full_house(cast)
    assert rows_with(forged()) == {}


def test_an_expired_context_shows_no_row(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A context whose time is over shows nothing."""
    a_full_house(cast)
    now = int(datetime.now(clock.ZONE).timestamp())
    monkeypatch.setattr(clock, "wall_seconds", lambda: now - 3600)
    assert rows_with(signed_context(NATION, backend(), KEY)) == {}


@pytest.mark.parametrize("role", ["kamkor_owner", "kamkor_figures", "kamkor_super"])
def test_the_web_login_cannot_become_another(cast: Cast, role: str) -> None:
    """``set_config('role', ...)`` is refused: the web login is a member of nothing."""
    a_full_house(cast)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [role])


def test_two_statements_cannot_ride_in_one(cast: Cast) -> None:
    """A second statement smuggled into a parameterised one is refused."""
    a_full_house(cast)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::text; SELECT 1", ["x"])


def test_a_worker_of_another_district_sees_no_row_of_suzak(cast: Cast) -> None:
    """Cholpon gets nothing from any protected table with every Python lock left out."""
    a_full_house(cast)
    with cast.cholpon.inside():
        shown = {model.__name__: model._default_manager.count() for model in protected_models()}
    assert {name: number for name, number in shown.items() if number} == {}


def test_a_worker_of_another_district_writes_nothing_into_suzak(cast: Cast) -> None:
    """Cholpon can neither change nor add a row of Suzak."""
    case = a_full_house(cast)
    with cast.cholpon.inside(), connection.cursor() as cursor:
        cursor.execute("UPDATE kamkor_case SET state = 'closed' WHERE id = %s", [case])
        assert cursor.rowcount == 0
        cursor.execute("SELECT move_subjects(ARRAY[%s]::uuid[], %s, NULL)", [
            case,
            cast.cholpon.viewer.office_id,
        ])  # fmt: skip
        assert cursor.fetchone() == (0,)


def test_facts_cannot_be_rewritten_or_deleted(cast: Cast) -> None:
    """Even who sees a fact may only set its withdrawal; deleting does not exist."""
    a_full_house(cast)
    with cast.bakyt.inside():
        for statement in (
            "UPDATE kamkor_identification SET difficulty = 'x'",
            "DELETE FROM kamkor_visit",
            "TRUNCATE kamkor_case",
            "UPDATE kamkor_journalentry SET operation = 'x'",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_what_a_visible_row_refers_to_is_visible(cast: Cast) -> None:
    """No account sees a row that refers to a hidden one, snapshots apart."""
    a_full_house(cast)
    found = [line for one in cast.everybody.values() if one.username != "admin"
             for line in broken_references(one)]  # fmt: skip
    assert found == []
