"""New rows: every value comes back as it was, in one row or several, and what is refused is."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.utils import DataError, ProgrammingError
from django.test.utils import CaptureQueriesContext

from kamkor.access.models import Account, Lent
from kamkor.cases.models import Report, ReportChild, ReportTold, Task
from kamkor.kernel import clock, writing
from kamkor.kernel.ids import new_id
from kamkor.kernel.models import Fact, JournalEntry
from kamkor.kernel.writing import write_together
from kamkor.people.models import Household, HouseholdMember, Person, WordingToken
from kamkor.workforce.models import Employee
from tests.cast import Cast, Player
from tests.factories import received

AT = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)
STRANGE = "тырмак \" апостроф ' тескери \\ {үтүр, чек} \n NULL %s $1"


def _place(player: Player) -> dict[str, Any]:
    with player.inside() as viewer:
        return {
            "office_unit": viewer.unit,
            "office_district": viewer.district,
            "office_oblast": viewer.oblast,
        }


def _fact(player: Player, at: datetime = AT) -> dict[str, Any]:
    moment = {"happened_on": date(2026, 3, 1), "recorded_at": at, "first_recorded_at": at}
    return _place(player) | moment | {"command": new_id(), "by_post": 1}


def _entry(player: Player, **other: Any) -> JournalEntry:  # noqa: ANN401 - any column
    held = {"command": new_id(), "row": 0, "operation": "look", "subject": new_id(), "version": 1}
    held |= {
        "fields": ["бир", STRANGE[:50]],
        "digest": new_id(),
        "answer": {STRANGE: [1, None, True]},
    }
    return JournalEntry(**held, account=1, post=1, **_place(player), recorded_at=AT, **other)


def _held(row: models.Model) -> dict[str, Any]:
    return {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}


@pytest.mark.parametrize("number", [1, 3])
def test_every_value_comes_back_as_it_was(cast: Cast, number: int) -> None:
    report = UUID(received(cast.aigul))
    told = {"worry": STRANGE[:40], "danger_now": True, "source": "", "urgent": False}
    told |= {"territory_id": cast.aigul.report(report).territory_id, "place": STRANGE}
    rows: list[Fact] = []
    for place in range(number):
        fact = _fact(cast.aigul, AT + timedelta(days=place))
        more = {"learned_on": date(2026, 2, 3) if place else None, "seen_or_said": STRANGE * place}
        rows.append(ReportTold(report_id=report, **told, **more, **fact))
        rows.append(
            ReportChild(report_id=report, description=f"{place}", age=place or None, **fact)
        )
    with cast.aigul.inside():
        write_together(rows)
        for row in rows:
            row.correction_reason = row.district = ""  # the database's own
            found = type(row)._default_manager.get(pk=row.pk)
            assert _held(found) == _held(row)
            assert not row._state.adding


@pytest.mark.parametrize("number", [1, 2])
def test_lists_and_what_is_kept_as_json_come_back_as_they_were(cast: Cast, number: int) -> None:
    rows = [_entry(cast.aigul) for _ in range(number)]
    with cast.aigul.inside():
        write_together(rows)
        for row in rows:
            found = _held(JournalEntry.objects.get(command=row.command))
            assert found == _held(row)


def test_what_is_no_plain_value_is_made_ready_as_django_does(cast: Cast) -> None:
    one = Lent(subject=str(new_id()), to_post_id="1", reason="x", since=AT, command=new_id())
    with cast.aigul.inside() as viewer:
        one.to_post_id = str(viewer.post_id)
        write_together([one])
        found = Lent.objects.get(pk=one.pk)
        assert str(found.subject) == str(one.subject)
        assert found.to_post_id == viewer.post_id


def test_a_moment_without_its_zone_is_of_the_house(cast: Cast) -> None:
    at = datetime(2026, 3, 1, 9, 30)  # noqa: DTZ001 - what is tried
    with cast.aigul.inside() as viewer:
        one = Lent(subject=new_id(), to_post_id=viewer.post_id, reason="x", command=new_id())
        one.since = at
        with pytest.warns(RuntimeWarning):
            write_together([one])
        assert clock.local_day(Lent.objects.get(pk=one.pk).since) == at.date()
        assert Lent.objects.get(pk=one.pk).since.hour == at.hour - 6


@pytest.mark.parametrize("number", [1, 2])
def test_nothing_too_long_is_cut(cast: Cast, number: int) -> None:
    rows = [_entry(cast.aigul) for _ in range(number)]
    rows[-1].operation = "o" * 61
    lists = [_entry(cast.aigul) for _ in range(number)]
    lists[-1].fields = ["f" * 61]
    for wrong in (rows, lists):
        with pytest.raises(DataError), cast.aigul.inside(), transaction.atomic():
            write_together(wrong)


def test_what_the_database_refuses_in_the_midst_is_raised_and_nothing_stays(cast: Cast) -> None:
    first, second, third = (_entry(cast.aigul) for _ in range(3))
    token = WordingToken(subject=new_id(), wording=new_id(), token="t", **_place(cast.aigul))
    with cast.aigul.inside():
        write_together([first])
        second.command = first.command
        for _ in range(2):
            with pytest.raises(IntegrityError), transaction.atomic():
                write_together([second, token])
        assert not WordingToken.objects.filter(subject=token.subject).exists()
        write_together([third, token])
        assert WordingToken.objects.filter(subject=token.subject).exists()


@pytest.mark.parametrize("number", [1, 2])
def test_nobody_writes_into_another_department(cast: Cast, number: int) -> None:
    rows = [_entry(cast.aigul) for _ in range(number)]
    with cast.cholpon.inside(), pytest.raises(ProgrammingError), transaction.atomic():
        write_together(rows)


def test_what_others_refer_to_is_written_before_them(cast: Cast) -> None:
    place, territory = _place(cast.aigul), cast.aigul.report(received(cast.aigul)).territory_id
    person = Person(sort_key="a", shown_name="А", **place)
    home = Household(sort_key="a", shown_name="А", territory_id=territory, **place)
    fact = _fact(cast.aigul)
    member = HouseholdMember(household=home, person=person, relation="child", **fact)
    with cast.aigul.inside():
        write_together([member, home, person])
        assert HouseholdMember.objects.get(person=person).household_id == home.pk


def test_who_gets_its_number_from_the_database_is_referred_to_by_it(cast: Cast) -> None:
    assert writing._table(Employee) is None
    assert writing._table(Task) is not None
    whose = Employee(given_name="А", surname="Б")
    account = Account(username="a", employee=whose, password="")
    assert account.employee_id is None
    with pytest.raises(ValueError, match="employee"):
        writing._id_of_referred(account, Account._meta.get_field("employee"))
    whose.pk = 7
    assert writing._id_of_referred(account, Account._meta.get_field("employee")) == 7


def test_one_kind_is_one_statement_and_whoever_counts_finds_it(cast: Cast) -> None:
    rows = [_entry(cast.aigul), *(WordingToken(**_place(cast.aigul), subject=new_id(),
        wording=new_id(), token="t") for _ in range(2))]  # fmt: skip
    with cast.aigul.inside(), CaptureQueriesContext(connection) as held:
        write_together(rows)
    assert len(held.captured_queries) == len({type(row) for row in rows})


def test_a_report_is_written_by_texts_alone() -> None:
    for kind in (Report, ReportTold, ReportChild, WordingToken, Task, Lent, JournalEntry):
        assert writing._table(kind) is not None
