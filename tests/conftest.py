"""The test house: one embedded server for a run, the fixed cast in it, and refusals noted."""

# ruff: noqa: E402 - the environment stands before anything that reads the settings is imported

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
import pytest

from kamkor.kernel.translations import compile_catalogues

DATA = Path(tempfile.mkdtemp(prefix="kamkor-tests-"))
"""The data folder of this run alone; no other server is ever used."""

os.environ["KAMKOR_DATA"] = str(DATA)
os.environ["DJANGO_SETTINGS_MODULE"] = "kamkor.settings.test"
os.environ.pop("DATABASE_URL", None)
# The browser's driver keeps an event loop in this thread; nothing of ours runs in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
compile_catalogues()
django.setup()

from django.core.management import call_command
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from kamkor.cli import point_settings_at
from kamkor.demo.scenario import build_scenario
from kamkor.kernel.ids import new_id
from kamkor.kernel.provision import create_database, drop_database
from kamkor.kernel.server import database_server
from kamkor.kernel.server_facts import ServerFacts
from tests.cast import Cast, build_cast
from tests.provoked import join, note_refusals, notes, whole_specification

TEMPLATE = "kamkor_template"
SCENARIO = "kamkor_scenario"


def point_connections_at(facts: ServerFacts, database: str) -> None:
    """Let every login connect to this database from now on; what is open must be closed."""
    for login in connections.settings.values():
        login.update(HOST=facts.host, PORT=str(facts.port), NAME=database)


@pytest.fixture(scope="session")
def house(django_db_blocker: DjangoDbBlocker) -> Iterator[ServerFacts]:
    """The server of the run, with offices, cast and accounts, and a template beside it."""
    with database_server(DATA) as facts:
        point_settings_at(facts)
        point_connections_at(facts, facts.database)
        with django_db_blocker.unblock():
            call_command("migrate", database="owner", verbosity=0)
            build_cast()
            connections.close_all()
        create_database(facts, TEMPLATE, template=facts.database)
        yield facts
        with django_db_blocker.unblock():
            connections.close_all()


@pytest.fixture(scope="session")
def django_db_setup(house: ServerFacts) -> None:
    """No database of Django's own making: tests work in the house, as the web login."""


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast in a transaction that is rolled back when the test ends."""
    return Cast()


@contextmanager
def connected_to(house: ServerFacts, blocker: DjangoDbBlocker, name: str) -> Iterator[None]:
    """Let every login connect to another database of the house's server meanwhile."""
    with blocker.unblock():
        connections.close_all()
        point_connections_at(house, name)
        try:
            yield
        finally:
            connections.close_all()
            point_connections_at(house, house.database)


@pytest.fixture
def committed(house: ServerFacts, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A copy of the house of which everything is committed; for tests of several connections."""
    name = f"kamkor_{new_id().hex[-12:]}"
    create_database(house, name, template=TEMPLATE)
    with connected_to(house, django_db_blocker, name):
        yield name
    drop_database(house, name)


@pytest.fixture
def committed_cast(committed: str) -> Cast:
    """The cast in a database of its own, of which everything is committed."""
    return Cast()


@pytest.fixture(scope="session")
def scenario_database(house: ServerFacts, django_db_blocker: DjangoDbBlocker) -> str:
    """The scenario, built once in a run: the name of its database, of which nothing changes."""
    create_database(house, SCENARIO, template=TEMPLATE)
    with connected_to(house, django_db_blocker, SCENARIO):
        build_scenario("jalal-abad-2017", 1, None, lambda _done, _percent: None)
    return SCENARIO


@pytest.fixture
def scenario(
    house: ServerFacts, django_db_blocker: DjangoDbBlocker, scenario_database: str
) -> Iterator[str]:
    """The scenario to be read; what a test wrote there would be seen by the next."""
    with connected_to(house, django_db_blocker, scenario_database):
        yield scenario_database


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer what takes minutes and is asked before a release only."""
    parser.addoption("--slow", action="store_true", help="also what takes minutes")


def pytest_configure(config: pytest.Config) -> None:
    """Note every refusal answered in this run."""
    config.addinivalue_line("markers", "last: asked when all the rest of the run is done")
    config.addinivalue_line("markers", "slow: takes minutes; left out without --slow")
    note_refusals()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is asked about the whole run comes last, and knows whether the run is whole."""
    if not config.getoption("--slow"):
        items[:] = [item for item in items if not item.get_closest_marker("slow")]
    last = [item for item in items if item.get_closest_marker("last")]
    items[:] = [item for item in items if item not in last] + last
    whole_specification(config, items)


@pytest.hookimpl(optionalhook=True)
def pytest_lane_notes() -> dict[str, list[Any]]:
    """What this lane of the run tells the one that ends last."""
    return notes()


@pytest.hookimpl(optionalhook=True)
def pytest_lane_joined(notes: dict[str, list[Any]]) -> None:
    """What another lane has told."""
    join(notes)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing in the machine's folder for passing things."""
    shutil.rmtree(DATA, ignore_errors=True)
