"""Kills PostgreSQL in mid-write, again and again: what was acknowledged must still be there.

Writers carry out commands as the web login; each id they are answered for is kept here, outside
the database. The last line is ``R rounds, W acknowledged, L lost``.
"""

import argparse
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kamkor.kernel import postmaster
from kamkor.kernel.processes import wait_for
from kamkor.kernel.server import Server, load_secrets
from kamkor.kernel.server_facts import ServerFacts
from tools.drill_start import environment, servers_of

WRITER = Path(__file__).with_name("crash_writer.py")
WRITERS = 4
BACK_SECONDS = 15.0
"""How soon after the kill the web login must be answered again."""
CONTROL_ROUNDS = 40
PATIENCE_SECONDS = 60.0
LONGEST_WRITING = 1.5
LOOK_INTO_FILES = 25
"""Every so many rounds, and in the first three and the last, pg_amcheck reads all tables."""

FAULTS = {
    "a report in the journal without its row": """
        SELECT count(*) FROM kamkor_journalentry j WHERE j.operation = 'receive_report'
        AND NOT EXISTS (SELECT FROM kamkor_report r WHERE r.command = j.command)""",
    "a report without its entry in the journal": """
        SELECT count(*) FROM kamkor_report r WHERE NOT EXISTS
        (SELECT FROM kamkor_journalentry j WHERE j.command = r.command)""",
    "a round in the journal without its row": """
        SELECT count(*) FROM kamkor_journalentry j WHERE j.operation = 'record_round'
        AND NOT EXISTS (SELECT FROM kamkor_round r WHERE r.command = j.command)""",
    "a report twice": """
        SELECT count(*) - count(DISTINCT command) FROM kamkor_report""",
}
KEPT = """SELECT j.command FROM kamkor_journalentry j WHERE j.command = ANY(%s) AND
    (EXISTS (SELECT FROM kamkor_report r WHERE r.command = j.command)
     OR EXISTS (SELECT FROM kamkor_round r WHERE r.command = j.command))"""


