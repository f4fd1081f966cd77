"""Work that is done apart."""

import sys

import pytest

from kamkor.kernel.processes import apart


def test_what_work_apart_has_read_is_not_held_here() -> None:
    assert "this" not in sys.modules
    apart(exec, "import this")
    assert "this" not in sys.modules


def test_what_work_apart_raises_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        apart(divmod, 1, 0)
