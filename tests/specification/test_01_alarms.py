"""Step 1 at the desk: whom an alarm reaches, who can stop it, and who stays shut out of it."""

from datetime import timedelta
from typing import Any

import pytest

from kamkor.access.models import Team
from kamkor.cases.models import Case, Report
from kamkor.kernel.ids import new_id
from kamkor.workforce.models import PostHolding
from tests.cast import Cast
from tests.doors.desk import Desk, Page
from tests.factories import NOOKEN, SUZAK, a_registration, a_report, a_violent_report, received
from tests.specification.pathway_forms import CHILD, REPORT, TODAY

JSON = "application/json"


def _rings(desk: Desk) -> str:
    """What the strip of alarms counts, on the first page and by the address that is polled."""
    counts = {desk.open(path).values("data-alarms")[0] for path in ("/", "/alarms/")}
    assert len(counts) == 1
    return counts.pop()


def _command(desk: Desk, name: str, **data: Any) -> dict[str, Any]:  # noqa: ANN401 - a command's data
    """What the door of commands answers."""
    body = {"id": str(new_id()), "command": name, "data": data}
    with desk.now():
        found: dict[str, Any] = desk.client.post("/commands/", body, content_type=JSON).json()
    return found


def _sealed(cast: Cast, **changed: Any) -> str:  # noqa: ANN401 - a command's data
    return str(cast.nurlan.do("receive_report", **a_violent_report(**changed))["report"])


def _all_named(cast: Cast) -> list[int]:
    return [cast.aigul.post, cast.bakyt.post, cast.head.post]


def _read(desk: Desk, report: str) -> Page:
    typed = desk.open(f"/reports/{report}/").form("read_report")
    return desk.send(f"/reports/{report}/read-report/", typed)


def _redirect(desk: Desk, report: str, office: int) -> Page:
    typed = {"decision": "redirect", "reason": "other_district", "to_office": office}
    return desk.act(f"/reports/{report}/screen-report/", "screen_report", **typed)


@pytest.mark.django_db(databases=["default", "figures"])
def test_what_is_left_to_the_oblast_rings_at_its_desk_until_it_is_read(cast: Cast) -> None:
    oblast = Desk("oblast", cast.time)
    ordinary = received(cast.nurlan, danger_now=True)
    assert (_rings(oblast), oblast.open("/duty/").status) == ("0", 403)
    report = _sealed(cast, involves=_all_named(cast))
    assert _rings(oblast) == "1"
    assert "/duty/" in oblast.open("/").links
    queue = oblast.open("/duty/")
    assert f"/reports/{report}/" in queue.links
    assert f"/reports/{ordinary}/" not in queue.links
    assert "receive_report" not in queue.operations
    assert _read(oblast, report).status == 303
    assert _rings(oblast) == "0"


def test_the_oblast_gives_it_to_somebody_of_its_oblast_and_sends_the_notices(cast: Cast) -> None:
    report = _sealed(cast, involves=_all_named(cast))
    oblast, there = Desk("oblast", cast.time), Desk("specialist2", cast.time)
    notices = [one for one in oblast.open("/duty/").links if one.endswith("/complete-task/")]
    assert [oblast.act(one, "complete_task", proof="Letter 7").status for one in notices] == [
        303
    ] * 2
    screen = f"/reports/{report}/screen-report/"
    typed = {"decision": "accept", "assign_to": cast.specialist2.post}
    assert "Кымбат Алиева" in oblast.open(screen).text
    assert oblast.act(screen, "screen_report", **typed).status == 303
    with cast.specialist2.inside():
        case = str(Case.objects.get(report_id=report).pk)
    identify = f"/cases/{case}/identify-child/"
    assert there.act(identify, "identify_child", **CHILD | TODAY).status == 303
    assert there.open(f"/cases/{case}/").state == "identified"
    for named in ("aigul", "bakyt", "head"):
        assert Desk(named, cast.time).open(f"/cases/{case}/").status == 404


