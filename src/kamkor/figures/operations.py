"""Keeping the monthly counts: what is missing or stale of the closed months is counted anew."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.db import connections, transaction

from kamkor.figures.queries.kept import FIGURES_LOGIN, compared
from kamkor.figures.queries.statement import counted_rows, month_ends, values_for
from kamkor.figures.rules.kept import (
    DISTRICT,
    KEPT_FIGURES,
    NATION,
    OBLAST,
    bit_of,
    month_end,
    months_between,
)
from kamkor.figures.rules.question import Question
from kamkor.figures.vocabulary import FAMILY, FIGURES, Figure, Key
from kamkor.kernel import clock

_ONE_AT_A_TIME = 4_170_005
_CIRCLES = {NATION: "subject", OBLAST: "subject, left(k1, 5)", DISTRICT: "subject, k1, sealed"}


def keep_months(country: str) -> list[date]:
    """Count anew what is missing or stale of the closed months; returns those months.

    ``country`` is the code of the country's own territory. What changes meanwhile stays stale.
    """
    wanted = _months_wanted()
    for year, months in groupby(wanted, lambda month: month.year):
        _keep_year(country, year, list(months))
    _looked()
    return wanted


def _looked() -> None:
    """Keep the moment at which all were looked at, also where nothing had to be counted."""
    with connections[FIGURES_LOGIN].cursor() as cursor:
        cursor.execute(
            "UPDATE kamkor_figuremonth SET built_at = %s"
            " WHERE month = (SELECT max(month) FROM kamkor_figuremonth)",
            [clock.now()],
        )


def differences(country: str) -> Iterator[str]:
    """Where kept counts differ from those counted now, a line for each cell."""
    closed = clock.today().replace(day=1) - timedelta(days=1)
    with connections[FIGURES_LOGIN].cursor() as cursor:
        cursor.execute("SELECT DISTINCT extract(year FROM month)::int FROM kamkor_figuremonth")
        years = sorted(year for (year,) in cursor.fetchall() if year <= closed.year)
    for year in years:
        for by in ((Key.DISTRICT, Key.SEX, Key.AGE), (Key.OBLAST, Key.AGE)):
            yield from compared(replace(_whole_year(country, year), by=by, figures=KEPT_FIGURES))


def _months_wanted() -> list[date]:
    with connections[FIGURES_LOGIN].cursor() as cursor:
        cursor.execute("SELECT min(happened_on) FROM kamkor_identification")
        (first,) = cursor.fetchone()
        cursor.execute("SELECT month FROM kamkor_figuremonth WHERE state = 'kept'")
        kept = {month for (month,) in cursor.fetchall()}
    last = clock.today().replace(day=1) - timedelta(days=1)
    if first is None or first > last:
        return []
    return [month for month in months_between(first, last) if month not in kept]


def _keep_year(country: str, year: int, months: list[date]) -> None:
    login = connections[FIGURES_LOGIN]
    with transaction.atomic(using=FIGURES_LOGIN), login.cursor() as cursor:
        # Waits for whoever is writing now; who writes later finds the months and marks them.
        cursor.execute("LOCK TABLE kamkor_figuremonth IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            "INSERT INTO kamkor_figuremonth (month, state) SELECT unnest(%s::date[]), 'building'"
            " ON CONFLICT (month) DO UPDATE SET state = 'building'",
            [months],
        )
    with transaction.atomic(using=FIGURES_LOGIN), login.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        cursor.execute("DELETE FROM kamkor_figurecell WHERE month = ANY(%s)", [months])
        for name in KEPT_FIGURES:
            statement, values = _filling(FIGURES[name], _whole_year(country, year))
            cursor.execute(statement, values | {"months": months, "figure": name})
        cursor.execute(
            "UPDATE kamkor_figuremonth SET state = 'kept', built_at = %s"
            " WHERE month = ANY(%s) AND state = 'building'",
            [clock.now(), months],
        )


def _whole_year(country: str, year: int) -> Question:
    closed = clock.today().replace(day=1) - timedelta(days=1)
    last = min(month_end(date(year, 12, 1)), closed)
    return Question(
        territory=country,
        districts=None,
        below_oblast=False,
        first=date(year, 1, 1),
        last=last,
        on=last,
        known_on=None,
    )


def _filling(figure: Figure, question: Question) -> tuple[str, dict[str, Any]]:
    """The statement that counts a year of a figure into cells, and its values."""
    keys = (Key.DISTRICT,) if figure.register == FAMILY else (Key.DISTRICT, Key.SEX, Key.AGE)
    values = values_for(figure, question, keys)
    if figure.is_stock:
        values["days"] = month_ends(question.first, question.last)
    sex, age = ("'*'", "'*'") if figure.register == FAMILY else ("k2", "k3")
    bits = " + ".join(_bits(figure, age))
    statement = f"""INSERT INTO kamkor_figurecell
(figure, month, district, sex, age, sealed, first_of, number)
{counted_rows(figure, question, keys)}
SELECT %(figure)s, date_trunc('month', day)::date, k1, {sex}, {age}, sealed, bits, count(*)
FROM (SELECT *, {bits} AS bits FROM placed) p
WHERE bits > 0 AND date_trunc('month', day)::date = ANY(%(months)s)
GROUP BY 2, 3, 4, 5, 6, 7"""
    return statement, values


def _bits(figure: Figure, age: str) -> Iterator[str]:
    """For each circle, the bit where a row is the first of its subject in the year; of a stock,
    on the day."""
    for circle, among in _CIRCLES.items():
        for by_age in (False, True):
            parts = [among, *([age] if by_age else []), *(["day"] if figure.is_stock else [])]
            first = f"row_number() OVER (PARTITION BY {', '.join(parts)} ORDER BY day) = 1"
            yield f"CASE WHEN {first} THEN {bit_of(circle, by_age=by_age)} ELSE 0 END"
