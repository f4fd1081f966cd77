"""The worker that the desk keeps beside it ends with the desk, whatever it is doing."""

import subprocess
import sys
import threading
import time

import pytest

from kamkor.exchange.worker import beside

WORKING = "import time; time.sleep(60)"
DEAF = (
    f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); {WORKING}"
)
SECONDS = 20.0


@pytest.mark.parametrize("takes", [0.0, 0.5])
def test_none_is_left_when_the_desk_ends(takes: float) -> None:
    """Also if it is being begun at that moment."""
    made: list[subprocess.Popen[bytes]] = []
    asked = threading.Event()

    def begin() -> "subprocess.Popen[bytes]":
        asked.set()
        time.sleep(takes)
        made.append(subprocess.Popen([sys.executable, "-c", WORKING]))
        return made[-1]

    with beside(begin):
        assert asked.wait(SECONDS)
    time.sleep(takes)
    assert [one.poll() for one in made] == [-15]


def test_one_that_hears_no_signal_is_killed() -> None:
    made: list[subprocess.Popen[bytes]] = []
    hears_nothing = threading.Event()

    def begin() -> "subprocess.Popen[bytes]":
        one = subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE)
        assert one.stdout is not None
        with one.stdout:
            assert one.stdout.readline() == b"1\n"
        made.append(one)
        hears_nothing.set()
        return one

    with beside(begin, patience=0.3):
        assert hears_nothing.wait(SECONDS)
    assert [one.poll() for one in made] == [-9]
