"""``make bench [ONLY=row] [SIZE=] [SEED=]``: each row with its limit or peer, in one run."""

import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

if __package__ in {None, ""}:
    sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from bench import results
from bench.calibration import calibration, together
from bench.client import Wrong
from bench.judging import Measured, Row
from bench.rows import PLANTED, ROWS
from bench.stage import ROOT, SIZES, Stage, folder_of, staged

SEEDS = 1_000_000
WRONG_USE = 2


def main() -> int:
    """Run what was asked for; the last line is ``N rows, M missed``."""
    size = os.environ.get("SIZE") or "small"
    only = os.environ.get("ONLY", "")
    names = [row.name for row in (*ROWS, PLANTED)]
    if size not in SIZES or (only and only not in names):
        print(f"SIZE is one of {', '.join(SIZES)}; ONLY one of {', '.join(names)}", file=sys.stderr)
        return WRONG_USE
    given = os.environ.get("SEED", "")
    seed = int(given) if given.isdigit() else _seed_of(size)
    every = (*ROWS, PLANTED)
    wanted = [row for row in every if row.name == only or not (only or row.by_name)]
    asked = [row for row in wanted if size in row.sizes]
    print(f"SIZE={size} SEED={seed}", flush=True)
    missed = _run(asked, size, seed) if asked else 0
    for row in wanted:
        if row not in asked:
            print(f"{row.name}: not asked, it needs {' or '.join(row.sizes)}")
    print(f"{len(asked)} rows, {missed} missed", flush=True)
    return 1 if missed or not asked else 0


def _seed_of(size: str) -> int:
    """The seed of the data that stand already, else a new one."""
    folders = sorted(folder_of(size, 0).parent.glob(f"{size}-*"))
    found = [int(one.name.rpartition("-")[2]) for one in folders]
    return found[-1] if found else secrets.randbelow(SEEDS)


def _run(asked: list[Row], size: str, seed: int) -> int:
    _point_settings_at(size, seed)
    missed = 0
    with staged(size, seed) as stage:
        _set_up(stage)
        if PLANTED not in asked and PLANTED.met_by(PLANTED.measure(stage)):
            print("the planted slow row was not noticed", file=sys.stderr)
            missed += 1
        for row in asked:
            missed += not measured(row, stage, lambda: calibration(stage.facts))
    return missed


def measured(row: Row, stage: Stage, calibrated: Callable[[], dict[str, Any]]) -> bool:
    """Measure a row and keep what it found; whether it was met.

    How fast the machine is is asked right before and right after: it is another one in ten minutes.
    """
    before, quick = os.getloadavg()[0], calibrated()
    try:
        found = row.measure(stage)
    except Wrong as wrong:
        found = Measured([0.0], [1.0], faults=[str(wrong)])
    measure = together(quick, calibrated())
    met = row.met_by(found, measure["slower"])
    kept = {
        "row": row.name,
        "title": row.title,
        "against": row.against,
        "unit": row.unit,
        "ours": list(found.ours),
        "peer": list(found.peer),
        "ratio": found.ratio,
        "target": row.target,
        "met": met,
        "beside": dict(found.beside),
        "faults": list(found.faults),
        "size": stage.size,
        "seed": stage.seed,
        "command": f"make bench ONLY={row.name} SIZE={stage.size} SEED={stage.seed}",
        "commit": _commit(),
        "load_average": {"before": before, "after": os.getloadavg()[0]},
        "calibration": measure,
    }
    if row != PLANTED:
        results.write(kept)
    said = "; ".join([f"ratio {found.ratio:.3g}, {row.target}", *found.faults])
    print(f"{row.name}: {'met' if met else 'MISSED'}: {said}", flush=True)
    return met


def _commit() -> str:
    words = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _point_settings_at(size: str, seed: int) -> None:
    folder = folder_of(size, seed)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["KAMKOR_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "kamkor.settings.base"


def _set_up(stage: Stage) -> None:
    import django  # noqa: PLC0415 - the settings are read here, not before

    from kamkor.cli import point_settings_at  # noqa: PLC0415 - as above

    point_settings_at(stage.facts)
    django.setup()


if __name__ == "__main__":
    raise SystemExit(main())
