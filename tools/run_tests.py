"""All tests in one run; the last line of both streams is ``N passed, F failed, S skipped``.

Without arguments, or with ``--lanes`` before some paths, the tests are shared by two processes
that run at once (`tools.lanes`). With any other arguments one process runs them.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.lanes import Lane

ROOT = Path(__file__).resolve().parents[1]
INNER, LANES = "--inner", "--lanes"
NUMBER = 2
"""How many lanes: a test and its database keep little more than one core busy in turns."""
SILENT_SECONDS = 900.0
"""After so long in one test a lane is taken for stuck and ended."""
ENDING_SECONDS = 60.0
GOOD_ENDS = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED}


class Tally:
    """A pytest plugin that writes down how many tests passed, failed and were skipped."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Count each outcome; an error around a test counts as failed, an expected fail as skip."""
        held = {name: len(found) for name, found in terminalreporter.stats.items()}
        counts = {
            "passed": held.get("passed", 0),
            "failed": sum(held.get(name, 0) for name in ("failed", "error", "xpassed")),
            "skipped": held.get("skipped", 0) + held.get("xfailed", 0),
        }
        self.path.write_text(json.dumps(counts), encoding="utf-8")


@dataclass(frozen=True)
class Counts:
    """How many tests passed, failed and were skipped."""

    passed: int
    failed: int
    skipped: int

    def __add__(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )


def run_inside(path: Path, number: int, arguments: list[str]) -> int:
    """Run the tests in this process, as lane of that number unless 0; leave counts in a file."""
    plugins: list[object] = [Tally(path)]
    if number:
        plugins.append(Lane(number, NUMBER, path.parent))
    return int(pytest.main(["-rsx", *arguments], plugins=plugins))


def begun(path: Path, number: int, arguments: list[str], **how: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 - passed on
    """A process of its own that runs the tests."""
    command = [sys.executable, __file__, INNER, str(path), str(number), *arguments]
    return subprocess.Popen(command, cwd=ROOT, **how)


def counts_of(path: Path, status: int) -> Counts:
    """What a process has counted.

    What ends beside its tests (a crash, a wrong use, a failing end of the session) is at least
    one failure.
    """
    told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    passed, failed, skipped = (told.get(name, 0) for name in ("passed", "failed", "skipped"))
    if not told or status not in GOOD_ENDS or status == pytest.ExitCode.TESTS_FAILED:
        failed = max(failed, 1)
    return Counts(passed, failed, skipped)


def counted(folder: Path, arguments: list[str]) -> Counts:
    """Run the tests in one process."""
    path = folder / "counts"
    return counts_of(path, begun(path, 0, arguments).wait())


class Watched:
    """A lane as it is seen from outside: its process, and what it has written so far."""

    def __init__(self, folder: Path, number: int, arguments: list[str]) -> None:
        self.number = number
        self.counts = folder / f"{number}.counts"
        self.output = folder / f"{number}.output"
        self.at = folder / f"{number}.at"
        # What a lane keeps of failed tests would overwrite what the other keeps.
        words = ["-p", "no:cacheprovider", *arguments]
        with self.output.open("wb") as file:
            self.process = begun(self.counts, number, words, stdout=file, stderr=subprocess.STDOUT)
        self.told: Counts | None = None

    def ended(self) -> bool:
        """Whether it has ended; once it has, its output is shown and what it counted is known."""
        if self.told is None and self.process.poll() is not None:
            self.told = counts_of(self.counts, self.process.returncode)
            output = self.output.read_text(encoding="utf-8", errors="replace").rstrip("\n")
            print(f"\n--- lane {self.number}\n{output}\n--- end of lane {self.number}", flush=True)
            if not self.counts.exists():
                print(f"lane {self.number} broke off {self._where()}", flush=True)
        return self.told is not None

    def end_if_stuck(self, seconds: float) -> None:
        """Interrupt it, so that it tells where it was, if it has been silent for so long."""
        moved = (self.at if self.at.exists() else self.output).stat().st_mtime
        if not self.ended() and time.time() - moved > seconds:
            print(f"lane {self.number} is stuck {self._where()}", flush=True)
            self.end()

    def _where(self) -> str:
        return f"in {self.at.read_text('utf-8')}" if self.at.exists() else "before its first test"

    def end(self) -> None:
        """End it: by itself, with what it has started, or else at once."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(ENDING_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def counted_in_lanes(folder: Path, arguments: list[str], silent: float) -> Counts:
    """Run the tests in several processes at once; a test that ran in none of them has failed."""
    lanes = [Watched(folder, number, arguments) for number in range(1, NUMBER + 1)]
    shown = 0
    try:
        while sum(lane.ended() for lane in lanes) < len(lanes):
            shown = show_progress(folder, shown)
            for lane in lanes:
                lane.end_if_stuck(silent)
            time.sleep(0.2)
    except KeyboardInterrupt:
        # The terminal has interrupted the lanes too; a second time would break their end.
        for lane in lanes:
            lane.process.wait(ENDING_SECONDS)
        raise
    finally:
        for lane in lanes:
            lane.end()
    show_progress(folder, shown)
    faults = faults_of([folder / f"{lane.number}.ran" for lane in lanes])
    print(*faults, sep="\n", end="\n" if faults else "", flush=True)
    return sum((lane.told for lane in lanes if lane.told), start=Counts(0, len(faults), 0))


def show_progress(folder: Path, shown: int) -> int:
    """Print what the lanes have done since; returns how many lines were shown by now."""
    file = folder / "progress"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []
    whole = [line for line in lines if line.endswith("\n")]
    print("".join(whole[shown:]), end="", flush=True)
    return len(whole)


def faults_of(files: Sequence[Path]) -> list[str]:
    """Where the lanes together did not run each test once."""
    told = [json.loads(file.read_text("utf-8")) for file in files if file.exists()]
    if len(told) < len(files):
        return ["a lane did not come to its end"]
    collected = [Counter(one["collected"]) for one in told]
    ran = Counter(name for one in told for name in one["ran"])
    apart = {name for one in collected for other in collected for name in one - other}
    if apart:
        return [f"not collected alike by the lanes: {name}" for name in sorted(apart)]
    if not collected[0]:
        return ["the lanes collected no test"]
    wrong = (collected[0] - ran) + (ran - collected[0])
    return [f"not run once by the lanes together: {name}" for name in sorted(wrong)]


def main(arguments: list[str]) -> int:
    """Run the tests and print the last line; 1 if one failed or none passed."""
    # Begun behind a shell's back it would ignore Ctrl-C, and so would all that tests begin.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if arguments[:1] == [INNER]:
        return run_inside(Path(arguments[1]), int(arguments[2]), arguments[3:])
    with tempfile.TemporaryDirectory(prefix="kamkor-run-") as name:
        if not arguments or arguments[0] == LANES:
            counts = counted_in_lanes(Path(name), arguments[1:], SILENT_SECONDS)
        else:
            counts = counted(Path(name), arguments)
    # The empty line parts it from the dots of a run that broke off.
    print(f"\n{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped", flush=True)
    return 1 if counts.failed or not counts.passed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
