"""A backup is made while people work, and restored to a moment; what was altered is refused."""

import json
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from kamkor.access.operations.sealing import Line, lines_of, set_aside_after
from kamkor.exchange.sealing import seal_backup
from kamkor.kernel.archive import SEALS, seal_log, sealed_log
from kamkor.kernel.credentials import load_secrets, private_folder
from kamkor.kernel.ids import new_id
from kamkor.kernel.server import database_server
from kamkor.kernel.server_facts import ServerFacts
from tests.browser.conftest import free_port
from tests.factories import a_report
from tests.kernel.commands import mode
from tools.drill_start import environment

BUILDER = Path(__file__).resolve().parents[2] / "tools" / "crash_writer.py"


@dataclass(frozen=True)
class Kept:
    """What the drill has left: the backup, the secrets, and a moment between two reports."""

    backup: Path
    secrets: Path
    moment: str
    before: list[str]
    after: str


def kamkor(
    data: Path, *words: str, said: str = "", **more: str
) -> "subprocess.CompletedProcess[str]":
    """Run ``kamkor`` with these words on this data folder."""
    return subprocess.run(
        [sys.executable, "-m", "kamkor", *words],
        env=environment(data) | more,
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )


def reported(data: Path) -> str:
    """A report made at the shell; its id."""
    line = {"id": str(new_id()), "command": "receive_report", "data": a_report()}
    done = kamkor(data, "commands", "-", "--as", "aigul", said=json.dumps(line))
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["answer"]["report"])


SIGNED_IN = """INSERT INTO kamkor_session (session_key, session_data, expire_date, opened_at,
    seen_at, kind, browser) VALUES ('a', '', now() + interval '12 hours', now(), now(), '', '')"""


def lives(data: Path) -> None:
    """What the desk does before it serves: look whether this is the database of before."""
    done = kamkor(data, "shell", "-c", "from kamkor.kernel.incarnation import *; begin_life()")
    assert done.returncode == 0, done.stderr


def life_of(data: Path) -> tuple[list[str], int]:
    """The number of the database's life, and how many sessions are in it."""
    with database_server(data) as facts:
        words = facts.administrator_arguments(facts.database)
        with psycopg.connect(**words) as connection:
            rows = connection.execute("SELECT id FROM incarnation").fetchall()
            row = connection.execute("SELECT count(*) FROM kamkor_session").fetchone()
    assert row is not None
    return [str(one) for (one,) in rows], row[0]


def hand_over(facts: ServerFacts) -> None:
    """Let the server archive what it has written so far, and wait until it has."""
    with psycopg.connect(**facts.administrator_arguments(), autocommit=True) as connection:
        row = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()
        connection.execute("SELECT pg_switch_wal()")
        asked = "SELECT last_archived_wal >= %s FROM pg_stat_archiver"
        for _ in range(200):
            if connection.execute(asked, row).fetchone() == (True,):
                return
            time.sleep(0.05)
    raise AssertionError("nothing was archived")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """Two reports, a backup between them, a moment, and a third report."""
    place = tmp_path_factory.mktemp("backup")
    data, backup = private_folder(place / "data"), place / "it's the backup"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.setenv("KAMKOR_BACKUP", str(backup))
        with database_server(data) as facts:
            where = {"KAMKOR_PGHOST": facts.host, "KAMKOR_PGPORT": str(facts.port)}
            words = [sys.executable, str(BUILDER), "build"]
            subprocess.run(words, env=environment(data) | where, check=True)
            first = reported(data)
            lives(data)
            with psycopg.connect(**facts.administrator_arguments(facts.database)) as administrator:
                administrator.execute(SIGNED_IN)
            made = kamkor(data, "backup")
            assert made.returncode == 0, made.stderr
            second = reported(data)
            moment = datetime.now(UTC).isoformat()
            third = reported(data)
            hand_over(facts)
            assert seal_log(backup, load_secrets(data)) > 0
    yield Kept(backup, data / "secrets.json", moment, sorted([first, second]), third)
    shutil.rmtree(place, ignore_errors=True)


def fresh(kept: Kept, place: Path) -> Path:
    """A new data folder that holds the secrets, the keys if there are any, and nothing else."""
    data, keys = private_folder(place / "restored"), kept.secrets.parent / "keys"
    shutil.copy2(kept.secrets, data)
    if keys.exists():
        shutil.copytree(keys, data / "keys")
    return data


def reports_in(data: Path) -> list[str]:
    """The ids of all reports of a data folder's database."""
    with database_server(data) as facts:
        words = facts.administrator_arguments(facts.database)
        with psycopg.connect(**words) as connection:
            rows = connection.execute("SELECT id FROM kamkor_report").fetchall()
    return sorted(str(one) for (one,) in rows)


