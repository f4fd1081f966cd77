"""Second steps taken away, and recovery codes shown once."""

from typing import Any

from allauth.mfa.models import Authenticator

Type = Authenticator.Type


def remove_factor(factor: Any) -> None:  # noqa: ANN401 - allauth's row
    """Take one away; with the last its recovery codes go."""
    factor.delete()
    left = Authenticator.objects.filter(user_id=factor.user_id)
    if not left.exclude(type=Type.RECOVERY_CODES).exists():
        left.delete()


def remove_factors(account_id: int) -> None:
    """Take all of an account away, recovery codes too."""
    Authenticator.objects.filter(user_id=account_id).delete()


def see_codes(codes: Any, now: int) -> bool:  # noqa: ANN401 - as above
    """Mark recovery codes as shown; false if they were before."""
    rows = Authenticator.objects.select_for_update().filter(pk=codes.pk)
    held = rows.first()
    if held is None or "viewed_at" in held.data:
        return False
    held.data["viewed_at"] = now
    held.save(update_fields=["data"])
    return True
