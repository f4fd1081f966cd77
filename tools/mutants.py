"""``make mutants``: small changes of the access rules, each of which the matrix must notice.

Row security is off at first, so that it hides no fault of the application. Those that survive
are tried with both locks, for some rules feed the second one. Those that survive again are listed in ``tests/doors/survivors.csv`` with why; the last line is ``N mutants, S survivors``.
The exit status is 1 if fewer than 95 % are killed, if one survives that is not listed, or if one
that is listed does not survive any more.
"""

import csv
import json
import os
import sys
from pathlib import Path

if __package__ in {None, ""}:
    sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from tools.probe import ROOT, tried

LISTED = ROOT / "tests" / "doors" / "survivors.csv"
LEAST_KILLED = 0.95


def main() -> int:
    """Try each mutant, compare the survivors with the list."""
    found = tried("application", 0, 1, "run_mutants")
    with LISTED.open(encoding="utf-8", newline="") as file:
        listed = {row["mutant"] for row in csv.DictReader(file)}
    os.environ["MUTANTS"] = json.dumps(found["survivors"])
    again = tried("both", 0, 1, "run_mutants") if found["survivors"] else found
    survivors = set(again["survivors"])
    for name in sorted(survivors - listed):
        print(f"survives, and is not listed: {name}")
    for name in sorted(listed - survivors):
        print(f"is listed, and does not survive: {name}")
    killed = 1 - len(survivors) / found["mutants"]
    print(f"{killed:.1%} killed")
    print(f"{found['mutants']} mutants, {len(survivors)} survivors", flush=True)
    return 1 if killed < LEAST_KILLED or survivors != listed else 0


if __name__ == "__main__":
    raise SystemExit(main())
