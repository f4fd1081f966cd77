"""Writing under load: a report through the whole door, against one row of the floor."""

import json
from collections.abc import Callable
from itertools import count

from bench.client import Asking, loaded
from bench.judging import Measured, taken_in_turn
from bench.pages import SECONDS
from bench.stage import Stage
from kamkor.kernel.ids import new_id

_PLACE = {
    "worry": "neglect",
    "danger_now": False,
    "seen_or_said": "Түнкү саат ондо бала жалгыз, үй муздак.",
    "source": "neighbour",
}
_NUMBERS = count(1)
WRITER = "specialist2"
"""Writes in another district than the pages are read in, so that those stay as they are; and
is no worker on duty, who would be lent each of thousands of reports that nobody screens."""


def report_created(stage: Stage) -> Measured:
    """Reports taken down a second, and rows inserted a second."""
    cookies, port, wanted = stage.client(WRITER).cookies, stage.desk_port, reports(stage)
    ours, peer = taken_in_turn(
        lambda: loaded(port, wanted, cookies=cookies, seconds=SECONDS).a_second,
        lambda: loaded(stage.floor_port, inserts(), seconds=SECONDS).a_second,
    )
    return Measured(ours, peer)


def reports(stage: Stage) -> Callable[[], Asking]:
    """Commands that take down a report each, no two alike."""
    territory = stage.territory_of(WRITER)

    def one() -> Asking:
        number = next(_NUMBERS)
        told = {"description": f"Бала {number}", "age": 3}
        data = _PLACE | {
            "place": f"Сакалды, {number}-үй",
            "territory": territory,
            "children": [told],
        }
        sent = {"id": str(new_id()), "command": "receive_report", "data": data}
        return Asking("/commands/", json.dumps(sent).encode(), holds=b'"applied"')

    return one


def inserts() -> Callable[[], Asking]:
    """Rows of the floor."""

    def one() -> Asking:
        row = {
            "worker": 1,
            "name": f"Бала {next(_NUMBERS)}",
            "next_on": "2026-01-31",
            "seen_on": "2026-01-01",
            "place": "Сакалды",
        }
        return Asking("/insert/", json.dumps(row).encode(), status=201, holds=b'"id"')

    return one
