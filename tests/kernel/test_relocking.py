"""New keys for all texts: nothing is lost where it is broken off, and old keys go when told."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django import Settings

from kamkor.cases.models import Report
from kamkor.kernel import keys, locked, relocking
from kamkor.kernel.keys import KeysUnusable
from kamkor.management.shell import Stopped
from tests.access.test_locked import other_store
from tests.cast import Cast
from tests.factories import identified, received

__all__ = ["other_store"]
WORDS = "He was alone {} days."


@pytest.fixture
def told(committed_cast: Cast, other_store: Path) -> list[str]:
    """Reports of which each tells something else; their ids."""
    identified(committed_cast)
    return [
        received(committed_cast.aigul, seen_or_said=WORDS.format(number)) for number in range(60)
    ]


def read(cast: Cast, told: list[str]) -> list[str]:
    with cast.bakyt.inside():
        return [Report.objects.get(id=one).seen_or_said for one in told]


def expected(told: list[str]) -> list[str]:
    return [WORDS.format(number) for number in range(len(told))]


def test_every_text_is_locked_anew_and_old_keys_are_dropped_when_told(
    committed_cast: Cast, told: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = relocking.versions_held()
    call_command("keys", "rotate")
    assert relocking.versions_held() == {2: before[1]}
    assert set(keys.current().versions) == {1, 2}, "yesterday's backup still opens"
    assert read(committed_cast, told) == expected(told)
    call_command("keys", "drop")
    assert capsys.readouterr().out == "keys 1 dropped\n"
    assert set(keys.current().versions) == {2}
    assert read(committed_cast, told) == expected(told)
    call_command("keys", "check")
    shown = capsys.readouterr()
    assert shown.out == f"keys 2: {before[1]} texts\n"
    assert shown.err.endswith("Every text opens.\n")
    later = received(committed_cast.aigul, seen_or_said=WORDS.format(60))
    assert read(committed_cast, [*told, later]) == expected([*told, later])


def _rotate_in_small_parts(database: str, store: str) -> None:
    connections["owner"].settings_dict["NAME"] = database
    relocking.PART = 3
    relocking.rotate(lambda _done: time.sleep(0.05))


def test_a_rotation_that_is_killed_is_gone_on_with(
    committed: str, committed_cast: Cast, told: list[str], settings: Settings
) -> None:
    """Killed five times in the middle; texts of both versions are read meanwhile."""
    connections.close_all()
    mixed = 0
    for _ in range(5):
        child = get_context("fork").Process(
            target=_rotate_in_small_parts, args=(committed, str(settings.KAMKOR_KEYS))
        )
        child.start()
        time.sleep(0.4)
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        assert read(committed_cast, told) == expected(told)
        mixed += set(relocking.versions_held()) == {1, 2}
        connections.close_all()
    assert mixed, "no round was broken off in the middle"
    assert relocking.rotate(lambda _done: None) == 2, "it went on, with no further version"
    assert set(relocking.versions_held()) == {2}
    assert read(committed_cast, told) == expected(told)


def test_a_version_made_known_and_never_saved_makes_way(
    committed_cast: Cast, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the power fails between the two."""
    with monkeypatch.context() as patch:
        patch.setattr(keys, "_write", lambda _versions: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            relocking.rotate(lambda _done: None)
    assert read(committed_cast, told) == expected(told)
    assert relocking.rotate(lambda _done: None) == 2
    assert read(committed_cast, told) == expected(told)


def test_a_key_taken_away_stays_so_through_a_rotation(
    committed_cast: Cast, told: list[str]
) -> None:
    with committed_cast.bakyt.inside():
        gone = Report.objects.get(id=told[0]).pk
    keys.take_away([gone])
    relocking.rotate(lambda _done: None)
    assert read(committed_cast, told) == ["", *expected(told)[1:]]


def test_a_text_that_does_not_open_is_named_without_its_words(
    committed_cast: Cast, told: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE kamkor_report SET place = set_byte(place, 20, get_byte(place, 20) # 1)"
            " WHERE id = %s",
            [told[3]],
        )
    with pytest.raises(Stopped, match="1 texts do not open"):
        call_command("keys", "check")
    assert f"does not open: kamkor_report.place {told[3]}\n" in capsys.readouterr().out


def test_other_keys_are_refused_before_anything_is_changed(
    committed_cast: Cast,
    told: list[str],
    other_store: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    right = other_store.read_bytes()
    other_store.unlink()
    keys.make_store()
    before = other_store.read_bytes()
    for what in ("check", "rotate", "drop"):
        with pytest.raises(KeysUnusable):
            call_command("keys", what)
    assert other_store.read_bytes() == before
    assert doctor_says(capsys) == "FAULT"
    other_store.write_bytes(right)
    assert doctor_says(capsys) == "ok"
    assert read(committed_cast, told) == expected(told)


def doctor_says(capsys: pytest.CaptureFixture[str]) -> str:
    """What the project's own check says of the keys."""
    with suppress(Stopped):
        call_command("doctor")
    lines = capsys.readouterr().out.splitlines()
    return next(one for one in lines if "keys of locked texts" in one).split()[0]


@pytest.fixture(autouse=True)
def prove_anew() -> Iterator[None]:
    """The store is another after each of these tests."""
    yield
    locked._Proof.keys = None
