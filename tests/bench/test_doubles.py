"""The row of a night's pass notices a pass that is not right, whatever its speed."""

from dataclasses import replace
from typing import Any

import pytest

from bench.doubles import Pass, faults

FIRST = Pass(10.0, 300.0, 0, [10, 60, 100], children=9_000, pairs=80, added=80, taken=0)
NIGHT = replace(FIRST, added=0)


def test_a_right_pass_has_no_fault() -> None:
    assert faults([FIRST, NIGHT, NIGHT]) == []
    assert NIGHT.a_second == 900


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"status": 1}, "the command ended with 1"),
        ({"megabytes": 2_100.0}, "2100 MB"),
        ({"children": 0}, "no child was compared"),
        ({"pairs": 0}, "no two were alike"),
        ({"added": 1}, "it added 1 pairs"),
        ({"taken": 2}, "took 2 away"),
        ({"shares": [60, 10, 100]}, "progress"),
        ({"shares": [10, 60]}, "progress"),
    ],
)
def test_each_fault_is_noticed(changed: dict[str, Any], said: str) -> None:
    (found,) = faults([FIRST, replace(NIGHT, **changed)])
    assert said in found