def test_restored_to_a_moment_it_holds_what_was_there_and_nothing_later(
    kept: Kept, tmp_path: Path
) -> None:
    data = fresh(kept, tmp_path)
    done = kamkor(data, "restore", "--from", str(kept.backup), "--to-time", kept.moment)
    assert done.returncode == 0, done.stderr
    assert reports_in(data) == kept.before
    assert {mode(data), mode(data / "pg"), mode(data / "secrets.json")} == {"0700", "0600"}
    assert kamkor(data, "audit", "verify").returncode == 0
    looked = kamkor(data, "doctor")
    assert looked.returncode == 0, looked.stdout


def test_restored_to_the_end_it_holds_everything_and_work_goes_on(
    kept: Kept, tmp_path: Path
) -> None:
    data = fresh(kept, tmp_path)
    done = kamkor(data, "restore", "--from", str(kept.backup))
    assert done.returncode == 0, done.stderr
    assert "The last change that was restored was made at" in done.stderr
    assert reports_in(data) == sorted([*kept.before, kept.after])
    later = reported(data)
    assert later in reports_in(data)


def test_who_signed_in_before_a_restore_signs_in_anew(kept: Kept, tmp_path: Path) -> None:
    """The restored database has no number of its life; the first start of the desk gives it one of
    its own and ends all sessions, a later start changes nothing."""
    before, sessions = life_of(kept.secrets.parent)
    assert (len(before), sessions) == (1, 1)
    data = fresh(kept, tmp_path)
    done = kamkor(data, "restore", "--from", str(kept.backup))
    assert done.returncode == 0, done.stderr
    assert life_of(data) == ([], 1)
    served = []
    for _start in range(2):
        desk = subprocess.Popen(
            [sys.executable, "-m", "kamkor", "serve"],
            env=environment(data) | {"PORT": str(free_port())},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert desk.stderr is not None
            assert "Serving" in desk.stderr.readline()
        finally:
            desk.terminate()
            desk.communicate(timeout=60)
        served.append(life_of(data))
    assert served[0] == served[1]
    assert (len(served[0][0]), served[0][1]) == (1, 0)
    assert served[0][0] != before


def refused(kept: Kept, place: Path, backup: Path, status: int, *words: str) -> str:
    """What a restore that must fail says; the folder is left as it was."""
    data = fresh(kept, place)
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    done = kamkor(data, "restore", "--from", str(backup), *words)
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == before
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("name", ["base.tar.gz", "pg_wal.tar.gz", "backup_manifest"])
@pytest.mark.parametrize("how", ["altered", "gone"])
def test_a_base_that_was_altered_is_refused(
    kept: Kept, tmp_path: Path, name: str, how: str
) -> None:
    copy = Path(shutil.copytree(kept.backup, tmp_path / "copy"))
    (file,) = copy.glob(f"base-*/{name}")
    if how == "gone":
        file.unlink()
    else:
        whole = bytearray(file.read_bytes())
        whole[len(whole) // 2] ^= 1
        file.write_bytes(whole)
    assert "is missing or altered: nothing was restored" in refused(kept, tmp_path, copy, 2)


@pytest.mark.parametrize("how", ["altered", "gone"])
def test_log_that_was_altered_is_refused(kept: Kept, tmp_path: Path, how: str) -> None:
    copy = Path(shutil.copytree(kept.backup, tmp_path / "copy"))
    # The server may have handed over more since the last seal.
    piece = copy / "wal" / (copy / SEALS).read_text().splitlines()[-1].split()[0]
    if how == "gone":
        piece.unlink()
    else:
        whole = bytearray(piece.read_bytes())
        whole[100] ^= 1
        piece.write_bytes(whole)
    assert f"{piece.name} is missing or altered" in refused(kept, tmp_path, copy, 2)


def test_a_seal_that_was_taken_out_or_written_anew_is_refused(kept: Kept, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(kept.backup, tmp_path / "copy"))
    lines = (copy / SEALS).read_text().splitlines(keepends=True)
    assert len(lines) > 1
    (copy / SEALS).write_text("".join(lines[1:]))
    assert "line 1 of" in refused(kept, tmp_path, copy, 2)


def test_a_manifest_written_anew_is_refused(kept: Kept, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(kept.backup, tmp_path / "copy"))
    (manifest,) = copy.glob("base-*/kamkor-backup.json")
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(told | {"made_at": "2026-01-01T00:00:00+00:00"}))
    assert "is not as it was made here" in refused(kept, tmp_path, copy, 2)


def test_the_secrets_of_another_installation_open_nothing(kept: Kept, tmp_path: Path) -> None:
    data = private_folder(tmp_path / "restored")
    load_secrets(data)
    done = kamkor(data, "restore", "--from", str(kept.backup))
    assert (done.returncode, done.stdout) == (2, "")
    assert "secrets.json is of another installation" in done.stderr
    assert [path.name for path in data.iterdir()] == ["secrets.json"]


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2001-01-01T00:00Z", "the oldest backup is of"),
        ("2999-01-01T00:00Z", "recovery ended before configured recovery target was reached"),
        ("yesterday", "yesterday is no moment"),
    ],
)
def test_a_moment_that_cannot_be_reached_is_refused(
    kept: Kept, tmp_path: Path, moment: str, told: str
) -> None:
    status = 4 if moment.startswith("2999") else 2
    assert told in refused(kept, tmp_path, kept.backup, status, "--to-time", moment)