@dataclass
class Writer:
    """A writing process and the ids it was answered for."""

    process: subprocess.Popen[str]
    told: list[str] = field(default_factory=list)
    down: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Take down what it says, in a thread of our own."""
        for line in self.process.stdout or ():
            if line.strip() == "down":
                self.down.set()
            else:
                self.told.extend(line.split())

    def begin(self, sockets: str) -> None:
        """Let it write to the server that has its socket here."""
        self.down.clear()
        if self.process.stdin is None or self.process.poll() is not None:
            raise SystemExit("a writer has ended by itself: what it said stands above")
        self.process.stdin.write(f"{sockets}\n")
        self.process.stdin.flush()


@dataclass
class Tally:
    """What came of the rounds."""

    rounds: int = 0
    acknowledged: int = 0
    lost: int = 0
    faults: list[str] = field(default_factory=list)
    back: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.rounds} rounds, {self.acknowledged} acknowledged, {self.lost} lost"


class House:
    """One data folder with its server, and the writers at work in it."""

    def __init__(self, data: Path, seed: str) -> None:
        self.data, self.chance = data, random.Random(seed)  # noqa: S311 - drawn to be repeated
        self.secrets = load_secrets(data)
        self.server = Server(data)
        self.facts = self.server.open()
        self.writers: list[Writer] = []
        self.killed = 0.0
        self._run("build")
        for number in range(WRITERS):
            self._hire(f"{seed}:{number}")

    def _words(self, word: str) -> list[str]:
        return [sys.executable, str(WRITER), word]

    def _environment(self) -> dict[str, str]:
        place = {"KAMKOR_PGHOST": self.facts.host, "KAMKOR_PGPORT": str(self.facts.port)}
        return environment(self.data) | place

    def _run(self, word: str) -> None:
        subprocess.run(self._words(word), env=self._environment(), check=True)

    def _hire(self, seed: str) -> None:
        process = subprocess.Popen(
            self._words(seed),
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        writer = Writer(process)
        threading.Thread(target=writer.listen, daemon=True).start()
        self.writers.append(writer)

    def close(self) -> None:
        """Send the writers home and stop the server."""
        for writer in self.writers:
            writer.process.kill()
            writer.process.wait()
        self.server.close()
        shutil.rmtree(postmaster.home_of_nobody(self.data), ignore_errors=True)

    def acknowledged(self) -> list[str]:
        """Every id a writer was answered for so far."""
        return [one for writer in self.writers for one in list(writer.told)]

    def write_and_kill(self) -> None:
        """Let all write at once, and in the midst of it kill every PostgreSQL process."""
        before = len(self.acknowledged())
        for writer in self.writers:
            writer.begin(self.facts.host)
        if not wait_for(lambda: len(self.acknowledged()) > before, PATIENCE_SECONDS):
            raise SystemExit("no writer was answered")
        time.sleep(self.chance.uniform(0, LONGEST_WRITING))
        self.killed = time.monotonic()
        while found := servers_of(self.data):
            self.chance.shuffle(found)
            for pid in found:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        for writer in self.writers:
            if not writer.down.wait(PATIENCE_SECONDS):
                raise SystemExit("a writer did not notice that the database is gone")

    def start_again(self) -> float:
        """Start the server as a command does; seconds from the kill until the web login is answered."""
        self.server.close()
        self.server = Server(self.data)
        self.facts = self.server.open()
        with psycopg.connect(**self.facts.arguments("kamkor_web", self.secrets.kamkor_web)) as web:
            web.execute("SELECT 1")
        return time.monotonic() - self.killed

    @contextmanager
    def administrator(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """A connection that sees all rows."""
        words = self.facts.administrator_arguments(self.facts.database)
        with psycopg.connect(**words, autocommit=True) as connection:
            yield connection


def lost_of(house: House, ids: Iterable[str]) -> list[str]:
    """The acknowledged ids of which journal entry or row is missing."""
    asked = list(ids)
    with house.administrator() as connection:
        kept = {str(row[0]) for row in connection.execute(KEPT, [asked])}
    return [one for one in asked if one not in kept]


def half_done(house: House) -> list[str]:
    """What a transaction has left by halves or twice."""
    with house.administrator() as connection:
        counts = {name: connection.execute(text).fetchone() for name, text in FAULTS.items()}
    return [f"{name}: {row[0]}" for name, row in counts.items() if row and row[0]]


def damaged_files(facts: ServerFacts, binaries: Path) -> list[str]:
    """What pg_amcheck finds in tables and indexes, all of them against each other."""
    words = [str(binaries / "pg_amcheck"), "--install-missing", "--heapallindexed"]
    words += [f"--host={facts.host}", f"--port={facts.port}"]
    done = subprocess.run(
        [*words, f"--username={facts.administrator}", facts.database],
        env={"PGPASSWORD": facts.administrator_password, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    told = (done.stdout + done.stderr).strip().splitlines()
    return [f"pg_amcheck: {line}" for line in told or ["failed"]] if done.returncode else []


def play(house: House, rounds: int, tally: Tally, *, until_lost: bool = False) -> Tally:
    """Play so many rounds, or until the first loss; prints a line for each."""
    binaries = postmaster.find_cluster(house.data).binaries
    for number in range(1, rounds + 1):
        before = set(house.acknowledged())
        house.write_and_kill()
        back = house.start_again()
        new = [one for one in house.acknowledged() if one not in before]
        lost = lost_of(house, new)
        faults = [] if until_lost else half_done(house)
        if not until_lost and (number in {1, 2, 3, rounds} or number % LOOK_INTO_FILES == 0):
            faults += damaged_files(house.facts, binaries)
        if back > BACK_SECONDS:
            faults.append(f"back only after {back:.1f} s")
        tally.rounds, tally.lost = number, tally.lost + len(lost)
        tally.acknowledged += len(new)
        tally.back.append(back)
        tally.faults += faults
        told = "; ".join(faults) or "files and rows whole"
        print(
            f"round {number}: {len(new)} acknowledged, {len(lost)} lost, back in {back:.1f} s",
            end="",
        )
        print("" if until_lost else f", {told}", flush=True)
        if until_lost and lost:
            break
    return tally


@contextmanager
def house_of(seed: str) -> Iterator[House]:
    """A house in a folder of its own, of which nothing stays."""
    folder = Path(tempfile.mkdtemp(prefix="kamkor-crash-"))
    try:
        house = House(folder, seed)
        try:
            yield house
        finally:
            house.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def whole_check(house: House, rounds: int) -> Tally:
    """All rounds, and at the end every id of all rounds once more."""
    tally = play(house, rounds, Tally())
    tally.lost = max(tally.lost, len(lost_of(house, house.acknowledged())))
    if tally.back:
        back = sorted(tally.back)
        print(f"back after {back[len(back) // 2]:.1f} s (median), {back[-1]:.1f} s (longest)")
    return tally


def control_notices(house: House) -> bool:
    """Whether the same rounds find a loss where the database answers before it has written."""
    with house.administrator() as connection:
        connection.execute("ALTER ROLE kamkor_web SET synchronous_commit = off")
    found = play(house, CONTROL_ROUNDS, Tally(), until_lost=True)
    print(f"control, synchronous_commit off: {found}", flush=True)
    return found.lost > 0


def main(words: list[str] | None = None) -> int:
    """Play the rounds and the control; 1 if something was lost or fewer ran than asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", help="repeats the moments of the kills")
    options = parser.parse_args(words)
    # Ended from outside it leaves no server and no folder behind, as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seed = options.seed or str(secrets.randbelow(1_000_000))
    print(f"SEED={seed}", flush=True)
    with house_of(seed) as house:
        tally = whole_check(house, options.rounds)
        noticed = control_notices(house)
    well = noticed and not tally.faults and not tally.lost and tally.acknowledged > 0
    well = well and tally.rounds == options.rounds
    if not noticed:
        print(f"The control lost nothing in {CONTROL_ROUNDS} rounds: this check cannot see a loss.")
    if not well:
        print(f"Again: make crash ROUNDS={options.rounds} SEED={seed}")
    sys.stderr.flush()
    print(tally, flush=True)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
