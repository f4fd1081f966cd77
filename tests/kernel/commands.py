"""Commands that use a data folder's server, for the tests of the server, and what they answer."""

import stat
import subprocess
import sys
from pathlib import Path

import psycopg

from kamkor.kernel.credentials import load_secrets
from kamkor.kernel.processes import Identity, own_identity
from kamkor.kernel.server_facts import ServerFacts
from tools.drill_start import HOLDER, become, environment, faults_at_rest


def run_command(
    data: Path, seconds: str = "0", python: str = sys.executable, identity: Identity | None = None
) -> subprocess.Popen[str]:
    """Start a small command on this data folder; it prints 1 when it has asked the database."""
    return started([python, "-c", HOLDER, seconds], data, identity or own_identity())


def started(words: list[str], data: Path, identity: Identity) -> subprocess.Popen[str]:
    """Start these words as a command on this data folder, with its streams in our hands."""
    return subprocess.Popen(
        words,
        env=environment(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        preexec_fn=become(identity),  # noqa: PLW1509 - no other thread runs
    )


def finished(command: subprocess.Popen[str], seconds: float = 60) -> str:
    """What the command printed; its complaints, if it failed."""
    output, complaints = command.communicate(timeout=seconds)
    assert command.returncode == 0, complaints
    return output


def assert_at_rest(data: Path) -> None:
    assert faults_at_rest(data) == []


def answer(facts: ServerFacts, data: Path, login: str = "kamkor_web") -> str:
    password = getattr(load_secrets(data), login)
    with psycopg.connect(**facts.arguments(login, password)) as connection:
        row = connection.execute("SELECT current_user::text").fetchone()
    assert row is not None
    return str(row[0])


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"
