"""Keys: one for each subject, opening one place only, taken away for good, kept in private."""

import json
import shutil
import stat
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from pytest_django import Settings

from kamkor.kernel import keys
from kamkor.kernel.keys import KeyGone, Keys, KeysUnusable

_DRAWN = Random(11)
SUBJECTS = [UUID(int=_DRAWN.getrandbits(128)) for _ in range(300)]
PLACE = b"kamkor_need|1|what"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Settings) -> Path:
    """A store of this test alone."""
    settings.KAMKOR_KEYS = tmp_path / "keys"
    keys.make_store()
    return tmp_path / "keys" / keys.STORE


def locked(held: Keys, subjects: Sequence[UUID] = SUBJECTS) -> dict[UUID, bytes]:
    return {one: held.lock(f"told of {one}", one, PLACE) for one in subjects}


def test_a_text_opens_in_its_own_place_with_its_own_key_alone() -> None:
    held = keys.current()
    told = held.lock("Алоо, ооба", SUBJECTS[0], PLACE)
    assert held.unlock(told, SUBJECTS[0], PLACE) == "Алоо, ооба"
    assert "Алоо".encode() not in told
    for subject, place in ((SUBJECTS[1], PLACE), (SUBJECTS[0], b"kamkor_need|2|what")):
        with pytest.raises(KeysUnusable):
            held.unlock(told, subject, place)
    for broken in (told[:-1], told[:1], told[:-1] + bytes((told[-1] ^ 1,)), b"\x09" + told[1:]):
        with pytest.raises(KeysUnusable):
            held.unlock(broken, SUBJECTS[0], PLACE)


def test_the_same_text_is_never_locked_alike() -> None:
    held = keys.current()
    assert len({held.lock("x", SUBJECTS[0], PLACE) for _ in range(50)}) == 50


def test_a_key_taken_away_is_gone_and_all_others_stay(store: Path) -> None:
    told = locked(keys.current())
    gone, left = SUBJECTS[:40], SUBJECTS[40:]
    keys.take_away(gone[:39])
    keys.take_away(gone[38:])
    held = keys.current()
    assert [held.unlock(told[one], one, PLACE) for one in left] == [
        f"told of {one}" for one in left
    ]
    for one in gone:
        with pytest.raises(KeyGone):
            held.unlock(told[one], one, PLACE)
        with pytest.raises(KeyGone):
            held.lock("more", one, PLACE)
    assert "" not in json.loads(store.read_text())["versions"]["1"], "the root would give all"


def test_no_key_that_is_left_leads_to_one_taken_away(store: Path) -> None:
    """What stands in the store is never above the path of a subject whose key was taken away."""
    keys.take_away(SUBJECTS[:40])
    nodes = json.loads(store.read_text())["versions"]["1"]
    paths = [keys._path(one) for one in SUBJECTS[:40]]
    assert [way for way in nodes for path in paths if path.startswith(way)] == []


def test_an_older_copy_opens_what_was_told_since(store: Path, tmp_path: Path) -> None:
    """A copy of the store is not to be renewed for each child that is entered."""
    shutil.copy(store, tmp_path / "copy.json")
    told = locked(keys.current())
    keys.take_away(SUBJECTS[:1])
    shutil.copy(tmp_path / "copy.json", store)
    assert keys.current().unlock(told[SUBJECTS[7]], SUBJECTS[7], PLACE)


def test_each_version_opens_its_own_and_the_newest_locks() -> None:
    first = keys.current().lock("first", SUBJECTS[0], PLACE)
    assert keys.add_version(lambda _: None) == 2
    held = keys.current()
    second = held.lock("second", SUBJECTS[0], PLACE)
    assert (first[0], second[0]) == (1, 2)
    assert held.unlock(first, SUBJECTS[0], PLACE) == "first"
    keys.drop_versions(before=2)
    assert keys.current().unlock(second, SUBJECTS[0], PLACE) == "second"
    with pytest.raises(KeysUnusable):
        keys.current().unlock(first, SUBJECTS[0], PLACE)


def test_the_store_is_private_and_made_once(store: Path) -> None:
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.parent.stat().st_mode) == 0o700
    before = store.read_text()
    keys.make_store()
    assert store.read_text() == before


@pytest.mark.parametrize(
    "text", [None, "", "{}", '{"versions": {}}', '{"versions": {"1": {"": 7}}}']
)
def test_a_store_that_is_missing_or_damaged_is_told(store: Path, text: str | None) -> None:
    store.unlink() if text is None else store.write_text(text)
    with pytest.raises(KeysUnusable):
        keys.current()
    for change in (lambda: keys.add_version(print), lambda: keys.take_away(SUBJECTS[:1])):
        with pytest.raises(KeysUnusable):
            change()


def test_keys_taken_away_by_several_processes_at_once_are_all_gone() -> None:
    told = locked(keys.current())
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as processes:
        list(processes.map(keys.take_away, [[one] for one in SUBJECTS[:40]]))
    held = keys.current()
    for one in SUBJECTS[:40]:
        with pytest.raises(KeyGone):
            held.unlock(told[one], one, PLACE)
    assert held.unlock(told[SUBJECTS[50]], SUBJECTS[50], PLACE)
