"""Work behind the pages: a job is carried out by the worker, for the post that is stored in it."""

from typing import Any

from procrastinate.contrib.django import app

QUEUE = "loads"


def defer(task: str, lock: str, **about: Any) -> None:  # noqa: ANN401 - as JSON
    """Put a job into the queue with the transaction in force; of one ``lock`` one runs at a time."""
    app.configure_task(task, lock=lock, queue=QUEUE).defer(**about)
