"""Tries at sign-in and codes that were used, counted for all processes together.

allauth counts them in Django's cache; this one stands in the database. Its keys are digests, so
that the table tells no user name and no address; its values are JSON, so that whoever writes into
the table runs nothing in our process.
"""

from math import ceil
from typing import Any

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.utils.crypto import salted_hmac

from kamkor.access.operations.tally import forget, remember, remember_once
from kamkor.access.queries.tally import remembered
from kamkor.kernel import clock
from kamkor.kernel.credentials import lasting_keys

SALT = "kamkor.tallies"
FOREVER = 2**62


class Tallies(BaseCache):
    """The cache of the service."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def _digests(self, key: Any, version: int | None) -> list[str]:  # noqa: ANN401 - Django's form
        """By the newest key of the site, under which one remembers, and by those before."""
        plain = self.make_and_validate_key(key, version=version)
        return [
            salted_hmac(SALT, plain, secret=one, algorithm="sha256").hexdigest()
            for one in lasting_keys(settings.KAMKOR_DATA).site
        ]

    def _ends_at(self, timeout: Any) -> int:  # noqa: ANN401 - as above
        ends = self.get_backend_timeout(timeout)
        return FOREVER if ends is None else ceil(ends)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:  # noqa: ANN401 - as above
        """What is remembered, else the default."""
        held = remembered(self._digests(key, version), clock.wall_seconds())
        return held[0] if held else default

    def set(
        self,
        key: Any,  # noqa: ANN401 - as above
        value: Any,  # noqa: ANN401 - as above
        timeout: Any = DEFAULT_TIMEOUT,  # noqa: ANN401 - as above
        version: int | None = None,
    ) -> None:
        """Remember it."""
        remember(self._digests(key, version)[0], value, self._ends_at(timeout))

    def add(
        self,
        key: Any,  # noqa: ANN401 - as above
        value: Any,  # noqa: ANN401 - as above
        timeout: Any = DEFAULT_TIMEOUT,  # noqa: ANN401 - as above
        version: int | None = None,
    ) -> bool:
        """Remember it unless something is remembered already."""
        (digest, *before), now = self._digests(key, version), clock.wall_seconds()
        if before and remembered(before, now):
            return False
        return remember_once(digest, value, self._ends_at(timeout), now)

    def touch(
        self,
        key: Any,  # noqa: ANN401 - as above
        timeout: Any = DEFAULT_TIMEOUT,  # noqa: ANN401 - as above
        version: int | None = None,
    ) -> bool:
        """Remember it longer."""
        held = remembered(self._digests(key, version), clock.wall_seconds())
        if held:
            self.set(key, held[0], timeout, version)
        return bool(held)

    def delete(self, key: Any, version: int | None = None) -> bool:  # noqa: ANN401 - as above
        """Forget it."""
        return forget(self._digests(key, version))

    def clear(self) -> None:
        """Nothing here is cleared as a whole."""
        raise NotImplementedError
