"""Work behind the pages: a job is carried out by the worker, for the post that is stored in it."""

from datetime import timedelta
from typing import Any

from procrastinate.contrib.django import app

QUEUE = "loads"


def defer(task: str, lock: str, *, after: timedelta = timedelta(), **about: Any) -> None:  # noqa: ANN401 - as JSON
    """Put a job into the queue with the transaction in force, to be begun after some time; of one
    ``lock`` one runs at a time."""
    wait = {"seconds": int(after.total_seconds())} if after else None
    app.configure_task(task, lock=lock, queue=QUEUE, schedule_in=wait).defer(**about)
