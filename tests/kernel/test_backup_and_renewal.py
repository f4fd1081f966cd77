"""Backups and the renewal of the keys that seal them: each is restored, none is made with a key of
before."""

import json
import shutil
import tarfile
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import pytest

from kamkor.kernel.archive import SEALS, BadBackup, seal_log, sealed_log
from kamkor.kernel.backup import MANIFEST, Base, _manifest, bases_of
from kamkor.kernel.credentials import Secrets, load_secrets, private_folder, write_private
from kamkor.kernel.ids import new_id
from kamkor.kernel.renewal import renew_lasting_keys
from kamkor.kernel.restore import _usable_log
from tests.factories import a_report
from tests.kernel.test_backup import Kept, fresh, kamkor, kept, refused, reported, reports_in

__all__ = ["kept"]

DAY = datetime(2026, 3, 2, 3, tzinfo=UTC)


def renewed(data: Path) -> Secrets:
    """All keys of a data folder are renewed, as ``kamkor secrets renew-lasting`` leaves the file."""
    renew_lasting_keys(data, lambda: None)
    secrets = replace(load_secrets(data), signing_key=token_hex(32))
    write_private(data / "secrets.json", json.dumps(asdict(secrets)))
    (data / "secrets.lock").unlink()
    return secrets


def commanded(data: Path, command: str) -> str:
    """The answer to a report under this id."""
    line = {"id": command, "command": "receive_report", "data": a_report()}
    done = kamkor(data, "commands", "-", "--as", "aigul", said=json.dumps(line))
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["result"])


def test_a_backup_of_before_two_renewals_is_restored_and_one_of_after_it(
    kept: Kept, tmp_path: Path
) -> None:
    data = fresh(kept, tmp_path)
    for _turn in range(2):
        renewed(data)
    done = kamkor(data, "restore", "--from", str(kept.backup))
    assert done.returncode == 0, done.stderr
    assert reports_in(data) == sorted([*kept.before, kept.after])
    looked = kamkor(data, "doctor")
    assert looked.returncode == 0, looked.stdout
    command = str(new_id())
    assert commanded(data, command) == "applied"

    told = kamkor(data, "secrets", "renew-lasting")
    assert (told.returncode, told.stdout) == (0, ""), told.stderr
    assert "The lasting keys are new. Second steps locked with them: 0." in told.stderr
    assert commanded(data, command) == "duplicate"
    later, backup = reported(data), tmp_path / "later"
    done = kamkor(data, "backup", "--to", str(backup))
    assert done.returncode == 0, done.stderr
    assert keys_in(backup, load_secrets(data)) == []
    assert "or older than it" in refused(kept, tmp_path / "old", backup, 2)

    again = private_folder(tmp_path / "again")
    shutil.copy2(data / "secrets.json", again)
    shutil.copytree(data / "keys", again / "keys")
    done = kamkor(again, "restore", "--from", str(backup))
    assert done.returncode == 0, done.stderr
    assert later in reports_in(again)
    assert commanded(again, command) == "duplicate"


def keys_in(backup: Path, secrets: Secrets) -> list[str]:
    """Which files of a backup hold a key or a password, as text or as it is used."""
    told = [secrets.context_key, secrets.signs, secrets.django_secret_key, secrets.kamkor_owner]
    told += [*secrets.keys_before, *secrets.secret_key_before]
    assert len(set(told)) == 10
    wanted = [one.encode() for one in told] + [*secrets.lasting.digests]
    found = []
    for packed in sorted(backup.glob("base-*/*.tar.gz")):
        with tarfile.open(packed) as whole:
            for one in whole:
                file = whole.extractfile(one)
                text = file.read() if file else b""
                found += [one.name for key in wanted if key in text]
    plain = [path for path in backup.rglob("*") if path.is_file()]
    return found + [path.name for path in plain for key in wanted if key in path.read_bytes()]


