"""Step 4: who is on duty and who is away can be changed and ended, and an alarm has a name."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from kamkor.access.queries import is_on_duty
from kamkor.kernel.commands import Command
from kamkor.kernel.ids import new_id
from kamkor.workforce import queries as workforce
from kamkor.workforce.models import DutyTurn, Leave, PostHolding
from kamkor.workforce.operations.claiming import office_subject
from kamkor.workforce.rules import days_left, first_day_without
from tests.cast import Cast, Player
from tests.doors.desk import Desk
from tests.factories import received

Span = tuple[int, date, date]


def _day(cast: Cast, days: int) -> date:
    return cast.time.today + timedelta(days=days)


def _turns(cast: Cast, rank: int = 1) -> list[Span]:
    """Who stands on the roster of a rank from when to when."""
    turns = workforce.roster(cast.head.department, date(2020, 1, 1)).filter(rank=rank)
    return [(one.post_id, one.valid_from, one.valid_to) for one in turns]


def _answers_alarms(player: Player) -> bool:
    with player.inside() as viewer:
        return is_on_duty(viewer)


def _first_on_duty(cast: Cast, days: int = 0) -> int:
    return workforce.duty_seats(cast.head.department, _day(cast, days))[0].post_id


def _put(cast: Cast, player: Player, begins: int, ends: int, rank: int = 1) -> str:
    """Put somebody on duty for days from today on; the turn's id."""
    span = {"valid_from": cast.in_days(begins), "valid_to": cast.in_days(ends)}
    return str(cast.head.do("set_duty_turn", post=player.post, rank=rank, **span)["turn"])


def _standing_turn(cast: Cast) -> DutyTurn:
    """Aigul's turn, which fills the first rank for many years."""
    return DutyTurn.objects.get(office_id=cast.head.department, withdrawn_at=None)


def test_whoever_is_put_on_duty_replaces_who_stood_there_and_only_on_these_days(
    cast: Cast,
) -> None:
    old = _standing_turn(cast)
    _put(cast, cast.nurlan, 2, 5)
    assert _turns(cast) == [
        (cast.aigul.post, old.valid_from, _day(cast, 1)),
        (cast.nurlan.post, _day(cast, 2), _day(cast, 5)),
        (cast.aigul.post, _day(cast, 6), old.valid_to),
    ]
    on_duty = [_first_on_duty(cast, days) for days in (1, 2, 5, 6)]
    assert on_duty == [cast.aigul.post, cast.nurlan.post, cast.nurlan.post, cast.aigul.post]


def test_a_turn_takes_over_from_several_and_leaves_the_other_ranks_alone(cast: Cast) -> None:
    old = _standing_turn(cast)
    _put(cast, cast.nurlan, 2, 5)
    _put(cast, cast.begimai, 0, 9, rank=2)
    _put(cast, cast.bakyt, 1, 6)
    assert _turns(cast) == [
        (cast.aigul.post, old.valid_from, _day(cast, 0)),
        (cast.bakyt.post, _day(cast, 1), _day(cast, 6)),
        (cast.aigul.post, _day(cast, 7), old.valid_to),
    ]
    assert _turns(cast, rank=2) == [(cast.begimai.post, _day(cast, 0), _day(cast, 9))]


def test_what_stood_on_the_roster_before_stays_to_be_seen(cast: Cast) -> None:
    old = _standing_turn(cast)
    turn = _put(cast, cast.nurlan, 0, 5)
    cast.head.do("end_duty_turn", turn=turn, free_from=cast.in_days(3))
    kept = {one.pk: one for one in DutyTurn.objects.filter(office_id=cast.head.department)}
    before, ended = kept[old.pk], kept[UUID(turn)]
    assert (before.valid_from, before.valid_to) == (old.valid_from, old.valid_to)
    assert (ended.valid_from, ended.valid_to) == (_day(cast, 0), _day(cast, 5))
    assert None not in {before.withdrawn_at, ended.withdrawn_at}
    journal = cast.head.journal(office_subject(cast.head.department))
    assert [name for _, name, _ in journal] == ["set_duty_turn", "end_duty_turn"]


