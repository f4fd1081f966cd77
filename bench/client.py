"""A small bounded load: clients that keep their connection, and look at every answer."""

import re
import socket
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle

CLIENTS = 8
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_COOKIE = re.compile(rb"set-cookie: *([^=;\r]+)=([^;\r]*)", re.IGNORECASE)
_SECONDS = 60.0
_PART = 65536


class Wrong(Exception):
    """An answer is not what it must be; the text says which and why."""


@dataclass(frozen=True)
class Answer:
    """One answer: its status, its text as the reader gets it, and how it was sent."""

    status: int
    body: bytes
    sent: int

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass(frozen=True)
class Asking:
    """One request and what its answer must be: its status, and words it holds."""

    path: str
    body: bytes | None = None
    kind: str = "application/json"
    status: int = 200
    holds: bytes = b""

    def check(self, answer: Answer) -> None:
        """Raise ``Wrong`` where the answer differs."""
        if answer.status != self.status:
            raise Wrong(f"{self.path}: {answer.status}, not {self.status}")
        if self.holds not in answer.body:
            raise Wrong(f"{self.path}: {self.holds!r} is not in it")


class Client:
    """One visitor: a connection that is kept, and cookies."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.port = port
        self.cookies = dict(cookies or {})
        self._socket: socket.socket | None = None

    def ask(self, asking: Asking) -> Answer:
        """Send a request and read its answer; once more where the kept connection had ended."""
        try:
            return self._asked(asking)
        except (ConnectionError, _Ended):
            self.close()
            return self._asked(asking)

    def close(self) -> None:
        """Let go of the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def sign_in(self, username: str, password: str) -> None:
        """Sign in by the form, as a browser does."""
        page = self.ask(Asking("/sign-in/")).text
        token = _TOKEN.search(page)
        words = {"username": username, "password": password}
        words["csrfmiddlewaretoken"] = token[1] if token else ""
        body = "&".join(f"{key}={value}" for key, value in words.items()).encode()
        sent = Asking("/sign-in/", body, "application/x-www-form-urlencoded", status=302)
        sent.check(self.ask(sent))

    def _asked(self, asking: Asking) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), _SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(self._written(asking))
        head, rest = self._head(self._socket)
        found = _LENGTH.search(head)
        if found is None:
            raise Wrong(f"{asking.path}: an answer without a length")
        body = rest + self._more(self._socket, int(found[1]) - len(rest))
        for name, value in _COOKIE.findall(head):
            self.cookies[name.decode()] = value.decode()
        if b"connection: close" in head.lower():
            self.close()
        plain = zlib.decompress(body, 31) if b"ncoding: gzip" in head else body
        return Answer(int(head[9:12]), plain, len(body))

    def _written(self, asking: Asking) -> bytes:
        lines = [
            f"{'GET' if asking.body is None else 'POST'} {asking.path} HTTP/1.1",
            "Host: localhost",
            "Accept-Encoding: gzip",
            "Accept-Language: en",
            "Cookie: " + "; ".join(f"{key}={value}" for key, value in self.cookies.items()),
        ]
        if asking.body is not None:
            lines += [f"Content-Type: {asking.kind}", f"Content-Length: {len(asking.body)}"]
            lines += [f"X-CSRFToken: {self.cookies.get('csrftoken', '')}"]
        return "\r\n".join([*lines, "", ""]).encode() + (asking.body or b"")

    def _head(self, connection: socket.socket) -> tuple[bytes, bytes]:
        held = b""
        while b"\r\n\r\n" not in held:
            part = connection.recv(_PART)
            if not part:
                raise _Ended
            held += part
        head, _split, rest = held.partition(b"\r\n\r\n")
        return head, rest

    def _more(self, connection: socket.socket, missing: int) -> bytes:
        parts = []
        while missing > 0:
            part = connection.recv(min(missing, _PART))
            if not part:
                raise _Ended
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)


class _Ended(Exception):
    """The other side closed the connection."""


@dataclass
class Load:
    """What a load gave: answers a second, and how long each took in seconds."""

    seconds: float
    took: list[float] = field(default_factory=list)

    @property
    def a_second(self) -> float:
        """Right answers a second."""
        return len(self.took) / self.seconds

    def at(self, part: float) -> float:
        """The time within which this part of the answers came."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


Wanted = Sequence[Asking] | Callable[[], Asking]
"""What is asked: these in turn, or whatever a function makes."""


def loaded(
    port: int,
    wanted: Wanted,
    *,
    cookies: dict[str, str] | None = None,
    seconds: float,
    times: int = 0,
) -> Load:
    """Let 8 clients ask for a while, or ``times`` in all; raises ``Wrong`` at a wrong answer."""
    makes = wanted if callable(wanted) else cycle(wanted).__next__
    turn, numbers = threading.Lock(), count()
    begun = time.perf_counter()
    took: list[float] = []
    wrong: list[Exception] = []

    def visit() -> None:
        client = Client(port, cookies)
        try:
            while not wrong and time.perf_counter() - begun < seconds:
                with turn:
                    if times and next(numbers) >= times:
                        return
                    asking = makes()
                asked = time.perf_counter()
                answer = client.ask(asking)
                took.append(time.perf_counter() - asked)
                asking.check(answer)
        except Exception as fault:  # noqa: BLE001 - told by the thread that waits for this one
            wrong.append(fault)
        finally:
            client.close()

    threads = [threading.Thread(target=visit) for _ in range(CLIENTS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if wrong:
        raise wrong[0]
    return Load(time.perf_counter() - begun, took)
