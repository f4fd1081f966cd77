"""Step 4: every open child has exactly one responsible person on every date."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamkor.access.operations import lent
from kamkor.access.queries import is_on_duty
from kamkor.cases.models import Assignment, Case
from kamkor.cases.queries.case import assigned_post_on, own_cases
from kamkor.cases.queries.responsible import (
    open_children_without_responsible,
    responsible_for,
)
from kamkor.kernel import clock
from kamkor.kernel.ids import new_id
from kamkor.people.models import Household, Person
from kamkor.workforce import queries as workforce
from kamkor.workforce.models import PostHolding
from kamkor.workforce.rules import Seat, responsible_seat
from tests.cast import Cast, Player, rolled_back
from tests.factories import a_registration, accepted, identified, received, registered, two_children


def _own(player: Player) -> list[str]:
    with player.inside() as viewer:
        return sorted(str(one.pk) for one in own_cases(viewer))


def _answers(cast: Cast, case: str, day: date) -> int | None:
    """The employee who answers for a case on a day."""
    with cast.bakyt.inside() as viewer:
        seat = responsible_for(viewer, Case.objects.get(id=case), day)
    return seat.employee_id if seat is not None else None


def test_the_specialist_assigns_a_worker_who_is_responsible_from_that_day(cast: Cast) -> None:
    case = registered(cast)
    cast.time.passes(days=5)
    cast.bakyt.do("assign_worker", case=case, post=cast.nurlan.post, happened_on=cast.today)
    assert cast.nurlan.case(case).responsible_id == cast.nurlan.post
    assert _answers(cast, case, cast.time.today) == cast.nurlan.viewer.employee_id
    assert _answers(cast, case, cast.time.today - timedelta(days=1)) == (
        cast.aigul.viewer.employee_id
    )


def test_the_rows_of_the_child_follow_into_the_workers_unit(cast: Cast) -> None:
    """The child's rows follow into the worker's unit."""
    case = registered(cast)
    cast.bakyt.do("assign_worker", case=case, post=cast.nurlan.post, happened_on=cast.today)
    assert (_own(cast.nurlan), _own(cast.aigul)) == ([case], [])
    assert [cast.aigul.sees(model) for model in (Case, Person, Household)] == [0, 0, 0]
    assert [cast.nurlan.sees(model) for model in (Case, Person, Household)] == [1, 1, 1]


def test_a_home_where_a_brother_stays_is_shown_to_both_workers(cast: Cast) -> None:
    first, second = two_children(cast)
    cast.bakyt.do("assign_worker", case=second, post=cast.nurlan.post, happened_on=cast.today)
    assert (_own(cast.aigul), _own(cast.nurlan)) == ([first], [second])
    for player in (cast.aigul, cast.nurlan):
        assert (player.sees(Case), player.sees(Household), player.sees(Person)) == (1, 1, 2)


def test_a_home_goes_along_once_nobody_stays_in_it(cast: Cast) -> None:
    first, second = two_children(cast)
    for case in (first, second):
        cast.bakyt.do("assign_worker", case=case, post=cast.nurlan.post, happened_on=cast.today)
    assert _own(cast.nurlan) == sorted([first, second])
    assert [cast.aigul.sees(model) for model in (Case, Person, Household)] == [0, 0, 0]


def test_a_worker_who_covers_sees_and_does_what_the_absent_one_would(cast: Cast) -> None:
    case = registered(cast)
    leave = {"kind": "annual", "valid_from": cast.today, "valid_to": cast.in_days(5)}
    cast.head.do("record_leave", post=cast.aigul.post, cover=cast.nurlan.post, **leave)
    assert _own(cast.nurlan) == [case]
    assert _answers(cast, case, cast.time.today) == cast.nurlan.viewer.employee_id
    cast.time.passes(days=6)
    assert _own(cast.nurlan) == []
    assert _answers(cast, case, cast.time.today) == cast.aigul.viewer.employee_id


def test_the_cover_answers_for_alarms_too(cast: Cast) -> None:
    leave = {"kind": "sick", "valid_from": cast.today, "valid_to": cast.today}
    cast.head.do("record_leave", post=cast.aigul.post, cover=cast.nurlan.post, **leave)
    with cast.nurlan.inside() as nurlan:
        assert is_on_duty(nurlan)
    report = received(cast.begimai, danger_now=True)
    assert cast.nurlan.report(report).duty_post_id == cast.nurlan.post
    answer = cast.nurlan.do("screen_report", report=report, decision="accept")
    assert len(answer["cases"]) == 1


def test_before_a_report_is_accepted_the_duty_person_is_responsible(cast: Cast) -> None:
    report = received(cast.nurlan)
    assert cast.bakyt.report(report).duty_post_id == cast.aigul.post


def test_nobody_is_made_responsible_twice_or_before_the_one_before(cast: Cast) -> None:
    (case,) = accepted(cast.aigul, happened_on=cast.days_ago(3))
    assign = {"case": case, "post": cast.aigul.post, "happened_on": cast.today}
    assert cast.bakyt.faults("assign_worker", **assign) == [("post", "already_responsible")]
    early = assign | {"post": cast.nurlan.post, "happened_on": cast.days_ago(4)}
    assert cast.bakyt.faults("assign_worker", **early) == [("happened_on", "before_beginning")]


@pytest.mark.parametrize("who", ["cholpon", "daniyar"])
def test_only_somebody_of_the_department_is_made_responsible(cast: Cast, who: str) -> None:
    case = registered(cast)
    assign = {"case": case, "happened_on": cast.today}
    post = cast.everybody[who].post
    assert cast.bakyt.faults("assign_worker", **assign, post=post) == [("post", "post_unknown")]
    assert cast.bakyt.refused("assign_worker", **assign, post=999_999) == "post_unknown"


def test_whoever_declared_an_interest_is_not_made_responsible_again(cast: Cast) -> None:
    case = registered(cast)
    cast.aigul.do("declare_interest", case=case, kind="relative")
    assign = {"case": case, "post": cast.aigul.post, "happened_on": cast.today}
    assert cast.bakyt.refused("assign_worker", **assign) == "interested_cannot_answer"


def test_a_worker_does_not_assign_and_another_department_sees_nothing_to_assign(
    cast: Cast,
) -> None:
    case = registered(cast)
    assign = {"case": case, "post": cast.nurlan.post, "happened_on": cast.today}
    assert cast.aigul.refused("assign_worker", **assign) == "not_permitted"
    assert cast.specialist2.refused("assign_worker", **assign) == "not_found"
    data = {"decision": "decline", "happened_on": cast.today, "reason": "no_difficulty"}
    other = identified(cast)
    cast.bakyt.do("register_child", case=other, **data)
    assert cast.bakyt.refused("assign_worker", **(assign | {"case": other})) == "state_forbids"


def test_a_sealed_case_is_assigned_to_somebody_who_is_then_named(cast: Cast) -> None:
    case = identified(cast)
    ground = "child_victim_of_violence"
    data = a_registration(cast.today, grounds=[ground], main_ground=ground)
    cast.bakyt.do("register_child", case=case, **data)
    assert cast.nurlan.sees(Case) == 0
    cast.bakyt.do("assign_worker", case=case, post=cast.nurlan.post, happened_on=cast.today)
    assert cast.nurlan.case(case).responsible_id == cast.nurlan.post


def test_no_open_child_is_without_a_responsible_person(cast: Cast) -> None:
    two_children(cast)
    accepted(cast.aigul)
    with cast.head.inside() as viewer:
        assert open_children_without_responsible(viewer) == 0


def _set(post: Player) -> Seat:
    seat = workforce.seat_of_post(post.post, post.time.today)
    assert seat is not None
    return seat


def test_a_sealed_case_may_be_answered_for_from_another_department(cast: Cast) -> None:
    seat = workforce.responsible_on(cast.cholpon.post, cast.bakyt.department, cast.time.today)
    assert seat == _set(cast.cholpon)


def test_if_the_worker_is_gone_the_specialist_answers_and_then_the_head() -> None:
    seats = {
        1: Seat(1, "worker", 10, 20, None),
        2: Seat(2, "specialist", 20, 20, None),
        3: Seat(3, "head", 20, 20, 300),
    }
    assert responsible_seat(seats, 1, [2, 3]) == seats[3]
    seats[2] = Seat(2, "specialist", 20, 20, 200)
    assert responsible_seat(seats, 1, [2, 3]) == seats[2]
    seats[1] = Seat(1, "worker", 10, 20, 100, cover_post_id=2)
    assert responsible_seat(seats, 1, [2, 3]) == seats[2]


def test_lending_is_for_the_post_or_the_office_named_and_no_longer_than_said(cast: Cast) -> None:
    case = registered(cast)
    subjects = [cast.aigul.case(case).pk]
    until = cast.time.moment + timedelta(hours=1)
    for row in lent(subjects, "duty", new_id(), to_post=cast.nurlan.post, until=until):
        row.save()
    assert cast.nurlan.sees(Case) == 1
    assert cast.begimai.sees(Case) == 0
    cast.time.passes(hours=2)
    assert cast.nurlan.sees(Case) == 0


NAMES = ("aigul", "nurlan", "begimai", "bakyt", "head")
DAYS = st.integers(min_value=0, max_value=40)
ASSIGNED = st.lists(st.tuples(DAYS, st.sampled_from(NAMES)), max_size=5)
AWAY = st.lists(
    st.tuples(DAYS, st.integers(0, 9), st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=6
)


def _play(
    cast: Cast, case: str, assigned: list[tuple[int, str]], away: list[tuple[int, int, str, str]]
) -> None:
    """Try all that was drawn; what is refused does not happen."""
    begun = cast.time.today
    cast.time.passes(days=41)
    for after, who in assigned:
        day = (begun + timedelta(days=after)).isoformat()
        post = cast.everybody[who].post
        cast.bakyt.answer("assign_worker", case=case, post=post, happened_on=day)
    for after, days, who, cover in away:
        cast.head.answer(
            "record_leave",
            post=cast.everybody[who].post,
            kind="annual",
            valid_from=(begun + timedelta(days=after)).isoformat(),
            valid_to=(begun + timedelta(days=after + days)).isoformat(),
            cover=cast.everybody[cover].post,
        )


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(assigned=ASSIGNED, away=AWAY)
def test_on_every_date_exactly_one_person_answers_whatever_is_assigned_and_whoever_is_away(
    db: None, assigned: list[tuple[int, str]], away: list[tuple[int, int, str, str]]
) -> None:
    with rolled_back():
        cast = Cast()
        begun = cast.time.today
        posts = {cast.everybody[name].post for name in NAMES}
        case = identified(cast)
        _play(cast, case, assigned, away)
        with cast.bakyt.inside() as viewer:
            kept = Case.objects.get(id=case)
            for day in (begun + timedelta(days=days) for days in range(0, 42, 2)):
                assert assigned_post_on(viewer, kept, day) in posts
                seat = responsible_for(viewer, kept, day)
                assert seat is not None
                assert (seat.employee_id is not None, seat.post_id in posts) == (True, True)


SEATS = st.dictionaries(
    st.integers(1, 6),
    st.tuples(st.sampled_from(["worker", "specialist", "head"]), st.booleans(), st.integers(1, 6)),
    min_size=1,
)


@given(drawn=SEATS, covered=st.sets(st.integers(1, 6)), wanted=st.integers(1, 6))
def test_whatever_posts_have_ended_one_held_seat_answers_or_the_department_is_empty(
    drawn: dict[int, tuple[str, bool, int]], covered: set[int], wanted: int
) -> None:
    seats = {
        post: Seat(
            post, kind, 9, 9, post * 100 if held else None, cover if post in covered else None
        )
        for post, (kind, held, cover) in drawn.items()
    }
    order = workforce.fallback_posts(seats)
    found = responsible_seat(seats, wanted, order)
    there = [
        post
        for post in order
        if seats[post].employee_id is not None and seats[post].cover_post_id is None
    ]
    assert found is not None or not there
    if found is not None:
        assert (found.employee_id is not None, found.cover_post_id) == (True, None)


def test_a_worker_whose_post_ended_is_followed_by_the_specialist(committed_cast: Cast) -> None:
    cast = committed_cast
    case = registered(cast)
    holding = PostHolding.objects.using("owner").get(post_id=cast.aigul.post, valid_to=None)
    holding.valid_to = cast.time.today
    holding.save(using="owner")
    assert _answers(cast, case, cast.time.today) == holding.employee_id
    cast.time.passes(days=1)
    assert cast.aigul.viewer_or_nobody is None
    assert _answers(cast, case, cast.time.today) == cast.bakyt.viewer.employee_id
    with cast.head.inside() as viewer:
        assert open_children_without_responsible(viewer) == 0
        assert Assignment.objects.filter(case_id=case).count() == 1
    with clock.clock_at(cast.time.moment):
        assert workforce.duty_seats(cast.head.department, cast.time.today)[0].post_id == (
            cast.bakyt.post
        )


def test_a_department_without_anybody_in_post_takes_no_alarm(committed_cast: Cast) -> None:
    cast = committed_cast
    gone = [cast.aigul.post, cast.bakyt.post, cast.head.post]
    PostHolding.objects.using("owner").filter(post_id__in=gone).update(
        valid_to=cast.time.today - timedelta(days=1)
    )
    data = {"worry": "neglect", "danger_now": False, "children": [{"description": "A boy"}]}
    data |= {"territory": "41703220000000", "place": "Suzak", "seen_or_said": "x"}
    assert cast.nurlan.refused("receive_report", **data, source="school") == "nobody_on_duty"
    report = received(cast.cholpon)
    redirect = {"decision": "redirect", "reason": "other_district"}
    there = cast.nurlan.department
    assert cast.cholpon.faults("screen_report", report=report, **redirect, to_office=there) == [
        ("to_office", "nobody_on_duty")
    ]
