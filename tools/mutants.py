"""``make mutants``: small changes of the access rules, each of which the matrix must notice.

Row security is off at first, so that it hides no fault of the application. Those that survive
are tried with both locks, for some rules feed the second one. Those that survive again are listed
in ``tests/doors/survivors.csv`` with why; the last line is ``N mutants, S survivors``. The exit
status is 1 if fewer than 95 % are killed, of any kind of mutant, if one survives that is not
listed, or if one that is listed does not survive any more.

``ONLY=`` tries those alone whose name a regular expression finds, whatever their share.
"""

import csv
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

if __package__ in {None, ""}:
    sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from tools.probe import ROOT, tried

LISTED = ROOT / "tests" / "doors" / "survivors.csv"
LEAST_KILLED = 0.95
RUNS = 2
"""So many runs at once, each with a server of its own."""


def main() -> int:
    """Try each mutant, compare the survivors with the list."""
    only = os.environ.get("ONLY", "")
    found = _tried("application", [])
    with LISTED.open(encoding="utf-8", newline="") as file:
        listed = {row["mutant"] for row in csv.DictReader(file)}
    if only:
        listed &= set(found["mutants"])
    again = _tried("both", found["survivors"]) if found["survivors"] else found
    survivors = set(again["survivors"])
    for name in sorted(survivors - listed):
        print(f"survives, and is not listed: {name}")
    for name in sorted(listed - survivors):
        print(f"is listed, and does not survive: {name}")
    enough = True
    for kind, names in _by_kind(found["mutants"]).items():
        killed = 1 - len(survivors & names) / len(names)
        enough &= killed >= LEAST_KILLED
        print(f"{kind}: {killed:.1%} of {len(names)} killed")
    print(f"{len(found['mutants'])} mutants, {len(survivors)} survivors", flush=True)
    return 0 if (enough or only) and survivors == listed else 1


def _tried(locks: str, named: list[str]) -> dict[str, list[str]]:
    """All mutants and those that survive, every second one in a run of its own beside the other."""
    os.environ["MUTANTS"] = json.dumps(named)
    with ThreadPoolExecutor(RUNS) as together:
        runs = [together.submit(tried, locks, RUNS, at, "run_mutants") for at in range(RUNS)]
        found = [run.result() for run in runs]
    return {key: [name for one in found for name in one[key]] for key in found[0]}


def _by_kind(names: list[str]) -> dict[str, set[str]]:
    """The mutants of the rules' code, of the table of rights, and of who may which operation."""
    kinds: dict[str, set[str]] = {}
    for name in names:
        kind = {"kamkor.": "rules", "RIGHTS:": "rights"}.get(name[:7], "operations")
        kinds.setdefault(kind, set()).add(name)
    return kinds


if __name__ == "__main__":
    raise SystemExit(main())
