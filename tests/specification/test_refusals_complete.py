"""Every refusal of the catalogue is provoked once in a whole run, through a door."""

import pytest

from kamkor.kernel.errors import Refusal
from tests.provoked import provoked, run_is_whole


@pytest.mark.last
def test_every_refusal_has_been_provoked() -> None:
    if not run_is_whole():
        pytest.skip("only a part of the tests was asked for")
    ours = {
        code for code, kind in Refusal.catalogue.items() if kind.__module__.startswith("kamkor.")
    }
    assert sorted(ours - provoked) == []
