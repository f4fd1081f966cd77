"""How evenly posts are spread: children for each post, units without one, the gap to the norm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median


@dataclass(frozen=True)
class Fairness:
    """How evenly so many posts stand; children for each post of the units that have one.

    ``gini`` is 0 where each has the same, of those units, each counted alike; ``without`` are the
    units that have children and no post. ``short`` is how many posts there are too few for all
    children at one post for as many as the norm says, negative if there are more; in ``over`` units
    a post has more children than that.
    """

    posts: int
    least: Fraction | None
    middle: Fraction | None
    most: Fraction | None
    gini: Fraction | None
    without: tuple[str, ...]
    short: int
    over: int


def fairness(children: Mapping[str, int], posts: Mapping[str, int], norm: int) -> Fairness:
    """How evenly posts are spread over units with so many children; ``norm`` is the most children
    that a post is to have."""
    loads = sorted(Fraction(children[unit], count) for unit, count in posts.items() if count)
    over = [unit for unit, count in posts.items() if children[unit] > count * norm]
    return Fairness(
        posts=sum(posts.values()),
        least=loads[0] if loads else None,
        middle=median(loads) if loads else None,
        most=loads[-1] if loads else None,
        gini=gini(loads),
        without=tuple(sorted(unit for unit, n in posts.items() if not n and children[unit])),
        short=short_of_norm(sum(children.values()), sum(posts.values()), norm),
        over=len(over),
    )


def short_of_norm(children: int, posts: int, norm: int) -> int:
    """By how many posts so many stay behind one for each begun ``norm`` of children."""
    return -(-children // norm) - posts


def gini(values: Sequence[Fraction]) -> Fraction | None:
    """Gini's coefficient: half the mean difference of two values, against their mean; from 0, all
    alike, to nearly 1. ``None`` of nothing, or of zeros alone."""
    whole = sum(values, Fraction())
    if not whole:
        return None
    ordered = enumerate(sorted(values), 1)
    weighed = sum((place * value for place, value in ordered), Fraction())
    size = len(values)
    return 2 * weighed / (size * whole) - Fraction(size + 1, size)
