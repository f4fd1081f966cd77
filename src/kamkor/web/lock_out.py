"""How many wrong tries lock an account or an address, and for how long; whether one is locked, and
lifting that. allauth counts; see ``tallies``."""

from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kamkor.kernel import clock

APP, ACTION = "allauth.account", "login_failed"


@dataclass(frozen=True)
class Limits:
    """Wrong tries for one account, from one address, and the minutes that both are counted in."""

    account: int
    address: int
    minutes: int


def limits() -> Limits:
    """As the settings have them."""
    by = {rate.per: rate for rate in ratelimit.get_rates(app=APP, action=ACTION)}
    minutes = int(by["key"].duration // 60)
    return Limits(by["key"].amount, by["ip"].amount, minutes)


def told() -> str:
    """What is said to whoever is locked out, whether there is such an account or not."""
    text = _(
        "Too many wrong tries. After %(account)s for one account, or %(address)s from one place,"
        " nobody gets in there for %(minutes)s minutes. Wait, or ask your administrator."
    )
    return text % vars(limits())


def is_locked(request: HttpRequest, username: str, account_id: int) -> bool:
    """Whether wrong tries keep this account out now, at its password or at its second step."""
    return any(
        len([moment for moment in cache.get(key, []) if moment > _since(rate)]) >= rate.amount
        for key, rate in _keys(request, username, account_id)
    )


def lift(request: HttpRequest, username: str, account_id: int) -> None:
    """Let an account try again; what is counted of addresses stays."""
    for key, _rate in _keys(request, username, account_id):
        cache.delete(key)


def _since(rate: ratelimit.Rate) -> float:
    return clock.wall_seconds() - float(rate.duration)


def _keys(request: HttpRequest, username: str, account_id: int) -> list[tuple[str, ratelimit.Rate]]:
    """Where the wrong tries of an account are counted, as allauth names these places."""
    of_password = get_adapter()._get_login_attempts_cache_key(request, username=username)  # noqa: SLF001 - allauth has no other name for it
    return [
        (ratelimit.get_cache_key(request, app=APP, action=ACTION, rate=rate, key=key), rate)
        for rate in ratelimit.get_rates(app=APP, action=ACTION)
        for key in (of_password, f"mfa-auth-user-{account_id}")
        if rate.per == "key"
    ]
