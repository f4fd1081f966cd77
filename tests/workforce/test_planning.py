"""A plan as a whole: what it holds beside the spread, and that it is the same everywhere."""

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from kamkor.kernel.errors import Refusal
from kamkor.workforce.rules.need import needs, weights_in
from kamkor.workforce.rules.planning import Planned, Wanted, plan
from kamkor.workforce.rules.spreading import RATIO, WEBSTER, moved, spread

STAGES = (100, 100, 100, 100, 150)
WEIGHTS = "children=.55,dls=.2,violence=.1,migrants=.15"


def wanted(seed: int = 1, **changed: object) -> Wanted:
    drawn = Random(seed)
    counts = {}
    for place in range(55):
        children = int(drawn.lognormvariate(10, 1))
        parts = {one: drawn.randint(0, children // 20) for one in ("dls", "violence", "migrants")}
        counts[f"417{place:02}000000000"] = {"children": children, **parts}
    told = Wanted(counts, WEBSTER, STAGES, 1, weights_in(WEIGHTS), {}, 4000)
    return replace(told, **changed)  # type: ignore[arg-type]


def test_a_plan_tells_each_stage_each_method_and_each_weight() -> None:
    asked = wanted()
    made = plan(asked)
    assert [one.posts for one in made.stages] == [100, 200, 300, 400, 550]
    assert [one.without for one in made.stages] == [()] * 5
    assert made.methods[WEBSTER] == made.stages[-1]
    assert set(made.methods) == {WEBSTER, RATIO}
    assert list(made.heavier) == ["children", "dls", "violence", "migrants"]
    raised = weights_in("children=.65")["children"] * Fraction(65, 100)
    weights = {"children": raised} | {
        one: share * Fraction(35, 45) for one, share in asked.weights.items() if one != "children"
    }
    other = spread(WEBSTER, needs(asked.counts, weights), STAGES, floor=1).after(5)
    assert made.heavier["children"] == moved(made.spread.after(5), other)
    assert sum(made.heavier["dls"].values()) == 0


def test_by_children_alone_no_weight_moves_anything() -> None:
    light, heavy = (
        plan(wanted(method=RATIO, weights=weights_in(text))) for text in ("children=1", WEIGHTS)
    )
    assert light.spread == heavy.spread
    assert (light.heavier, heavy.heavier) == ({}, {})


def test_a_single_weight_has_nothing_to_be_raised_by() -> None:
    asked = wanted(weights=weights_in("children=1"))
    assert set(plan(asked).heavier) == {"dls", "violence", "migrants"}
    bare = {unit: {"children": one["children"]} for unit, one in asked.counts.items()}
    assert plan(replace(asked, counts=bare)).heavier == {}


def test_a_weight_without_its_column_is_refused_by_either_method() -> None:
    for method in (WEBSTER, RATIO):
        with pytest.raises(Refusal) as refused:
            plan(wanted(method=method, counts={"a": {"children": 1}}))
        assert refused.value.first.code == "weight_without_column"


def test_children_that_are_none_anywhere_cannot_be_spread_over() -> None:
    counts = {"a": {"children": 0, "dls": 1}, "b": {"children": 0, "dls": 2}}
    with pytest.raises(Refusal) as refused:
        plan(wanted(method=RATIO, counts=counts, weights=weights_in("dls=1")))
    assert refused.value.first.code == "column_all_zero"


def told(made: Planned) -> str:
    return repr(made)


ELSEWHERE = "from tests.workforce.test_planning import *; print(told(plan(wanted(7))), end='')"


def test_another_process_makes_the_same_plan() -> None:
    """Whatever order its sets have."""
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", ELSEWHERE],
            env={"PYTHONPATH": "src:.", "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == told(plan(wanted(7)))
