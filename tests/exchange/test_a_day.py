"""A day as a file of commands: the shipped one is applied, sent again it changes nothing."""

import json
from pathlib import Path

import pytest

from kamkor.access.queries import scope_of_viewer
from kamkor.cases.queries.case import on_register, open_cases
from kamkor.exchange.commands import Line, LineUnreadable, carried_out, lines_of
from kamkor.kernel.database import entered
from kamkor.management.shell import viewer_named
from tests.cast import Cast

HOWTO = Path(__file__).resolve().parents[2] / "docs" / "howto"
LINE = '{"id": "019cac83-6c20-73a0-bd96-3de95ed34fe5", "command": "read_report", "data": {}}'


@pytest.fixture
def day() -> list[Line]:
    """The lines of the shipped day."""
    return lines_of((HOWTO / "a-day.jsonl").read_text("utf-8"), "aigul")


def results(lines: list[Line]) -> list[tuple[int, str, str]]:
    """Line, result and refusal of each answer."""
    return [
        (line.number, answer["result"], answer.get("code", ""))
        for line, answer in zip(lines, carried_out(lines, viewer_named), strict=True)
    ]


def test_every_command_of_the_day_is_applied(cast: Cast, day: list[Line]) -> None:
    assert results(day) == [(line.number, "applied", "") for line in day]
    bakyt = viewer_named("bakyt")
    with entered(scope_of_viewer(bakyt)):
        assert open_cases(bakyt).filter(register="child").count() == 19
        assert on_register(bakyt).count() == 16


def test_the_day_sent_again_changes_nothing(cast: Cast, day: list[Line]) -> None:
    first = [answer["answer"] for answer in carried_out(day, viewer_named)]
    again = list(carried_out(day, viewer_named))
    assert {answer["result"] for answer in again} == {"duplicate"}
    assert [answer["answer"] for answer in again] == first


def test_what_refers_to_a_refused_line_is_refused(cast: Cast, day: list[Line]) -> None:
    # Line 3 reads the report of line 2, which a stranger to the post cannot have received.
    rows = [json.loads(row) for row in (HOWTO / "a-day.jsonl").read_text("utf-8").splitlines()[:4]]
    rows[1]["data"]["territory"] = "41799999999999"
    lines = lines_of("\n".join(json.dumps(row) for row in rows), "aigul")
    assert results(lines) == [
        (1, "applied", ""),
        (2, "refused", "territory_unknown"),
        (3, "refused", "not_found"),
        (4, "refused", "not_found"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{LINE}\n{{", "line 2: "),
        (f"{LINE}\n[]", "line 2: a command is an object"),
        (LINE.replace('"data"', '"date"'), "line 1: unknown key: date"),
        (LINE.replace("019cac83-6c20", "x"), "line 1: id is a UUID"),
        (LINE.replace("{}", '{"report": "$1.report"}'), "line 1: $1.report refers to"),
        (LINE.replace('{"id"', '{"as": 1, "id"'), "line 1: as is a user name"),
    ],
)
def test_an_unreadable_line_is_named(text: str, told: str) -> None:
    with pytest.raises(LineUnreadable) as raised:
        lines_of(text, "aigul")
    assert str(raised.value).startswith(told)