def test_the_oblast_does_not_tick_off_what_is_due_in_a_department(cast: Cast) -> None:
    report = _sealed(cast)
    open_one = received(cast.nurlan)
    task = cast.bakyt.task(open_one, "screening_due").pk
    oblast = Desk("oblast", cast.time)
    assert oblast.open(f"/tasks/{task}/complete-task/").status == 403
    done = {"task": str(task), "happened_on": cast.today, "proof": "x"}
    assert _command(oblast, "complete_task", **done)["code"] == "not_permitted"
    hidden = cast.bakyt.task(report, "notice_police").pk
    assert oblast.open(f"/tasks/{hidden}/complete-task/").status == 404


def test_a_redirected_alarm_rings_anew_where_it_comes_to(cast: Cast) -> None:
    report = received(cast.nurlan, danger_now=True)
    here, there = Desk("aigul", cast.time), Desk("cholpon", cast.time)
    _read(here, report)
    assert (_rings(here), _rings(there)) == ("0", "0")
    cast.time.passes(minutes=1)
    _redirect(here, report, cast.cholpon.department)
    assert _rings(there) == "1"
    assert "Not read yet" in there.open(f"/reports/{report}/").text
    cast.time.passes(minutes=1)
    _read(there, report)
    assert _rings(there) == "0"
    assert "Not read yet" not in there.open(f"/reports/{report}/").text
    _redirect(there, report, cast.aigul.department)
    assert _rings(here) == "1"
    cast.time.passes(minutes=1)
    _read(here, report)
    assert _rings(here) == "0"


def test_an_alarm_that_the_head_opens_again_rings_anew(cast: Cast) -> None:
    report = received(cast.nurlan, danger_now=True)
    duty, head = Desk("aigul", cast.time), Desk("head", cast.time)
    _read(duty, report)
    cast.time.passes(minutes=1)
    decline = {"decision": "decline", "reason": "no_concern"}
    duty.act(f"/reports/{report}/screen-report/", "screen_report", **decline)
    look = {"decision": "open", "note": "Go there."}
    head.act(f"/reports/{report}/review-declined-report/", "review_declined_report", **look)
    assert (_rings(duty), _rings(head)) == ("1", "1")


@pytest.mark.parametrize("sender", ["nurlan", "bakyt"])
def test_who_takes_an_alarm_down_does_not_silence_it(cast: Cast, sender: str) -> None:
    report = received(cast.everybody[sender], danger_now=True)
    desk, duty = Desk(sender, cast.time), Desk("aigul", cast.time)
    assert "read_report" not in desk.open(f"/reports/{report}/").operations
    assert _command(desk, "read_report", report=report)["code"] == "own_alarm"
    assert _rings(duty) == "1"
    _read(duty, report)
    assert _rings(duty) == "0"


def test_who_is_on_duty_or_named_in_the_team_reads_its_own_alarm(cast: Cast) -> None:
    urgent = received(cast.aigul, danger_now=True)
    sealed = str(cast.bakyt.do("receive_report", **a_violent_report())["report"])
    assert _read(Desk("aigul", cast.time), urgent).status == 303
    assert _read(Desk("bakyt", cast.time), sealed).status == 303
    assert _rings(Desk("head", cast.time)) == "0"


def test_the_receipt_page_does_not_name_whom_the_report_accuses(cast: Cast) -> None:
    desk = Desk("nurlan", cast.time)
    begin = "/do/receive-report/"
    page = desk.follow(desk.act(begin, "receive_report", **REPORT))
    assert "Айгүл Токтосунова" in page.text
    page = desk.follow(desk.act(begin, "receive_report", **REPORT, involves=[cast.aigul.post]))
    assert page.values("data-receipt")
    assert "Айгүл Токтосунова" not in page.text


def test_a_colleague_who_is_in_no_post_cannot_be_named(cast: Cast) -> None:
    answer = _command(Desk("nurlan", cast.time), "receive_report", **a_report(involves=[999_999]))
    assert (answer["result"], answer["code"]) == ("refused", "post_unknown")
    assert cast.bakyt.sees(Report) == 0


