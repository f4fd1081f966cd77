"""A case that is closed opens again only while its child has no other open one."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from kamkor.cases.models import Case
from kamkor.cases.operations.opening import refuse_second
from kamkor.cases.operations.settling import LiveFacts, events_of
from kamkor.cases.rules.standing import standing_of
from kamkor.cases.vocabulary import OPEN_STATES
from kamkor.kernel.commands import Order


def refuse_reopening(
    order: Order[Any], *, corrected: Iterable[Any] = (), without: UUID | None = None
) -> None:
    """Raise ``AlreadyOpen`` if a case of this order would open again beside another of its child.

    ``corrected`` are facts in place of those they correct, ``without`` a command taken back.
    """
    subjects = [subject for subject, _ in order.subjects]
    cases = Case.objects.filter(id__in=subjects, child__isnull=False)
    closed = list(cases.exclude(state__in=list(OPEN_STATES)).order_by("id"))
    if not closed:
        return
    live = LiveFacts(closed, corrected, without=without)
    for case in closed:
        reopened = standing_of(events_of(case, live)).state in OPEN_STATES
        if reopened and case.child_id is not None:
            order.claim(case.child_id, check_version=False)
            refuse_second(order, case.child_id)
