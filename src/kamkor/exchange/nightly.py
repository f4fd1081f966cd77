"""What the worker does for nobody in particular: each night the counts of closed months are kept,
each hour what has ended of sign-ins is taken away."""

from datetime import timedelta

from django.conf import settings
from django.db import connections
from procrastinate.contrib.django import app

from kamkor.access.operations.session import forget_ended_sessions
from kamkor.access.operations.tally import forget_past
from kamkor.cases.operations.two_persons import finish_erasures
from kamkor.figures.operations import keep_months
from kamkor.figures.queries.kept import kept_at
from kamkor.kernel import clock
from kamkor.kernel.jobs import QUEUE
from kamkor.territory.queries import country

KEEP = "keep_months"
ERASED = "finish_erasures"
FORGET = "forget_ended_sessions"
NIGHT = range(2, 5)
"""The hours in which it is done, by the service's own clock."""

LONGEST = timedelta(hours=24)
"""Where nothing ran at night it is done by day, once this time has gone by."""


@app.periodic(cron="17 * * * *")
@app.task(name=KEEP, queue=QUEUE, queueing_lock=KEEP)
def keep_closed_months(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells the moment
    """Count anew what is missing or stale of the closed months, if it is time to."""
    try:
        if _is_time():
            keep_months(country().soate)
    finally:
        connections.close_all()


def _is_time() -> bool:
    now = clock.now().astimezone(clock.ZONE)
    last = kept_at()
    return now.hour in NIGHT or last is None or now - last > LONGEST


@app.periodic(cron="41 * * * *")
@app.task(name=FORGET, queue=QUEUE, queueing_lock=FORGET)
def forget_sessions(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells the moment
    """Take away the sessions that have ended, and what was counted of old tries."""
    now = clock.now()
    try:
        forget_ended_sessions(now, now - timedelta(minutes=settings.KAMKOR_IDLE_MINUTES))
        forget_past(clock.wall_seconds())
    finally:
        connections.close_all()


@app.periodic(cron="53 * * * *")
@app.task(name=ERASED, queue=QUEUE, queueing_lock=ERASED)
def take_keys_away(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells the moment
    """Take the keys of what was erased away again, where an older copy of them was put back."""
    try:
        finish_erasures()
    finally:
        connections.close_all()
