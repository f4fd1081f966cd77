"""Reading what a command carries: everything that is wrong is said at once, and exactly."""

from typing import Annotated

from pydantic import Field

from kamkor.kernel.errors import RefusedFields
from kamkor.kernel.shapes import Coded, Day, Line, Shape, read_shape


class Row(Shape):
    """A row with a number of one side."""

    steps: Annotated[int, Field(ge=3)]
    risk: Annotated[str, Coded("risk_levels")] = "low"


class Form(Shape):
    """Fields that may be wrong in different ways."""

    name: Line
    day: Day
    risk: Annotated[str, Coded("risk_levels")]
    minutes: Annotated[int, Field(ge=0, le=1440)] | None = None
    least: Annotated[int, Field(le=5)] | None = None
    rows: list[Row] = []
    numbers: list[int] = []


def faults(**data: object) -> list[tuple[str, str, str]]:
    try:
        read_shape(Form, data)
    except RefusedFields as refused:
        return [(one.field, one.code, one.message % one.details) for one in refused.faults]
    return []


GOOD = {"name": "x", "day": "2026-03-02", "risk": "low"}


def test_a_number_out_of_range_is_told_both_bounds() -> None:
    told = [("minutes", "number_out_of_range", "Give a number from 0 to 1440.")]
    assert faults(**GOOD, minutes=-1) == told
    assert faults(**GOOD, minutes=1441) == told


def test_a_number_with_one_bound_is_told_that_one() -> None:
    assert faults(**GOOD, least=6) == [
        ("least", "number_out_of_range", "Give a number of 5 or less.")
    ]
    assert faults(**GOOD, rows=[{"steps": 2}]) == [
        ("rows.0.steps", "number_out_of_range", "Give a number of 3 or more.")
    ]


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_fields() -> None:
    rows = [{"steps": "many"}, {"steps": 3, "risk": "none"}]
    found = faults(day="31.02.2026", risk="grave", minutes=2000, rows=rows, colour="red")
    assert [(field, code) for field, code, _ in found] == [
        ("name", "field_required"),
        ("day", "date_unreadable"),
        ("risk", "code_unknown"),
        ("minutes", "number_out_of_range"),
        ("rows.0.steps", "field_invalid"),
        ("rows.1.risk", "code_unknown"),
        ("colour", "field_unknown"),
    ]


def test_a_text_that_nothing_holds_does_not_hide_the_other_faults() -> None:
    found = faults(name="a\x00b", day="2026-03-02", risk="grave")
    assert [(field, code) for field, code, _ in found] == [
        ("name", "field_invalid"),
        ("risk", "code_unknown"),
    ]


def test_a_row_where_a_number_belongs_is_invalid() -> None:
    assert [(field, code) for field, code, _ in faults(**GOOD, numbers=[{"steps": 3}])] == [
        ("numbers.0", "field_invalid")
    ]
