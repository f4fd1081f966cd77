"""``kamkor secrets renew-lasting``: second steps are locked with the new key, whatever breaks it off."""

import json
import stat
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.management import CommandError, call_command

from kamkor.access.operations import factor_secrets
from kamkor.access.operations.factor_secrets import lock_secret, lock_secrets_anew, open_secret
from kamkor.kernel.credentials import lasting_keys, load_secrets, signing_key, write_private
from kamkor.kernel.renewal import renew_lasting_keys
from kamkor.management.shell import REFUSED, Stopped
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.doors.signing import (
    SECOND,
    a_browser,
    code_of,
    forget_used_codes,
    recovery_codes,
    set_up_app,
    signed_in,
    with_password,
)

WITH_APP = ("aigul", "bakyt", "cholpon")


@pytest.fixture
def apps(committed_cast: Cast) -> Iterator[dict[str, str]]:
    """Three who have set up the app, with its key; the secrets are put back afterwards."""
    before = load_secrets(settings.KAMKOR_DATA)
    yield {name: set_up_app(signed_in(committed_cast, name)) for name in WITH_APP}
    write_private(settings.KAMKOR_DATA / "secrets.json", json.dumps(asdict(before)))
    assert lasting_keys(settings.KAMKOR_DATA) == before.lasting


def held() -> dict[tuple[str, str], str]:
    """What the database keeps, by whose it is and its kind."""
    rows = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    return {
        (one.user.username, one.type): one.data.get("secret") or one.data.get("seed") or ""
        for one in rows.select_related("user")
    }


def opened_by(key: int) -> list[bool]:
    """Which of them opens with this one of the site's keys alone, the newest being 0."""
    locks = factor_secrets._locks()[key : key + 1]
    return [factor_secrets._opens(locks[0], one) for one in held().values()]


def lets_in(cast: Cast, username: str, secret: str) -> bool:
    """Whether the app's code is taken at sign-in."""
    forget_used_codes()
    desk = a_browser(cast)
    with_password(desk, username)
    return desk.send(SECOND, {"code": code_of(secret)}).status == 302


def test_the_command_renews_all_and_everybody_goes_on(
    committed_cast: Cast, apps: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Twice in a row: no key is in use that was before, each is kept, all is locked anew."""
    place = settings.KAMKOR_DATA / "secrets.json"
    desk, before, written = Desk("head", committed_cast.time), held(), place.stat().st_mtime
    for turn in (1, 2):
        old, old_signing = load_secrets(settings.KAMKOR_DATA), signing_key(settings.KAMKOR_DATA)
        call_command("secrets", "renew-lasting")
        new = load_secrets(settings.KAMKOR_DATA)
        assert new.keys_before == (old.context_key, *old.keys_before)
        assert new.secret_key_before == (old.django_secret_key, *old.secret_key_before)
        used = {new.context_key, new.django_secret_key, new.signs}
        assert not used & {old.context_key, old.django_secret_key, old.signs, *new.keys_before}
        assert signing_key(settings.KAMKOR_DATA) != old_signing
        assert (opened_by(0), opened_by(turn)) == ([True] * 6, [False] * 6)
        assert desk.open("/").status == 200
        told = capsys.readouterr().err
        assert "The lasting keys are new. Second steps locked with them: 6." in told
        assert "Make a copy of secrets.json now" in told
        assert not [value for value in _secret_texts(asdict(new)) if value in told]
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert place.stat().st_mtime == pytest.approx(written)
    assert all(one != before[whose] for whose, one in held().items())
    assert [lets_in(committed_cast, name, secret) for name, secret in apps.items()] == [True] * 3
    (name, secret), *_others = apps.items()
    assert not lets_in(committed_cast, name, secret[:-1] + ("A" if secret[-1] != "A" else "B"))


def _secret_texts(told: dict[str, Any]) -> list[str]:
    return [value for value in told.values() if isinstance(value, str) and value]


def test_recovery_codes_that_nobody_has_seen_are_shown_after_it(
    committed_cast: Cast, apps: dict[str, str]
) -> None:
    desk = signed_in_with(committed_cast, "aigul", apps["aigul"])
    call_command("secrets", "renew-lasting")
    codes = recovery_codes(desk)
    assert len(codes) == 10
    call_command("secrets", "renew-lasting")
    other = a_browser(committed_cast)
    with_password(other, "aigul")
    assert other.send(SECOND, {"code": codes[0]}).status == 302


def signed_in_with(cast: Cast, username: str, secret: str) -> Desk:
    """A browser in which somebody signed in with the app."""
    forget_used_codes()
    desk = a_browser(cast)
    with_password(desk, username)
    assert desk.send(SECOND, {"code": code_of(secret)}).status == 302
    return desk


@pytest.mark.parametrize("rows", [0, 1, 3, 5])
def test_broken_off_among_them_each_opens_and_the_next_time_ends_it(
    committed_cast: Cast, apps: dict[str, str], monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """After so many of six: some are locked with the new key, the rest with the former one."""
    left, real = [rows], factor_secrets._locked_anew

    def broken_off(row: object) -> bool:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return real(row)

    with monkeypatch.context() as patched:
        patched.setattr(factor_secrets, "_locked_anew", broken_off)
        with pytest.raises(KeyboardInterrupt):
            renew_lasting_keys(settings.KAMKOR_DATA, lock_secrets_anew)
    begun = load_secrets(settings.KAMKOR_DATA)
    assert begun.renewal_begun
    assert (sum(opened_by(0)), sum(opened_by(1))) == (rows, 6 - rows)
    assert [lets_in(committed_cast, name, secret) for name, secret in apps.items()] == [True] * 3
    done = renew_lasting_keys(settings.KAMKOR_DATA, lock_secrets_anew)
    assert (done.done, done.unopened) == (6 - rows, 0)
    ended = load_secrets(settings.KAMKOR_DATA)
    assert (ended.context_key, ended.renewal_begun) == (begun.context_key, False)
    assert opened_by(0) == [True] * 6


def test_what_was_locked_while_it_ran_is_left_and_what_no_key_opens_is_told(
    committed_cast: Cast, apps: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The rest is done all the same; the status says that something is wrong."""
    row = Authenticator.objects.using("owner").get(user__username="bakyt", type="totp")
    row.data = row.data | {"secret": b64encode(b"of another installation").decode()}
    row.save(using="owner", update_fields=["data"])
    with pytest.raises(Stopped) as stopped:
        call_command("secrets", "renew-lasting")
    assert stopped.value.status == REFUSED
    assert "second steps that no key of this installation opens: 1" in str(stopped.value)
    assert "locked with them: 5." in capsys.readouterr().err
    assert sum(opened_by(0)) == 5
    assert not load_secrets(settings.KAMKOR_DATA).renewal_begun
    again = lock_secrets_anew()
    assert (again.done, again.unopened) == (0, 1)


def test_what_was_altered_opens_with_no_key() -> None:
    locked = lock_secret("a secret")
    assert open_secret(locked) == "a secret"
    with pytest.raises(InvalidTag):
        open_secret(("A" if locked[0] != "A" else "B") + locked[1:])


def test_what_it_does_not_know_is_wrong_use() -> None:
    with pytest.raises(CommandError):
        call_command("secrets", "renew-everything")
