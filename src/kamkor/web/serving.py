"""Serves the desk with gunicorn as a library, from sockets that were bound before."""

import ctypes
import gc
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.template import loader
from django.urls import get_resolver
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import trans_real
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from kamkor.kernel.processes import end_with

DEFAULT_PORT = 8000
WORKERS = 2
THREADS = 8
_BACKLOG = 128
_PATIENCE_SECONDS, _PAUSE_SECONDS = 4.0, 0.1
_ARENA_MAX = -8
_OBJECTS = 20_000
_OPENED_MOST = (
    "web/sign_in.html",
    "cases/day.html",
    "cases/case.html",
    "cases/register.html",
    "cases/operation.html",
)
_LAST_PORT = 65535


class PortTaken(Exception):
    """The port cannot be had; the text is one line that says what to do."""


def wanted_port() -> int:
    """The port that ``PORT`` names, else 8000. Raises ``PortTaken`` if it names none."""
    named = os.environ.get("PORT", str(DEFAULT_PORT))
    if not named.isdigit() or not 0 < int(named) <= _LAST_PORT:
        text = _("PORT is a number from 1 to %(last)s") % {"last": _LAST_PORT}
        raise PortTaken(text)
    return int(named)


def bound(port: int, *, lan: bool) -> list[socket.socket]:
    """Listening sockets for a port, of this machine alone or with ``lan`` of its network.

    Port 0 takes a free one. Raises ``PortTaken``, after some seconds: what a killed desk left
    behind is about to end.
    """
    host = "0.0.0.0" if lan else "127.0.0.1"  # noqa: S104 - asked for
    end = time.monotonic() + _PATIENCE_SECONDS
    found: list[socket.socket] = []
    while not found:
        try:
            found = [_listening(socket.AF_INET, host, port)]
        except PortTaken:
            if time.monotonic() >= end:
                raise
            time.sleep(_PAUSE_SECONDS)
    with suppress(OSError):  # a machine may have no IPv6
        found.append(_listening(socket.AF_INET6, "::" if lan else "::1", port_of(found)))
    return found


def port_of(sockets: list[socket.socket]) -> int:
    """The port that sockets listen on."""
    port: int = sockets[0].getsockname()[1]
    return port


def _listening(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
        made.listen(_BACKLOG)
    except OSError as fault:
        made.close()
        if family == socket.AF_INET6:
            raise
        text = _("port %(port)s is taken: end what uses it, or set PORT") % {"port": port}
        raise PortTaken(text) from fault
    return made


class _Desk(BaseApplication):  # type: ignore[misc]
    """Gunicorn's view of the desk."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        self._wanted = wanted
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._wanted.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """The application, with what every worker will need: they share what stands here.

        A template made ready leaves memory of its own in each worker, and takes a tenth of a second.
        """
        keep_by_thread()
        handler = WSGIHandler()
        get_resolver().url_patterns  # noqa: B018 - reading it imports every view
        if settings.USE_I18N:
            from kamkor.kernel import rulesets  # noqa: PLC0415 - of the desk alone, not of any site

            rulesets.names()
            for code, _name in settings.LANGUAGES:
                with translation.override(code):
                    for name in _OPENED_MOST:
                        loader.get_template(name)
        return handler


def _keep_shared(_arbiter: Arbiter) -> None:
    """What has been read stays as it is: a collection of garbage would copy it into each worker."""
    gc.collect()
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of the GNU C library alone
    if trim is not None:
        trim(0)  # what reading left free would be held three times
    # A page makes some thousands of objects and hardly a ring of them.
    gc.set_threshold(_OBJECTS)


def keep_by_thread() -> None:
    """Keep the language of a page and its connections by its thread, which answers one request at
    a time.

    A page asks some hundred times for them; Django's own store goes along with coroutines, of
    which a desk has none, and takes ten times as long.
    """
    trans_real._active = threading.local()  # type: ignore[attr-defined]  # noqa: SLF001 - as above
    connections._connections = threading.local()  # type: ignore[attr-defined]  # noqa: SLF001 - as above


def one_heap() -> None:
    """Threads of a process share one heap: with one each, every one keeps what it ever needed."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # of the GNU C library alone
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)


def _end_with_master(arbiter: Arbiter, _worker: object) -> None:
    """A worker whose master was killed frees the port, though a visitor keeps a connection."""
    end_with(arbiter.pid, patience=1.0)


def serve(sockets: list[socket.socket]) -> None:
    """Serve until a signal ends it; raises ``SystemExit`` then, with no process left behind.

    Workers end with this process, also if it is killed.
    """
    for login in connections.all(initialized_only=True):
        login.close()
        if hasattr(login, "close_pool"):
            login.close_pool()
    desk = _Desk(
        {
            "bind": [f"fd://{one.fileno()}" for one in sockets],
            "workers": WORKERS,
            "threads": THREADS,
            "preload_app": True,
            "when_ready": _keep_shared,
            "post_fork": _end_with_master,
            "worker_class": "gthread",
            "graceful_timeout": 5,
            "timeout": 120,
            "keepalive": 5,
            "loglevel": "warning",
            "proc_name": "kamkor",
            "control_socket_disable": True,
        }
    )
    own = os.getpid()
    one_heap()
    try:
        Arbiter(desk).run()
    except SystemExit as ended:
        if os.getpid() != own:
            # A worker ends here: what the callers still hold is this process's parent's.
            os._exit(ended.code if isinstance(ended.code, int) else 1)
        raise
