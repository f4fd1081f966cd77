"""When a row is met: ratios of rounds taken in turn, and a calibration of the machine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.stage import Stage

ROUNDS = 5


@dataclass(frozen=True)
class Measured:
    """What a row found: for each round our figure and the peer's, and what else is worth knowing.

    ``faults`` are answers or numbers that are not as they must be; one is enough to miss.
    """

    ours: Sequence[float]
    peer: Sequence[float]
    beside: Mapping[str, Any] = field(default_factory=dict)
    faults: Sequence[str] = ()

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios, ours to the peer's."""
        return median(ours / peer for ours, peer in zip(self.ours, self.peer, strict=True))


@dataclass(frozen=True)
class Row:
    """One benchmark: what is measured against what, and the ratio it must hold.

    ``at_least`` or ``at_most`` is the target; ``sizes`` those it can be asked at.
    """

    name: str
    title: str
    against: str
    unit: str
    measure: "Callable[[Stage], Measured]"
    at_least: float | None = None
    at_most: float | None = None
    sizes: Sequence[str] = ()

    @property
    def target(self) -> str:
        """The target in words."""
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return f"at most {self.at_most:g}"

    def met_by(self, found: Measured) -> bool:
        """Whether what was measured holds the target, and every answer was right."""
        if found.faults:
            return False
        if self.at_least is not None and found.ratio < self.at_least:
            return False
        return self.at_most is None or found.ratio <= self.at_most


def taken_in_turn(
    ours: Callable[[], float], peer: Callable[[], float], rounds: int = ROUNDS
) -> tuple[list[float], list[float]]:
    """Our figure and the peer's, round by round; every other round begins with the peer."""
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        both = [(found[0], ours), (found[1], peer)]
        for held, take in both if number % 2 == 0 else reversed(both):
            held.append(take())
    return found


def within_limit(figures: Sequence[float], limit: float, slower: float) -> bool:
    """Whether the median holds an absolute limit, as it is or on this machine's own measure.

    ``slower`` is this run's calibration over the committed one; below 1 it counts as 1.
    """
    return median(figures) / max(1.0, slower) <= limit
