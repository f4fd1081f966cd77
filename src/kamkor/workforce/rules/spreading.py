"""Spreading posts over districts and cities, one after another: the list is the order of hiring.

Both methods are divisor methods: the next post goes where the measure is largest, so more posts
never take one away again (Balinski and Young, "Fair Representation", 1982). A stage is therefore
a beginning of one list.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heapreplace
from itertools import accumulate

from kamkor.kernel.errors import Refusal
from kamkor.kernel.words import noop

WEBSTER, RATIO = "webster", "ratio"
METHODS = {
    WEBSTER: noop("by need (Webster)"),
    RATIO: noop("by the number of children alone"),
}
STAGES_LIMIT = 12
POSTS_LIMIT = 5_000
FLOOR_LIMIT = 20

_HALF = Fraction(1, 2)
_ADDED = {WEBSTER: _HALF, RATIO: Fraction(1)}


class MethodUnknown(Refusal):
    """Posts are spread by one of the methods that there are."""

    code = "method_unknown"
    message = noop("There is no method “%(method)s”. Choose one of: %(methods)s.")


class StagesUnreadable(Refusal):
    """Stages are whole numbers of posts, in their order."""

    code = "stages_unreadable"
    message = noop(
        "Write how many posts come with each stage, such as 100,100,150: at most %(stages)s stages"
        " and %(posts)s posts in all."
    )


class FloorUnreadable(Refusal):
    """The fewest posts of each unit are a small whole number."""

    code = "floor_unreadable"
    message = noop("Write the fewest posts of each district as a number from 0 to %(most)s.")


class StageBelowFloor(Refusal):
    """The first stage must reach to give every unit its fewest posts."""

    code = "stage_below_floor"
    message = noop(
        "The first stage has %(posts)s posts, and %(needed)s are needed for each district and city"
        " to have at least %(floor)s."
    )


def stages_in(text: str) -> tuple[int, ...]:
    """The posts of each stage in a text such as ``100,100,150``; raises ``StagesUnreadable``."""
    parts = [one.strip() for one in text.split(",")]
    readable = all(one.isascii() and one.isdigit() and len(one) < 6 for one in parts)
    stages = tuple(int(one) for one in parts) if readable else ()
    if not 1 <= len(stages) <= STAGES_LIMIT or 0 in stages or sum(stages) > POSTS_LIMIT:
        raise StagesUnreadable("stages", stages=STAGES_LIMIT, posts=POSTS_LIMIT)
    return stages


def floor_in(text: str) -> int:
    """The fewest posts of a unit; raises ``FloorUnreadable``."""
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) < 4) or int(plain) > FLOOR_LIMIT:
        raise FloorUnreadable("floor", most=FLOOR_LIMIT)
    return int(plain)


@dataclass(frozen=True)
class Spread:
    """Posts spread over units: ``order`` names the unit of each new post, stage after stage.

    ``standing`` are the posts that each unit had before; ``stages`` how many posts each brings.
    """

    standing: Mapping[str, int]
    stages: tuple[int, ...]
    order: tuple[str, ...]

    def after(self, stage: int) -> dict[str, int]:
        """The posts of each unit when so many stages are done, those that stood before with them."""
        new = Counter(self.order[: sum(self.stages[:stage])])
        return {unit: stood + new[unit] for unit, stood in self.standing.items()}

    @property
    def totals(self) -> list[int]:
        """How many posts there are after each stage, those that stood before with them."""
        stood = sum(self.standing.values())
        return [stood + new for new in accumulate(self.stages)]


def spread(
    method: str,
    measure: Mapping[str, Fraction],
    stages: Sequence[int],
    *,
    floor: int = 0,
    standing: Mapping[str, int] | None = None,
) -> Spread:
    """Spread the posts of all stages over the units by what is measured of them: their need for
    ``webster``, their children for ``ratio``.

    First each unit gets its fewest posts; then the next post goes to the largest need / (posts +
    1/2), or to the most children / (posts + 1): one post for each full so many children, that
    number coming down until all are spread. What is equal goes to the smaller code first.
    Raises ``MethodUnknown``, ``StageBelowFloor``.
    """
    if method not in _ADDED:
        raise MethodUnknown("method", method=method, methods=", ".join(METHODS))
    stood = {unit: (standing or {}).get(unit, 0) for unit in measure}
    needed = sum(max(0, floor - posts) for posts in stood.values())
    if stages[0] < needed:
        raise StageBelowFloor("stages", posts=stages[0], needed=needed, floor=floor)
    drawn = _drawn(method, measure, stood, floor)
    order = tuple(next(drawn) for _ in range(sum(stages)))
    return Spread(stood, tuple(stages), order)


def _drawn(
    method: str, measure: Mapping[str, Fraction], stood: Mapping[str, int], floor: int
) -> Iterator[str]:
    """The unit of the next post, and of the next, without end."""

    def place(unit: str, posts: int) -> tuple[bool, Fraction, str, int]:
        return posts >= floor, -measure[unit] / (posts + _ADDED[method]), unit, posts

    waiting = [place(unit, posts) for unit, posts in stood.items()]
    heapify(waiting)
    while True:
        _reached, _due, unit, posts = waiting[0]
        heapreplace(waiting, place(unit, posts + 1))
        yield unit


def moved(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """By how many posts each unit differs, those that do not left out."""
    differences = {unit: after[unit] - posts for unit, posts in before.items()}
    return {unit: by for unit, by in differences.items() if by}
