"""The one clock: now, today and the zone in which days begin and end."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE_NAME = os.environ.get("KAMKOR_TZ", "Asia/Bishkek")
ZONE = ZoneInfo(ZONE_NAME)

_set_moment: ContextVar[datetime | None] = ContextVar("set_moment", default=None)


def now() -> datetime:
    """The present moment in UTC, or the moment set by a test, a scenario or the synthesiser."""
    return _set_moment.get() or datetime.now(UTC)


def today() -> date:
    """The present day in the service's zone; never the browser's or the phone's."""
    return local_day(now())


def local_day(moment: datetime) -> date:
    """The day of the service's zone to which a moment belongs."""
    return moment.astimezone(ZONE).date()


def day_starts(day: date) -> datetime:
    """The moment at which a day of the service's zone begins."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def day_ends(day: date) -> datetime:
    """The moment at which a day ends: the first one that no longer belongs to it."""
    return day_starts(day + timedelta(days=1))


def wall_seconds() -> int:
    """Seconds since 1970 of the machine, also where a clock is set: for expiries only."""
    return int(time.time())


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Set the clock for the code inside; for tests, scenarios and the synthesiser alone."""
    token = _set_moment.set(moment)
    try:
        yield
    finally:
        _set_moment.reset(token)
