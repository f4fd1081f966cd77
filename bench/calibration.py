"""How fast this machine is now: a fixed statement and a fixed loop over a template."""

import json
import time
from pathlib import Path
from statistics import fmean, median
from typing import Any

import psycopg
from django.template import Context, Engine

from kamkor.kernel.server_facts import ServerFacts

REFERENCE = Path(__file__).with_name("reference.json")
TIMES = 5
_STATEMENT = "SELECT sum(hashint4(i)) FROM generate_series(1, 400000) i"
_TEMPLATE = (
    "{% for row in rows %}<tr><td>{{ row.name }}</td><td>{{ row.place }}</td></tr>{% endfor %}"
)
_ROWS = [{"name": f"Асанова {number}", "place": "Сузак"} for number in range(100)]
_RENDERED = 40


def calibration(facts: ServerFacts) -> dict[str, Any]:
    """Every sample in seconds, and how much slower this machine is than the committed reference."""
    statement, template = [], []
    written = Engine().from_string(_TEMPLATE)
    with psycopg.connect(**facts.administrator_arguments()) as connection:
        for _ in range(TIMES):
            begun = time.perf_counter()
            connection.execute(_STATEMENT).fetchone()
            between = time.perf_counter()
            for _ in range(_RENDERED):
                written.render(Context({"rows": _ROWS}))
            statement.append(between - begun)
            template.append(time.perf_counter() - between)
    found: dict[str, Any] = {"statement": statement, "template": template}
    return found | {"slower": slower_than_reference(found)}


def together(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Two calibrations as one, of all their samples."""
    found: dict[str, Any] = {
        part: [*before[part], *after[part]] for part in ("statement", "template")
    }
    return found | {"slower": slower_than_reference(found)}


def slower_than_reference(found: dict[str, Any]) -> float:
    """This run's medians over the committed ones: the mean of statement and template."""
    known = json.loads(REFERENCE.read_text("utf-8"))
    parts = ("statement", "template")
    return fmean(median(found[part]) / known[part] for part in parts)
