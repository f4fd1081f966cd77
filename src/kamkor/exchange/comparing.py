"""Each night all children are compared with each other, a department after the other."""

import subprocess
import sys
import time
from datetime import datetime, timedelta

from django.db import connections
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from kamkor.exchange.nightly import LONGEST, NIGHT
from kamkor.kernel import clock
from kamkor.kernel.jobs import QUEUE, defer
from kamkor.people.operations.comparing import departments_due

COMPARE_ALL = "compare_children"
AT_ONCE_SECONDS = 20.0
"""After so long what is left goes to the end of the queue: whoever waits is not kept waiting."""
_SINCE_LAST_EVENING = timedelta(hours=6)


@app.periodic(cron="29 * * * *")
@app.task(name=COMPARE_ALL, queue=QUEUE, queueing_lock=COMPARE_ALL)
def compare_children(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate tells the moment
    """Compare the departments whose time it is. Killed, it goes on with those that are left."""
    try:
        _compare_due()
    finally:
        connections.close_all()


def _compare_due() -> None:
    begun = time.monotonic()
    due = departments_due(_before(clock.now()))
    failed: list[int] = []
    for number, department in enumerate(due, 1):
        try:
            compare_apart(department)
        except subprocess.CalledProcessError:
            failed.append(department)
        # One at least was compared: a round of failures alone would begin anew for ever.
        compared = number > len(failed)
        if compared and number < len(due) and time.monotonic() - begun > AT_ONCE_SECONDS:
            _go_on()
            break
    if failed:
        raise NotComparedError(failed)


class NotComparedError(Exception):
    """The departments, by their ids, whose comparison failed; the others were compared."""


def compare_apart(department: int) -> None:
    """Compare in a process of its own: what a department holds is given back with it.

    Raises ``CalledProcessError``.
    """
    words = ["people", "compare", "--department", str(department)]
    subprocess.run([sys.executable, "-m", "kamkor", *words], check=True, capture_output=True)


def _before(now: datetime) -> datetime:
    """At night all that were not compared since the evening; by day those no night has reached."""
    at_night = now.astimezone(clock.ZONE).hour in NIGHT
    return now - (_SINCE_LAST_EVENING if at_night else LONGEST)


def _go_on() -> None:
    try:
        defer(COMPARE_ALL, COMPARE_ALL)
    except AlreadyEnqueued:
        return
