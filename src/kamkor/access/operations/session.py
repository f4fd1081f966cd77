"""Sessions: begun, kept, seen again and ended."""

from datetime import datetime
from typing import Any

from kamkor.access.models import Session


def begin_session(digest: str, *, now: datetime, ends_at: datetime, browser: str) -> None:
    """Begin a session of nobody yet."""
    row = Session(
        session_key=digest, expire_date=ends_at, opened_at=now, seen_at=now, browser=browser
    )
    row.save(force_insert=True)


def keep_session(
    digest: str, data: str, *, account_id: int | None, post_id: int | None, kind: str
) -> bool:
    """Keep what a session holds; false if it was ended meanwhile."""
    kept: dict[str, Any] = {
        "session_data": data,
        "account_id": account_id,
        "post_id": post_id,
        "kind": kind,
    }
    return Session.objects.filter(session_key=digest).update(**kept) == 1


def session_seen(digest: str, now: datetime) -> None:
    """Somebody works in this session now."""
    Session.objects.filter(session_key=digest).update(seen_at=now)


def end_session(digest: str) -> None:
    """End one session."""
    Session.objects.filter(session_key=digest).delete()


def end_sessions(account_id: int, *, one: str = "", but: str = "") -> int:
    """End the sessions of an account: the one of a digest, or all but one; how many ended."""
    ended = Session.objects.filter(account_id=account_id).exclude(session_key=but)
    if one:
        ended = ended.filter(session_key=one)
    return ended.delete()[0]


def forget_ended_sessions(now: datetime, seen_since: datetime) -> None:
    """Take away what has ended by its age or was not seen since a moment."""
    ended = Session.objects.filter(expire_date__lte=now)
    ended |= Session.objects.filter(seen_at__lte=seen_since)
    ended.delete()
