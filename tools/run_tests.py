"""All tests in one run; the last line of both streams is ``N passed, F failed, S skipped``."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
INNER = "--inner"
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


def run_inside(path: Path, arguments: list[str]) -> int:
    """Run the tests in this process and leave the counts in a file."""
    return int(pytest.main(["-rsx", *arguments], plugins=[Tally(path)]))


def counted(arguments: list[str]) -> tuple[int, int, int]:
    """Run the tests in a process of their own: passed, failed and skipped.

    What ends beside its tests (a crash, a wrong use, a failing end of the session) is at least
    one failure.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "counts.json"
        command = [sys.executable, __file__, INNER, str(path), *arguments]
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        counts = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    passed, failed, skipped = (counts.get(name, 0) for name in ("passed", "failed", "skipped"))
    if not counts or status not in GOOD_ENDS or (status == pytest.ExitCode.TESTS_FAILED):
        failed = max(failed, 1)
    return passed, failed, skipped


def main(arguments: list[str]) -> int:
    """Run the tests and print the last line; 1 if one failed or none passed."""
    if arguments[:1] == [INNER]:
        return run_inside(Path(arguments[1]), arguments[2:])
    passed, failed, skipped = counted(arguments)
    # The empty line parts it from the dots of a run that broke off.
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