def test_an_alarm_goes_to_whoever_is_on_duty_since_the_change(cast: Cast) -> None:
    _put(cast, cast.nurlan, 0, 0)
    assert _answers_alarms(cast.nurlan)
    assert not _answers_alarms(cast.aigul)
    report = received(cast.begimai, danger_now=True)
    assert cast.bakyt.report(report).duty_post_id == cast.nurlan.post
    cast.time.passes(days=1)
    report = received(cast.begimai, danger_now=True)
    assert cast.bakyt.report(report).duty_post_id == cast.aigul.post


def test_if_the_only_turn_ends_the_specialist_answers_and_then_the_head(cast: Cast) -> None:
    turn = str(_standing_turn(cast).pk)
    cast.head.do("end_duty_turn", turn=turn, free_from=cast.in_days(1))
    assert _first_on_duty(cast) == cast.aigul.post
    seats = workforce.duty_seats(cast.head.department, _day(cast, 1))
    assert [seat.post_id for seat in seats] == [cast.bakyt.post, cast.head.post]
    assert workforce.first_day_without_turn(cast.head.department, cast.time.today) == _day(cast, 1)
    cast.time.passes(days=1)
    report = received(cast.begimai, danger_now=True)
    assert cast.bakyt.report(report).duty_post_id == cast.bakyt.post


def test_a_turn_that_has_not_begun_falls_as_a_whole(cast: Cast) -> None:
    turn = _put(cast, cast.nurlan, 5, 9, rank=2)
    cast.head.do("end_duty_turn", turn=turn, free_from=cast.today)
    assert _turns(cast, rank=2) == []


def test_put_on_duty_and_ended_in_one_batch(cast: Cast) -> None:
    first, second = new_id(), new_id()
    span = {"valid_from": cast.today, "valid_to": cast.in_days(4)}
    data = {"rank": 2, **span}
    answers = cast.head.answers(
        Command(first, "set_duty_turn", {"post": cast.nurlan.post, **data}),
        Command(second, "set_duty_turn", {"post": cast.begimai.post, **data}),
        Command(second, "set_duty_turn", {"post": cast.begimai.post, **data}),
    )
    assert [one.result for one in answers] == ["applied", "applied", "duplicate"]
    assert _turns(cast, rank=2) == [(cast.begimai.post, _day(cast, 0), _day(cast, 4))]


def test_the_turn_that_stands_already_is_not_put_there_again(cast: Cast) -> None:
    span = {"valid_from": cast.in_days(3), "valid_to": cast.in_days(4)}
    assert cast.head.faults("set_duty_turn", post=cast.aigul.post, rank=1, **span) == [
        ("post", "already_recorded")
    ]


@pytest.mark.parametrize(
    ("free_from", "fault"),
    [
        ("2026-03-01", ("free_from", "day_has_passed")),
        ("2026-03-08", ("free_from", "over_before_that")),
    ],
)
def test_a_turn_is_not_ended_on_a_day_that_cannot_be(
    cast: Cast, free_from: str, fault: tuple[str, str]
) -> None:
    turn = _put(cast, cast.nurlan, 0, 5, rank=2)
    assert cast.head.faults("end_duty_turn", turn=turn, free_from=free_from) == [fault]
    assert _turns(cast, rank=2) == [(cast.nurlan.post, _day(cast, 0), _day(cast, 5))]


def test_a_turn_is_ended_once_and_only_by_the_head_of_its_department(cast: Cast) -> None:
    turn = {"turn": _put(cast, cast.nurlan, 0, 5, rank=2), "free_from": cast.today}
    for player in (cast.nurlan, cast.bakyt, cast.oblast, cast.daniyar):
        assert player.refused("end_duty_turn", **turn) == "not_permitted"
    assert cast.head2.faults("end_duty_turn", **turn) == [("turn", "not_found")]
    cast.head.do("end_duty_turn", **turn)
    assert cast.head.refused("end_duty_turn", **turn) == "ended_already"


