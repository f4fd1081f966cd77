"""Sensitive acts that wait for a second person, and those one asked for oneself."""

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Q, QuerySet

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import COMMISSIONER, HEAD, OBLAST, SPECIALIST
from kamkor.cases.models import TwoPersons
from kamkor.kernel import clock
from kamkor.kernel.shapes import as_known
from kamkor.people.queries import people_visible_to, scope_filter

UNSEAL, ERASE, EXPORT, MERGE = "unseal", "erase", "export", "merge"
SECOND = frozenset({SPECIALIST, HEAD, OBLAST, COMMISSIONER})
"""Who may be the second person: of what one sees oneself, and never of what one asked for."""

ALONE = 200
"""How many identities one person exports alone."""

_AGREED = timedelta(hours=24)


def requests_visible_to(viewer: Viewer) -> QuerySet[TwoPersons]:
    """What was asked for and is neither answered, taken back nor too old."""
    asked = TwoPersons.objects.filter(scope_filter(viewer, subject="subject"), withdrawn_at=None)
    return asked.filter(words=None, until__gt=clock.now()).order_by("recorded_at", "id")


def waiting_for_second(viewer: Viewer) -> list[TwoPersons]:
    """What waits for the viewer as second person, the oldest first."""
    if viewer.role not in SECOND:
        return []
    others = requests_visible_to(viewer).exclude(employee=viewer.employee_id)
    others = others.exclude(account=viewer.account_id)
    if viewer.role == COMMISSIONER:
        others = others.filter(act=EXPORT)
    if viewer.role == OBLAST:
        # Of a child's case it decides only where it is named in the team.
        others = others.filter(Q(act=EXPORT) | Q(team__among=viewer.teams))
    return list(others)


def asked_by(viewer: Viewer) -> list[TwoPersons]:
    """What the viewer asked for and nobody has answered yet."""
    return list(requests_visible_to(viewer).filter(account=viewer.account_id))


def may_export(viewer: Viewer, wanted: Mapping[str, str]) -> bool:
    """Whether a second person agreed, within a day, that the viewer exports just this."""
    agreed = {
        "words__agreed": True,
        "words__recorded_at__gt": clock.now() - _AGREED,
        "words__withdrawn_at": None,
    }
    asked = TwoPersons.objects.filter(scope_filter(viewer, subject="subject"), withdrawn_at=None)
    own = asked.filter(act=EXPORT, account=viewer.account_id, wanted=dict(wanted), **agreed)
    return own.exists()


def records_asked(viewer: Viewer, asked: TwoPersons) -> list[str]:
    """The names of the two records that were asked to be read as one, those the viewer sees."""
    if asked.act != MERGE:
        return []
    people = people_visible_to(viewer).filter(id__in=list(asked.wanted.values()))
    return [
        f"{one.shown_name} ({as_known(one.born_on, one.birth_precision)})"
        if one.born_on
        else one.shown_name
        for one in people.order_by("id")
    ]
