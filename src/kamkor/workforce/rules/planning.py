"""A plan of posts: what was asked, how the posts are spread, and what speaks for and against it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from kamkor.workforce.rules.fairness import Fairness, fairness
from kamkor.workforce.rules.need import (
    CHILDREN,
    COLUMNS,
    Counts,
    Weights,
    heavier,
    needs,
    require_columns,
)
from kamkor.workforce.rules.spreading import METHODS, RATIO, Spread, moved, spread

_ALONE: Weights = {CHILDREN: Fraction(1)}
STEP = Fraction(1, 10)
"""By how much of the whole each weight is raised to see what hangs on it."""


@dataclass(frozen=True)
class Wanted:
    """What a plan is made from.

    ``counts`` are the children of each district and city by column; ``standing`` the posts that
    count as there already; ``norm`` the most children a post is to have.
    """

    counts: Mapping[str, Counts]
    method: str
    stages: tuple[int, ...]
    floor: int
    weights: Weights
    standing: Mapping[str, int]
    norm: int

    @property
    def children(self) -> dict[str, int]:
        """All children of each unit."""
        return {unit: one[CHILDREN] for unit, one in self.counts.items()}


@dataclass(frozen=True)
class Planned:
    """A plan: the spread, how even it is after each stage, the other methods, the weights.

    ``methods`` is how even each method is at the end; ``heavier`` by how many posts each unit would
    differ at the end if one weight were raised, by the column raised; empty where none is weighed.
    """

    wanted: Wanted
    need: Mapping[str, Fraction]
    spread: Spread
    stages: tuple[Fairness, ...]
    methods: Mapping[str, Fairness]
    heavier: Mapping[str, Mapping[str, int]]


def plan(wanted: Wanted) -> Planned:
    """Spread the posts and weigh the result; the same question has the same answer anywhere.

    Raises the refusals of needs and of spreading.
    """
    made = _spread(wanted)
    ends = {one: made if one == wanted.method else _other(wanted, one) for one in METHODS}
    last = len(wanted.stages)
    return Planned(
        wanted=wanted,
        need=needs(wanted.counts, wanted.weights),
        spread=made,
        stages=tuple(_even(wanted, made.after(stage)) for stage in range(1, last + 1)),
        methods={one: _even(wanted, end.after(last)) for one, end in ends.items()},
        heavier={} if wanted.method == RATIO else _heavier(wanted, made.after(last)),
    )


def _spread(wanted: Wanted) -> Spread:
    require_columns(wanted.weights, _columns(wanted))
    return spread(
        wanted.method,
        _measure(wanted),
        wanted.stages,
        floor=wanted.floor,
        standing=wanted.standing,
    )


def _measure(wanted: Wanted) -> dict[str, Fraction]:
    return needs(wanted.counts, _ALONE if wanted.method == RATIO else wanted.weights)


def _columns(wanted: Wanted) -> set[str]:
    return {column for one in wanted.counts.values() for column in one}


def _other(wanted: Wanted, method: str) -> Spread:
    return _spread(replace(wanted, method=method))


def _even(wanted: Wanted, posts: Mapping[str, int]) -> Fairness:
    return fairness(wanted.children, posts, wanted.norm)


def _heavier(wanted: Wanted, now: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """What each weight moves that can be raised: what weighs all has nothing to be raised by."""
    raised = {one: heavier(wanted.weights, one, STEP) for one in _weighable(wanted)}
    last = len(wanted.stages)
    return {
        one: moved(now, _spread(replace(wanted, weights=weights)).after(last))
        for one, weights in raised.items()
    }


def _weighable(wanted: Wanted) -> list[str]:
    """The columns whose weight can be raised: told, and not zero everywhere."""
    return [
        column
        for column in COLUMNS
        if wanted.weights.get(column, Fraction()) < 1
        and any(one.get(column) for one in wanted.counts.values())
    ]
