"""The desk and its port: taken, free again, and given back by what a killed desk leaves behind."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import translation
from django.utils.translation import trans_real

from kamkor.web import serving
from kamkor.web.serving import PortTaken, bound, keep_by_thread, port_of

DESK = """
import django
django.setup()
from kamkor.web.serving import bound, port_of, serve
sockets = bound(0, lan=False)
print(port_of(sockets), flush=True)
serve(sockets)
"""
SERVICE = """
import sys
from kamkor.cli import main
main(["serve"])
print(*sys.modules)
"""
NOT_HELD = (
    "altair",
    "babel",
    "kamkor.demo.building",
    "kamkor.migrations",
    "kamkor.synth",
    "lxml",
    "openpyxl",
    "vl_convert",
    "weasyprint",
    "xlsxwriter",
)
"""What a desk that is asked for pages needs not, or only while it starts."""


def test_a_port_that_is_about_to_be_free_is_waited_for() -> None:
    holding = bound(0, lan=False)
    port = port_of(holding)

    def let_go() -> None:
        for one in holding:
            one.close()

    threading.Timer(0.5, let_go).start()
    for one in bound(port, lan=False):
        one.close()


def test_a_port_that_stays_taken_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_PATIENCE_SECONDS", 0.3)
    holding = bound(0, lan=False)
    with pytest.raises(PortTaken, match="is taken: end what uses it, or set PORT"):
        bound(port_of(holding), lan=False)
    for one in holding:
        one.close()


def test_a_killed_desk_leaves_nobody_at_its_port(tmp_path: Path) -> None:
    """Though a browser keeps its connection open."""
    settings = {"DJANGO_SETTINGS_MODULE": "kamkor.settings.base", "KAMKOR_DATA": str(tmp_path)}
    tmp_path.chmod(0o700)
    desk = subprocess.Popen(
        [sys.executable, "-c", DESK], env=os.environ | settings, stdout=subprocess.PIPE, text=True
    )
    assert desk.stdout is not None
    port = int(desk.stdout.readline())
    with desk, _visiting(port):
        desk.send_signal(signal.SIGKILL)
        desk.wait(10)
        for one in bound(port, lan=False):
            one.close()


def _visiting(port: int) -> socket.socket:
    """A connection over which the desk has answered once."""
    visitor = socket.create_connection(("127.0.0.1", port), timeout=20)
    visitor.sendall(b"GET /static/kamkor/kamkor.css HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert visitor.recv(12) == b"HTTP/1.1 200"
    return visitor


def test_a_desk_that_serves_holds_nothing_it_needed_to_start(tmp_path: Path) -> None:
    """Each worker has a share in what the desk holds; migrations that are applied are 45 MB."""
    tmp_path.chmod(0o700)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KAMKOR")}
    holding = bound(0, lan=False)
    free = {"PORT": str(port_of(holding)), "KAMKOR_DATA": str(tmp_path)}
    for one in holding:
        one.close()
    words = [sys.executable, "-c", SERVICE]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, env=kept | free, text=True, **pipes) as desk:
        assert desk.stderr is not None
        assert any(line.startswith("Serving ") for line in desk.stderr)
        with _visiting(int(free["PORT"])):
            pass
        desk.terminate()
        held = desk.communicate(timeout=60)[0].split()
    assert "kamkor.web.urls" in held
    assert [one for one in NOT_HELD if one in held] == []


HEAPS = """
import ctypes, sys, threading
from kamkor.web.serving import one_heap
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
if "one" in sys.argv:
    one_heap()
for thread in [threading.Thread(target=libc.malloc, args=[1000]) for _ in range(4)]:
    thread.start()
    thread.join()
libc.fopen.restype = ctypes.c_void_p
libc.malloc_info(0, ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w")))
libc.fflush(None)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="another C library")
def test_threads_share_one_heap() -> None:
    """Each of its own would keep what it ever needed: eight of them in every worker."""

    def heaps(*words: str) -> int:
        made = subprocess.run(
            [sys.executable, "-c", HEAPS, *words], capture_output=True, check=True, text=True
        )
        return made.stdout.count("<heap ")

    assert heaps() > 1
    assert heaps("one") == 1


def test_each_thread_has_its_own_language_and_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trans_real, "_active", trans_real._active)  # type: ignore[attr-defined]  # put back after
    monkeypatch.setattr(connections, "_connections", connections._connections)  # type: ignore[attr-defined]  # as above
    keep_by_thread()
    with translation.override("ky"), ThreadPoolExecutor(1) as other:
        assert other.submit(translation.get_language).result() == settings.LANGUAGE_CODE
        other.submit(translation.activate, "ru").result()
        assert translation.get_language() == "ky"
        assert other.submit(translation.get_language).result() == "ru"
        own = connections[DEFAULT_DB_ALIAS]
        assert own is connections[DEFAULT_DB_ALIAS]
        assert other.submit(lambda: connections[DEFAULT_DB_ALIAS]).result() is not own
