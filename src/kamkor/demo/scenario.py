"""The demo's scenarios: a register as it was told of once, built instead of the plain demo."""

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Scenario:
    """First and last day of what is played, and what draws the lives of all homes."""

    first: date
    last: date
    lives: Callable[[int, Days, list[Department]], list[Life]]


SCENARIOS: dict[str, Scenario] = {
    "jalal-abad-2017": Scenario(jalal_abad_2017.FIRST, jalal_abad_2017.LAST, jalal_abad_2017.lives),
}


def build_scenario(
    name: str, seed: int, sign_ins: Path | None, tell: Callable[[int, int], None]
) -> Built:
    """Build a scenario in an empty, migrated database, as ``building.build`` does the demo.

    Without ``sign_ins`` the named accounts stand there already.
    """
    wanted = SCENARIOS[name]
    days = Days(at(wanted.last, _EVENING))
    found = staffed(sign_ins, days)
    lives = wanted.lives(seed, days, found)
    commands = play(map(story, lives), found, days, wanted.first, tell)
    return Built(
        departments=len(found),
        workers=sum(len(one.workers) for one in found),
        homes=len(lives),
        children=sum(len(one.children) for one in lives),
        commands=commands,
    )
