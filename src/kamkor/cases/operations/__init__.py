"""What may be done on the pathway: importing this package makes every operation known."""

from kamkor.cases.operations import (
    assignment,
    correction,
    house_round,
    identification,
    interest,
    naming,
    protection,
    registration,
    report,
    screening,
    taking_back,
    taking_off,
    task,
    transfer,
    visit,
)

__all__ = [
    "assignment",
    "correction",
    "house_round",
    "identification",
    "interest",
    "naming",
    "protection",
    "registration",
    "report",
    "screening",
    "taking_back",
    "taking_off",
    "task",
    "transfer",
    "visit",
]
