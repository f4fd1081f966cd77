"""Who answers on every date: the duty person first, and never somebody interested."""

from datetime import date

from kamkor.cases.models import Case
from kamkor.cases.queries.responsible import (
    open_children_without_responsible,
    responsible_for,
)
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import (
    NOOKEN,
    SUZAK,
    a_registration,
    a_report,
    a_return,
    identified,
    registered,
    taken_off,
    transferred,
    two_children,
    visited,
)
from tests.factories import seen as seen_row


def _answers(cast: Cast, case: str, day: date) -> int | None:
    """The post that answers for a case on a day."""
    with cast.bakyt.inside() as viewer:
        seat = responsible_for(viewer, Case.objects.get(id=case), day)
    return seat.post_id if seat is not None else None


def _entries(desk: Desk, case: str, text: str) -> int:
    titles = desk.open(f"/cases/{case}/").all("h3")
    return sum(one.text.startswith(text) for one in titles)


def test_until_a_report_is_accepted_the_duty_person_answers(cast: Cast) -> None:
    report = Desk("begimai", cast.time).command("receive_report", **a_report())
    cast.time.passes(days=8)
    accept = {"report": report["answer"]["report"], "decision": "accept"}
    desk = Desk("bakyt", cast.time)
    (case,) = desk.command("screen_report", **accept, assign_to=cast.nurlan.post)["answer"]["cases"]
    for day in (2, 5, 9):
        assert _answers(cast, case, date(2026, 3, day)) == cast.aigul.post
    assert _answers(cast, case, date(2026, 3, 10)) == cast.nurlan.post
    assert cast.nurlan.case(case).responsible_id == cast.nurlan.post
    assert _entries(desk, case, "Responsible: ") == 2
    early = {"case": case, "post": cast.begimai.post, "happened_on": "2026-03-09"}
    assert desk.command("assign_worker", **early)["code"] == "before_beginning"


def test_of_a_report_accepted_on_its_day_one_person_answers(cast: Cast) -> None:
    report = Desk("begimai", cast.time).command("receive_report", **a_report())["answer"]["report"]
    accept = {"report": report, "decision": "accept", "assign_to": cast.nurlan.post}
    desk = Desk("bakyt", cast.time)
    (case,) = desk.command("screen_report", **accept)["answer"]["cases"]
    assert _answers(cast, case, cast.time.today) == cast.nurlan.post
    assert _entries(desk, case, "Responsible: ") == 1


def test_a_case_does_not_come_back_to_the_interested_through_another_department(
    cast: Cast,
) -> None:
    case = registered(cast)
    cast.aigul.do("declare_interest", case=case, kind="relative")
    transferred(cast, case)
    cast.specialist2.do("accept_transfer", case=case, post=cast.cholpon.post, territory=NOOKEN)
    back = {"to_office": cast.bakyt.department, "reason": "family_moved", "note": "x"}
    cast.specialist2.do("offer_transfer", case=case, **back)
    desk, address = Desk("bakyt", cast.time), f"/cases/{case}/accept-transfer/"
    page = desk.act(address, "accept_transfer", post=cast.aigul.post, territory=SUZAK)
    assert page.refusals == ["interested_cannot_answer"]
    done = desk.act(address, "accept_transfer", post=cast.nurlan.post, territory=SUZAK)
    assert done.status == 303
    assert cast.nurlan.case(case).responsible_id == cast.nurlan.post


def test_a_return_does_not_come_back_to_the_interested(cast: Cast) -> None:
    old = taken_off(cast)
    visited(cast, cast.aigul, seen_row(old), kind="after_leaving")
    brother = identified(cast, given_name="Нур", household=cast.aigul.home(old))
    cast.aigul.do("declare_interest", case=brother, kind="relative")
    assert cast.bakyt.case(old).responsible_id == cast.aigul.post
    back = Desk("bakyt", cast.time).command("return_to_register", case=old, **a_return(cast.today))
    new = back["answer"]["case"]
    assert cast.bakyt.case(new).responsible_id == cast.bakyt.post
    assert cast.aigul.sees(Case) == 0


def _away(cast: Cast, cover: int) -> None:
    leave = {"kind": "annual", "valid_from": cast.today, "valid_to": cast.in_days(5)}
    cast.head.do("record_leave", post=cast.aigul.post, cover=cover, **leave)


def _responsible_on_page(cast: Cast, case: str) -> str:
    page = Desk("bakyt", cast.time).open(f"/cases/{case}/")
    labels = [one.text for one in page.all("dt")]
    return [one.text for one in page.all("dd")][labels.index("Responsible")]


def test_a_cover_with_an_interest_is_passed_over(cast: Cast) -> None:
    case, other = two_children(cast)
    free = registered(cast, given_name="Эрлан")
    cast.bakyt.do("declare_interest", case=case, kind="relative", post=cast.nurlan.post)
    _away(cast, cast.nurlan.post)
    bakyt, nurlan = cast.bakyt.viewer.name, cast.nurlan.viewer.name
    assert [_responsible_on_page(cast, one) for one in (case, other, free)] == [
        bakyt,
        bakyt,
        nurlan,
    ]
    assert _answers(cast, case, cast.time.today) == cast.bakyt.post
    with cast.head.inside() as viewer:
        assert open_children_without_responsible(viewer) == 0


def test_a_cover_outside_the_team_does_not_answer_for_a_sealed_child(cast: Cast) -> None:
    case = identified(cast)
    ground = "child_victim_of_violence"
    data = a_registration(cast.today, grounds=[ground], main_ground=ground)
    cast.bakyt.do("register_child", case=case, **data)
    _away(cast, cast.nurlan.post)
    assert _responsible_on_page(cast, case) == cast.bakyt.viewer.name
    cast.time.passes(days=6)
    assert _responsible_on_page(cast, case) == cast.aigul.viewer.name
