"""Everything a release is tried with that takes too long for `make ci`; writes docs/release.md."""

import argparse
import json
import os
import platform
import secrets
import shlex
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "release.md"
RESULTS = ROOT / "build" / "release.json"
"""What the last run found; ``--resume`` goes on from it."""

ROUNDS = 15
CRASHES = 4
CRASH_ROUNDS = 250
DAYS = 5
SEEDS = 1_000_000
# Of what made us nothing may reach the parts: each makes a data folder of its own.
LEFT = {
    "ARGS", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "KAMKOR_DATA", "KAMKOR_LANG", "MAKEFLAGS",
    "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "ROUNDS", "SEED", "k",
}  # fmt: skip
PROBES = 1_000_000
LINES = {True: 4, False: 30}
"""How many of a part's last lines are kept, by whether it went well."""

HEAD = """# What the release was tried with

Written by `make release`. It runs what takes too long for `make ci`: every page in all languages,
every planted fault, many starts, a thousand crashes, other days, a slow network. What has not run says so.
"""


@dataclass(frozen=True)
class Part:
    """One heavy run: its name and its command."""

    name: str
    words: list[str]

    @property
    def command(self) -> str:
        """The command as one would type it."""
        return shlex.join(self.words)


@dataclass(frozen=True)
class Result:
    """What became of a part: when it began, how long it took, what it said last."""

    command: str
    ok: bool
    begun: str
    seconds: int
    lines: list[str]


def a_day(number: int) -> Part:
    """A day nobody has seen yet; its seed stands in the command, so that it can be repeated."""
    seed = secrets.randbelow(SEEDS)
    return Part(f"day-{number}", ["make", "test", "k=after_any_day", f"SEED={seed}"])


def crashes(number: int) -> Part:
    """Rounds of kills in mid-write with a seed of their own."""
    seed = secrets.randbelow(SEEDS)
    return Part(f"crash-{number}", ["make", "crash", f"ROUNDS={CRASH_ROUNDS}", f"SEED={seed}"])


def parts() -> list[Part]:
    """All parts in their order; the seeds are drawn anew."""
    browser = ["make", "test", "ARGS=tests/browser", "BROWSER_LANGUAGES=en ky ru kk"]
    return [
        Part("browser", [*browser, "BROWSER_WIDTHS=1280 360"]),
        Part("controls", ["make", "controls"]),
        Part("drill-start", ["make", "drill-start", f"ARGS=--rounds {ROUNDS}"]),
        *(crashes(number) for number in range(1, CRASHES + 1)),
        *(a_day(number) for number in range(1, DAYS + 1)),
        Part("probe", ["make", "probe", f"N={PROBES}"]),
        Part("mutants", ["make", "mutants"]),
        Part("slow-network", [".venv/bin/python", "tools/slow_network.py"]),
    ]


def git(*words: str) -> str:
    """What git says of this checkout."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def checkout() -> str:
    """The commit, and whether anything but the page itself differs from it."""
    changed = git("status", "--porcelain", "--", ".", f":!{PAGE.relative_to(ROOT)}")
    return git("rev-parse", "HEAD") + (" with changes" if changed else "")


def without_places(line: str) -> str:
    """A line without the folders of this machine."""
    return line.replace(f"{ROOT}/", "").replace(str(ROOT), ".").replace(str(Path.home()), "~")


def run(part: Part) -> Result:
    """Run a part, show what it says as it says it, and keep the end."""
    environment = {name: value for name, value in os.environ.items() if name not in LEFT}
    begun, before, clock = datetime.now(UTC), checkout(), time.monotonic()
    said: deque[str] = deque(maxlen=max(LINES.values()))
    with subprocess.Popen(
        part.words,
        cwd=ROOT,
        env=environment | {"PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            if line.strip():
                said.append(without_places(line.rstrip()))
    ok = process.returncode == 0
    if checkout() != before:
        ok = False
        said.append("The checkout changed while this ran.")
    lines = list(said)[-LINES[ok] :]
    seconds = round(time.monotonic() - clock)
    return Result(part.command, ok, f"{begun:%Y-%m-%d %H:%M} UTC", seconds, lines)


def left_over(tree: str) -> dict[str, Result]:
    """The good results of an earlier run of the same commit."""
    if not RESULTS.exists() or tree.endswith("changes"):
        return {}
    held = json.loads(RESULTS.read_text(encoding="utf-8"))
    if held["checkout"] != tree:
        return {}
    found = {name: Result(**result) for name, result in held["results"].items()}
    return {name: result for name, result in found.items() if result.ok}


def tally(everything: list[Part], results: Mapping[str, Result]) -> str:
    """The last line of a run, and the first of the page."""
    failed = sum(not result.ok for result in results.values())
    remain = len(everything) - len(results)
    return f"{len(results)} parts run, {failed} failed, {remain} not run"


def page(tree: str, everything: list[Part], results: Mapping[str, Result]) -> str:
    """The text of docs/release.md."""
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    text = [HEAD, f"**{tally(everything, results)}**\n"]
    text += ["| what | |", "|---|---|", f"| date | {datetime.now(UTC):%Y-%m-%d} |"]
    text += [f"| commit | {tree} |", f"| machine | {machine} |"]
    text += [f"| Python | {platform.python_version()} |", ""]
    text += ["| part | command | result | begun | seconds |", "|---|---|---|---|---:|"]
    for part in everything:
        text.append(f"| {part.name} | {cells(results.get(part.name))} |")
    for name, one in results.items():
        text += ["", f"## {name}", "", *(f"    {line}" for line in one.lines)]
    return "\n".join(text) + "\n"


def cells(one: Result | None) -> str:
    """What the table says of a part; no command of one that has not run, its seed is not drawn."""
    if one is None:
        return "| **not run** | |"
    return f"`{one.command}` | {'ok' if one.ok else '**failed**'} | {one.begun} | {one.seconds}"


def write(tree: str, everything: list[Part], results: Mapping[str, Result]) -> None:
    """Keep the results and write the page: a run that is broken off leaves what it has found."""
    held = {"checkout": tree, "results": {name: asdict(one) for name, one in results.items()}}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(held, ensure_ascii=False, indent=1), encoding="utf-8")
    in_order = {part.name: results[part.name] for part in everything if part.name in results}
    PAGE.write_text(page(tree, everything, in_order), encoding="utf-8")


def main() -> int:
    """Run the parts in order, or those named; 1 if one failed."""
    everything = parts()
    parser = argparse.ArgumentParser(description=__doc__)
    names = [part.name for part in everything]
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(names)}")
    parser.add_argument("--resume", action="store_true", help="keep what went well on this commit")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(names):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    tree = checkout()
    # In the background of a shell Ctrl-C is not heard, and the drill's own programs would not either.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    results = left_over(tree) if options.resume else {}
    wanted = [part for part in everything if part.name in (options.parts or names)]
    todo = [part for part in wanted if part.name not in results]
    try:
        for number, part in enumerate(todo, 1):
            print(f"== {number} of {len(todo)}, {part.name}: {part.command}", flush=True)
            results[part.name] = one = run(part)
            print(f"== {part.name}: {'ok' if one.ok else 'FAILED'}, {one.seconds} s\n", flush=True)
            write(tree, everything, results)
    except KeyboardInterrupt:
        print('Broken off. Go on with: make release ARGS="--resume"', file=sys.stderr)
        return 130
    print(tally(everything, results))
    return 0 if all(one.ok for one in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
