"""The key that signs who is looking is exchanged while people work, and the one before ends."""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

from kamkor.access.queries import scope_of_viewer
from kamkor.kernel import renewal
from kamkor.kernel.credentials import load_secrets, signing_key, write_private
from kamkor.kernel.database import signed_context, signed_key
from kamkor.kernel.health import checks
from kamkor.kernel.renewal import renew_signing_key
from tests.access.test_row_security import backend
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import registered

KEY_FAULT = "the key in secrets.json is not the one the database checks: nobody sees anything"


@pytest.fixture
def exchanging(committed_cast: Cast) -> Iterator[Cast]:
    """A cast of which one child is on the register; the secrets are put back afterwards."""
    before = load_secrets(settings.KAMKOR_DATA)
    registered(committed_cast)
    try:
        yield committed_cast
    finally:
        write_private(settings.KAMKOR_DATA / "secrets.json", json.dumps(asdict(before)))


def shown(cast: Cast, key: bytes) -> tuple[int, int]:
    """How many cases are shown under a context signed with this key, and under the short key."""
    scope, counts = scope_of_viewer(cast.aigul.viewer), []
    head = scope_of_viewer(cast.bakyt.viewer)
    for signed in (
        (signed_context(scope, backend(), key), ""),
        ("", signed_key(head, backend(), key)),
    ):
        with transaction.atomic(), connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT set_config('kamkor.context', %s, true), set_config('kamkor.key', %s, true)",
                signed,
            )
            cursor.execute("SELECT count(*) FROM kamkor_case")
            row = cursor.fetchone()
            assert row is not None
            counts.append(row[0])
    return counts[0], counts[1]


def on_owner(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


def doctor_told() -> bool:
    """Whether the doctor says that the key is wrong."""
    return KEY_FAULT in [text for one in checks(settings.KAMKOR_DATA) for text in one.faults]


def test_nobody_notices_that_the_key_is_exchanged(exchanging: Cast) -> None:
    """Five exchanges while two people open the register: each answer shows the child."""
    stop, found = threading.Event(), list[tuple[int, bool]]()

    def works(username: str) -> None:
        try:
            desk = Desk(username)
            while not stop.is_set():
                answer = desk.client.get("/register/")
                found.append((answer.status_code, b"/cases/" in answer.content))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=works, args=(name,)) for name in ("aigul", "bakyt")]
    for thread in threads:
        thread.start()
    keys = {signing_key(settings.KAMKOR_DATA)}
    for _turn in range(5):
        count = len(found)
        renew_signing_key(settings.KAMKOR_DATA)
        keys.add(signing_key(settings.KAMKOR_DATA))
        while len(found) < count + 6 and any(one.is_alive() for one in threads):
            threading.Event().wait(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    assert len(keys) == 6
    assert set(found) == {(200, True)}
    assert len(found) >= 30


def test_the_key_before_is_taken_for_an_hour_and_only_that_one(exchanging: Cast) -> None:
    first = signing_key(settings.KAMKOR_DATA)
    assert shown(exchanging, first) == (1, 1)
    renew_signing_key(settings.KAMKOR_DATA)
    second = signing_key(settings.KAMKOR_DATA)
    assert (shown(exchanging, first), shown(exchanging, second)) == ((1, 1), (1, 1))
    on_owner("UPDATE context_key SET other_until = other_until - interval '59 minutes'")
    assert shown(exchanging, first) == (1, 1)
    on_owner("UPDATE context_key SET other_until = other_until - interval '1 minute'")
    assert (shown(exchanging, first), shown(exchanging, second)) == ((0, 0), (1, 1))
    renew_signing_key(settings.KAMKOR_DATA)
    renew_signing_key(settings.KAMKOR_DATA)
    assert (shown(exchanging, second), shown(exchanging, b"x" * 32)) == ((0, 0), (0, 0))


def _full(_place: Path, _text: str) -> None:
    raise OSError("the disk is full")


@pytest.mark.parametrize(
    ("name", "broken"), [("write_private", _full), ("_INSTEAD", "SELECT nothing")]
)
def test_broken_off_the_key_of_the_file_is_taken_and_it_is_repeated(
    exchanging: Cast, monkeypatch: pytest.MonkeyPatch, name: str, broken: object
) -> None:
    """Before the file has the new key, and after it before the database has taken the step."""
    before = signing_key(settings.KAMKOR_DATA)
    with monkeypatch.context() as patched:
        patched.setattr(renewal, name, broken)
        with pytest.raises((OSError, psycopg.Error)):
            renew_signing_key(settings.KAMKOR_DATA)
    assert (signing_key(settings.KAMKOR_DATA) == before) is (name == "write_private")
    assert not doctor_told()
    assert shown(exchanging, signing_key(settings.KAMKOR_DATA)) == (1, 1)
    renew_signing_key(settings.KAMKOR_DATA)
    assert not doctor_told()
    assert shown(exchanging, signing_key(settings.KAMKOR_DATA)) == (1, 1)


def test_the_command_exchanges_it_and_leaves_all_else(
    exchanging: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    before = asdict(load_secrets(settings.KAMKOR_DATA))
    written = (settings.KAMKOR_DATA / "secrets.json").stat().st_mtime
    call_command("secrets", "renew-key")
    after = asdict(load_secrets(settings.KAMKOR_DATA))
    assert {one for one, value in after.items() if value != before[one]} == {"signing_key"}
    assert (settings.KAMKOR_DATA / "secrets.json").stat().st_mtime == pytest.approx(written)
    assert "The key that signs who is looking is new." in capsys.readouterr().err
    assert not doctor_told()
    write_private(settings.KAMKOR_DATA / "secrets.json", json.dumps(before))
    on_owner("UPDATE context_key SET other_until = now()")
    assert doctor_told()


def test_a_file_that_cannot_be_read_for_a_moment_stops_nobody(tmp_path: Path) -> None:
    """A vault may write it in two steps; who has read it before goes on with what it read."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    load_secrets(data)
    held = signing_key(data)
    kept = (data / "secrets.json").read_text()
    (data / "secrets.json").write_text("{")
    assert signing_key(data) == held
    (data / "secrets.json").unlink()
    assert signing_key(data) == held
    write_private(data / "secrets.json", json.dumps(json.loads(kept) | {"signing_key": "ab" * 32}))
    assert signing_key(data) == bytes.fromhex("ab" * 32)
