"""Which sessions an account has; for its own list, and for the administrator."""

from datetime import datetime

from django.db.models import QuerySet

from kamkor.access.models import Session
from kamkor.access.rules import Viewer


def session_exists(digest: str) -> bool:
    """Whether there is a session of this digest, ended or not."""
    return Session.objects.filter(session_key=digest).exists()


def sessions_of(viewer: Viewer, now: datetime, seen_since: datetime) -> QuerySet[Session]:
    """The viewer's own sessions that have not ended, the one seen last first."""
    return open_sessions(viewer.account_id, now, seen_since).order_by("-seen_at")


def open_sessions(account_id: int, now: datetime, seen_since: datetime) -> QuerySet[Session]:
    """The sessions of an account that have not ended."""
    return Session.objects.filter(
        account_id=account_id, expire_date__gt=now, seen_at__gt=seen_since
    )
