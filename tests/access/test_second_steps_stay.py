"""What verifies a second step: whoever speaks as the desk to the database does not alter it."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from tests.cast import Cast, Player
from tests.doors.signing import set_up_app, signed_in

ADDED = "INSERT INTO mfa_authenticator (user_id, type, data, created_at) VALUES (%s, %s, %s, now())"
FOREIGN = json.dumps({"name": "x", "credential": {"id": "foreign"}})


def _asked(question: str, told: list[int | str]) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, told)
        return list(cursor.fetchall())


def _kept(player: Player) -> list[tuple[object, ...]]:
    question = "SELECT id, user_id, type, data::text, created_at FROM mfa_authenticator"
    return _asked(f"{question} WHERE user_id = %s ORDER BY id", [player.viewer.account_id])


def _tried(statement: str, told: list[int | str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, told)


@pytest.mark.parametrize(
    "altered",
    [
        "data = '{}'",
        "data = jsonb_set(data, '{secret}', '\"x\"')",
        "user_id = 1",
        "type = 'webauthn'",
        "id = 1",
        "created_at = now()",
    ],
)
def test_the_web_login_alters_no_second_step(cast: Cast, altered: str) -> None:
    """Not even under the context of its owner; only when it was last used is told."""
    set_up_app(signed_in(cast, "aigul"))
    before = _kept(cast.aigul)
    assert [one[2] for one in before] == ["totp", "recovery_codes"]
    with cast.aigul.inside():
        with pytest.raises(DatabaseError, match="permission denied"):
            _tried(f"UPDATE mfa_authenticator SET {altered}", [])  # noqa: S608 - our own words
        _tried("UPDATE mfa_authenticator SET last_used_at = now()", [])
    assert _kept(cast.aigul) == before


def test_a_second_step_is_added_under_the_context_of_its_owner_alone(cast: Cast) -> None:
    told: list[int | str] = [cast.aigul.viewer.account_id, "webauthn", FOREIGN]
    with pytest.raises(DatabaseError, match="by its owner alone"):
        _tried(ADDED, told)
    for other in (cast.admin, cast.bakyt, cast.cholpon):
        with other.inside(), pytest.raises(DatabaseError, match="by its owner alone"):
            _tried(ADDED, told)
    assert _kept(cast.aigul) == []
    with cast.aigul.inside():
        _tried(ADDED, told)
    assert len(_kept(cast.aigul)) == 1


def test_of_recovery_codes_the_web_login_only_spends(cast: Cast) -> None:
    account = cast.aigul.viewer.account_id
    kept = json.dumps({"salt": "00", "hashes": ["a1", "b2"]})
    with cast.aigul.inside():
        _tried(ADDED, [account, "recovery_codes", kept])
        _tried(ADDED, [account, "webauthn", FOREIGN])
    spent = "SELECT spend_recovery_code(%s, %s)"
    tries = ("c3", "a1", "a1", "hashes", "")
    assert [_asked(spent, [account, one])[0][0] for one in tries] == [
        False,
        True,
        False,
        False,
        False,
    ]
    (codes, passkey) = _kept(cast.aigul)
    assert json.loads(str(codes[3])) == {"salt": "00", "hashes": ["b2"]}
    assert json.loads(str(passkey[3])) == json.loads(FOREIGN)
