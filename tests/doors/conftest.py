"""A world built once for a file of tests; what each test does to it is undone after it."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.cast import Cast
from tests.doors.world import World


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Children, reports and due items of two districts, open and sealed; everybody signed in."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World(Cast())
        transaction.set_rollback(True)


@pytest.fixture
def undone(world: World) -> Iterator[None]:
    """Take back whatever a test does."""
    point = transaction.savepoint()
    moment = world.cast.time.moment
    yield
    world.cast.time.moment = moment
    transaction.savepoint_rollback(point)
