"""Tries the demo once as a visitor would: signs in by the form, reads home and register."""

import html
import http.cookiejar
import json
import os
import re
import signal
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

from kamkor.access.operations.looks import looking
from kamkor.access.queries import account_named, viewer_for
from kamkor.cases.queries.case import on_register, own_cases
from kamkor.demo.stage import DemoFault
from kamkor.kernel.processes import wait_for

WHO = "aigul"
OWN_CASES_SEEN = 5
_PATIENCE_SECONDS = 60.0
_SECONDS = 30.0
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_FIGURE = re.compile(r'data-figure="children_on_register"[^>]*>\s*(\d+)')


@dataclass(frozen=True)
class Expected:
    """What the pages must show: names of own cases, and how many children are on the register."""

    names: tuple[str, ...]
    on_register: int


def expected() -> Expected:
    """What the queries behind the pages answer for the visitor.

    Raises ``DemoFault`` if the account is not there.
    """
    account = account_named(WHO)
    viewer = viewer_for(account) if account else None
    if viewer is None:
        text = f"{WHO} holds no post"
        raise DemoFault(text)
    with looking(viewer, "demo"):
        own = own_cases(viewer).exclude(child=None)
        names = [case.child.shown_name for case in own if case.child]
        return Expected(tuple(dict.fromkeys(names)), on_register(viewer).count())


class Visitor:
    """A browser without a screen: keeps cookies, sends the form's token."""

    def __init__(self, address: str) -> None:
        self._address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def page(self, path: str, fields: dict[str, str] | None = None) -> str:
        """A page's text, after sending a form if there are fields."""
        body = urllib.parse.urlencode(fields).encode() if fields else None
        with self._opener.open(self._address + path, body, timeout=_SECONDS) as reply:
            text: str = reply.read().decode()
        return text

    def sign_in(self, username: str, password: str) -> str:
        """Sign in by the form; the text of the page that follows."""
        token = _TOKEN.search(self.page("/sign-in/"))
        return self.page(
            "/sign-in/",
            {
                "username": username,
                "password": password,
                "csrfmiddlewaretoken": token[1] if token else "",
            },
        )


def faults_of_visit(address: str, password: str, wanted: Expected) -> list[str]:
    """What differs from what is expected; nothing if all is well."""
    visitor = Visitor(address)
    try:
        if not wait_for(lambda: _answers(visitor), _PATIENCE_SECONDS):
            return [f"nothing answers at {address}"]
        visitor.sign_in(WHO, password)
        home = html.unescape(visitor.page("/"))
        register = visitor.page("/register/")
    except (OSError, ValueError) as fault:
        return [f"a page did not come: {fault}"]
    found = []
    seen = [name for name in wanted.names if name in home]
    if len(seen) < OWN_CASES_SEEN:
        found.append(f"home shows {len(seen)} of {WHO}'s own cases by name, not {OWN_CASES_SEEN}")
    shown = _FIGURE.search(register)
    if shown is None or int(shown[1]) != wanted.on_register:
        told = shown[1] if shown else "no number"
        found.append(f"the register shows {told}, the query behind it {wanted.on_register}")
    return found


def _answers(visitor: Visitor) -> bool:
    try:
        visitor.page("/sign-in/")
    except urllib.error.HTTPError:
        raise
    except OSError:
        return False
    return True


def visit_from_a_child(address: str, password: str, wanted: Expected) -> int:
    """Begin the visit in a process of its own; returns the end of a pipe that will tell.

    When the visit is over that process ends this one's serving by SIGTERM.
    """
    reading, writing = os.pipe()
    server = os.getpid()
    if os.fork():
        os.close(writing)
        return reading
    # Nothing of the parent's may unwind here: the database and its locks are the parent's.
    try:
        os.close(reading)
        told = json.dumps(faults_of_visit(address, password, wanted))
    except Exception as fault:  # noqa: BLE001 - whatever it was, the parent must be told
        told = json.dumps([f"the visit broke off: {type(fault).__name__}"])
    os.write(writing, told.encode())
    os.kill(server, signal.SIGTERM)
    os._exit(0)


def told_by(reading: int) -> list[str]:
    """What a visit's process told through its pipe."""
    with os.fdopen(reading, encoding="utf-8") as pipe:
        text = pipe.read()
    found: list[str] = json.loads(text) if text else ["the visit ended without a word"]
    return found