def test_a_folder_without_backups_is_refused(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "holds no backup" in refused(kept, tmp_path, tmp_path / "empty", 2)


def test_nothing_is_written_over(kept: Kept, tmp_path: Path) -> None:
    """A folder in which something stands is left as it is; without secrets nothing begins."""
    data = fresh(kept, tmp_path)
    (data / "pg").mkdir()
    done = kamkor(data, "restore", "--from", str(kept.backup))
    assert (done.returncode, "is not empty" in done.stderr) == (3, True)
    assert sorted({path.name for path in data.iterdir()} - {"keys"}) == ["pg", "secrets.json"]
    bare = private_folder(tmp_path / "bare")
    done = kamkor(bare, "restore", "--from", str(kept.backup))
    assert (done.returncode, "put secrets.json" in done.stderr) == (2, True)
    assert list(bare.iterdir()) == []


def test_a_folder_that_holds_something_else_takes_no_backup(kept: Kept, tmp_path: Path) -> None:
    data, foreign = fresh(kept, tmp_path), private_folder(tmp_path / "letters")
    (foreign / "letter.txt").touch()
    done = kamkor(data, "backup", "--to", str(foreign))
    assert (done.returncode, "holds something else" in done.stderr) == (2, True)
    assert [path.name for path in foreign.iterdir()] == ["letter.txt"]
    foreign.chmod(0o755)
    done = kamkor(data, "backup", "--to", str(foreign))
    assert (done.returncode, "open to others" in done.stderr) == (2, True)
    done = kamkor(data, "backup")
    assert (done.returncode, "say --to FOLDER" in done.stderr) == (2, True)


def test_no_backup_holds_a_secret(kept: Kept, tmp_path: Path) -> None:
    """Neither a password nor a key stands in any file of a backup, packed or not."""
    secrets = asdict(load_secrets(kept.secrets.parent))
    looked_for = [value.encode() for value in secrets.values() if value and type(value) is str]
    looked_for.append(bytes.fromhex(secrets["context_key"]))
    for packed in kept.backup.glob("base-*/*.tar.gz"):
        with tarfile.open(packed) as whole:
            whole.extractall(tmp_path / packed.name, filter="data")
    read = [*kept.backup.rglob("*"), *tmp_path.rglob("*")]
    contents = {path: path.read_bytes() for path in read if path.is_file()}
    assert any(b"house" in one for one in contents.values())
    assert [path for path, one in contents.items() if any(word in one for word in looked_for)] == []
    assert "secrets.json" not in {path.name for path in contents}
    assert {mode(path) for path in kept.backup.rglob("*") if path.is_file()} == {"0600"}
    assert {mode(path) for path in kept.backup.rglob("*") if path.is_dir()} == {"0700"}


def test_the_worker_seals_what_was_archived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each piece once, in the order it came; without a backup folder nothing is done."""
    data, folder = private_folder(tmp_path / "data"), private_folder(tmp_path / "backup")
    monkeypatch.setenv("KAMKOR_DATA", str(data))
    seal_backup(0)
    monkeypatch.setenv("KAMKOR_BACKUP", str(folder))
    for number in (1, 2):
        (private_folder(folder / "wal") / f"{number:024X}").write_bytes(b"log" * number)
        (folder / "wal" / "archtemp.unfinished").touch()
        seal_backup(0)
        seal_backup(0)
    sealed = list(sealed_log(folder, load_secrets(data)))
    assert [piece.name for piece in sealed] == [f"{number:024X}" for number in (1, 2)]


def test_a_server_of_ones_own_is_told_where_to_read(tmp_path: Path, kept: Kept) -> None:
    data = fresh(kept, tmp_path)
    address = "postgresql://nobody@localhost:1/kamkor"
    done = kamkor(data, "restore", "--from", str(kept.backup), DATABASE_URL=address)
    assert (done.returncode, "see docs/operate.md" in done.stderr) == (2, True)


def test_the_anchor_ends_with_what_was_restored_and_the_whole_one_stays(tmp_path: Path) -> None:
    anchor = tmp_path / "anchor.log"
    lines = [Line(number, number, number + 1, b"h" * 32, b"d" * 8) for number in (1, 2, 3)]
    anchor.write_text("".join(line.written() for line in lines))
    count, aside = set_aside_after(anchor, 1)
    assert (count, list(lines_of(anchor)), list(lines_of(aside))) == (2, lines[:1], lines)
    assert mode(anchor) == "0600"
    assert set_aside_after(anchor, 1) == (0, anchor)
