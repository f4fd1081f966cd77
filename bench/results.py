"""What was measured: one file for each row, and the page made from them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results")
PAGE = Path(__file__).with_name("RESULTS.md")
_HEAD = """# What was measured

Made from `bench/results/*.json` by `make bench`; a test fails where the two differ. Each row is
taken in turn with what it is compared with, in one run: the ratio is the median of the rounds'
ratios. Figures of different rows or runs do not compare: the machine is shared.

| row | what | against | ours | theirs | ratio | target | met | size |
|---|---|---|---|---|---|---|---|---|
"""


def write(found: dict[str, Any]) -> None:
    """Keep what a row found, and make the page anew."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
    (RESULTS / f"{found['row']}.json").write_text(text + "\n", "utf-8")
    PAGE.write_text(page(stored()), "utf-8")


def stored() -> list[dict[str, Any]]:
    """What was last found of each row, by name."""
    files = sorted(RESULTS.glob("*.json"))
    return [json.loads(file.read_text("utf-8")) for file in files]


def page(found: Iterable[dict[str, Any]]) -> str:
    """The page: a table, and below it what stands beside each row."""
    rows = list(found)
    return (
        _HEAD + "".join(_line(row) for row in rows) + "\n" + "\n".join(_beside(row) for row in rows)
    )


def _line(row: dict[str, Any]) -> str:
    cells = [
        f"`{row['row']}`",
        row["title"],
        row["against"],
        f"{_short(row['ours'])} {row['unit']}",
        f"{_short(row['peer'])} {row['unit']}",
        _number(row["ratio"]),
        row["target"],
        "yes" if row["met"] else "**no**",
        row["size"],
    ]
    return f"| {' | '.join(cells)} |\n"


def _beside(row: dict[str, Any]) -> str:
    said = [f"{key} {_number(value)}" for key, value in row["beside"].items()]
    loads = row["load_average"]
    said += [f"load average {loads['before']:.2f} to {loads['after']:.2f}"]
    said += [
        f"machine {_number(row['calibration']['slower'])} of the reference",
        f"seed {row['seed']}",
    ]
    said += [f"commit {row['commit']}", *row["faults"]]
    return f"- `{row['row']}`: {', '.join(said)}; `{row['command']}`\n"


def _short(figures: list[float]) -> str:
    ordered = sorted(figures)
    return _number(ordered[len(ordered) // 2])


def _number(value: float | str) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
