"""A notice by e-mail is sent once, also where the worker is killed between two of them."""

import os
import re
import signal
from collections import Counter
from email import message_from_bytes
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.core.mail.backends.filebased import EmailBackend
from django.db import connections
from pytest_django import Settings

from kamkor.access.operations import keep_notices_to
from kamkor.exchange.telling import tell
from kamkor.kernel import clock
from tests.cast import Cast
from tests.factories import registered
from tests.specification.test_17_emergency import opened

HEADS = ("head@example.org", "second@example.org", "third@example.org")


class Server(EmailBackend):
    """A mail server that keeps what it took in files, and what happens at one of the mails."""

    at: ClassVar[int] = 0
    happens: ClassVar[str] = ""
    turn: ClassVar[int] = 0

    def send_messages(self, messages: Any) -> Any:  # noqa: ANN401 - as Django has it
        """Take them, and be cut off before or after."""
        Server.turn += 1
        happens = Server.happens if Server.turn == Server.at else ""
        if happens == "killed before":
            os.kill(os.getpid(), signal.SIGKILL)
        if happens == "refused":
            raise ConnectionRefusedError
        taken = super().send_messages(messages)
        if happens == "killed after":
            os.kill(os.getpid(), signal.SIGKILL)
        return taken


@pytest.fixture
def mails(settings: Settings, tmp_path: Path) -> Path:
    """The folder of what was taken."""
    settings.EMAIL_BACKEND = "tests.exchange.test_notices_once.Server"
    settings.EMAIL_FILE_PATH = tmp_path
    return tmp_path


@pytest.fixture
def opening(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """An opening of which three are told at once, as where a department has three heads."""
    cast = committed_cast
    players = (cast.head, cast.bakyt, cast.aigul)
    for player, address in zip(players, HEADS, strict=True):
        keep_notices_to(player.viewer.account_id, address)
    told = {player.viewer.employee_id for player in players}
    monkeypatch.setattr("kamkor.exchange.telling._employees", lambda _found, _step: told)
    return UUID(opened(cast, cast.cholpon, registered(cast)))


def taken(folder: Path) -> list[tuple[str, str]]:
    """To whom and under which number each mail is that the server took."""
    found = []
    for path in sorted(folder.glob("*.log")):
        for text in re.split(rb"\n-{79}\n", path.read_bytes()):
            if text.strip():
                mail = message_from_bytes(text.lstrip())
                found.append((str(mail["To"]), str(mail["Message-ID"])))
    return found


def a_worker(cast: Cast, opening: UUID, *, at: int, happens: str) -> int | None:
    """Send the notices in a process of its own; how it ended."""

    def work() -> None:
        Server.at, Server.happens, Server.turn = at, happens, 0
        with clock.clock_at(cast.time.moment):
            tell(opening, 0)

    for login in connections.all(initialized_only=True):
        login.close()
        login.close_pool()  # type: ignore[attr-defined]
    process = get_context("fork").Process(target=work)
    process.start()
    process.join(60)
    return process.exitcode


@pytest.mark.parametrize("happens", ["killed before", "refused"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_who_was_told_is_not_told_again_by_the_next_try(
    committed_cast: Cast, opening: UUID, mails: Path, happens: str, at: int
) -> None:
    ended = a_worker(committed_cast, opening, at=at, happens=happens)
    assert ended == (-signal.SIGKILL if happens == "killed before" else 1)
    assert len(taken(mails)) == at - 1
    assert a_worker(committed_cast, opening, at=0, happens="") == 0
    assert Counter(to for to, _number in taken(mails)) == Counter(HEADS)
    assert a_worker(committed_cast, opening, at=0, happens="") == 0
    assert len(taken(mails)) == 3


def test_killed_in_the_moment_between_it_comes_again_as_the_same_message(
    committed_cast: Cast, opening: UUID, mails: Path
) -> None:
    """The server had taken it and nobody could write that down: better twice than never."""
    assert a_worker(committed_cast, opening, at=2, happens="killed after") == -signal.SIGKILL
    assert a_worker(committed_cast, opening, at=0, happens="") == 0
    found = Counter(taken(mails))
    assert sorted(found.values()) == [1, 1, 2]
    assert {to for to, _number in found} == set(HEADS)
    assert len({number for _to, number in found}) == 3
    assert not any(str(opening) in number for _to, number in found)