def a_base(folder: Path, made_at: datetime, secrets: Secrets) -> Path:
    """A base without files, sealed with the newest key of these secrets."""
    place = folder / f"base-{made_at:%Y%m%dT%H%M%S}"
    place.mkdir(parents=True)
    base = Base(place, made_at, "0" * 23 + "2", "", {})
    (place / MANIFEST).write_text(json.dumps(_manifest(base, secrets)))
    return place


def test_bases_sealed_with_each_key_are_told_apart(tmp_path: Path) -> None:
    data, folder = private_folder(tmp_path / "data"), tmp_path / "backup"
    for day in range(3):
        a_base(folder, DAY + timedelta(days=day), load_secrets(data))
        renewed(data)
    a_base(folder, DAY + timedelta(days=3), load_secrets(data))
    assert [base.key for base in bases_of(folder, load_secrets(data))] == [3, 2, 1, 0]


def test_a_base_that_a_former_key_sealed_after_a_newer_one_is_refused(tmp_path: Path) -> None:
    """Whoever has seen a former ``secrets.json`` makes no backup that would be taken first."""
    data, folder = private_folder(tmp_path / "data"), tmp_path / "backup"
    former = load_secrets(data)
    newer = renewed(data)
    a_base(folder, DAY, newer)
    a_base(folder, DAY - timedelta(days=1), former)
    assert len(bases_of(folder, newer)) == 2
    place = a_base(folder, DAY + timedelta(days=1), former)
    with pytest.raises(BadBackup) as told:
        bases_of(folder, newer)
    assert told.value.details["folder"] == place


def test_log_that_a_former_key_sealed_after_a_base_counts_as_not_sealed(tmp_path: Path) -> None:
    """And nothing of it is lost: ``--unsealed`` takes it."""
    data, folder = private_folder(tmp_path / "data"), tmp_path / "backup"
    former = load_secrets(data)
    newer = renewed(data)
    for number, secrets in ((1, former), (2, newer), (3, former)):
        (folder / "wal").mkdir(parents=True, exist_ok=True)
        (folder / "wal" / f"{number:024X}").write_bytes(b"log" * number)
        seal_log(folder, secrets) if number != 3 else sealed_by_former(folder, former, newer)
    assert [piece.key for piece in sealed_log(folder, newer)] == [1, 0, 1]
    base = Base(folder, DAY, f"{2:024X}", "", {})
    usable, left = _usable_log(folder, newer, base, take_all=False)
    assert ([path.name for path in usable], left) == ([f"{2:024X}"], 1)
    usable, left = _usable_log(folder, newer, base, take_all=True)
    assert (len(usable), left) == (2, 0)
    usable, left = _usable_log(folder, newer, replace(base, key=1), take_all=False)
    assert (len(usable), left) == (2, 0)


def sealed_by_former(folder: Path, former: Secrets, newer: Secrets) -> None:
    """Goes on with the seals as whoever has a former key alone would: what is newer is no chain to
    them, so they take it as it stands."""
    turned = replace(
        newer,
        context_key=former.context_key,
        keys_before=(newer.context_key,),
    )
    assert seal_log(folder, turned) == 1


def test_a_line_that_no_key_sealed_is_refused_by_its_number(tmp_path: Path) -> None:
    data, folder = private_folder(tmp_path / "data"), tmp_path / "backup"
    (folder / "wal").mkdir(parents=True)
    for number in (1, 2):
        (folder / "wal" / f"{number:024X}").write_bytes(b"log" * number)
        seal_log(folder, load_secrets(data))
        renewed(data)
    lines = (folder / SEALS).read_text().splitlines()
    assert [piece.key for piece in sealed_log(folder, load_secrets(data))] == [2, 1]
    (folder / SEALS).write_text("\n".join([lines[0], lines[1].replace(" ", " 0", 1)]) + "\n")
    with pytest.raises(BadBackup) as told:
        list(sealed_log(folder, load_secrets(data)))
    assert told.value.details["line"] == 2
