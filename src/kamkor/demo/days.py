"""The demo's calendar: three years of days that end at the moment of building."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kamkor.kernel import clock

YEARS = 3
_SATURDAY = 5


@dataclass(frozen=True)
class Days:
    """The days before one moment, counted back from it."""

    now: datetime

    @property
    def today(self) -> date:
        """The day of building in the service's zone."""
        return clock.local_day(self.now)

    @property
    def first(self) -> date:
        """The first day of the demo's facts."""
        return self.ago(YEARS * 365)

    def ago(self, days: int) -> date:
        """The day so many days before today; a negative number gives a day to come."""
        return self.today - timedelta(days=days)

    def workday_ago(self, days: int) -> date:
        """As ``ago``, but on a Friday where it would be a Saturday or Sunday."""
        return workday(self.ago(days))

    def earlier_today(self, part: float) -> datetime:
        """A moment between the beginning of today (0) and now (1)."""
        begun = clock.day_starts(self.today)
        return begun + (self.now - begun) * part


def workday(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - _SATURDAY + 1))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a day by the service's clock."""
    return clock.day_starts(day) + timedelta(hours=hour, minutes=minute)
