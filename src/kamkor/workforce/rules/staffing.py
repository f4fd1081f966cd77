"""Posts of the establishment: what stands on a day, and what is counted of it.

A post is opened by a programme or beside one; nobody, or one person at a time, holds it. Nothing
here gives access: rights hang on the seat in an office.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from kamkor.workforce.vocabulary import HELD_STATES, MAY_FOLLOW

FULL = 100
"""A full post, in hundredths."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stage:
    """A stage of a programme: from a day on so many full posts, one for ``norm`` children."""

    opens_on: date
    posts: int
    norm: int


@dataclass(frozen=True)
class StateSpan:
    """What state a post is in from when to when (``None``: still); ``holder`` is an employee."""

    state: str
    begins: date
    ends: date | None
    holder: int | None = None

    def holds(self, day: date) -> bool:
        """Whether a day lies in the span."""
        return self.begins <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True)
class Placed:
    """A post with its territory, ``hundredths`` of a full one, its states in their order."""

    id: str
    number: str
    territory: str
    hundredths: int
    opened_on: date
    of_programme: bool
    states: tuple[StateSpan, ...]

    def state_on(self, day: date) -> StateSpan | None:
        """The state on a day; none before the post is opened."""
        return next((one for one in self.states if one.holds(day)), None)

    def stands_on(self, day: date) -> bool:
        """Whether the post is open and not ended on a day."""
        found = self.state_on(day)
        return found is not None and found.state != "ended"

    def is_held_on(self, day: date) -> bool:
        """Whether somebody holds the post on a day, also who is on leave."""
        found = self.state_on(day)
        return found is not None and found.state in HELD_STATES


@dataclass(frozen=True)
class Tenure:
    """One person's unbroken time in a post, leave within it; ``vacant_since`` is the first day on
    which the post had nobody before."""

    holder: int
    begins: date
    ends: date | None
    vacant_since: date


def state_set(
    states: Sequence[StateSpan], new: StateSpan
) -> tuple[StateSpan, tuple[StateSpan, ...]] | None:
    """What becomes of a post's states if from ``new.begins`` on it is in another one: the span that
    is taken out, and those that come in its place. Nothing if what would then stand side by side
    may not follow.

    The new state lasts until the next one that is recorded. On the first day of a span it stands in
    its place: so a mistake is mended.
    """
    taken = next((one for one in states if one.holds(new.begins)), None)
    if taken is None:
        return None
    made = replace(new, ends=taken.ends)
    begun = taken.begins < new.begins
    stays = (replace(taken, ends=new.begins - _DAY),) if begun else ()
    order = sorted(states, key=lambda one: one.begins)
    at = order.index(taken)
    before = taken if begun else (order[at - 1] if at else None)
    after = order[at + 1] if at + 1 < len(order) else None
    # Mending may say that what stood before went on; else the same once more says nothing.
    fits = may_follow(before, made, alike=not begun) and (
        after is None or may_follow(made, after, alike=True)
    )
    return (taken, (*stays, made)) if fits else None


def may_follow(before: StateSpan | None, after: StateSpan, *, alike: bool = False) -> bool:
    """Whether a state may come next; ``alike``: also the same one with the same holder."""
    if before is None:
        return after.state != "on_leave"
    same = before.state == after.state
    if same and before.holder == after.holder:
        return alike
    if before.state not in MAY_FOLLOW[after.state]:
        return False
    return after.state != "on_leave" or before.holder == after.holder


def most_at_once(spans: Iterable[tuple[date, date | None, int]]) -> int:
    """The most hundredths of full posts that one person holds on any day of these spans."""
    held = list(spans)
    return max(
        (
            sum(part for begins, ends, part in held if begins <= day and (not ends or day <= ends))
            for day, _ends, _part in held
        ),
        default=0,
    )


def planned_by(stages: Iterable[Stage], day: date) -> int:
    """How many full posts the stages have opened by a day."""
    return sum(one.posts for one in stages if one.opens_on <= day)


def norm_on(stages: Iterable[Stage], day: date) -> int | None:
    """How many children one post is meant for, by the latest stage that has begun."""
    begun = [one for one in stages if one.opens_on <= day]
    return max(begun, key=lambda one: one.opens_on).norm if begun else None


def rounded_half_up(number: Fraction) -> int:
    """The nearest whole number; of two as near the larger, as people round."""
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)


def per_post(children: int | None, hundredths: int) -> int | None:
    """Children for each full post, rounded half up; not known without posts or children."""
    if children is None or not hundredths:
        return None
    return rounded_half_up(Fraction(children * FULL, hundredths))


def short_of_norm(children: int | None, norm: int | None, hundredths: int) -> int | None:
    """By how many hundredths of posts the plan stays behind one for ``norm`` children: as many full
    posts as every begun ``norm`` of children needs, less what is planned. Negative: beyond it."""
    if children is None or norm is None:
        return None
    return -(-children // norm) * FULL - hundredths


def in_posts(hundredths: int | None) -> int | float | None:
    """Hundredths as posts: a whole number where they make up whole posts."""
    if hundredths is None:
        return None
    return hundredths / FULL if hundredths % FULL else hundredths // FULL


def tenures(post: Placed) -> list[Tenure]:
    """Who held a post one after the other."""
    found: list[Tenure] = []
    vacant_since = post.opened_on
    for span in sorted(post.states, key=lambda one: one.begins):
        if span.holder is None:
            continue
        last = found[-1] if found else None
        if last and last.holder == span.holder and last.ends == span.begins - _DAY:
            found[-1] = replace(last, ends=span.ends)
            continue
        if last and last.ends:
            vacant_since = last.ends + _DAY
        found.append(Tenure(span.holder, span.begins, span.ends, vacant_since))
    return found


def days_to_fill(posts: Iterable[Placed], first: date, last: date) -> int | None:
    """The median of the days for which posts that were filled from one day to another had been
    vacant, rounded half up: from their opening, or from the first day after the one before. Not
    known where none was filled."""
    days = sorted(
        (one.begins - one.vacant_since).days
        for post in posts
        for one in tenures(post)
        if first <= one.begins <= last
    )
    if not days:
        return None
    middle = len(days) // 2
    if len(days) % 2:
        return days[middle]
    return rounded_half_up(Fraction(days[middle - 1] + days[middle], 2))


def turnover(posts: Iterable[Placed], first: date, last: date) -> int | None:
    """Who left a post from one day to another, in percent of those in post, rounded half up.

    Those in post are the mean of the first and the last day; who left on the last day still held it.
    A post counts by its share; whoever goes on leave has not left. Not known where nobody was in
    post on either day.
    """
    counted = list(posts)
    held = sum(one.hundredths for one in counted for day in (first, last) if one.is_held_on(day))
    if not held:
        return None
    left = sum(
        post.hundredths
        for post in counted
        for one in tenures(post)
        if one.ends is not None and first <= one.ends < last
    )
    return rounded_half_up(Fraction(left * 100 * 2, held))


def without_gaps(states: Sequence[StateSpan]) -> bool:
    """Whether each state begins when the one before it ends, and the last one lasts."""
    order = sorted(states, key=lambda one: one.begins)
    joined = all(one.ends == other.begins - _DAY for one, other in pairwise(order))
    return bool(order) and joined and order[-1].ends is None
