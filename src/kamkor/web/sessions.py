"""Who is signed in: the session and its account, read anew at each request."""

from typing import TYPE_CHECKING, Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db

from kamkor.access.queries import account_of_session, open_session

if TYPE_CHECKING:
    from kamkor.access.models import Account


class SessionStore(db.SessionStore):
    """Sessions in the database, found by a question that is kept."""

    def _get_session_from_db(self) -> Any:  # noqa: ANN401 - Django's own
        key = self.session_key or ""
        # A key is letters and digits; the database takes not every other sign.
        found = open_session(key) if key.isalnum() else None
        if found is None:
            self._session_key = None
        return found


class SignedIn(AuthenticationBackend):  # type: ignore[misc]
    """Signs in as allauth does; finds the account of a session by a question that is kept."""

    def get_user(self, user_id: int) -> "Account | None":
        """The account if it is active."""
        return account_of_session(user_id)
