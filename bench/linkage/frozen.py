"""The ground's own calibration: rows measured before, and what they must come out as.

FROZEN. What the measurements left open (the making of surnames, ranks of names, habits of spelling,
where a slip falls, which dates change) was chosen in `population.py`, `spelling.py` and
`written.py` until these rows held on the seeds 1, 2 and 3; the figures stand in `frozen.json`,
written by `python -m bench.linkage.frozen`. Nothing there may be changed to suit a method.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench.linkage.found import Judged, best, judged
from bench.linkage.peers import exact, splink, trigrams
from bench.linkage.written import Ground, ground
from kamkor.kernel.server import database_server
from kamkor.kernel.server_facts import ServerFacts

SEEDS: Final = (1, 2, 3)
KEPT: Final = Path(__file__).with_name("frozen.json")
MEASURED: Final = {
    "exact_raw": (0.627, 0.02),
    "trigram_raw": (0.669, 0.03),
    "splink_raw": (0.727, 0.03),
}
"""F1 as it was measured, and how far a run may lie from it."""


def calibrated(made: Ground, facts: ServerFacts, seed: int) -> dict[str, Judged]:
    """What the calibration rows come out as on this ground."""
    return {
        "exact_raw": judged(exact(made.records), made.pairs),
        "trigram_raw": judged(trigrams(made.records, facts), made.pairs),
        "splink_raw": best(splink(made.records, seed), made.pairs),
    }


def void(found: dict[str, Judged]) -> list[str]:
    """Why a run says nothing: each row that lies too far from what was measured."""
    return [
        f"void: {name} has F1 {found[name].f1:.3f}, not {wanted} +-{off}"
        for name, (wanted, off) in MEASURED.items()
        if abs(found[name].f1 - wanted) > off
    ]


def main() -> int:
    """Write the figures of the three seeds; 1 if one of them is void."""
    kept, faults = {}, []
    with tempfile.TemporaryDirectory() as folder, database_server(Path(folder)) as facts:
        for seed in SEEDS:
            found = calibrated(ground(seed), facts, seed)
            faults += [f"seed {seed}: {fault}" for fault in void(found)]
            kept[seed] = {
                name: {
                    "f1": round(one.f1, 4),
                    "precision": round(one.precision, 4),
                    "recall": round(one.recall, 4),
                }
                for name, one in found.items()
            }
            print(seed, kept[seed], flush=True)
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
