"""Second steps taken away, and recovery codes shown once."""

import hashlib
import re
from secrets import token_bytes
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from kamkor.access.queries.factor import HASHES
from kamkor.kernel.statement import Statement

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


@transaction.atomic
def see_codes(codes: Any, now: int) -> list[str]:  # noqa: ANN401 - as above
    """The recovery codes, the one time they are shown; from then on only hashes of them are kept.

    To allauth the account has none any more: ``use_recovery_code`` looks at the hashes. They stand
    in a row of their own: the database lets nobody alter what verifies a second step.
    """
    held = Authenticator.objects.select_for_update().filter(pk=codes.pk).first()
    if held is None or HASHES in held.data:
        return []
    shown: list[str] = held.wrap().get_unused_codes()
    salt = token_bytes(_SALT)
    held.delete()
    kept = {
        "migrated_codes": [],
        "salt": salt.hex(),
        HASHES: [_hashed(one, salt) for one in shown],
        "viewed_at": now,
    }
    Authenticator.objects.create(user_id=codes.user_id, type=Type.RECOVERY_CODES, data=kept)
    return shown


def use_recovery_code(account_id: int, code: str) -> bool:
    """Whether this is a recovery code of the account; it works once."""
    held = Authenticator.objects.filter(user_id=account_id, type=Type.RECOVERY_CODES).first()
    if held is None or HASHES not in held.data or not RECOVERY_CODE.fullmatch(code):
        return False
    hashed = _hashed(code, bytes.fromhex(held.data["salt"]))
    return bool(_SPENT.rows({"account": account_id, "hash": hashed})[0][0])


_SPENT = Statement("SELECT spend_recovery_code(%(account)s::int, %(hash)s::text)")


def _hashed(code: str, salt: bytes) -> str:
    """A slow hash: scrypt with 32 MB, three times; about a quarter of a second."""
    return hashlib.scrypt(code.encode(), salt=salt, n=2**15, r=8, p=3, maxmem=2**26, dklen=32).hex()
