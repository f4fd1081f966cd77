"""What the worker does each night for nobody in particular: the counts of closed months are kept."""

from datetime import timedelta

from django.db import connections
from procrastinate.contrib.django import app

from kamkor.figures.operations import keep_months
from kamkor.figures.queries.kept import kept_at
from kamkor.kernel import clock
from kamkor.kernel.jobs import QUEUE
from kamkor.territory.queries import country

KEEP = "keep_months"
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
