"""The demo's departments as the builder needs them: who holds which post, and who is away."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from kamkor.demo.days import Days
from kamkor.workforce import queries as workforce

LEAVE_DAYS = 14
_YEARS_BACK = 3


@dataclass(frozen=True)
class Away:
    """Days on which a worker is away, and the post that acts instead."""

    post: int
    begins: date
    ends: date
    cover: int


@dataclass
class Department:
    """One department: its office, what it covers, its posts by kind, and who is on duty: the
    first worker, unless it says otherwise."""

    office: int
    territories: tuple[str, ...]
    head: int
    specialist: int
    workers: tuple[int, ...]
    away: list[Away] = field(default_factory=list)
    duty: int = 0

    @property
    def on_duty(self) -> int:
        """The post that answers alarms."""
        return self.duty or self.workers[0]

    def leave_of(self, post: int, day: date) -> Away | None:
        """The leave that a post is on, on a day."""
        return next(
            (one for one in self.away if one.post == post and one.begins <= day <= one.ends), None
        )

    def acting(self, post: int, day: date) -> int:
        """Who acts for a post on a day: itself or its cover."""
        leave = self.leave_of(post, day)
        return leave.cover if leave else post

    def covered(self, post: int, day: date) -> tuple[int, ...]:
        """The posts that a post acts for on a day, because their holders are away."""
        return tuple(
            one.post for one in self.away if one.cover == post and one.begins <= day <= one.ends
        )

    def when(self, post: int, day: date, today: date) -> tuple[int, date]:
        """Who does a post's act meant for a day, and when.

        An act that falls into leave waits for its end; while the leave lasts the cover does it.
        """
        leave = self.leave_of(post, day)
        if leave is None:
            return post, day
        return (leave.cover, day) if leave.ends >= today else (post, leave.ends + timedelta(days=1))


def departments(days: Days) -> list[Department]:
    """All departments with their posts, the first of them first; nobody is away."""
    found = []
    for office in workforce.departments().order_by("id"):
        holdings = workforce.people_in_posts(office.pk, days.today).order_by("post_id")
        posts: dict[str, list[int]] = {}
        for holding in holdings:
            posts.setdefault(holding.post.kind, []).append(holding.post_id)
        covered = office.covers.order_by("id").values_list("territory_id", flat=True)
        found.append(
            Department(
                office=office.pk,
                territories=tuple(covered),
                head=posts["head"][0],
                specialist=posts["specialist"][0],
                workers=tuple(posts["worker"]),
            )
        )
    return found


def plan_leave(found: list[Department], days: Days) -> None:
    """Plan the leave of three years, and one that runs today."""
    for department in found:
        department.away.extend(_leaves(department, days))
    _running_leave(found[0], days)


def _leaves(department: Department, days: Days) -> list[Away]:
    """One leave a year for each worker, never two of a department at once."""
    found = []
    for year in range(_YEARS_BACK):
        for number, post in enumerate(department.workers):
            begins = days.ago(365 * year + 60 + 20 * number)
            others = [other for other in department.workers if other != post]
            cover = others[number % len(others)] if others else department.specialist
            found.append(Away(post, begins, begins + timedelta(days=LEAVE_DAYS - 1), cover))
    return found


def _running_leave(department: Department, days: Days) -> None:
    """The last worker of the first department is away today; the first one covers."""
    post, cover = department.workers[-1], department.workers[0]
    department.away.append(Away(post, days.ago(5), days.ago(-8), cover))