def test_a_colleague_named_of_another_department_stays_shut_out_there(cast: Cast) -> None:
    report = _sealed(cast, involves=[cast.cholpon.post])
    cast.time.passes(minutes=1)
    _redirect(Desk("bakyt", cast.time), report, cast.cholpon.department)
    named, there = Desk("cholpon", cast.time), Desk("specialist2", cast.time)
    assert (named.open(f"/reports/{report}/").status, _rings(named)) == (404, "0")
    assert (there.open(f"/reports/{report}/").status, _rings(there)) == (200, "1")
    assert cast.specialist2.report(report).duty_post_id == cast.specialist2.post


def test_the_second_on_duty_sees_what_names_the_first(cast: Cast) -> None:
    turn = {"valid_from": cast.today, "valid_to": cast.in_days(7)}
    cast.head.do("set_duty_turn", post=cast.begimai.post, rank=2, **turn)
    report = _sealed(cast, involves=[cast.aigul.post])
    second = Desk("begimai", cast.time)
    assert cast.bakyt.report(report).duty_post_id == cast.begimai.post
    assert (_rings(second), second.open(f"/reports/{report}/").status) == ("1", 200)
    assert Desk("aigul", cast.time).open(f"/reports/{report}/").status == 404


def test_who_is_named_stays_shut_out_in_another_post(committed_cast: Cast) -> None:
    """The specialist's post is named in the team; its new holder is the one accused."""
    cast = committed_cast
    report = _sealed(cast, involves=[cast.aigul.post])
    employee, post = cast.aigul.viewer.employee_id, cast.bakyt.post
    held = PostHolding.objects.using("owner")
    today = cast.time.today
    held.filter(post_id__in=[post, cast.aigul.post]).update(valid_to=today - timedelta(days=1))
    held.create(post_id=post, employee_id=employee, valid_from=today)
    assert cast.aigul.viewer.role == "specialist"
    desk = Desk("aigul", cast.time)
    assert (desk.open(f"/reports/{report}/").status, _rings(desk)) == (404, "0")
    assert cast.aigul.sees(Report) == 0
    assert Desk("head", cast.time).open(f"/reports/{report}/").status == 200


def test_a_team_ends_with_the_redirect_of_its_report(cast: Cast) -> None:
    report = _sealed(cast)
    team = cast.bakyt.report(report).team
    assert team in cast.bakyt.viewer.teams
    _redirect(Desk("bakyt", cast.time), report, cast.cholpon.department)
    assert cast.bakyt.viewer.teams == ()
    assert Team.objects.get(id=team).ended_at is not None
    assert cast.specialist2.report(report).team in cast.specialist2.viewer.teams


def _head_was_away(cast: Cast) -> Desk:
    """A head who comes back after others were named in what was sealed meanwhile."""
    leave = {"kind": "annual", "valid_from": cast.today, "valid_to": cast.today}
    cast.head.do("record_leave", post=cast.head.post, cover=cast.bakyt.post, **leave)
    return Desk("head", cast.time)


def _line(desk: Desk) -> str:
    found = desk.open("/").all(data_figure="sealed_elsewhere")
    return " ".join(found[0].text.split()) if found else ""


def test_the_head_reads_how_many_sealed_cases_others_hold_and_that_they_ended(cast: Cast) -> None:
    head = _head_was_away(cast)
    children = [{"description": "A boy"}, {"description": "A girl"}]
    report = _sealed(cast, children=children)
    cast.time.passes(days=1)
    assert _line(head) == "1 sealed case, its team is informed."
    screen = {"report": report, "decision": "accept", "assign_to": cast.aigul.post}
    cases = cast.aigul.do("screen_report", **screen)["cases"]
    assert _line(head) == "2 sealed cases, their teams are informed."
    assert _line(Desk("head2", cast.time)) == ""
    for case, surname in zip(cases, ("Төлөгөнов", "Башкаев"), strict=True):
        child = CHILD | TODAY | {"surname": surname, "given_name": surname[:4]}
        desk = Desk("aigul", cast.time)
        desk.act(f"/cases/{case}/identify-child/", "identify_child", **child)
        decline = {"decision": "decline", "reason": "no_difficulty"}
        desk = Desk("bakyt", cast.time)
        desk.act(f"/cases/{case}/register-child/", "register_child", **decline)
    assert _line(head) == ""


