"""Who is signed in: the session and its account, read anew at each request in one statement."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib import auth
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from kamkor.access.operations.session import (
    begin_session,
    end_session,
    forget_ended_sessions,
    keep_session,
    session_seen,
)
from kamkor.access.queries import account_of_session, open_session
from kamkor.access.queries.session import session_exists
from kamkor.kernel import clock
from kamkor.web.browsers import browser_name
from kamkor.web.door import POST_KEY, View
from kamkor.web.held import is_mac, mac

if TYPE_CHECKING:
    from kamkor.access.models import Account

IDLE = timedelta(minutes=settings.KAMKOR_IDLE_MINUTES)
SEEN_EVERY = min(timedelta(minutes=1), IDLE / 10)
LONGEST = timedelta(hours=settings.KAMKOR_SESSION_HOURS)
HELD, _WORD = "session", 64
METHODS = "account_authentication_methods"
"""Where allauth keeps by what means somebody signed in."""


def digest_of(key: str) -> str:
    """What the database keeps of a session's key: 160 bits in hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def seen_since() -> datetime:
    """The moment since which a session must have been seen to be open."""
    return clock.now() - IDLE


def seconds_of_page() -> int:
    """So long a session lasts at least after a page was opened; then the page asks."""
    return int((IDLE - SEEN_EVERY).total_seconds())


class SessionStore(SessionBase):
    """A session, with the account it belongs to as it was read beside it."""

    browser = ""
    account: "Account | None" = None
    seen_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def digest(self) -> str:
        """Its key as the database knows it."""
        return digest_of(self.session_key or "")

    @property
    def seconds_left(self) -> int:
        """After how many seconds it ends if nobody works in it."""
        if self.seen_at is None or self.ends_at is None:
            return int(IDLE.total_seconds())
        left = min(self.seen_at + IDLE, self.ends_at) - clock.now()
        return max(0, int(left.total_seconds()))

    def load(self) -> dict[str, Any]:
        """What it holds; nothing if it has ended."""
        found = open_session(self.digest, seen_since())
        if found is None:
            self._session_key = None
            return {}
        self.account, self.seen_at, self.ends_at = found.account, found.seen_at, found.ends_at
        return self.decode(found.data)

    def encode(self, session_dict: dict[str, Any]) -> str:
        """What it holds as the database keeps it: with the site's word for it."""
        text = json.dumps(session_dict, separators=(",", ":"))
        return mac(HELD, text) + text

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """What it holds; nothing if somebody else wrote it."""
        word, text = str(session_data)[:_WORD], str(session_data)[_WORD:]
        held: dict[str, Any] = json.loads(text) if is_mac(word, HELD, text) else {}
        return held

    def exists(self, session_key: str) -> bool:
        """Whether this key is taken."""
        return session_exists(digest_of(session_key))

    def create(self) -> None:
        """Begin a session under a new key."""
        self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]  # Django's own
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's form
        """Keep what it holds; one that was ended meanwhile is not begun again."""
        if self.session_key is None:
            self.create()
            return
        if must_create:
            self._begin()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # as above
        holder = data.get(SESSION_KEY)
        kept = keep_session(
            self.digest,
            self.encode(data),
            account_id=int(holder) if holder else None,
            post_id=data.get(POST_KEY),
            kind=_kind(data),
        )
        if not kept:
            raise UpdateError

    def _begin(self) -> None:
        now = clock.now()
        self.seen_at, self.ends_at = now, now + LONGEST
        begin_session(self.digest, now=now, ends_at=self.ends_at, browser=self.browser)

    def delete(self, session_key: str | None = None) -> None:
        """End it, or the one of another key."""
        key = session_key or self.session_key
        if key:
            end_session(digest_of(key))

    def seen(self) -> None:
        """Somebody works in it: written once a minute at most."""
        now = clock.now()
        if self.seen_at is not None and now - self.seen_at >= SEEN_EVERY:
            self.seen_at = now
            session_seen(self.digest, now)

    @classmethod
    def clear_expired(cls) -> None:
        """Take away what has ended."""
        forget_ended_sessions(clock.now(), seen_since())


def session_of(request: HttpRequest) -> SessionStore:
    """The session of a request."""
    return cast("SessionStore", request.session)


def _kind(data: dict[str, Any]) -> str:
    """By what means somebody signed in, such as ``password totp``."""
    means = [one.get("type") or one.get("method", "") for one in data.get(METHODS, [])]
    return " ".join(dict.fromkeys(one for one in means if one))[:40]


class Sessions(SessionMiddleware):
    """Opens the session of a browser's key."""

    def process_request(self, request: HttpRequest) -> None:
        """Nothing is read before somebody asks."""
        session = SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        session.browser = browser_name(request.headers.get("User-Agent", ""))
        request.session = session


_at_hand: ContextVar["Account | None"] = ContextVar("account_at_hand", default=None)


@contextmanager
def _having(account: "Account | None") -> Iterator[None]:
    token = _at_hand.set(account)
    try:
        yield
    finally:
        _at_hand.reset(token)


class SignedIn(AuthenticationBackend):  # type: ignore[misc]
    """Signs in as allauth does; takes the account of a session as it was read with it."""

    @classmethod
    def _stash_user(cls, user: "Account") -> None:
        """A blocked account is answered as a wrong password is: nobody is told that it is there."""

    def get_user(self, user_id: int) -> "Account | None":
        """The account if it is active."""
        held = _at_hand.get()
        return held if held is not None and held.pk == user_id else account_of_session(user_id)


class Signed:
    """Says who is signed in, by Django's own check of the session, and that somebody works."""

    def __init__(self, get_response: Any) -> None:  # noqa: ANN401 - Django's form
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The account is looked at when it is asked for first."""
        request.user = SimpleLazyObject(lambda: _signed_in(request))  # type: ignore[assignment]  # as Django does
        answer: HttpResponseBase = self.get_response(request)
        return answer

    def process_view(
        self,
        request: HttpRequest,
        view: View,
        args: tuple[Any, ...],  # noqa: ARG002 - Django's form
        kwargs: dict[str, Any],  # noqa: ARG002 - as above
    ) -> None:
        """What a page asks for by itself keeps no session open."""
        if request.method == "GET" and getattr(view, "by_itself", False):
            return
        if request.user.is_authenticated:
            session_of(request).seen()


def _signed_in(request: HttpRequest) -> Any:  # noqa: ANN401 - an account or nobody
    session = session_of(request)
    key = session.get(SESSION_KEY)  # reads the session, and its account along with it
    with _having(session.account if key else None):
        return auth.get_user(request)
