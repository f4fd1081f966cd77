"""Compares the rows of two databases whose ids differ: an id is known by the rows that name it."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from kamkor.synth.tables import Rows, Table

ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
DRAWN = {"number", "receipt_digest", "digest"}
"""Differ from print to print on purpose."""
_ROUNDS = 5

Labels = dict[str, str]


def _texts(tables: Sequence[Table], rows: Mapping[str, Rows]) -> list[tuple[str, str]]:
    """Each row as one text, with the name of its table, without what is drawn."""
    found = []
    for table in tables:
        kept = [place for place, name in enumerate(table.columns) if name not in DRAWN]
        found += [
            (table.name, "|".join(f"{table.columns[place]}={row[place]}" for place in kept))
            for row in rows[table.name]
        ]
    return found


def labels_of(tables: Sequence[Table], rows: Mapping[str, Rows]) -> Labels:
    """What each id is called instead: by the rows it stands in, and those that stand beside it."""
    texts = _texts(tables, rows)
    labels: Labels = {}
    for _ in range(_ROUNDS):
        met: dict[str, list[str]] = defaultdict(list)
        for table, text in texts:
            named = _labelled(text, labels)
            for place, found in enumerate(ID.finditer(text)):
                met[found[0]].append(f"{table}:{place}:{named}")
        labels = {
            one: hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest()[:16]
            for one, told in met.items()
        }
    return labels


def _labelled(text: str, labels: Labels) -> str:
    return ID.sub(lambda found: labels.get(found[0], "id"), text)


def canonical(
    tables: Sequence[Table], rows: Mapping[str, Rows], labels: Labels
) -> dict[str, Counter[str]]:
    """The rows of each table with labels in place of ids, however often each stands there."""
    found: dict[str, Counter[str]] = {table.name: Counter() for table in tables}
    for table, text in _texts(tables, rows):
        found[table][_labelled(text, labels)] += 1
    return found
