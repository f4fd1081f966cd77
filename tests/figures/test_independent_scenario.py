"""The scenario counted twice: on its day, on drawn days of the same year, and as known then."""

import os
from datetime import date, timedelta
from itertools import product
from random import Random

import pytest

from kamkor.figures.queries.asking import question_for
from kamkor.figures.queries.counting import counted
from tests.figures.independent import all_rows
from tests.figures.test_independent_count import (
    KEYS_OF,
    OBLAST,
    Drawn,
    commissioner,
    second_count,
)

FIRST, THAT_DAY = date(2017, 1, 1), date(2017, 10, 11)
DRAWN_DAYS = 3
RETURNING = timedelta(days=45)
"""In the last weeks before a day some have returned who were found before."""
REGISTER = [figure for figure, keys in KEYS_OF.items() if "ground" in keys]


def days() -> list[date]:
    chance = Random(os.environ.get("SEED", "1"))
    return [
        THAT_DAY,
        *(FIRST + timedelta(days=chance.randrange(30, 364)) for _ in range(DRAWN_DAYS)),
    ]


@pytest.mark.usefixtures("scenario")
def test_the_scenario_is_counted_alike_on_its_day_and_on_three_others() -> None:
    viewer, tables = commissioner(), all_rows()
    for on in days():
        for known_on in (None, on):
            for figure, first in product(REGISTER, (FIRST, on - RETURNING)):
                question = Drawn(figure, OBLAST, first, on, on, known_on, ("district",))
                house = question_for(
                    viewer, place=OBLAST, first=first, last=on, on=on, known_on=known_on,
                    by=("district",), figures=(figure,),
                )  # fmt: skip
                shown = {
                    (cell.keys["district"],): cell.value
                    for cell in counted(viewer, house)
                    if not cell.part
                }
                assert shown == second_count(tables, question), question
