"""Whether the pages of a worker become slower where the nation is larger."""

from statistics import median

from bench.client import loaded
from bench.judging import Measured, taken_in_turn
from bench.pages import WORKER, day_of_worker, pages_of_cases
from bench.stage import Stage, staged

SMALL = "small"
_SECONDS = 3.0


def growth(stage: Stage) -> Measured:
    """The median time of the worker's pages at this size, and at the smallest."""
    with staged(SMALL, stage.seed) as small:
        return Measured(*taken_in_turn(lambda: _median(stage), lambda: _median(small)))


def _median(stage: Stage) -> float:
    client = stage.client(WORKER)
    wanted = [*day_of_worker(), *pages_of_cases(client)]
    load = loaded(stage.desk_port, wanted, cookies=client.cookies, seconds=_SECONDS)
    return median(load.took)
