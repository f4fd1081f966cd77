"""What a first page asks for is found by an index of what is open, however many years there are."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from psycopg import RawCursor

from kamkor.access.rules import Viewer
from kamkor.cases.queries.report import unread_alarms
from kamkor.cases.queries.task import _first_tasks
from kamkor.kernel import kept
from kamkor.web.register_list import Filters, _counts, _first_rows
from tests.doors.world import World

pytestmark = pytest.mark.usefixtures("undone")

Statement = Callable[[Viewer], Any]


def tasks(viewer: Viewer) -> Any:  # noqa: ANN401 - a kept statement
    """What presses most."""
    return kept._one(_first_tasks, viewer.shape, (8,), ())


def alarms(viewer: Viewer) -> Any:  # noqa: ANN401 - as above
    """Whether it rings."""
    return kept._count(unread_alarms, viewer.shape, (), ())


def rows(viewer: Viewer) -> Any:  # noqa: ANN401 - as above
    """The first page of the register."""
    return kept._one(_first_rows, viewer.shape, (Filters(),), ())


def counts(viewer: Viewer) -> Any:  # noqa: ANN401 - as above
    """How many there are."""
    return kept._one(_counts, viewer.shape, (Filters(),), ())


ASKED: list[tuple[str, Statement, str]] = [
    ("aigul", tasks, "task_by_"),
    ("bakyt", tasks, "task_by_"),
    ("aigul", alarms, "report_alarms"),
    ("bakyt", alarms, "report_alarms"),
    ("aigul", rows, "case_open_by_"),
    ("bakyt", rows, "case_open_by_"),
    ("aigul", counts, "case_open_by_"),
    ("bakyt", counts, "case_open_by_"),
]


@pytest.mark.parametrize(("who", "statement", "index"), ASKED)
def test_a_plan_for_all_viewers_rests_on_what_is_open(
    world: World, who: str, statement: Statement, index: str
) -> None:
    with getattr(world.cast, who).inside() as viewer, connection.cursor() as cursor:
        asked = statement(viewer)
        told = {name: kept._told(mark, viewer, {}) for name, mark in asked.marks.items()}
        # So few rows as a test has are read through whatever index there is.
        cursor.execute("SET LOCAL enable_seqscan = off")
        values = [told[name] for name in asked.sent.names]
        explained = RawCursor(connection.connection).execute(f"EXPLAIN {asked.sent.text}", values)
        plan = "\n".join(line for (line,) in explained.fetchall())
        cursor.execute("RESET enable_seqscan")
    assert f" {index}" in plan, plan