def test_the_last_turn_stays_while_nobody_else_would_answer(committed_cast: Cast) -> None:
    cast = committed_cast
    leaving = PostHolding.objects.using("owner").filter(post__in=[cast.bakyt.post, cast.head.post])
    leaving.update(valid_to=_day(cast, 6))
    turn = str(_standing_turn(cast).pk)
    late = {"turn": turn, "free_from": cast.in_days(7)}
    assert Desk("head", cast.time).command("end_duty_turn", **late)["code"] == "nobody_would_answer"
    assert _first_on_duty(cast, 7) == cast.aigul.post
    _put(cast, cast.nurlan, 0, 30, rank=2)
    cast.head.do("end_duty_turn", **late)
    assert _first_on_duty(cast, 7) == cast.nurlan.post


def test_the_database_too_holds_one_person_a_rank_and_one_leave_a_day(cast: Cast) -> None:
    turn = _standing_turn(cast)
    leave = str(_on_leave(cast, cast.aigul, 0, 5)["leave"])
    for row in (turn, Leave.objects.get(id=leave)):
        row.pk = new_id()
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"valid_to": "2026-03-01"}, ("valid_to", "ends_before_it_begins")),
        ({"post": 999_999}, ("post", "nobody_in_post")),
        ({"rank": 4}, ("rank", "number_out_of_range")),
        ({"valid_from": "2026-03-01"}, ("valid_from", "day_has_passed")),
    ],
)
def test_a_turn_of_duty_that_cannot_be_is_refused(
    cast: Cast, changed: dict[str, object], fault: tuple[str, str]
) -> None:
    turn = {"post": cast.nurlan.post, "rank": 2, "valid_from": cast.today}
    data = turn | {"valid_to": cast.in_days(3)} | changed
    assert cast.head.faults("set_duty_turn", **data) == [fault]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"valid_to": "2026-03-01"}, ("valid_to", "ends_before_it_begins")),
        ({"post": 999_999}, ("post", "nobody_in_post")),
        ({"cover": 999_999}, ("cover", "cover_is_away")),
        ({"kind": "moonlight"}, ("kind", "code_unknown")),
    ],
)
def test_leave_that_cannot_be_is_refused(
    cast: Cast, changed: dict[str, object], fault: tuple[str, str]
) -> None:
    data = {
        "post": cast.aigul.post,
        "kind": "annual",
        "valid_from": cast.today,
        "valid_to": cast.in_days(3),
        "cover": cast.nurlan.post,
    } | changed
    assert cast.head.faults("record_leave", **data) == [fault]


def test_a_cover_is_another_person_who_is_there(cast: Cast) -> None:
    span = {"kind": "annual", "valid_from": cast.today, "valid_to": cast.in_days(3)}
    own = span | {"post": cast.aigul.post, "cover": cast.aigul.post}
    assert cast.head.refused("record_leave", **own) == "cover_is_away"
    cast.head.do("record_leave", post=cast.nurlan.post, cover=cast.begimai.post, **span)
    away = span | {"post": cast.aigul.post, "cover": cast.nurlan.post}
    assert cast.head.refused("record_leave", **away) == "cover_is_away"
    again = span | {"post": cast.nurlan.post, "cover": cast.aigul.post}
    assert cast.head.refused("record_leave", **again) == "already_recorded"


def test_only_the_head_keeps_the_roster_and_the_leave(cast: Cast) -> None:
    turn = {"post": cast.nurlan.post, "rank": 2, "valid_from": cast.today, "valid_to": cast.today}
    leave = {
        "post": cast.aigul.post,
        "kind": "annual",
        "valid_from": cast.today,
        "valid_to": cast.today,
        "cover": cast.nurlan.post,
    }
    for player in (cast.aigul, cast.bakyt, cast.oblast, cast.daniyar):
        assert player.refused("set_duty_turn", **turn) == "not_permitted"
        assert player.refused("record_leave", **leave) == "not_permitted"


def _on_leave(cast: Cast, player: Player, begins: int, ends: int) -> dict[str, Any]:
    """Nurlan covers somebody's leave on days from today on."""
    span = {"valid_from": cast.in_days(begins), "valid_to": cast.in_days(ends)}
    data = {"post": player.post, "cover": cast.nurlan.post, "kind": "annual", **span}
    return cast.head.do("record_leave", **data)


def _leaves(cast: Cast) -> list[Span]:
    leaves = workforce.leaves(cast.head.department, date(2020, 1, 1))
    return [(one.post_id, one.valid_from, one.valid_to) for one in leaves]


