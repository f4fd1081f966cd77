"""Who must know of something is told by e-mail that it waits at the desk: no name, no number."""

from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connections
from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kamkor.access.operations.tally import remember
from kamkor.access.queries.account import addresses_for_notices
from kamkor.access.queries.tally import remembered
from kamkor.cases.operations.emergency import TELL
from kamkor.cases.queries.emergency import SECOND, Unseen, unseen_by_anybody
from kamkor.kernel import clock
from kamkor.kernel.digests import digests_of
from kamkor.kernel.jobs import QUEUE
from kamkor.workforce.queries import holders_of_kind

_AGAIN = RetryStrategy(max_attempts=5, wait=60, retry_exceptions={OSError})
_REMEMBERED_SECONDS = 24 * 3600


@app.task(name=TELL, queue=QUEUE, retry=_AGAIN)
def tell_of_emergency(opening: str, step: int) -> None:
    """Tell who is next in line of an opening that nobody has seen; later steps come further up."""
    try:
        tell(UUID(opening), step)
    finally:
        connections.close_all()


def tell(opening: UUID, step: int) -> int:
    """Send the notices of one step that were not sent yet; how many.

    That one was sent is written down at once, for a day: a try after a fault, or after the worker
    was killed, sends the others alone. Killed in the moment between, it sends that one again,
    under the same number of the message, by which mail programs show it once.
    """
    found = unseen_by_anybody(opening)
    if found is None:
        return 0
    sent = 0
    for address, language in addresses_for_notices(_employees(found, step)):
        marks = [one.hex for one in digests_of(f"notice {opening} {step} {address}")]
        if remembered(marks, clock.wall_seconds()):
            continue
        mark = marks[0]
        _send(address, language, mark)
        remember(mark, "sent", clock.wall_seconds() + _REMEMBERED_SECONDS)
        sent += 1
    return sent


def _send(address: str, language: str, mark: str) -> None:
    with override(language):
        told = _("Something waits for you in Kamkor. Please look at it now.")
        text = f"{told}\n\n{settings.KAMKOR_ADDRESS}/emergency/\n"
        number = {"Message-ID": f"<{mark}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"}
        subject = _("Kamkor: something waits for you")
        EmailMessage(subject, text, None, [address], headers=number).send()


def _employees(found: Unseen, step: int) -> set[int]:
    """Who is told by this step, less whoever opened it."""
    kinds = {level: kind for kind, level in SECOND.items()}
    level = found.told_from + step
    if level not in kinds:
        return set()
    office = {2: found.department, 3: found.oblast}.get(level)
    return set(holders_of_kind(kinds[level], clock.today(), office)) - {found.employee}
