"""A row that must be missed: what the others are worth is shown by this one."""

import time

from bench.judging import Measured, taken_in_turn
from bench.stage import Stage

_WORK_SECONDS = 0.004
_DELAY_SECONDS = 0.004


def planted(stage: Stage) -> Measured:  # noqa: ARG001 - as every row is measured
    """The same waiting with a delay and without."""
    return Measured(
        *taken_in_turn(
            lambda: _waited(_WORK_SECONDS + _DELAY_SECONDS), lambda: _waited(_WORK_SECONDS)
        )
    )


def _waited(seconds: float) -> float:
    begun = time.perf_counter()
    time.sleep(seconds)
    return time.perf_counter() - begun