@pytest.mark.parametrize("who", ["aigul", "head"])
def test_who_is_back_earlier_ends_the_leave_or_the_head_does(cast: Cast, who: str) -> None:
    leave = _on_leave(cast, cast.aigul, 0, 9)
    cast.time.passes(days=2)
    assert _answers_alarms(cast.nurlan)
    cast.everybody[who].do("end_leave", **leave, back_on=cast.today)
    assert _leaves(cast) == [(cast.aigul.post, _day(cast, -2), _day(cast, -1))]
    assert _answers_alarms(cast.aigul)
    assert cast.nurlan.viewer.acts_for == (cast.nurlan.post,)
    kept = Leave.objects.get(id=leave["leave"])
    assert (kept.withdrawn_at is None, kept.valid_to) == (False, _day(cast, 7))


def test_leave_that_has_not_begun_falls_as_a_whole_and_may_be_recorded_anew(cast: Cast) -> None:
    leave = _on_leave(cast, cast.aigul, 5, 9)
    cast.head.do("end_leave", **leave, back_on=cast.today)
    assert _leaves(cast) == []
    _on_leave(cast, cast.aigul, 6, 8)
    assert _leaves(cast) == [(cast.aigul.post, _day(cast, 6), _day(cast, 8))]


def test_whose_leave_has_ended_may_cover_again(cast: Cast) -> None:
    leave = _on_leave(cast, cast.aigul, 0, 9)
    span = {"valid_from": cast.today, "valid_to": cast.today}
    data = {"post": cast.begimai.post, "cover": cast.aigul.post, "kind": "sick", **span}
    assert cast.head.refused("record_leave", **data) == "cover_is_away"
    cast.aigul.do("end_leave", **leave, back_on=cast.today)
    assert cast.head.refused("record_leave", **data) == ""


@pytest.mark.parametrize(
    ("back_on", "fault"),
    [
        ("2026-03-01", ("back_on", "day_has_passed")),
        ("2026-03-08", ("back_on", "over_before_that")),
    ],
)
def test_leave_is_not_ended_on_a_day_that_cannot_be(
    cast: Cast, back_on: str, fault: tuple[str, str]
) -> None:
    leave = _on_leave(cast, cast.aigul, 0, 5)
    assert cast.aigul.faults("end_leave", **leave, back_on=back_on) == [fault]


def test_leave_is_ended_once_and_not_by_a_colleague(cast: Cast) -> None:
    leave = _on_leave(cast, cast.aigul, 0, 5) | {"back_on": cast.today}
    for player in (cast.nurlan, cast.bakyt, cast.oblast, cast.daniyar):
        assert player.refused("end_leave", **leave) == "not_permitted"
    for player in (cast.head2, cast.cholpon):
        assert player.faults("end_leave", **leave) == [("leave", "not_found")]
    cast.aigul.do("end_leave", **leave)
    assert cast.head.refused("end_leave", **leave) == "ended_already"


DAYS = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted)
FIRST = date(2026, 3, 2)


def _all(span: tuple[date, date]) -> set[date]:
    return {span[0] + timedelta(days=days) for days in range((span[1] - span[0]).days + 1)}


def _span(drawn: list[int]) -> tuple[date, date]:
    return FIRST + timedelta(days=drawn[0]), FIRST + timedelta(days=drawn[1])


@given(DAYS, DAYS)
def test_what_stays_of_a_span_are_its_days_without_those_taken(
    span: list[int], taken: list[int]
) -> None:
    left = days_left(_span(span), _span(taken))
    days = [day for part in left for day in sorted(_all(part))]
    assert days == sorted(_all(_span(span)) - _all(_span(taken)))
    assert len(left) <= 2


@given(st.lists(DAYS, max_size=5), st.integers(0, 30))
def test_the_first_day_without_a_turn_is_the_first_in_none_of_them(
    drawn: list[list[int]], begins: int
) -> None:
    spans = [_span(one) for one in drawn]
    held = {day for one in spans for day in _all(one)}
    day = FIRST + timedelta(days=begins)
    while day in held:
        day += timedelta(days=1)
    assert first_day_without(spans, FIRST + timedelta(days=begins)) == day
