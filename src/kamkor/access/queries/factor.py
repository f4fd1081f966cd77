"""The second steps an account has set up."""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator

from kamkor.access.rules import Viewer

Type = Authenticator.Type
HASHES = "hashes"
"""Where the row of recovery codes keeps the hashes of those that were shown."""


@dataclass(frozen=True)
class Factors:
    """What is set up: the app if there is one, passkeys, and how many recovery codes are left."""

    app: Any
    passkeys: tuple[Any, ...]
    codes_left: int

    @property
    def count(self) -> int:
        """How many second steps there are; recovery codes are none by themselves."""
        return len(self.passkeys) + bool(self.app)

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return self.count > 0


def factors_of(viewer: Viewer) -> Factors:
    """What the viewer's own account has set up."""
    return factors_of_account(viewer.account_id)


def factors_of_account(account_id: int) -> Factors:
    """What an account has set up; for its sign-in and for the administrator."""
    rows = list(Authenticator.objects.filter(user_id=account_id).order_by("id"))
    codes = [one for one in rows if one.type == Type.RECOVERY_CODES]
    return Factors(
        app=next((one for one in rows if one.type == Type.TOTP), None),
        passkeys=tuple(one for one in rows if one.type == Type.WEBAUTHN),
        codes_left=_left(codes[0]) if codes else 0,
    )


def _left(codes: Any) -> int:  # noqa: ANN401 - allauth's row
    """How many were not used; of those that were shown hashes alone are kept."""
    held = codes.data.get(HASHES)
    return len(codes.wrap().get_unused_codes() if held is None else held)


def codes_of(viewer: Viewer) -> Any:  # noqa: ANN401 - allauth's row
    """The recovery codes of the viewer's own account, if they were made."""
    return Authenticator.objects.filter(user_id=viewer.account_id, type=Type.RECOVERY_CODES).first()


def has_factor(account_id: int) -> bool:
    """Whether an account has a second step."""
    kinds = [Type.TOTP, Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user_id=account_id, type__in=kinds).exists())
