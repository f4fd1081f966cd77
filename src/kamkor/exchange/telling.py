"""Who must know of something is told by e-mail that it waits at the desk: no name, no number."""

from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import connections
from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kamkor.access.queries.account import addresses_for_notices
from kamkor.cases.operations.emergency import TELL
from kamkor.cases.queries.emergency import SECOND, Unseen, unseen_by_anybody
from kamkor.kernel import clock
from kamkor.kernel.jobs import QUEUE
from kamkor.workforce.queries import holders_of_kind

_AGAIN = RetryStrategy(max_attempts=5, wait=60, retry_exceptions={OSError})


@app.task(name=TELL, queue=QUEUE, retry=_AGAIN)
def tell_of_emergency(opening: str, step: int) -> None:
    """Tell who is next in line of an opening that nobody has seen; later steps come further up."""
    try:
        tell(UUID(opening), step)
    finally:
        connections.close_all()


def tell(opening: UUID, step: int) -> int:
    """Send the notices of one step; how many."""
    found = unseen_by_anybody(opening)
    if found is None:
        return 0
    addresses = addresses_for_notices(_employees(found, step))
    for address, language in addresses:
        with override(language):
            told = _("Something waits for you in Kamkor. Please look at it now.")
            where = f"{settings.KAMKOR_ADDRESS}/emergency/"
            send_mail(_("Kamkor: something waits for you"), f"{told}\n\n{where}\n", None, [address])
    return len(addresses)


def _employees(found: Unseen, step: int) -> set[int]:
    """Who is told by this step, less whoever opened it."""
    kinds = {level: kind for kind, level in SECOND.items()}
    level = found.told_from + step
    if level not in kinds:
        return set()
    office = {2: found.department, 3: found.oblast}.get(level)
    return set(holders_of_kind(kinds[level], clock.today(), office)) - {found.employee}
