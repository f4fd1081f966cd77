"""Where a child can live: districts and cities, each asked for once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kamkor.territory import queries
from kamkor.territory.queries import is_place_of_cases
from tests.factories import SUZAK

pytestmark = pytest.mark.django_db
COUNTRY = "41700000000000"


def test_what_is_a_place_is_asked_for_once_and_what_is_none_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries, "_KNOWN", set())
    with CaptureQueriesContext(connection) as held:
        assert [is_place_of_cases(SUZAK) for _ in range(3)] == [True] * 3
    assert len(held.captured_queries) == 1
    for other in (COUNTRY, "12345678901234", ""):
        with CaptureQueriesContext(connection) as held:
            assert [is_place_of_cases(other) for _ in range(2)] == [False] * 2
        assert len(held.captured_queries) == 2
