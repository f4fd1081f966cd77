"""The worker compares a department after the other, and keeps nobody waiting for it."""

import subprocess

import pytest
from django.db import connection, connections

from kamkor.exchange import comparing as nightly
from kamkor.kernel import clock
from kamkor.people.operations.comparing import compare_department, departments_due
from tests.cast import Cast
from tests.doors.test_loading import waiting


def test_what_is_left_waits_behind_others(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """So nobody waits for all departments who waits for one notice."""
    monkeypatch.setattr(connections, "close_all", lambda: None)
    monkeypatch.setattr(nightly, "compare_apart", compare_department)
    monkeypatch.setattr(nightly, "AT_ONCE_SECONDS", -1.0)
    for left in range(len(departments_due()) - 1, -1, -1):
        with clock.clock_at(cast.time.moment):
            nightly.compare_children(timestamp=0)
        assert len(departments_due(cast.time.moment)) == left
        assert [name for name, _ in waiting()] == ([nightly.COMPARE_ALL] if left else [])
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")


def test_a_department_that_fails_keeps_none_from_being_compared(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = departments_due()[0]

    def compared(department: int) -> None:
        if department == broken:
            raise subprocess.CalledProcessError(1, ["kamkor"])
        compare_department(department)

    monkeypatch.setattr(connections, "close_all", lambda: None)
    monkeypatch.setattr(nightly, "compare_apart", compared)
    monkeypatch.setattr(nightly, "AT_ONCE_SECONDS", -1.0)
    for left in range(len(departments_due()) - 1, 0, -1):
        with clock.clock_at(cast.time.moment), pytest.raises(nightly.NotComparedError):
            nightly.compare_children(timestamp=0)
        assert len(departments_due(cast.time.moment)) == left
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
    assert departments_due(cast.time.moment) == [broken]
