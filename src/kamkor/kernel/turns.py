"""Two who write about the same records at once: whoever is broken off begins anew in its turn."""

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

from kamkor.kernel.errors import Refusal
from kamkor.kernel.words import noop

TIMES = 3
"""So often a stretch is begun, if PostgreSQL breaks it off for another that waits for it too."""

T = TypeVar("T")


class TryAgain(Refusal):
    """Others hold the same records too long, or waited for this one as it did for them."""

    code = "try_again"
    message = noop(
        "Somebody else was saving about the same records. Nothing was saved. Send it again."
    )


def in_turn(act: Callable[[], T]) -> T:
    """Do it in a savepoint; where two wait for each other, anew after the other one.

    What is rolled back lets go of what it held, so that the other ends meanwhile. Raises
    ``TryAgain`` if that was of no avail, or another holds a record beyond the limit of waiting.
    """
    for _ in range(TIMES):
        try:
            with transaction.atomic():
                return act()
        except OperationalError as fault:
            refusal = waited(fault)
            if isinstance(fault.__cause__, LockNotAvailable):
                raise refusal from fault
    raise TryAgain


def waited(fault: OperationalError) -> TryAgain:
    """The refusal, if the database gave up because of what others hold; else raises the fault."""
    if isinstance(fault.__cause__, DeadlockDetected | LockNotAvailable):
        return TryAgain()
    raise fault
