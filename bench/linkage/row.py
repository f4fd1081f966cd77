"""The row `linkage`: how well the service finds one child's two records, and what peers find.

Every method is given the fields of `Record`, and no PIN. ``canonical`` fields hold the service's
stems in place of the names as typed; the peer is the better of two settings of Splink. Weights
were estimated on seed 1; a run is on another seed.
"""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if __package__ in {None, ""}:
    sys.path[:0] = [str(Path(__file__).resolve().parents[2])]

from bench.judging import Measured
from bench.linkage.febrl import guard
from bench.linkage.found import best, judged, recall_by_damage, reviewed_until
from bench.linkage.frozen import calibrated, void
from bench.linkage.peers import exact, splink
from bench.linkage.written import DUPLICATES, Ground, Record, ground
from bench.linkage.zones import Zones
from kamkor.kernel.server import database_server
from kamkor.kernel.server_facts import ServerFacts
from kamkor.people.names import stem

if TYPE_CHECKING:
    from bench.stage import Stage

TUNED_ON: Final = 1
F1: Final = 0.94
ABOVE_SPLINK: Final = 0.04
AUTO_PRECISION: Final = 0.995
AUTO_RECALL: Final = 0.85
REVIEWED_RECALL: Final = 0.95
REVIEWED: Final = 0.3


def linkage(stage: "Stage") -> Measured:
    """The row, on the run's seed, told line by line."""
    found = measured(stage.facts, stage.seed)
    _print(found)
    return found


def measured(facts: ServerFacts, seed: int) -> Measured:
    """Calibrate the ground, then hold the service's zones against the truth and Splink."""
    made = ground(seed)
    known = calibrated(made, facts, seed)
    faults = void(known)
    if seed == TUNED_ON:
        faults.append("the seed that the weights were estimated on")
    canonical = [_canonical(one) for one in made.records]
    known["exact_canonical"] = judged(exact(canonical), made.pairs)
    known["splink_canonical"] = best(splink(canonical, seed), made.pairs)
    stronger = best(splink(canonical, seed, one_place=True), made.pairs)
    known["splink_canonical_one_place"] = stronger
    peer = max(stronger.f1, known["splink_canonical"].f1)
    zones = Zones(made.records)
    ours = judged(zones.linked, made.pairs)
    looked_at = reviewed_until(zones.linked, zones.doubtful, made.pairs, REVIEWED_RECALL)
    abroad = guard()
    known |= {"febrl4_linked": abroad.linked, "febrl4_exact": abroad.exact}
    faults += abroad.faults
    faults += _missed(ours.f1, ours.precision, ours.recall, looked_at, peer)
    beside: dict[str, Any] = {
        "fields": " ".join(Record._fields),
        "precision": ours.precision,
        "recall": ours.recall,
        "reviewed_per_duplicate": looked_at,
        "in_review_per_duplicate": len(zones.doubtful) / DUPLICATES,
        "pair_completeness": judged(zones.compared, made.pairs).recall,
        "compared": len(zones.compared),
    }
    for name, one in known.items():
        beside[name] = f"{one.f1:.3f} (P {one.precision:.3f}, R {one.recall:.3f})"
    beside |= _by_damage(zones, made)
    return Measured([ours.f1], [peer], beside, faults)


def _missed(f1: float, precision: float, recall: float, looked_at: float, peer: float) -> list[str]:
    held = {
        f"F1 {f1:.3f}, not {F1}": f1 >= F1,
        f"F1 {f1 - peer:.3f} above Splink, not {ABOVE_SPLINK}": f1 - peer >= ABOVE_SPLINK,
        f"linked with precision {precision:.4f}, not {AUTO_PRECISION}": precision >= AUTO_PRECISION,
        f"linked with recall {recall:.3f}, not {AUTO_RECALL}": recall >= AUTO_RECALL,
        f"{looked_at:.2f} pairs reviewed, not {REVIEWED}": looked_at <= REVIEWED,
    }
    return [text for text, holds in held.items() if not holds]


def _by_damage(zones: Zones, made: Ground) -> dict[str, float]:
    linked = recall_by_damage(zones.linked, made.pairs)
    shown = recall_by_damage([*zones.linked, *(pair for _, pair in zones.doubtful)], made.pairs)
    return {f"linked {kind}": part for kind, part in linked.items()} | {
        f"linked or reviewed {kind}": part for kind, part in shown.items()
    }


def _canonical(one: Record) -> Record:
    return one._replace(
        surname=stem(one.surname),
        given_name=stem(one.given_name),
        patronymic=stem(one.patronymic),
    )


def main() -> int:
    """``python -m bench.linkage.row SEED``: the row alone, without the desk; 1 if it is missed."""
    with tempfile.TemporaryDirectory() as folder, database_server(Path(folder)) as facts:
        found = measured(facts, int(sys.argv[1]))
    _print(found)
    return 1 if found.faults else 0


def _print(found: Measured) -> None:
    for name, value in found.beside.items():
        print(f"{name}: {value:.4g}" if isinstance(value, float) else f"{name}: {value}")
    print(f"F1 {found.ours[0]:.4f}, Splink {found.peer[0]:.4f}", *found.faults, sep="\n")


if __name__ == "__main__":
    raise SystemExit(main())
