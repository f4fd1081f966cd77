"""Who is told of an opening in an emergency: the head, then the oblast, then the commissioner."""

import json

from django.core import mail
from django.db import connections

from kamkor.access.models import Account
from kamkor.access.operations import keep_notices_to
from kamkor.access.queries import scope_of_viewer, viewer_for
from kamkor.access.rules import Viewer
from kamkor.cases.models import EmergencyOpening, EmergencySeen
from kamkor.cases.queries.emergency import told_of
from kamkor.exchange.telling import tell
from kamkor.kernel import clock
from kamkor.kernel.commands import Answer, Command, carry_out
from kamkor.kernel.database import entered
from kamkor.kernel.ids import new_id
from kamkor.workforce.models import PostHolding
from tests.cast import Cast
from tests.factories import registered
from tests.specification.test_17_emergency import WHY, number_of, opened, with_reporter


def test_who_is_told_first_and_who_next(cast: Cast) -> None:
    case = registered(cast)
    opening = opened(cast, cast.cholpon, case)
    told = [cast.oblast, cast.elmira]

    def who() -> list[bool]:
        return [one.refused("see_emergency", opening=opening) != "not_found" for one in told]

    assert cast.head2.refused("see_emergency", opening=opening) == "not_found"
    assert who() == [False, False]
    cast.time.passes(minutes=20)
    assert who() == [False, False]
    cast.time.passes(minutes=6)
    assert cast.elmira.refused("see_emergency", opening=opening) == "not_found"
    cast.oblast.do("see_emergency", opening=opening)
    assert cast.head.refused("see_emergency", opening=opening) == "already_recorded"


def test_the_third_in_line_is_the_commissioner(cast: Cast) -> None:
    opening = opened(cast, cast.cholpon, registered(cast))
    cast.time.passes(minutes=57)
    assert cast.elmira.refused("see_emergency", opening=opening) == "not_found"
    cast.time.passes(minutes=3)
    cast.elmira.do("see_emergency", opening=opening)
    assert cast.elmira.sees(EmergencySeen) == 1


def test_a_head_elsewhere_who_reads_it_too_is_no_second_person(cast: Cast) -> None:
    case = registered(cast)
    opening = opened(cast, cast.cholpon, case)
    opened(cast, cast.head2, case)
    assert cast.head2.sees(EmergencyOpening) == 2
    assert cast.head2.refused("see_emergency", opening=opening) == "not_found"
    assert cast.head2.refused("end_emergency", opening=opening) == "not_found"


def test_a_job_for_each_in_line_that_names_nobody(cast: Cast) -> None:
    opening = opened(cast, cast.cholpon, registered(cast))
    question = """SELECT args, coalesce(extract(epoch FROM scheduled_at - now()), 0)::int
        FROM procrastinate_jobs WHERE task_name = 'tell_of_emergency' ORDER BY 2"""
    with connections["default"].cursor() as cursor:
        cursor.execute(question)
        jobs = cursor.fetchall()
    assert [json.loads(args) if isinstance(args, str) else args for args, _after in jobs] == [
        {"opening": opening, "step": step} for step in range(3)
    ]
    assert [round(after / 60) for _args, after in jobs] == [0, 30, 60]


def test_a_head_on_leave_or_with_an_interest_is_not_waited_for(cast: Cast) -> None:
    for_oblast = registered(cast)
    cast.bakyt.do("declare_interest", case=for_oblast, kind="relative", post=cast.head.post)
    opening = opened(cast, cast.cholpon, for_oblast)
    assert cast.head.refused("see_emergency", opening=opening) == "not_found"
    cast.oblast.do("see_emergency", opening=opening)
    leave = {
        "valid_from": cast.today,
        "valid_to": cast.in_days(3),
        "cover": cast.bakyt.post,
        "kind": "sick",
    }
    cast.head.do("record_leave", post=cast.head.post, **leave)
    opening = opened(cast, cast.cholpon, registered(cast, given_name="Тилек"))
    cast.oblast.do("see_emergency", opening=opening)


def test_nobody_is_the_second_person_of_the_own_act(committed_cast: Cast) -> None:
    """Who is head here too, and opened it under another post, is not told: the oblast is."""
    cast = committed_cast
    case = registered(cast)
    other = PostHolding.objects.get(post_id=cast.head2.post)
    here = PostHolding.objects.get(post_id=cast.head.post)
    moved = PostHolding.objects.using("owner").filter(pk=here.pk)
    moved.update(employee_id=other.employee_id)
    account = Account.objects.get(username="head2")
    with clock.clock_at(cast.time.moment):
        there, at_home = (viewer_for(account, one.post_id) for one in (other, here))
    assert there is not None
    assert at_home is not None
    assert (there.post_id, at_home.post_id) == (other.post_id, here.post_id)
    opening = str(carried_out(cast, there, case).answer["opening"])
    with clock.clock_at(cast.time.moment), entered(scope_of_viewer(at_home)):
        assert EmergencyOpening.objects.filter(id=opening).exists()
        assert not told_of(at_home).exists()
    cast.oblast.do("see_emergency", opening=opening)


def carried_out(cast: Cast, viewer: Viewer, case: str) -> Answer:
    """The answer to an opening by a viewer who holds several posts."""
    told = {"case_number": number_of(cast, case), "reason": WHY}
    with clock.clock_at(cast.time.moment), entered(scope_of_viewer(viewer)):
        return carry_out(viewer, [Command(new_id(), "open_in_emergency", told)])[0]


def test_notices_go_to_the_next_in_line_without_a_name(cast: Cast) -> None:
    for player in (cast.head, cast.oblast, cast.elmira, cast.head2, cast.bakyt):
        keep_notices_to(player.viewer.account_id, f"{player.username}@example.org")
    case = with_reporter(cast, given_name="Канарбек")
    opening = opened(cast, cast.cholpon, case)
    told = []
    with clock.clock_at(cast.time.moment):
        for step in range(4):
            mail.outbox = []
            tell(EmergencyOpening(id=opening).pk, step)
            told.append([one.to for one in mail.outbox])
            text = "".join(f"{one.subject}{one.body}" for one in mail.outbox)
            hidden = ("Канарбек", number_of(cast, case), case, str(opening), WHY, "Suzak")
            assert not any(one in text for one in hidden)
            assert ("/emergency/" in text) is bool(mail.outbox)
        assert told == [
            [["head@example.org"]],
            [["oblast@example.org"]],
            [["elmira@example.org"]],
            [],
        ]
        cast.head.do("see_emergency", opening=opening)
        assert [tell(EmergencyOpening(id=opening).pk, step) for step in range(3)] == [0, 0, 0]
