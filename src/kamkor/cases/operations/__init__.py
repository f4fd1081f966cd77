"""What may be done on the pathway: importing this package makes every operation known."""

from kamkor.cases.operations import (
    assignment,
    correction,
    interest,
    protection,
    registration,
    report,
    taking_off,
    task,
    transfer,
    visit,
)

__all__ = [
    "assignment",
    "correction",
    "interest",
    "protection",
    "registration",
    "report",
    "taking_off",
    "task",
    "transfer",
    "visit",
]
