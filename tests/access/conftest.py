"""What the tests of the second lock look at."""

import pytest

from tests.cases.acts import play
from tests.cast import Cast
from tests.factories import registered


@pytest.fixture
def filled(cast: Cast) -> Cast:
    """A cast behind whom a good many acts lie, in every protected table that they reach."""
    registered(cast, siblings=[{"given_name": "Нур", "looked_at": False}], family_too=True)
    play(cast, 4, 12)
    return cast
