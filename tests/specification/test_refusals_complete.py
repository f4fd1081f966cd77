"""Every refusal of the catalogue is provoked once in a whole run, through a door."""

from collections.abc import Iterator

import pytest

from kamkor.exchange.commands import lines_of
from kamkor.kernel.commands import Operation
from kamkor.kernel.errors import Refusal
from kamkor.management.commands import commands
from kamkor.management.shell import viewer_named
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.provoked import of_operations, provoked, run_is_whole
from tools.documents_commands import GENERAL

LINE = '{"id": "019cac7d-0000-7000-8000-000000000001", "command": "dance"}'


@pytest.fixture
def apart() -> Iterator[None]:
    """What was provoked so far, put aside while a test looks at what it provokes itself."""
    before = set(provoked)
    provoked.clear()
    yield
    provoked.clear()
    provoked.update(before)


def test_control_only_what_came_out_of_a_door_counts(cast: Cast, apart: None) -> None:
    assert cast.aigul.refused("dance") == "operation_unknown"
    assert provoked == set()
    desk = Desk("aigul", cast.time)
    desk.act("/do/identify-child/", "identify_child")
    assert provoked == {"field_required"}
    desk.client.post("/commands/", LINE, content_type="application/json")
    assert provoked == {"field_required", "operation_unknown"}


def test_control_what_a_file_of_commands_prints_counts(cast: Cast, apart: None) -> None:
    shown = vars(commands)["carried_out"](lines_of(LINE, "aigul"), viewer_named)
    assert [answer["code"] for answer in shown] == ["operation_unknown"]
    assert provoked == {"operation_unknown"}


@pytest.mark.last
def test_every_refusal_has_been_provoked() -> None:
    if not run_is_whole():
        pytest.skip("only a part of the tests was asked for")
    ours = {
        code for code, kind in Refusal.catalogue.items() if kind.__module__.startswith("kamkor.")
    }
    missing = sorted(ours - provoked)
    assert missing == [], " ".join(missing)


@pytest.mark.last
def test_every_operation_refuses_what_it_says_it_may() -> None:
    """Each refusal that an operation declares, and docs/commands.md tells, is met with it, and
    beside those that any command may meet no other."""
    if not run_is_whole():
        pytest.skip("only a part of the tests was asked for")
    declared = {
        (name, one.code)
        for name, operation in Operation.registry.items()
        for one in set(operation.refusals) - GENERAL
    }
    general = {one.code for one in GENERAL}
    met = {one for one in of_operations if one[0] in Operation.registry and one[1] not in general}
    assert (sorted(declared - met), sorted(met - declared)) == ([], [])


def test_control_a_refusal_is_noted_with_its_operation(cast: Cast) -> None:
    wrong = {"counts": 1}
    assert cast.aigul.refused("record_round", **wrong) == "field_required"
    assert {("record_round", "field_required"), ("record_round", "field_unknown")} <= of_operations
