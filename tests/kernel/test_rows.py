"""A new row of ours is as Django would make it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import models
from django.db.models.expressions import DatabaseDefault

from kamkor.cases.models import Case, Report, ReportChild, Task
from kamkor.kernel.ids import new_id
from kamkor.kernel.models import JournalEntry, Scoped
from kamkor.people.models import Person, WordingToken

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def as_django_makes_it(kind: type[models.Model], **told: Any) -> models.Model:  # noqa: ANN401 - any column
    """The row by Django's own way: from no name, ours leaves it to Django."""
    made = kind.__new__(kind)
    models.Model.__init__(made, **told)
    return made


def held(row: models.Model) -> dict[str, object]:
    """What stands in a row; of what the database says by itself, that it does."""
    said = {name: value for name, value in row.__dict__.items() if name != "_state"}
    return {k: "by itself" if isinstance(v, DatabaseDefault) else v for k, v in said.items()}


REPORT = Report(id=new_id(), worry="neglect")
SAID = {"id": new_id(), "recorded_at": AT, "first_recorded_at": AT, "happened_on": date(2026, 3, 1)}


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Report, SAID | {"worry": "neglect", "territory_id": "1", "team": None}),
        (ReportChild, SAID | {"report": REPORT, "age": 3}),
        (ReportChild, SAID | {"report_id": REPORT.pk, "case": None, "description": ""}),
        (Task, SAID | {"report": REPORT, "case": None, "for_role": "duty"}),
        (JournalEntry, {"command": REPORT.pk, "row": 0, "recorded_at": AT, "answer": {}}),
        (WordingToken, {"token": "a", "wording": REPORT.pk, "subject": REPORT.pk}),
    ],
)
def test_a_new_row_holds_what_django_puts_there(kind: type[Scoped], told: dict[str, Any]) -> None:
    ours, django = kind(**told), as_django_makes_it(kind, **told)
    assert held(ours) == held(django)
    for state in (ours._state, django._state):
        assert (state.adding, state.db) == (True, django._state.db)
    assert ours._state.fields_cache == django._state.fields_cache


def test_each_row_has_an_id_of_its_own() -> None:
    assert Person().pk != Person().pk


def test_a_row_is_told_nothing_unknown_and_refers_to_what_it_may() -> None:
    with pytest.raises(TypeError, match="colour"):
        Report(colour="red")  # type: ignore[misc]
    with pytest.raises(ValueError, match="report"):
        ReportChild(report=Case())  # type: ignore[misc]