def test_the_head_reads_nothing_of_what_left_the_department(cast: Cast) -> None:
    head = _head_was_away(cast)
    report = _sealed(cast)
    cast.time.passes(days=1)
    _redirect(Desk("bakyt", cast.time), report, cast.cholpon.department)
    assert _line(head) == ""


def test_the_head_who_is_shut_out_reads_no_line(cast: Cast) -> None:
    _sealed(cast, involves=[cast.head.post])
    assert _line(Desk("head", cast.time)) == ""


TELEPHONE = "+996 555 123 456"


def _told(cast: Cast, **changed: Any) -> str:  # noqa: ANN401 - a command's data
    who = {"reporter_name": "Сагын Кабарчы", "callback": "0555 12 34 56"}
    return received(cast.nurlan, danger_now=True, **who, **changed)


def _knows(cast: Cast, username: str, report: str) -> bool | None:
    """Whether somebody reads on the report's page who reported; nothing if there is no page."""
    page = Desk(username, cast.time).open(f"/reports/{report}/")
    known = {text in page.text for text in ("Сагын Кабарчы", TELEPHONE)}
    assert len(known) == 1
    return known.pop() if page.status == 200 else None


def test_who_reported_is_shown_to_those_who_must_call_back(cast: Cast) -> None:
    report = _told(cast)
    names = ("aigul", "bakyt", "head", "nurlan", "begimai", "oblast", "elmira", "cholpon")
    assert {name: _knows(cast, name, report) for name in names} == {
        "aigul": True,
        "bakyt": True,
        "head": True,
        "nurlan": False,
        "begimai": None,
        "oblast": False,
        "elmira": False,
        "cholpon": None,
    }
    screen = {"report": report, "decision": "accept", "assign_to": cast.begimai.post}
    cast.aigul.do("screen_report", **screen)
    assert _knows(cast, "begimai", report) is True
    assert [_knows(cast, name, report) for name in ("oblast", "elmira")] == [False, False]


def test_who_reported_goes_with_a_redirect_and_never_with_a_transfer(cast: Cast) -> None:
    report = _told(cast, territory=NOOKEN)
    _redirect(Desk("bakyt", cast.time), report, cast.cholpon.department)
    names = ("cholpon", "specialist2", "head2", "oblast")
    assert [_knows(cast, name, report) for name in names] == [True, True, True, False]
    case = _transferred(cast, report)
    assert _knows(cast, "bakyt", report) is False
    accept = {"case": case, "post": cast.aigul.post, "territory": SUZAK}
    cast.bakyt.do("accept_transfer", **accept)
    assert [_knows(cast, name, report) for name in ("aigul", "bakyt", "head")] == [False] * 3


def _transferred(cast: Cast, report: str) -> str:
    """Nooken accepts and registers, and offers the case to Suzak."""
    screen = {"report": report, "decision": "accept", "assign_to": cast.cholpon.post}
    case = str(cast.cholpon.do("screen_report", **screen)["cases"][0])
    desk = Desk("cholpon", cast.time)
    child = CHILD | TODAY | {"territory": SUZAK}
    desk.act(f"/cases/{case}/identify-child/", "identify_child", **child)
    cast.specialist2.do("register_child", case=case, **a_registration(cast.today))
    offer = {"to_office": cast.bakyt.department, "reason": "family_moved", "note": "x"}
    cast.specialist2.do("offer_transfer", case=case, **offer)
    return case


def test_who_reported_a_sealed_matter_is_known_to_its_duty_person_alone_of_the_oblast(
    cast: Cast,
) -> None:
    named = _all_named(cast)
    report = _told(cast, worry="physical_violence", involves=named)
    assert _knows(cast, "oblast", report) is True
    assert [_knows(cast, name, report) for name in ("aigul", "bakyt", "head", "elmira")] == [
        None
    ] * 4
