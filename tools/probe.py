"""``make probe N= SEED=``: whether anything comes out of any door that is not due to who asks.

The probes are drawn from every door, actor, record and group of fields; what is due stands in
``tests/doors/due.csv``. Before them each lock is tried alone, with the other one off; and it is
tried who may do what, which stands in ``tests/doors/acts.csv``, and whose the pages are
(``pages.csv``). The last line is ``N probes, M due, K leaks``; the exit status 1 if something
leaked, if something due was not shown, if fewer than 12 % were due, if a lock alone stopped less
than it must, or if an act or a page was answered otherwise than its table says.
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NUMBER = 27_000
SEEDS = 1_000_000
LEAST_STOPPED = 0.999
LEAST_READS = 5_000
LEAST_DUE = 0.12
WRONG_USE = 2
LOCKS = {"rows": "row security alone", "application": "the application alone"}
NEITHER = "none"
MOST_WITHOUT = 0.7


def tried(locks: str, number: int, seed: int, run: str = "run_probes") -> dict[str, Any]:
    """What one run found; stops with its output if it broke off."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "found.json"
        told = {"PROBES": number, "SEED": seed, "PROBES_FILE": file, "KAMKOR_LOCKS": locks}
        # A run has a data folder and a server of its own, also where a test asks for it.
        kept = {
            key: text
            for key, text in os.environ.items()
            if not key.startswith(("KAMKOR_", "DJANGO_"))
        }
        words = [
            "-m",
            "pytest",
            "-q",
            "-x",
            f"--rootdir={ROOT}",
            "-o",
            f"python_functions={run}",
        ]
        done = subprocess.run(
            [sys.executable, *words, "tests/doors/run_probes.py"],
            cwd=ROOT,
            env=kept | {key: str(value) for key, value in told.items()},
            capture_output=True,
            text=True,
            check=False,
        )
        if not file.exists():
            sys.exit(f"{done.stdout}\n{done.stderr}")
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return found


def main() -> int:
    """Try each lock alone, then both; print what was found."""
    given = [os.environ.get(name) or "" for name in ("N", "SEED")]
    if any(text and not text.isdigit() for text in given):
        print("N and SEED are whole numbers", file=sys.stderr)
        return WRONG_USE
    number = int(given[0] or NUMBER)
    seed = int(given[1]) if given[1] else secrets.randbelow(SEEDS)
    print(f"N={number} SEED={seed}", flush=True)
    wrong = not all([*(_alone(locks, number, seed) for locks in LOCKS), _neither(number, seed)])
    wrong |= not _acts(number, seed)
    found = tried("both", number, seed)
    for line in (*found["leaks"][:20], *(f"not shown: {one}" for one in found["missing"][:20])):
        print(line)
    wrong |= bool(found["leaks"] or found["missing"]) or found["asked"] < number
    wrong |= found["due"] < LEAST_DUE * number
    if wrong:
        print(f"again: make probe N={number} SEED={seed}")
    print(f"{found['asked']} probes, {found['due']} due, {len(found['leaks'])} leaks", flush=True)
    return 1 if wrong else 0


def _acts(number: int, seed: int) -> bool:
    """Whether everybody may do what the tables say, and nothing else; a third as many as probes."""
    found = tried("both", max(number // 3, 100), seed, "run_acts")
    for line in found["wrong"][:20]:
        print(f"  not as the tables say: {line}")
    told = f"{found['asked']} acts, {found['due']} permitted ({found['applied']} carried out)"
    print(f"{told}, {found['pages']} pages, {len(found['wrong'])} wrong", flush=True)
    return not found["wrong"] and bool(found["applied"])


def _neither(number: int, seed: int) -> bool:
    """The control: with both locks off most of it is read, or the probes prove nothing."""
    found = tried(NEITHER, max(number // 20, 100), seed)
    share = found["stopped"] / found["reads"]
    print(
        f"without either lock {share:.0%} of {found['reads']} reads were not answered", flush=True
    )
    return bool(share <= MOST_WITHOUT)


def _alone(locks: str, number: int, seed: int) -> bool:
    """Whether one lock alone stops what it must of the reads that are not due."""
    found = tried(locks, max(number // 5, 100), seed)
    share = found["stopped"] / found["reads"]
    told = f"{found['stopped']} of {found['reads']} reads not due"
    print(f"{LOCKS[locks]} stopped {told} ({share:.2%})", flush=True)
    for line in found["open"][:10]:
        print(f"  not stopped: {line}")
    enough = found["reads"] >= LEAST_READS or number < NUMBER
    return share >= LEAST_STOPPED and enough


if __name__ == "__main__":
    raise SystemExit(main())
