"""The log of looks: what is read is written down, sealed in batches, and cannot be rewritten unseen."""

# ruff: noqa: S608 - statements are made of this file's own words

import os
import random
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connections, transaction

from kamkor.access.operations.looks import LISTED_TOGETHER, looking, write_look
from kamkor.access.operations.sealing import (
    SHORT,
    AnchorUnreadable,
    lines_of,
    seal_and_anchor,
    unsealed,
    verified,
)
from kamkor.cases.queries.case import case_for, open_cases
from kamkor.kernel.ids import new_id
from kamkor.kernel.seen import note, noting
from kamkor.management.shell import WRONG_USE, Stopped
from tests.access.catalogue import asked
from tests.cast import Cast
from tests.factories import registered

COLUMNS = "at, account, post, role, page, opened, listed"
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
ACTS = int(os.environ.get("ACTS") or 60)


def looks(where: str = "true") -> list[tuple[Any, ...]]:
    """The log as its owner reads it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM kamkor_look WHERE {where} ORDER BY at, id")
        return list(cursor.fetchall())


def test_what_is_opened_and_what_is_listed_is_written(committed_cast: Cast) -> None:
    cast = committed_cast
    first, second = registered(cast), registered(cast)
    viewer = cast.aigul.viewer
    before = len(looks())
    with looking(viewer, "case", [UUID(first)]):
        child = case_for(viewer, UUID(first)).child_id
    with looking(viewer, "list"):
        listed = {one.pk for one in open_cases(viewer)}
    (opened, whole) = looks()[before:]
    assert opened[1:6] == (viewer.account_id, viewer.post_id, "worker", "case", [UUID(first)])
    assert child in opened[6]
    assert whole[5] == []
    assert {UUID(first), UUID(second)} <= listed <= set(whole[6])


def test_nothing_is_written_where_nobody_was_seen_or_nothing_was_shown(
    committed_cast: Cast,
) -> None:
    viewer = committed_cast.aigul.viewer
    case = UUID(registered(committed_cast))
    before = len(looks())
    with looking(viewer, "empty"):
        pass
    with pytest.raises(ZeroDivisionError), looking(viewer, "broken", [case]):
        _ = case_for(viewer, case).number, 1 / 0
    assert len(looks()) == before


def test_a_due_item_opens_what_it_is_about(committed_cast: Cast) -> None:
    viewer = committed_cast.aigul.viewer
    case = UUID(registered(committed_cast))
    with looking(viewer, "about_task", [new_id()]):
        case_for(viewer, case)
    assert case in looks()[-1][5]


def test_many_are_written_in_several_entries(committed_cast: Cast) -> None:
    viewer, many = committed_cast.aigul.viewer, [new_id() for _ in range(LISTED_TOGETHER + 1)]
    write_look(viewer, "export", [], many)
    found = looks("page = 'export'")
    assert sorted(len(one[6]) for one in found) == [1, LISTED_TOGETHER]
    assert {each for one in found for each in one[6]} == set(many)


def test_what_is_read_within_is_read_around_too() -> None:
    first, second = new_id(), new_id()
    with noting() as around:
        note(first)
        with noting() as within:
            note(second)
    note(new_id())
    assert (around, within) == ({first, second}, {second})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM kamkor_look",
        "UPDATE kamkor_look SET account = 1",
        "DELETE FROM kamkor_look",
        "INSERT INTO kamkor_look (id, tx) VALUES (gen_random_uuid(), 1)",
        "SELECT * FROM kamkor_seal",
        "INSERT INTO kamkor_seal (number) VALUES (1)",
        "SELECT seal_log()",
        "SELECT * FROM seals_after(0)",
    ],
)
def test_the_desk_only_adds(statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        asked(statement)


@pytest.fixture
def log(committed_cast: Cast, tmp_path: Path) -> Path:
    """A log of twelve batches of looks and journal entries, sealed and anchored."""
    path, viewer = tmp_path / "anchor", committed_cast.aigul.viewer
    seal_and_anchor(path, "owner")
    for _batch in range(12):
        for _one in range(5):
            write_look(viewer, "case", [new_id()], [new_id()])
        registered(committed_cast)
        seal_and_anchor(path, "owner")
    return path


def test_what_is_sealed_is_anchored_and_verified(log: Path) -> None:
    lines = list(lines_of(log))
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert len(lines) >= 12
    assert all(len(line.digests) % SHORT == 0 for line in lines)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert (list(verified(log)), unsealed()) == ([], 0)
    assert seal_and_anchor(log, "owner") == 0


def test_a_lost_anchor_is_written_anew_from_the_seals(log: Path) -> None:
    """Where only the file was lost; what it says then is what the database says."""
    text = log.read_text()
    log.unlink()
    seal_and_anchor(log, "owner")
    assert log.read_text() == text


def test_what_is_under_way_is_sealed_when_it_has_ended(
    committed_cast: Cast, tmp_path: Path
) -> None:
    """An older transaction that ends later does not fall between two batches."""
    viewer = committed_cast.aigul.viewer
    with transaction.atomic():
        write_look(viewer, "slow", [new_id()])
        with connections["owner"].cursor() as cursor:
            cursor.execute("INSERT INTO kamkor_look SELECT * FROM kamkor_look WHERE false")
        seal_and_anchor(tmp_path / "anchor", "owner")
        assert unsealed() == 0
    assert unsealed() == 1
    seal_and_anchor(tmp_path / "anchor", "owner")
    assert (list(verified(tmp_path / "anchor")), unsealed()) == ([], 0)


def test_an_anchor_that_is_none_is_told(log: Path) -> None:
    with log.open("a") as anchor:
        anchor.write("kaputt\n")
    with pytest.raises(AnchorUnreadable):
        list(verified(log))


# Six kinds of acts of somebody with all rights in the database and none outside.
Act = Callable[[random.Random], str]


def _pick(drawn: random.Random, where: str = "true") -> str:
    rows = asked_as_owner(f"SELECT id FROM kamkor_look WHERE {where} ORDER BY tx, id")
    return str(drawn.choice(rows)[0])


def asked_as_owner(statement: str) -> list[tuple[Any, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def _alter(drawn: random.Random) -> str:
    one, column = (
        _pick(drawn),
        drawn.choice(["account = account + 1", "page = 'other'", "at = at - interval '1 day'"]),
    )
    asked_as_owner(f"UPDATE kamkor_look SET {column} WHERE id = '{one}'")
    return one


def _remove(drawn: random.Random) -> str:
    one = _pick(drawn)
    asked_as_owner(f"DELETE FROM kamkor_look WHERE id = '{one}'")
    return ""


def _add(drawn: random.Random) -> str:
    one, new = _pick(drawn), new_id()
    columns = 'at, account, post, role, page, opened, listed, "system_user", tx'
    asked_as_owner(
        f"INSERT INTO kamkor_look (id, {columns}) SELECT '{new}', {columns} FROM kamkor_look WHERE id = '{one}'"
    )
    return str(new)


def _reorder(drawn: random.Random) -> str:
    """Two looks of one batch change places: who looked first."""
    one = _pick(drawn)
    asked_as_owner(f"""
        UPDATE kamkor_look l SET account = o.account + 1, opened = o.opened, at = o.at FROM (
            SELECT account, opened, at FROM kamkor_look WHERE id <> '{one}' ORDER BY tx LIMIT 1) o
        WHERE id = '{one}'""")
    return one


def _journal(drawn: random.Random) -> str:
    rows = asked_as_owner(
        'SELECT command, "row" FROM kamkor_journalentry ORDER BY tx, command, "row"'
    )
    command, row = drawn.choice(rows)
    asked_as_owner(
        f"""UPDATE kamkor_journalentry SET account = account + 1 WHERE command = '{command}' AND "row" = {row}"""
    )
    return f"{command} {row}"


def _cut(drawn: random.Random) -> str:
    """The end of the log goes, with its seals."""
    number = asked_as_owner("SELECT max(number) FROM kamkor_seal")[0][0]
    since = asked_as_owner(f"SELECT since FROM kamkor_seal WHERE number = {number}")[0][0]
    asked_as_owner(f"DELETE FROM kamkor_look WHERE tx >= {since}")
    asked_as_owner(f"DELETE FROM kamkor_seal WHERE number = {number}")
    return ""


def _rewrite(drawn: random.Random) -> str:
    """A look is altered and all seals are made anew, as the worker would."""
    one = _alter(drawn)
    asked_as_owner("DELETE FROM kamkor_seal")
    asked_as_owner("SELECT seal_log()")
    return one


KINDS: tuple[Act, ...] = (_alter, _remove, _add, _reorder, _journal, _cut, _rewrite)


def test_every_tampering_is_found_and_its_entry_named(log: Path) -> None:
    """``ACTS`` seeded acts, each taken back afterwards; ``SEED`` repeats them."""
    drawn, found = random.Random(SEED), 0
    for number in range(ACTS):
        act = KINDS[number % len(KINDS)]
        with transaction.atomic(using="owner"):
            named = act(drawn)
            faults = list(verified(log))
            assert faults, f"{act.__name__}, SEED={SEED}"
            assert any(named in fault.entry for fault in faults), f"{act.__name__}, SEED={SEED}"
            found += 1
            transaction.set_rollback(True, using="owner")
    assert (found, list(verified(log))) == (ACTS, [])


def test_the_command_names_what_is_wrong(
    log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAMKOR_ANCHOR", str(log))
    call_command("audit", "verify")
    call_command("audit", "anchor")
    out, told = capsys.readouterr()
    number, *groups = out.split()
    assert ("".join(groups), int(number)) == (list(lines_of(log))[-1].head.hex(), int(number))
    assert "Every sealed entry is as it was." in told


def test_the_command_tells_of_an_anchor_that_cannot_be_read(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with log.open("a") as anchor:
        anchor.write("kaputt\n")
    monkeypatch.setenv("KAMKOR_ANCHOR", str(log))
    with pytest.raises(Stopped, match=f"of the anchor {log} cannot be read") as stopped:
        call_command("audit", "verify")
    assert stopped.value.status == WRONG_USE
