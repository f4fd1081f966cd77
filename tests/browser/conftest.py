"""The desk served to a real Chromium, over a copy of the house that keeps what is saved."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Browser, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from kamkor.access.models import Account
from kamkor.demo.offices import OWNER
from kamkor.kernel.provision import create_database, drop_database
from kamkor.kernel.server_facts import ServerFacts
from tests.browser.person import Person, Screen
from tests.conftest import TEMPLATE, point_connections_at

DATABASE = "kamkor_browser"
INSTALL = "sudo apt-get install -y chromium"
STARTING_SECONDS = 30
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]

SignIn = Callable[..., Person]


@dataclass(frozen=True)
class Desk:
    """A running desk: its address, and the passwords of the cast."""

    address: str
    passwords: dict[str, str]


def chromium() -> str:
    """The path of the Chromium of this machine; without one the test fails with the install line."""
    for name in (os.environ.get("KAMKOR_CHROMIUM", ""), "chromium", "chromium-browser"):
        found = shutil.which(name) if name else None
        if found:
            return found
    pytest.fail(f"The browser journeys need Chromium. Install it: {INSTALL}")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def draw_passwords() -> dict[str, str]:
    """Give every account of the cast a password, written by the owner."""
    drawn = {}
    for account in Account.objects.using(OWNER).all():
        drawn[account.username] = secrets.token_urlsafe(12)
        account.set_password(drawn[account.username])
        # The steps of the first day are looked at by one test alone.
        account.first_steps_seen = True
        account.save(using=OWNER)
    return drawn


@pytest.fixture(scope="package")
def desk(house: ServerFacts, django_db_blocker: DjangoDbBlocker) -> Iterator[Desk]:
    """The desk served by its own process, as in service, over a copy of the house."""
    create_database(house, DATABASE, template=TEMPLATE)
    with django_db_blocker.unblock():
        connections.close_all()
        point_connections_at(house, DATABASE)
        passwords = draw_passwords()
        connections.close_all()
        point_connections_at(house, house.database)
    address = f"http://localhost:{free_port()}"
    serving = _serve(house, address)
    try:
        _wait_for(address, serving)
        yield Desk(address, passwords)
    finally:
        serving.terminate()
        serving.wait(STARTING_SECONDS)
        drop_database(house, DATABASE)


def _serve(house: ServerFacts, address: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "KAMKOR_PGHOST": house.host,
        "KAMKOR_PGPORT": str(house.port),
        "KAMKOR_PGDATABASE": DATABASE,
        "KAMKOR_DOOR": "web",
        "KAMKOR_HOSTS": "localhost,127.0.0.1",
        "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
    }
    port = address.rsplit(":", 1)[-1]
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    command += ["--no-control-socket", "--log-level", "warning", "kamkor.web.wsgi:application"]
    return subprocess.Popen(command, env=environment)


def _wait_for(address: str, serving: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < end and serving.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{address}/sign-in/", timeout=5):  # noqa: S310 - our own address
            return
        time.sleep(0.1)
    pytest.fail("the desk did not start")


@pytest.fixture(scope="package")
def browser(desk: Desk) -> Iterator[Browser]:
    """One Chromium for all journeys; it is gone before the next folder's tests begin."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=SWITCHES)
        yield started
        started.close()


@pytest.fixture
def screen(desk: Desk, browser: Browser) -> Iterator[Callable[..., Screen]]:
    """Opens windows; at the end of the test their consoles must have stayed free of errors."""
    opened: list[Screen] = []

    def open_window(**settings: object) -> Screen:
        opened.append(Screen(browser, desk.address, **settings))  # type: ignore[arg-type]
        return opened[-1]

    yield open_window
    faults = [fault for one in opened for fault in one.faults]
    for one in opened:
        one.close()
    assert faults == []


@pytest.fixture
def sign_in(desk: Desk, screen: Callable[..., Screen]) -> SignIn:
    """Signs somebody of the cast in, in a window of its own and in a language."""

    def begin(username: str, language: str = "en", **settings: object) -> Person:
        person = Person(screen(**settings), username)
        person.sign_in(desk.passwords[username], language)
        return person

    return begin
