"""Every refusal of the catalogue is provoked once in a whole run, through a door."""

from collections.abc import Iterator

import pytest

from kamkor.exchange.commands import lines_of
from kamkor.kernel.errors import Refusal
from kamkor.management.commands import commands
from kamkor.management.shell import viewer_named
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.provoked import provoked, run_is_whole

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
