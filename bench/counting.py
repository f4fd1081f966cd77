"""The register counted by the house, by one plain statement, and from the kept counts."""

import time
from datetime import date, timedelta
from typing import Any

import psycopg

from bench.judging import ROUNDS, Measured, taken_in_turn
from bench.pages import SHORT_ROUNDS
from bench.stage import Stage

COMMISSIONER = "elmira"
FIGURE = "children_registered"
BY = ("district", "sex", "age")
BANDS = "bands"
KEPT_SECONDS = 1.0
# Put on the register within a year, open and sealed apart as below an oblast: age on that day.
STATEMENT = """
SELECT f.district, coalesce(nullif(p.sex, ''), 'unknown'), coalesce((
    SELECT band FROM unnest(%(bands)s::text[], %(first_ages)s::int[], %(last_ages)s::int[])
        AS b(band, first_age, last_age)
    WHERE extract(year FROM age(f.happened_on, p.born_on)) BETWEEN first_age AND last_age
), 'unknown'), count(DISTINCT c.child_id)
FROM kamkor_registration f JOIN kamkor_case c ON c.id = f.case_id
JOIN kamkor_person p ON p.id = c.child_id
WHERE f.registered AND f.withdrawn_at IS NULL AND c.register = 'child' AND c.team IS NULL
    AND f.happened_on BETWEEN %(first)s AND %(last)s
    AND NOT EXISTS (SELECT FROM kamkor_takingoffdecision w WHERE w.case_id = f.case_id
        AND w.agreed AND w.withdrawn_at IS NULL AND w.reason = 'entered_in_error')
GROUP BY 1, 2, 3
"""

Cells = dict[tuple[str, ...], int]


def register_count(stage: Stage) -> Measured:
    """A year by district, sex and age: the question asked of the house, and the statement."""
    last = date.today() - timedelta(days=1)  # noqa: DTZ011 - any day will do
    first = last - timedelta(days=364)
    answers: dict[str, Cells] = {}

    def house() -> float:
        begun = time.perf_counter()
        answers["house"] = _asked_of_house(first, last)
        return time.perf_counter() - begun

    with psycopg.connect(**stage.facts.administrator_arguments(stage.facts.database)) as connection:

        def statement() -> float:
            begun = time.perf_counter()
            rows = connection.execute(STATEMENT, _values(first, last)).fetchall()
            answers["statement"] = {tuple(row[:-1]): row[-1] for row in rows}
            return time.perf_counter() - begun

        house(), statement()
        ours, peer = taken_in_turn(house, statement, rounds=SHORT_ROUNDS)
    house_says, plain = answers["house"], answers["statement"]
    wrong = [] if house_says == plain and plain else ["the numbers differ, or there are none"]
    beside = {"cells": len(plain), "counted": sum(plain.values())}
    return Measured(ours, peer, beside, wrong)


def register_kept(_stage: Stage) -> Measured:
    """The closed year by district, sex and age from the kept counts, and its limit in seconds.

    What is missing of them is counted first, as each night; then every cell is compared with the
    live count.
    """
    from kamkor.figures.operations import keep_months  # noqa: PLC0415 - after setup
    from kamkor.figures.queries.kept import compared, kept_rows  # noqa: PLC0415 - as above
    from kamkor.figures.vocabulary import FIGURES, Key  # noqa: PLC0415 - as above
    from kamkor.territory.queries import country  # noqa: PLC0415 - as above

    last = date.today().replace(day=1) - timedelta(days=1)  # noqa: DTZ011 - any day will do
    first = last.replace(month=1, day=1)
    keep_months(country().soate)
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        shown = _asked_of_house(first, last)
        took.append(time.perf_counter() - begun)
    _, question = _question(first, last)
    wrong = compared(question)[:5]
    if kept_rows(FIGURES[FIGURE], question, tuple(Key(word) for word in BY)) is None or not shown:
        wrong.append("it is not answered from the kept counts")
    beside = {"cells": len(shown), "counted": sum(shown.values())}
    return Measured(took, [KEPT_SECONDS] * ROUNDS, beside, wrong)


def _asked_of_house(first: date, last: date) -> Cells:
    from kamkor.figures.queries.counting import counted  # noqa: PLC0415 - after setup

    viewer, question = _question(first, last)
    return {
        tuple(cell.keys[key] for key in BY): cell.value
        for cell in counted(viewer, question)
        if cell.value is not None and not cell.part and "*" not in cell.keys.values()
    }


def _question(first: date, last: date) -> tuple[Any, Any]:
    """Who asks, and what."""
    from kamkor.access.queries import account_named, viewer_for  # noqa: PLC0415 - after setup
    from kamkor.figures.queries.asking import question_for  # noqa: PLC0415 - as above

    account = account_named(COMMISSIONER)
    viewer = viewer_for(account) if account else None
    if viewer is None:
        text = f"{COMMISSIONER} holds no post"
        raise LookupError(text)
    return viewer, question_for(viewer, first=first, last=last, by=BY, figures=(FIGURE,))


def _values(first: date, last: date) -> dict[str, Any]:
    from kamkor.kernel import rulesets  # noqa: PLC0415 - as above

    bands = rulesets.rules("age_bands", last)
    return {
        "first": first,
        "last": last,
        "bands": [band.code for band in bands],
        "first_ages": [int(band.get("from") or 0) for band in bands],
        "last_ages": [int(band.get("to") or 200) for band in bands],
    }
