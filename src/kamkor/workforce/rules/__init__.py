"""Who answers on a day: pure choices among holders, covers and turns of duty."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

Days = tuple[date, date]
"""A span of days, both ends included."""


@dataclass(frozen=True)
class Seat:
    """A post on one day: who holds it, and which post covers it if the holder is away.

    ``name`` is the holder's; ``duty_rank`` the post's place on the roster, where it was asked.
    """

    post_id: int
    kind: str
    office_id: int
    district_id: int | None
    employee_id: int | None
    cover_post_id: int | None = None
    name: str = ""
    duty_rank: int | None = None

    def held_by(self, employees: Collection[int]) -> bool:
        """Whether the seat's holder is one of these."""
        return self.employee_id in employees


def acting_seat(seats: dict[int, Seat], post_id: int) -> Seat | None:
    """The seat that acts for a post: its holder, else the cover; one step, never a chain."""
    seat = seats.get(post_id)
    if seat is None:
        return None
    if seat.cover_post_id is not None:
        cover = seats.get(seat.cover_post_id)
        return cover if cover and cover.employee_id and cover.cover_post_id is None else None
    return seat if seat.employee_id is not None else None


def anybody(seat: Seat) -> bool:  # noqa: ARG001 - whoever it is
    """Every seat may answer: nobody is shut out."""
    return True


def responsible_seat(
    seats: dict[int, Seat],
    post_id: int,
    fallbacks: Sequence[int],
    may: Callable[[Seat], bool] = anybody,
) -> Seat | None:
    """Exactly one responsible seat: the post's own, else the specialist's, else the head's.

    Whoever ``may`` not answer is passed over.
    """
    for candidate in (post_id, *fallbacks):
        found = acting_seat(seats, candidate)
        if found is not None and may(found):
            return found
    return None


def overlaps(first: tuple[date, date | None], second: tuple[date, date | None]) -> bool:
    """Whether two spans of days, both ends included, share a day; no end means still lasting."""
    return (second[1] is None or first[0] <= second[1]) and (
        first[1] is None or second[0] <= first[1]
    )


def days_left(span: Days, taken: Days) -> list[Days]:
    """What stays of a span, before and after, when other days are taken out of it."""
    day = timedelta(days=1)
    parts = ((span[0], min(span[1], taken[0] - day)), (max(span[0], taken[1] + day), span[1]))
    return [part for part in parts if part[0] <= part[1]]


def first_day_without(spans: Iterable[Days], day: date) -> date:
    """The first day from this one on that lies in none of the spans."""
    for begins, ends in sorted(spans):
        if begins <= day <= ends:
            day = ends + timedelta(days=1)
    return day
