"""A demo oblast in a database of its own, committed, for those who count it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from kamkor.demo.building import build
from kamkor.kernel.provision import create_database, drop_database
from kamkor.kernel.server_facts import ServerFacts
from tests.conftest import point_connections_at

NAME = "kamkor_counted"


@pytest.fixture(scope="session")
def built(
    house: ServerFacts, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The demo oblast, built once for all who count."""
    folder: Path = tmp_path_factory.mktemp("counted")
    create_database(house, NAME)
    with django_db_blocker.unblock():
        connections.close_all()
        point_connections_at(house, NAME)
        call_command("migrate", database="owner", verbosity=0)
        build(1, folder / "sign-ins.json", lambda _done, _share: None)
        connections.close_all()
        point_connections_at(house, house.database)
    yield NAME
    with django_db_blocker.unblock():
        connections.close_all()
    drop_database(house, NAME)


@pytest.fixture
def oblast(house: ServerFacts, built: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Every login at the demo oblast; nothing there is to be changed."""
    with django_db_blocker.unblock():
        connections.close_all()
        point_connections_at(house, built)
        try:
            yield built
        finally:
            connections.close_all()
            point_connections_at(house, house.database)
