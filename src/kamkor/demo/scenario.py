"""The demo's scenarios: a register as it was told of once, built instead of the plain demo."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import kamkor.cases.operations
import kamkor.workforce.operations  # noqa: F401 - makes every operation known
from kamkor.demo import jalal_abad_2017
from kamkor.demo.building import Built, play, staffed
from kamkor.demo.days import Days, at
from kamkor.demo.entries import Life, story
from kamkor.demo.posts import Department

_EVENING = 22
Drawn = tuple[date, date, Callable[[int, Days, list[Department]], list[Life]]]
"""First and last day of a scenario, and what draws its lives."""

_SCENARIOS: dict[str, Drawn] = {
    "jalal-abad-2017": (jalal_abad_2017.FIRST, jalal_abad_2017.LAST, jalal_abad_2017.lives),
}


def build_scenario(name: str, seed: int, sign_ins: Path, tell: Callable[[int, int], None]) -> Built:
    """Build a scenario in an empty, migrated database; as ``building.build`` does the demo."""
    first, last, draw = _SCENARIOS[name]
    days = Days(at(last, _EVENING))
    found = staffed(sign_ins, days)
    lives = draw(seed, days, found)
    commands = play(map(story, lives), found, days, first, tell)
    return Built(
        departments=len(found),
        workers=sum(len(one.workers) for one in found),
        homes=len(lives),
        children=sum(len(one.children) for one in lives),
        commands=commands,
    )
