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

    ``at_least`` or ``at_most`` is the target; ``sizes`` those it can be asked at. ``timed`` if it
    is held against a fixed time or rate and not against a peer on the same machine; ``by_name`` if
    it is asked by its name alone, for it has data and peers of its own.
    """

    name: str
    title: str
    against: str
    unit: str
    measure: "Callable[[Stage], Measured]"
    at_least: float | None = None
    at_most: float | None = None
    sizes: Sequence[str] = ()
    timed: bool = False
    by_name: bool = False

    @property
    def target(self) -> str:
        """The target in words."""
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return f"at most {self.at_most:g}"

    def met_by(self, found: Measured, slower: float = 1.0) -> bool:
        """Whether what was measured holds the target, and every answer was right.

        ``slower`` is this run's calibration over the committed one. What is ``timed`` may hold
        its target on the machine's own measure; a quicker machine changes nothing.
        """
        if found.faults:
            return False
        allowed = max(1.0, slower) if self.timed else 1.0
        if self.at_least is not None:
            return found.ratio * allowed >= self.at_least
        return self.at_most is not None and found.ratio / allowed <= self.at_most


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
