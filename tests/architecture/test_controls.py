"""Each planted fault of ``make controls`` still has its place, and the test that must notice it."""

import re
from pathlib import Path

import pytest

from tools.controls import ROOT, broken
from tools.controls_keys import OF_KEYS
from tools.controls_list import CONTROLS, Control
from tools.controls_more import MORE

ALL = (*CONTROLS, *MORE, *OF_KEYS)


def faults(control: Control, root: Path = ROOT) -> list[str]:
    """What a control lacks: its place exactly once, its test by name."""
    file, *names = control.test.partition("[")[0].split("::")
    tests = (root / file).read_text(encoding="utf-8")
    missing = [name for name in names if not re.search(rf"\b(def|class) {name}\b", tests)]
    found = [f"no {name} in {file}" for name in missing]
    if broken(control, (root / control.file).read_text(encoding="utf-8")) is None:
        found.append(f"the place is not once in {control.file}")
    return found


def test_each_control_has_its_place_and_its_test() -> None:
    assert len(ALL) > 100
    assert {one.name: faults(one) for one in ALL if faults(one)} == {}


@pytest.mark.parametrize(
    ("old", "test"),
    [("no such text", ALL[0].test), (ALL[0].old, "tests/conftest.py::test_not_there")],
)
def test_a_control_without_its_place_or_its_test_is_told(old: str, test: str) -> None:
    one = ALL[0]
    assert len(faults(Control(one.name, one.file, old, one.new, test))) == 1
