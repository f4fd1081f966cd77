"""What the service stands in: secrets that age, parts with holes, a process without a box."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from importlib.metadata import distributions
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from kamkor.kernel import clock
from kamkor.kernel.credentials import load_secrets, write_private
from kamkor.kernel.provision import answers, provision
from kamkor.kernel.renewal import renew_passwords
from kamkor.kernel.server_facts import ServerFacts
from kamkor.kernel.service import DUTIES
from kamkor.kernel.stolen import LEAST_BYTES, STOLEN_FILE
from kamkor.kernel.surroundings import locked_block
from tests.conftest import DATA
from tests.kernel.test_service import codes, looked, place_of

__all__ = ["looked"]


def test_a_database_that_knows_passwords_alone_is_told(
    looked: ServerFacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, duty = place_of(tmp_path), next(one for one in DUTIES if one.code == "no_certificate")
    assert not duty.undone(place)
    monkeypatch.setitem(connections.settings["default"], "HOST", "database.example")
    assert duty.undone(place)
    monkeypatch.setenv("PGSSLCERT", "/etc/desk.pem")
    monkeypatch.setenv("PGSSLKEY", "/etc/desk.key")
    assert not duty.undone(place)


def test_old_secrets_and_secrets_on_a_disk_are_told(looked: ServerFacts, tmp_path: Path) -> None:
    place = place_of(tmp_path)
    asked, kept = {"secrets_old", "secrets_on_disk"}, place.data / "secrets.json"
    assert codes(place) & asked <= {"secrets_on_disk"}
    past = clock.now().timestamp() - 101 * 24 * 3600
    os.utime(kept, (past, past))
    assert "secrets_old" in codes(place)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        there = Path(memory) / "secrets.json"
        there.write_text(kept.read_text())
        there.chmod(0o600)
        kept.unlink()
        kept.symlink_to(there)
        assert codes(place) & asked == set()
    kept.unlink()


def test_a_disk_that_is_not_known_to_be_encrypted_is_told(
    looked: ServerFacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the machine tells of its own disk holds; else who runs it has to say so."""
    place = place_of(tmp_path)
    device = place.data.stat().st_dev
    block = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}")
    assert ("disk_open" in codes(place)) is not locked_block(block)
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:b@database.example/k")
    assert "disk_open" in codes(place)
    for said, told in (("yes", True), ("encrypted", False)):
        monkeypatch.setenv("KAMKOR_DISK", said)
        assert ("disk_open" in codes(place)) is told


def test_a_disk_is_encrypted_where_all_that_it_lies_on_is(tmp_path: Path) -> None:
    """As the machine's core shows it: a volume group over two disks, each locked or not."""
    volume = tmp_path / "volume"
    for disk in ("one", "two"):
        (volume / "slaves" / disk / "dm").mkdir(parents=True)
    (volume / "dm").mkdir()
    (volume / "dm" / "uuid").write_text("LVM-abc\n")
    one, two = (volume / "slaves" / disk / "dm" / "uuid" for disk in ("one", "two"))
    one.write_text("CRYPT-LUKS2-abc\n")
    assert not locked_block(volume)
    two.write_text("CRYPT-LUKS2-def\n")
    assert locked_block(volume)
    assert not locked_block(tmp_path / "none")


def test_parts_that_nobody_looked_at_are_told(looked: ServerFacts, tmp_path: Path) -> None:
    """No list, one that is whole, one that leaves a part out, one with a hole, an old one."""
    place = place_of(tmp_path)
    held = [
        {"name": one.metadata["Name"], "version": one.version, "vulns": list[object]()}
        for one in distributions()
    ]
    hole = [*held[:-1], held[-1] | {"vulns": [{"id": "a hole"}]}]
    path = place.data / "parts.json"
    found = ["parts_unlooked" in codes(place)]
    for told in (held, held[:-1], hole, "no list"):
        path.write_text(json.dumps({"dependencies": told}))
        found.append("parts_unlooked" in codes(place))
    path.write_text(json.dumps({"dependencies": held}))
    past = clock.now().timestamp() - 8 * 24 * 3600
    os.utime(path, (past, past))
    found.append("parts_unlooked" in codes(place))
    assert found == [True, False, True, True, True, True]


def test_a_missing_list_of_stolen_passwords_is_told(looked: ServerFacts, tmp_path: Path) -> None:
    place = place_of(tmp_path)
    path = place.data / STOLEN_FILE
    assert "no_stolen_list" in codes(place)
    path.touch()
    assert "no_stolen_list" in codes(place)
    os.truncate(path, LEAST_BYTES)
    assert "no_stolen_list" not in codes(place)


def test_a_process_without_a_box_is_told_and_one_in_it_is_not() -> None:
    look = "from kamkor.kernel.surroundings import not_boxed; print(not_boxed())"
    # PR_SET_NO_NEW_PRIVS is 38, PR_SET_SECCOMP 22; the filter of one line permits all.
    boxed = (
        "import ctypes, struct; libc = ctypes.CDLL(None); libc.prctl(38, 1, 0, 0, 0);"
        "line = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0, 0x7FFF0000));"
        "program = ctypes.create_string_buffer(struct.pack('HP', 1, ctypes.addressof(line)));"
        "assert libc.prctl(22, 2, program, 0, 0) == 0;"
    )
    told = subprocess.run(
        [sys.executable, "-c", boxed + look], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "False"
    alone = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    status = Path("/proc/self/status").read_text()
    assert alone.stdout.strip() == str(
        "NoNewPrivs:\t1" not in status or "Seccomp:\t2" not in status
    )


def test_new_passwords_let_in_and_the_old_ones_no_longer(
    looked: ServerFacts, house: ServerFacts
) -> None:
    before = load_secrets(DATA)
    try:
        assert renew_passwords(DATA) == 4
        after = load_secrets(DATA)
        assert answers(house, after)
        assert not answers(house, before)
        kept = ("kamkor_super", "django_secret_key", "context_key")
        assert [getattr(after, one) == getattr(before, one) for one in kept] == [True] * 3
    finally:
        write_private(DATA / "secrets.json", json.dumps(asdict(before)))
        provision(house, before)


def test_nobody_waits_for_ever(looked: ServerFacts, house: ServerFacts) -> None:
    """Threads, connections, locks, answers and open transactions each have an end, as the desk's
    own process is started; what another holds is given up."""
    ends = (
        "from django.db import connections as c; from django.conf import settings as s;"
        "from kamkor.web import serving as v;"
        "told = c['default'].cursor(); show = lambda n: told.execute(f'SHOW {n}').fetchone()[0];"
        "print(show('lock_timeout'), show('statement_timeout'),"
        " show('idle_in_transaction_session_timeout'), v.WORKERS * v.THREADS,"
        " s.DATABASES['default']['OPTIONS']['pool']['max_size'])"
    )
    env = os.environ | {"KAMKOR_DOOR": "web", "DJANGO_SETTINGS_MODULE": "kamkor.settings.base"}
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {ends}"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["20s", "100s", "30s", "16", "8"]
    words = house.arguments("kamkor_web", load_secrets(DATA).kamkor_web)
    key = "SELECT pg_advisory_xact_lock(417)"
    with psycopg.connect(**words) as holds, psycopg.connect(**words) as waits:
        holds.execute(key)
        waits.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            waits.execute(key)
