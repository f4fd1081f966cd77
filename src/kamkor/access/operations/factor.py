"""Second steps taken away, and recovery codes shown once."""

import hashlib
import hmac
import re
from secrets import token_bytes
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from kamkor.access.queries.factor import HASHES

Type = Authenticator.Type
_SALT = 16
RECOVERY_CODE = re.compile(r"[0-9]{8}")


def remove_factor(factor: Any) -> None:  # noqa: ANN401 - allauth's row
    """Take one away; with the last its recovery codes go."""
    factor.delete()
    left = Authenticator.objects.filter(user_id=factor.user_id)
    if not left.exclude(type=Type.RECOVERY_CODES).exists():
        left.delete()


def remove_factors(account_id: int) -> None:
    """Take all of an account away, recovery codes too."""
    Authenticator.objects.filter(user_id=account_id).delete()


def see_codes(codes: Any, now: int) -> list[str]:  # noqa: ANN401 - as above
    """The recovery codes, the one time they are shown; from then on only hashes of them are kept.

    To allauth the account has none any more: ``use_recovery_code`` looks at the hashes.
    """
    held = Authenticator.objects.select_for_update().filter(pk=codes.pk).first()
    if held is None or HASHES in held.data:
        return []
    shown: list[str] = held.wrap().get_unused_codes()
    salt = token_bytes(_SALT)
    held.data = {
        "migrated_codes": [],
        "salt": salt.hex(),
        HASHES: [_hashed(one, salt) for one in shown],
        "viewed_at": now,
    }
    held.save(update_fields=["data"])
    return shown


@transaction.atomic
def use_recovery_code(account_id: int, code: str) -> bool:
    """Whether this is a recovery code of the account; it works once."""
    rows = Authenticator.objects.select_for_update()
    held = rows.filter(user_id=account_id, type=Type.RECOVERY_CODES).first()
    if held is None or HASHES not in held.data or not RECOVERY_CODE.fullmatch(code):
        return False
    hashed = _hashed(code, bytes.fromhex(held.data["salt"]))
    left = [one for one in held.data[HASHES] if not hmac.compare_digest(one, hashed)]
    if len(left) == len(held.data[HASHES]):
        return False
    held.data[HASHES] = left
    held.save(update_fields=["data"])
    return True


def _hashed(code: str, salt: bytes) -> str:
    """A slow hash: scrypt with 32 MB, three times; about a quarter of a second."""
    return hashlib.scrypt(code.encode(), salt=salt, n=2**15, r=8, p=3, maxmem=2**26, dklen=32).hex()
