"""The short key that opens most rows: signed as the context is, and never more than it says."""

import hashlib
import hmac
import time
from dataclasses import replace

import pytest

from kamkor.access.queries import scope_of_viewer
from kamkor.kernel.database import signed_context, signed_key
from kamkor.kernel.ids import new_id
from kamkor.workforce.models import Office
from tests.access.test_row_security import KEY, NOTHING, backend, with_context
from tests.cast import Cast, Player


def _resigned(parts: list[str]) -> str:
    payload = "|".join(parts)
    return payload + "|" + hmac.new(KEY, payload.encode(), hashlib.sha256).hexdigest()


def _key_of(player: Player) -> list[str]:
    return signed_key(scope_of_viewer(player.viewer), backend(), KEY).split("|")


def test_the_key_alone_opens_what_the_context_does_where_nothing_is_sealed_or_lent(
    filled: Cast,
) -> None:
    for player in (filled.aigul, filled.bakyt, filled.oblast, filled.elmira):
        plain = replace(scope_of_viewer(player.viewer), teams=(), lent=())
        by_context = with_context(signed_context(plain, backend(), KEY))
        by_key = with_context("", "|".join(_key_of(player)))
        assert by_key == by_context != NOTHING, player.username


def test_the_number_of_a_key_says_its_level(filled: Cast) -> None:
    """It is compared with units, departments and oblasts alike."""
    levels = dict(Office.objects.values_list("id", "level"))
    found = []
    for player in (filled.aigul, filled.bakyt, filled.cholpon, filled.head, filled.oblast):
        scope = scope_of_viewer(player.viewer)
        assert scope.key is not None, player.username
        assert levels[scope.key] == scope.level, player.username
        found.append(scope.level)
    assert set(found) == {1, 2, 3}
    assert scope_of_viewer(filled.elmira.viewer).key == 0


@pytest.mark.parametrize(("part", "more"), [(0, "x"), (1, "0"), (2, "1"), (3, "1"), (4, "0")])
def test_a_key_changed_in_any_part_shows_nothing(filled: Cast, part: int, more: str) -> None:
    parts = _key_of(filled.bakyt)
    assert len(parts) == 5
    parts[part] += more
    assert with_context("", "|".join(parts)) == NOTHING


def test_a_key_that_is_not_of_now_and_here_shows_nothing(filled: Cast) -> None:
    scope = scope_of_viewer(filled.bakyt.viewer)
    kind, key, number, expiry, _mac = _key_of(filled.bakyt)
    for false in (
        signed_key(scope, backend(), b"x" * 32),
        signed_key(scope, backend() + 1, KEY),
        _resigned([kind, key, number, str(int(time.time()) - 1)]),
        _resigned(["other", key, number, expiry]),
        _resigned(["key", key, number, expiry]),
        signed_context(scope, backend(), KEY),
        "|" * 4,
        "äöü|" * 4 + "x",
    ):
        assert with_context("", false) == NOTHING, false
    assert with_context("", _resigned([kind, key, number, expiry])) != NOTHING


def test_who_is_barred_from_anything_or_sees_several_offices_has_no_key(filled: Cast) -> None:
    """A key asks nothing of what is barred, and there is one alone; the context opens the same."""
    scope = scope_of_viewer(filled.bakyt.viewer)
    assert scope.key is not None
    whole = with_context(signed_context(scope, backend(), KEY))
    for other in (
        replace(scope, barred=(new_id(),)),
        replace(scope, offices=(*scope.offices, filled.cholpon.department)),
    ):
        key = signed_key(other, backend(), KEY)
        assert (other.key, with_context("", key)) == (None, NOTHING)
        shown = with_context(signed_context(other, backend(), KEY), key)
        assert all(shown[table] >= rows for table, rows in whole.items())
        assert other.barred == () or shown == whole
