"""What a first page asks for is found by an index of what is open, however many years there are."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction

from kamkor.access.rules import Viewer
from kamkor.cases.queries.report import unread_alarms
from kamkor.cases.queries.task import _first_tasks
from kamkor.kernel import kept
from kamkor.kernel.statement import Statement
from kamkor.web.register_list import Filters, _counts, _first_rows
from tests.doors.world import World

pytestmark = pytest.mark.usefixtures("undone")

Question = Callable[[Viewer], Any]


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


ASKED: list[tuple[str, Question, str, str]] = [
    ("aigul", tasks, "kamkor_task", "task_by_"),
    ("bakyt", tasks, "kamkor_task", "task_by_"),
    ("aigul", alarms, "kamkor_report", "report_alarms"),
    ("bakyt", alarms, "kamkor_report", "report_alarms"),
    ("aigul", rows, "kamkor_case", "case_open_by_"),
    ("bakyt", rows, "kamkor_case", "case_open_by_"),
    ("aigul", counts, "kamkor_case", "case_open_by_"),
    ("bakyt", counts, "kamkor_case", "case_open_by_"),
]


@pytest.mark.parametrize(("who", "statement", "table", "index"), ASKED)
def test_a_plan_for_all_viewers_rests_on_what_is_open(
    world: World, who: str, statement: Question, table: str, index: str
) -> None:
    with getattr(world.cast, who).inside() as viewer:
        asked = statement(viewer).sent
    assert f" {index}" in plan_for_all(asked, table, index)


def test_a_plan_that_does_not_know_what_is_open_cannot_rest_on_it(world: World) -> None:
    """Where the state were told by the viewer, as any other value."""
    told = Statement("SELECT id FROM kamkor_case WHERE state = ANY(%(s)s) AND office_unit = %(u)s")
    assert " case_open_by_" not in plan_for_all(told, "kamkor_case", "case_open_by_")


def plan_for_all(asked: Statement, table: str, index: str) -> str:
    """The plan of a statement that knows no viewer, with an empty table that has these indexes
    alone: so it does not hang on how many rows stand in the others."""
    with connections["owner"].cursor() as cursor, transaction.atomic(using="owner"):
        cursor.execute(_INDEXES, [table, f"{index}%"])
        indexes = [one for (one,) in cursor.fetchall()]
        cursor.execute(f"CREATE TEMPORARY TABLE {table} (LIKE public.{table}) ON COMMIT DROP")
        for one in indexes:
            cursor.execute(one.replace(f"public.{table}", table))
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE asked AS {asked.text}")
        cursor.execute(f"EXPLAIN EXECUTE asked({', '.join(['NULL'] * len(asked.names))})")
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("DEALLOCATE asked")
        cursor.execute(f"DROP TABLE pg_temp.{table}")
    return plan


_INDEXES = (
    "SELECT indexdef FROM pg_indexes"
    " WHERE schemaname = 'public' AND tablename = %s AND indexname LIKE %s"
)
