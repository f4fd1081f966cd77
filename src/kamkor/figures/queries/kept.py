"""Answers a figure from the kept monthly counts, where all its months are kept and still hold."""

from datetime import datetime
from typing import Any, cast

from django.db import connections

from kamkor.figures.queries.statement import UNKNOWN, counting_statement, values_for
from kamkor.figures.rules.kept import bit_of, circle_of, months_asked
from kamkor.figures.rules.question import Question
from kamkor.figures.vocabulary import FIGURES, Figure, Key
from kamkor.kernel import clock

FIGURES_LOGIN = "figures"
_HOLD = -1
"""Stands in place of a depth in the row that says how many months hold."""
_COLUMNS: dict[str, str] = {
    Key.DISTRICT: "district",
    Key.OBLAST: f"""CASE WHEN district = '{UNKNOWN}' THEN district
        ELSE rpad(left(district, 5), 14, '0') END""",
    Key.SEX: "sex",
    Key.AGE: "age",
}


def kept_rows(
    figure: Figure, question: Question, keys: tuple[Key, ...]
) -> list[tuple[Any, ...]] | None:
    """The rows that the counting statement would give; ``None`` if it has to be asked."""
    months = months_asked(question, figure, keys)
    if not months or months[-1] >= clock.today().replace(day=1):
        return None
    values: dict[str, Any] = {
        "figure": figure.name,
        "months": months,
        "districts": list(question.districts or ()),
    }
    with connections[FIGURES_LOGIN].cursor() as cursor:
        cursor.execute(kept_statement(question, keys), values)
        found = cursor.fetchall()
    kept = next(row[-1] for row in found if row[0] == _HOLD)
    return [row for row in found if row[0] != _HOLD] if kept == len(months) else None


def live_rows(figure: Figure, question: Question, keys: tuple[Key, ...]) -> list[tuple[Any, ...]]:
    """The same, counted from the facts as they stand now."""
    with connections[FIGURES_LOGIN].cursor() as cursor:
        cursor.execute(
            counting_statement(figure, question, keys), values_for(figure, question, keys)
        )
        return list(cursor.fetchall())


def kept_at() -> datetime | None:
    """When all kept counts were looked at last, and what was missing or stale counted anew."""
    with connections[FIGURES_LOGIN].cursor() as cursor:
        cursor.execute("SELECT max(built_at) FROM kamkor_figuremonth")
        (found,) = cursor.fetchone()
    return cast("datetime | None", found)


def compared(question: Question) -> list[str]:
    """Where the kept counts of a question differ from those counted now, a line for each cell.

    What is not kept is passed over.
    """
    found = []
    for name in question.figures:
        figure, keys = FIGURES[name], question.keys_of(name)
        kept = kept_rows(figure, question, keys)
        if kept is not None:
            live = live_rows(figure, question, keys)
            ways = sorted(set(kept) ^ set(live))
            found += [f"{name} {question.on} {' '.join(map(str, way[1:]))}" for way in ways]
    return found


def kept_statement(question: Question, keys: tuple[Key, ...]) -> str:
    """How many of the months hold, and then the rows: in one statement, so that they agree."""
    stars = "".join(", '*'" for _ in keys)
    hold = "kamkor_figuremonth WHERE month = ANY(%(months)s) AND state = 'kept'"
    parts = [f"SELECT {_HOLD}{stars}, count(*)::bigint FROM {hold}"]
    for depth in range(len(keys) + 1):
        named = [_COLUMNS[key] for key in keys[:depth]]
        shown = "".join(f", {one}" for one in [*named, *["'*'"] * (len(keys) - depth)])
        bit = bit_of(circle_of(question, keys[:depth]), by_age=Key.AGE in keys[:depth])
        wanted = [
            "figure = %(figure)s",
            "month = ANY(%(months)s)",
            f"first_of & {bit} > 0",
        ]
        if question.hides_sealed(keys[:depth]):
            wanted.append("NOT sealed")
        if question.districts is not None:
            wanted.append("district = ANY(%(districts)s)")
        group = f" GROUP BY {', '.join(named)}" if named else ""
        parts.append(
            f"SELECT {depth}{shown}, coalesce(sum(number), 0)::bigint FROM kamkor_figurecell"
            f" WHERE {' AND '.join(wanted)}{group}"
        )
    return "\nUNION ALL\n".join(parts)
