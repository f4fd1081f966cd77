"""What the second lock costs: taken from the desk's own questions, judged by the worst of them."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bench import locks
from bench.judging import Measured
from bench.locks import Compared
from kamkor.kernel.server_facts import ServerFacts
from tests.cast import Cast
from tests.factories import registered


@pytest.fixture
def stage(house: ServerFacts, committed: str, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - a stage
    """What a row needs of a stage, and few rounds."""
    monkeypatch.setattr(locks, "_MOST", 5)
    return SimpleNamespace(facts=replace(house, database=committed))


def test_the_worst_question_is_judged_and_all_are_told() -> None:
    easy = Compared([0.010], [0.010], same=True)
    hard = Compared([0.013, 0.014, 0.013], [0.010, 0.010, 0.010], same=True)
    found = locks.judged({"unit list": easy, "district list": hard}, locks.PAGE_TIMES)
    assert found.ours == hard.locked
    assert found.peer == pytest.approx([0.0122] * 3)
    assert set(found.beside) == {"unit list", "district list"}
    assert found.ratio == pytest.approx(0.013 / 0.0122)


def test_two_tenths_of_a_millisecond_are_allowed_beside_the_factor() -> None:
    assert Compared([0.0014], [0.001], same=True).ratio(1.2) == pytest.approx(1)
    assert Compared([0.0017], [0.001], same=True).ratio(1.5) == pytest.approx(1)


@pytest.mark.parametrize("row", [locks.lists, locks.cases, locks.counts])
def test_both_sides_say_the_same_at_every_level(
    stage: Any,  # noqa: ANN401 - as above
    committed_cast: Cast,
    row: Callable[[Any], Measured],
) -> None:
    registered(committed_cast)
    found = row(stage)
    assert found.faults == []
    assert {name.split()[0] for name in found.beside} == set(locks.LEVELS)
    assert len(found.ours) == len(found.peer) == 5


def test_a_side_that_sees_other_rows_is_told(stage: Any, committed_cast: Cast) -> None:  # noqa: ANN401 - as above
    """The control: the same question in the context of another department."""
    registered(committed_cast)
    question = locks._lists(committed_cast.bakyt.viewer)["register"]
    with locks._both(stage, committed_cast.cholpon.viewer) as (locked, plain):
        assert not locks.compared(question, locked, plain).same
    with locks._both(stage, committed_cast.bakyt.viewer) as (locked, plain):
        assert locks.compared(question, locked, plain).same
