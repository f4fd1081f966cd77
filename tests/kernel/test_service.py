"""The duties of who runs the service: each is told by its code, and service mode refuses to start."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPMessage
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from kamkor.cli import point_settings_at
from kamkor.kernel import clock
from kamkor.kernel.backup import MANIFEST, Base, _manifest
from kamkor.kernel.credentials import load_secrets, private_folder, write_private
from kamkor.kernel.processes import wait_for
from kamkor.kernel.server_facts import ServerFacts, facts_of_address
from kamkor.kernel.service import DUTIES, Place, undone
from tests.browser.conftest import free_port
from tests.conftest import DATA
from tools.drill_start import environment

PRESSING = {
    "demo_folder", "debug", "weak_secret", "keys_missing", "trust_authentication", "powerful_login",
}  # fmt: skip


@pytest.fixture
def looked(house: ServerFacts, django_db_blocker: DjangoDbBlocker) -> Iterator[ServerFacts]:
    """The house, with connections that begin in this test."""
    with django_db_blocker.unblock():
        connections.close_all()
        yield house
        connections.close_all()


def place_of(folder: Path) -> Place:
    """A data folder with its secrets, and an anchor elsewhere."""
    data = private_folder(folder / "data")
    load_secrets(data)
    return Place(data, folder / "elsewhere" / "anchor.log")


def codes(place: Place, *, must: bool = False) -> set[str]:
    """The duties that are not done."""
    return {one.code for one in undone(place, must=must)}


@contextmanager
def changed(house: ServerFacts, there: str, back: str) -> Iterator[None]:
    """Something the administrator changes at the database, and puts back."""
    words = house.administrator_arguments(house.database)
    with psycopg.connect(**words, autocommit=True) as administrator:
        administrator.execute(there)
        connections.close_all()
        try:
            yield
        finally:
            connections.close_all()
            administrator.execute(back)


def test_codes_are_unique_and_those_that_press_are_the_known_ones() -> None:
    assert len({duty.code for duty in DUTIES}) == len(DUTIES)
    assert {duty.code for duty in DUTIES if duty.must} == PRESSING


def test_a_line_is_code_what_cure(looked: ServerFacts, tmp_path: Path) -> None:
    lines = [str(one) for one in undone(place_of(tmp_path))]
    assert "any_host: the desk answers under any name: name its host in KAMKOR_HOSTS" not in lines
    assert all(line.count(": ") == 2 for line in lines), lines
    assert [line.split(": ")[0] for line in lines if "KAMKOR_BACKUP" in line] == [
        "no_backup",
        "log_not_archived",
    ]


WRONG_AND_RIGHT = (
    ("debug", "DEBUG", True, False),
    ("one_step", "KAMKOR_SECOND_FACTOR_REQUIRED", False, True),
    ("plain_cookies", "SESSION_COOKIE_SECURE", False, True),
    ("plain_cookies", "CSRF_COOKIE_SECURE", False, True),
    ("any_host", "ALLOWED_HOSTS", ["*"], ["desk.example"]),
    ("no_proxy", "ALLAUTH_TRUSTED_PROXY_COUNT", 0, 1),
    ("no_mail", "EMAIL_HOST", "", "mail.example"),
    ("any_device", "KAMKOR_ADMIN_DEVICES", False, True),
    ("weak_secret", "SECRET_KEY", "django-insecure-" + "x7Kq" * 20, "a8Fz-0Wq_" * 9 + "LmNoP"),
    ("weak_secret", "SECRET_KEY", "changeme", "a8Fz-0Wq_" * 9 + "LmNoP"),
)


@pytest.mark.parametrize("case", WRONG_AND_RIGHT, ids=lambda case: f"{case[0]}-{case[1]}")
def test_a_setting_that_is_wrong_is_told_and_one_that_is_right_is_not(
    looked: ServerFacts, tmp_path: Path, settings: Settings, case: tuple[str, str, object, object]
) -> None:
    code, name, bad, good = case
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    setattr(settings, name, bad)
    assert code in codes(place_of(tmp_path))
    setattr(settings, name, good)
    assert code not in codes(place_of(tmp_path))


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ("ALTER ROLE kamkor_web SUPERUSER", "ALTER ROLE kamkor_web NOSUPERUSER"),
        ("ALTER ROLE kamkor_figures BYPASSRLS", "ALTER ROLE kamkor_figures NOBYPASSRLS"),
        ("GRANT kamkor_owner TO kamkor_web", "REVOKE kamkor_owner FROM kamkor_web"),
        (
            "CREATE TABLE ours (); ALTER TABLE ours OWNER TO kamkor_web",
            "DROP TABLE ours",
        ),
    ],
)
def test_a_login_with_powers_is_told(
    looked: ServerFacts, tmp_path: Path, there: str, back: str
) -> None:
    place = place_of(tmp_path)
    assert "powerful_login" not in codes(place, must=True)
    with changed(looked, there, back):
        assert "powerful_login" in codes(place, must=True)


@pytest.mark.parametrize(
    ("code", "login", "setting"),
    [
        ("not_durable", "kamkor_web", "synchronous_commit = off"),
        ("statements_logged", "kamkor_web", "log_statement = 'all'"),
        ("statements_logged", "kamkor_web", "log_min_duration_statement = 0"),
    ],
)
def test_a_database_that_is_set_wrongly_is_told(
    looked: ServerFacts, tmp_path: Path, code: str, login: str, setting: str
) -> None:
    place = place_of(tmp_path)
    assert code not in codes(place)
    name = setting.split(" ", maxsplit=1)[0]
    with changed(looked, f"ALTER ROLE {login} SET {setting}", f"ALTER ROLE {login} RESET {name}"):
        assert code in codes(place)


def test_a_database_that_asks_no_password_is_told(looked: ServerFacts, tmp_path: Path) -> None:
    place, rules = place_of(tmp_path), DATA / "pg" / "pg_hba.conf"
    before = rules.read_text()
    assert "trust_authentication" not in codes(place, must=True)
    reload = "SELECT pg_reload_conf()"
    rules.write_text(f"local all kamkor_figures trust\n{before}")
    try:
        with changed(looked, reload, "SELECT 1"):
            assert wait_for(lambda: "trust_authentication" in codes(place, must=True), 10)
    finally:
        rules.write_text(before)
        with changed(looked, reload, "SELECT 1"):
            assert wait_for(lambda: "trust_authentication" not in codes(place, must=True), 10)


def test_keys_that_are_missing_or_open_or_beside_the_data_are_told(
    looked: ServerFacts, tmp_path: Path, settings: Settings
) -> None:
    place, keys = place_of(tmp_path), tmp_path / "keys"
    settings.KAMKOR_KEYS = keys
    assert codes(place) & {"keys_missing", "keys_inside"} == {"keys_missing"}
    keys.mkdir(mode=0o755)
    keys.chmod(0o755)
    assert "keys_missing" in codes(place, must=True)
    keys.chmod(0o700)
    assert codes(place) & {"keys_missing", "keys_inside"} == set()
    settings.KAMKOR_KEYS = private_folder(place.data / "keys")
    assert codes(place) & {"keys_missing", "keys_inside"} == {"keys_inside"}


def test_a_way_to_the_database_that_is_not_encrypted_is_told(
    looked: ServerFacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, duty = place_of(tmp_path), next(one for one in DUTIES if one.code == "no_tls")
    assert not duty.undone(place)
    monkeypatch.setitem(connections.settings["default"], "HOST", "database.example")
    assert duty.undone(place)
    monkeypatch.setenv("PGSSLMODE", "require")
    assert duty.undone(place)
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert not duty.undone(place)


def test_a_demos_folder_open_folders_and_an_anchor_inside_are_told(
    looked: ServerFacts, tmp_path: Path
) -> None:
    place = place_of(tmp_path)
    asked = {"demo_folder", "open_folders", "anchor_inside"}
    assert codes(place) & asked == set()
    (place.data / "demo").touch()
    place.data.chmod(0o750)
    inside = Place(place.data, place.data / "anchor.log")
    assert codes(inside) & asked == asked
    place.data.chmod(0o700)
    inside.anchor.touch(0o644)
    inside.anchor.chmod(0o644)
    assert codes(inside) & asked == asked


def test_a_backup_that_is_too_old_is_told(
    looked: ServerFacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, folder = place_of(tmp_path), private_folder(tmp_path / "backup")
    monkeypatch.setenv("KAMKOR_BACKUP", str(folder))
    assert "no_backup" in codes(place)
    for hours, told in ((27, True), (25, False)):
        base = folder / f"base-{100 - hours}"
        base.mkdir(mode=0o700)
        made = Base(base, clock.now() - timedelta(hours=hours), "", "", {})
        manifest = _manifest(made, load_secrets(place.data))
        write_private(base / MANIFEST, json.dumps(manifest))
        assert ("no_backup" in codes(place)) is told


def serving(data: Path, port: int, **more: str) -> "subprocess.Popen[str]":
    """The desk as a command, in service mode."""
    return subprocess.Popen(
        [sys.executable, "-m", "kamkor", "serve"],
        env=environment(data) | {"PORT": str(port), "KAMKOR_SERVICE": "1"} | more,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_service_mode_does_not_start_without_keys(tmp_path: Path) -> None:
    data = private_folder(tmp_path / "data")
    (data / "demo").touch()
    none = str(tmp_path / "none")
    desk = serving(data, free_port(), KAMKOR_KEYS=none)
    try:
        output, complaints = desk.communicate(timeout=120)
    finally:
        # One that starts all the same must not go on serving.
        desk.terminate()
        desk.wait(60)
    lines = complaints.strip().splitlines()
    assert [line.split(":")[0] for line in lines] == ["demo_folder", "keys_missing", "kamkor"]
    assert (output, lines[-1]) == ("", "kamkor: the desk does not start in service mode like this")


def answered(port: int) -> HTTPMessage:
    """The headers with which the sign-in is answered, called as through a proxy with HTTPS."""
    wanted = urllib.request.Request(
        f"http://127.0.0.1:{port}/sign-in/", headers={"X-Forwarded-Proto": "https"}
    )
    with urllib.request.urlopen(wanted, timeout=20) as answer:  # noqa: S310 - as above
        found: HTTPMessage = answer.headers
    return found


def test_service_mode_starts_where_all_is_so_and_keeps_cookies_for_https(tmp_path: Path) -> None:
    data, keys, port = private_folder(tmp_path / "data"), tmp_path / "keys", free_port()
    private_folder(keys)
    desk = serving(data, port, KAMKOR_KEYS=str(keys), KAMKOR_PROXIES="1")
    try:
        assert desk.stderr is not None
        assert "Serving" in desk.stderr.readline()
        headers = answered(port)
    finally:
        desk.send_signal(signal.SIGTERM)
        desk.communicate(timeout=60)
        shutil.rmtree(data, ignore_errors=True)
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert headers["Server"] == "gunicorn"
    cookies = headers.get_all("Set-Cookie") or []
    assert cookies != []
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert len(cookie) < 4096
        assert "; Secure" in cookie
        assert "; Path=/" in cookie
        assert "; SameSite=Lax" in cookie
        assert "Domain=" not in cookie


def test_doctor_tells_each_duty_in_a_line(tmp_path: Path) -> None:
    data = private_folder(tmp_path / "data")
    done = subprocess.run(
        [sys.executable, "-m", "kamkor", "doctor", "--service"],
        env=environment(data),
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line.split(": ") for line in done.stdout.splitlines()]
    assert done.returncode == 1, done.stderr
    assert {"plain_cookies", "anchor_inside", "no_backup"} <= {code for code, _, _ in told}
    assert done.stderr.strip() == f"kamkor: {len(told)} of {len(DUTIES)} duties are not done"


def test_the_words_of_the_address_hold_for_every_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """How the way to the database is encrypted is said once, in DATABASE_URL."""
    for name in (
        "PGSSLMODE",
        "PGSSLROOTCERT",
        "KAMKOR_PGHOST",
        "KAMKOR_PGPORT",
        "KAMKOR_PGDATABASE",
    ):
        monkeypatch.setenv(name, "")
    address = "postgresql://a:b@database.example/k?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    point_settings_at(facts_of_address(address))
    assert os.environ["PGSSLMODE"] == "verify-full"
    assert os.environ["PGSSLROOTCERT"] == "/etc/ca.pem"


def test_every_duty_stands_in_the_document() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "operate.md").read_text("utf-8")
    told = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert [code for code in told if code in {duty.code for duty in DUTIES}] == [
        duty.code for duty in DUTIES
    ]
