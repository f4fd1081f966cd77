"""The secrets of second steps: locked with the site's newest key, opened with each, locked anew."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from kamkor.kernel.credentials import lasting_keys

OWNER = "owner"
SALT = "kamkor.factors"
SECRETS = ("secret", "seed")
"""Where a row keeps one: of the app, and of recovery codes that nobody has been shown yet."""

_NONCE = 12


def lock_secret(text: str) -> str:
    """A secret as the database keeps it: AES-256-GCM with a new nonce, in base 64."""
    nonce = token_bytes(_NONCE)
    return b64encode(nonce + _locks()[0].encrypt(nonce, text.encode(), None)).decode()


def open_secret(locked: str) -> str:
    """The secret.

    Raises:
        InvalidTag: it was altered, or locked with a key that is not of this installation.
    """
    return _opened(_locks(), locked)


@dataclass(frozen=True)
class LockedAnew:
    """How many second steps were locked anew, and how many no key of the installation opens."""

    done: int
    unopened: int


def lock_secrets_anew() -> LockedAnew:
    """Lock with the site's newest key whatever a former one has locked, by the owner's login.

    Each row is a transaction of its own: broken off, the rest is done the next time.
    """
    done = unopened = 0
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
    held = Authenticator.objects.using(OWNER).filter(type__in=kinds)
    for key in list(held.order_by("id").values_list("id", flat=True)):
        with transaction.atomic(using=OWNER):
            row = held.select_for_update().filter(pk=key).first()
            try:
                done += row is not None and _locked_anew(row)
            except InvalidTag:
                unopened += 1
    return LockedAnew(done, unopened)


def _locked_anew(row: Any) -> bool:  # noqa: ANN401 - allauth's row
    newest, *before = _locks()
    anew = {}
    for name in SECRETS:
        if name in row.data and not _opens(newest, row.data[name]):
            anew[name] = lock_secret(_opened(before, row.data[name]))
    if anew:
        row.data = row.data | anew
        row.save(update_fields=["data"])
    return bool(anew)


def _opened(locks: list[AESGCM], locked: str) -> str:
    held = b64decode(locked)
    for lock in locks:
        try:
            return lock.decrypt(held[:_NONCE], held[_NONCE:], None).decode()
        except InvalidTag:
            continue
    raise InvalidTag


def _opens(lock: AESGCM, locked: str) -> bool:
    try:
        return bool(_opened([lock], locked))
    except InvalidTag:
        return False


def _locks() -> list[AESGCM]:
    """A lock for each key of the site, the newest first."""
    keys = lasting_keys(settings.KAMKOR_DATA).site
    return [AESGCM(salted_hmac(SALT, "", secret=key, algorithm="sha256").digest()) for key in keys]
