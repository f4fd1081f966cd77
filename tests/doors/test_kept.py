"""Questions that are put together once answer each viewer as if they had been put together now."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet

from kamkor.access.rules import Viewer
from kamkor.cases.models import Case
from kamkor.cases.queries.around import around
from kamkor.cases.queries.case import cases_visible_to, own_cases
from kamkor.cases.queries.history import QUESTIONS
from kamkor.cases.queries.report import queue, unread_alarms
from kamkor.cases.queries.task import open_tasks
from kamkor.kernel import clock
from kamkor.kernel.kept import NotKept, asked, asked_together, counted
from tests.doors.world import USERS, World

pytestmark = pytest.mark.usefixtures("undone")

Question = Callable[[Viewer], QuerySet[Any]]
ASKED: list[Question] = [cases_visible_to, own_cases, open_tasks]
COUNTED: list[Question] = [*ASKED, queue, unread_alarms]


def players(world: World) -> list[Any]:
    """All who see anything, one after another: many are of one shape."""
    found = [getattr(world.cast, name) for name in USERS if hasattr(world.cast, name)]
    return [one for one in found if one.viewer_or_nobody is not None]


def values(rows: list[Any]) -> list[Any]:
    """What each row holds, and the rows beside it."""
    return [_all_of(row) for row in rows]


def _all_of(row: Any) -> dict[str, Any]:  # noqa: ANN401 - any row
    beside = {key: _all_of(one) for key, one in row._state.fields_cache.items() if one}
    return {key: value for key, value in vars(row).items() if key != "_state"} | {"beside": beside}


@pytest.mark.parametrize("question", ASKED)
def test_a_kept_question_answers_each_viewer_for_itself(world: World, question: Question) -> None:
    found = set()
    for player in players(world):
        with player.inside() as viewer:
            answer = asked(question, viewer)
            plain = list(question(viewer))
        assert [one.pk for one in answer] == [one.pk for one in plain]
        assert values(answer) == values(plain)
        found.add(tuple(sorted(str(one.pk) for one in answer)))
    assert len(found) > 2


@pytest.mark.parametrize("question", COUNTED)
def test_a_kept_count_counts_for_each_viewer(world: World, question: Question) -> None:
    for player in players(world):
        with player.inside() as viewer:
            assert counted(question, viewer) == question(viewer).count()


def test_rows_asked_for_together_are_the_same_rows(world: World) -> None:
    """They come as JSON: each day, moment and id is read back as what it is."""
    for place, player in (("suzak", world.cast.aigul), ("nooken", world.cast.cholpon)):
        with player.inside() as viewer:
            case = Case.objects.get(id=world.places[place].case)
            given: dict[str, Any] = {"case_id": case.pk, "child_id": case.child_id}
            given["household_id"] = case.household_id
            found = asked_together(QUESTIONS, viewer, **given)
            for kind, question in QUESTIONS.items():
                plain = list(question(viewer, **given))
                assert in_order(values(found[kind])) == in_order(values(plain)), kind
            assert found["identification"]
            assert found["birth"]
            assert case.pk in {one.pk for one in around(viewer, case).near}


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows by their ids."""
    return sorted(rows, key=lambda row: row["id"])


def _of_today(viewer: Viewer) -> QuerySet[Case]:
    return cases_visible_to(viewer).filter(opened_on=clock.today())


def _of_one(viewer: Viewer) -> QuerySet[Case]:
    return cases_visible_to(viewer).filter(id=UUID(int=7))


def _of_given_day(viewer: Viewer, day: date) -> QuerySet[Case]:
    return cases_visible_to(viewer).filter(opened_on__lte=day)


@pytest.mark.parametrize("question", [_of_today, _of_one])
def test_a_question_with_a_day_or_an_id_of_its_own_is_not_kept(
    world: World, question: Question
) -> None:
    with world.cast.aigul.inside() as viewer, pytest.raises(NotKept):
        asked(question, viewer)


def test_the_day_of_a_question_is_told_when_it_is_asked(world: World) -> None:
    with world.cast.aigul.inside() as viewer:
        assert asked(_of_given_day, viewer, day=date(1999, 1, 1)) == []
        assert asked(_of_given_day, viewer, day=clock.today()) != []
