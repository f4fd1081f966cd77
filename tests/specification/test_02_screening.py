"""Step 2: a report is screened - accepted, redirected or declined - and nothing is forgotten."""

from datetime import timedelta

import pytest

from kamkor.cases.models import Case, Report, ReportChild, Screening, SecondLook
from kamkor.cases.queries.report import declined_without_second_look, queue
from tests.cast import Cast, Player
from tests.factories import a_report, a_violent_report, accepted, received


def _screen(player: Player, report: str, decision: str, **more: object) -> dict[str, object]:
    return player.do("screen_report", report=report, decision=decision, **more)


def test_accepting_a_report_opens_a_case_for_each_child(cast: Cast) -> None:
    children = [{"description": "A boy in blue"}, {"description": "A small girl"}]
    report = received(cast.aigul, children=children)
    answer = cast.aigul.do(
        "screen_report", report=report, decision="accept", assign_to=cast.aigul.post
    )
    cases = [cast.aigul.case(one) for one in answer["cases"]]
    assert [one.state for one in cases] == ["reported", "reported"]
    assert [one.child.shown_name if one.child else "" for one in cases] == [
        "A boy in blue",
        "A small girl",
    ]
    assert len({one.household_id for one in cases}) == 1
    assert {one.responsible_id for one in cases} == {cast.aigul.post}
    assert cast.aigul.report(report).state == "accepted"
    with cast.aigul.inside():
        linked = ReportChild.objects.filter(report_id=report).values_list("case_id", flat=True)
        assert set(linked) == {one.pk for one in cases}


def test_accepting_touches_the_report_and_each_case_once_in_the_journal(cast: Cast) -> None:
    report = received(cast.aigul)
    answer = cast.aigul.do("screen_report", report=report, decision="accept")
    assert cast.bakyt.journal(report) == [
        (1, "receive_report", cast.aigul.post),
        (2, "screen_report", cast.aigul.post),
    ]
    assert cast.bakyt.journal(answer["cases"][0]) == [(1, "screen_report", cast.aigul.post)]


def test_a_first_visit_is_due_within_a_day_if_it_is_urgent_and_within_a_week_if_not(
    cast: Cast,
) -> None:
    for danger, limit in ((True, timedelta(hours=24)), (False, timedelta(days=7))):
        (case,) = accepted(cast.aigul, danger_now=danger)
        assert cast.aigul.tasks(case) == [("visit_due", "worker")]
        task = cast.aigul.task(case, "visit_due")
        assert task.due_at - task.recorded_at == limit


def test_whoever_is_sent_there_is_responsible_and_the_rows_come_to_that_unit(cast: Cast) -> None:
    report = received(cast.aigul)
    answer = cast.aigul.do(
        "screen_report", report=report, decision="accept", assign_to=cast.nurlan.post
    )
    case = str(answer["cases"][0])
    assert cast.nurlan.case(case).responsible_id == cast.nurlan.post
    assert cast.nurlan.report(report).state == "accepted"
    assert cast.aigul.sees(Case) == 0


def test_the_duty_person_accepts_what_a_colleague_of_another_unit_took_down(cast: Cast) -> None:
    (case,) = accepted_by_duty(cast, received(cast.nurlan))
    assert cast.aigul.case(case).responsible_id == cast.aigul.post
    assert cast.nurlan.sees(Case) == 0


def accepted_by_duty(cast: Cast, report: str) -> list[str]:
    """A report accepted by Aigul, who goes there herself; the cases' ids."""
    screen = {"decision": "accept", "assign_to": cast.aigul.post}
    return [str(one) for one in cast.aigul.do("screen_report", report=report, **screen)["cases"]]


def test_if_nobody_is_named_the_specialist_is_responsible(cast: Cast) -> None:
    answer = _screen(cast.aigul, received(cast.aigul), "accept")
    case = answer["cases"]
    assert isinstance(case, list)
    assert cast.bakyt.case(case[0]).responsible_id == cast.bakyt.post


def test_a_sealed_report_opens_sealed_cases_and_admits_whoever_is_sent(cast: Cast) -> None:
    report = str(cast.aigul.do("receive_report", **a_violent_report())["report"])
    answer = cast.bakyt.do(
        "screen_report", report=report, decision="accept", assign_to=cast.nurlan.post
    )
    case = str(answer["cases"][0])
    assert cast.nurlan.case(case).team == cast.bakyt.report(report).team
    assert cast.nurlan.case(case).responsible_id == cast.nurlan.post
    assert cast.begimai.sees(Report) == 0


def test_of_a_sealed_report_nobody_shut_out_can_be_sent(cast: Cast) -> None:
    data = a_violent_report(involves=[cast.nurlan.post])
    report = str(cast.aigul.do("receive_report", **data)["report"])
    assert cast.bakyt.faults(
        "screen_report", report=report, decision="accept", assign_to=cast.nurlan.post
    ) == [("assign_to", "post_unknown")]
    answer = _screen(cast.bakyt, report, "accept")
    cases = answer["cases"]
    assert isinstance(cases, list)
    assert cast.bakyt.case(cases[0]).responsible_id == cast.bakyt.post


def test_a_declined_report_waits_for_the_second_look_of_the_head(cast: Cast) -> None:
    report = received(cast.aigul)
    _screen(cast.aigul, report, "decline", reason="no_concern", note="Known family.")
    assert cast.aigul.report(report).state == "declined"
    assert cast.head.tasks(report) == [("second_look_declined", "head")]
    task = cast.head.task(report, "second_look_declined")
    assert task.due_at - task.recorded_at == timedelta(days=5)
    with cast.head.inside() as viewer:
        assert [str(one.pk) for one in declined_without_second_look(viewer)] == [report]


def test_the_head_upholds_a_declined_report_and_it_is_closed(cast: Cast) -> None:
    report = received(cast.aigul)
    _screen(cast.aigul, report, "decline", reason="no_concern")
    cast.head.do("review_declined_report", report=report, decision="uphold", note="Agreed.")
    assert cast.head.report(report).state == "closed"
    assert cast.head.tasks(report) == []
    with cast.head.inside():
        assert [one.upheld for one in SecondLook.objects.all()] == [True]


def test_the_head_opens_a_declined_report_again_and_it_is_screened_anew(cast: Cast) -> None:
    report = received(cast.aigul, danger_now=True)
    _screen(cast.aigul, report, "decline", reason="cannot_be_found")
    cast.head.do("review_declined_report", report=report, decision="open", note="Go there.")
    assert cast.head.report(report).state == "new"
    assert cast.head.tasks(report) == [("screening_due", "duty")]
    with cast.aigul.inside() as viewer:
        assert [str(one.pk) for one in queue(viewer)] == [report]
    assert _screen(cast.aigul, report, "accept")["cases"] != []


def test_a_redirected_report_goes_to_the_duty_person_there_and_leaves_here(cast: Cast) -> None:
    report = received(cast.nurlan)
    there = cast.cholpon.department
    _screen(cast.aigul, report, "redirect", reason="other_district", to_office=there)
    kept = cast.cholpon.report(report)
    assert (kept.state, kept.duty_post_id) == ("new", cast.cholpon.post)
    assert (kept.office_unit, kept.office_district) == (None, there)
    assert [one.sees(Report) for one in (cast.aigul, cast.nurlan, cast.bakyt)] == [0, 0, 0]
    assert cast.specialist2.tasks(report) == [("screening_due", "duty")]
    with cast.specialist2.inside():
        screening = Screening.objects.get(report_id=report)
        assert (screening.decision, screening.to_office_id) == ("redirect", there)
    answer = _screen(cast.cholpon, report, "accept", assign_to=cast.cholpon.post)
    assert answer["cases"] != []


def test_a_sealed_report_is_redirected_to_a_team_there(cast: Cast) -> None:
    report = str(cast.aigul.do("receive_report", **a_violent_report())["report"])
    there = cast.cholpon.department
    _screen(cast.bakyt, report, "redirect", reason="other_district", to_office=there)
    team = {cast.cholpon.post, cast.specialist2.post, cast.head2.post}
    assert cast.cholpon.team(cast.cholpon.report(report)) == (team, set())
    assert [one.sees(Report) for one in (cast.aigul, cast.bakyt, cast.ulan)] == [0, 0, 0]


def _left_to_the_oblast(cast: Cast) -> str:
    named = [cast.aigul.post, cast.bakyt.post, cast.head.post]
    answer = cast.nurlan.do("receive_report", **a_violent_report(involves=named))
    return str(answer["report"])


def test_what_is_left_to_the_oblast_goes_to_somebody_whom_the_oblast_names(cast: Cast) -> None:
    report = _left_to_the_oblast(cast)
    assert cast.oblast.faults("screen_report", report=report, decision="accept") == [
        ("assign_to", "field_required")
    ]
    assert cast.oblast.faults(
        "screen_report", report=report, decision="accept", assign_to=cast.daniyar.post
    ) == [("assign_to", "post_unknown")]
    answer = cast.oblast.do(
        "screen_report", report=report, decision="accept", assign_to=cast.cholpon.post
    )
    case = str(answer["cases"][0])
    assert cast.cholpon.case(case).responsible_id == cast.cholpon.post
    assert [one.sees(Report) for one in (cast.aigul, cast.bakyt, cast.head)] == [0, 0, 0]


def test_what_the_oblast_declines_the_oblast_looks_at_again(cast: Cast) -> None:
    report = _left_to_the_oblast(cast)
    _screen(cast.oblast, report, "decline", reason="no_concern")
    cast.oblast.do("review_declined_report", report=report, decision="open", note="Look again.")
    assert cast.oblast.report(report).state == "new"


def test_the_oblast_leaves_to_the_department_what_is_not_left_to_it(cast: Cast) -> None:
    report = received(cast.aigul)
    assert cast.oblast.refused("read_report", report=report) == "not_permitted"
    assert cast.oblast.refused("screen_report", report=report, decision="accept") == (
        "not_permitted"
    )
    _screen(cast.aigul, report, "decline", reason="no_concern")
    look = {"report": report, "decision": "uphold", "note": "x"}
    assert cast.oblast.refused("review_declined_report", **look) == "not_permitted"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"decision": "decline"}, ("reason", "field_required")),
        ({"decision": "decline", "reason": "other_district"}, ("reason", "code_unknown")),
        ({"decision": "redirect"}, ("reason", "field_required")),
        ({"decision": "redirect", "reason": "other_district"}, ("to_office", "field_required")),
        (
            {"decision": "redirect", "reason": "other_district", "to_office": 999_999},
            ("to_office", "office_unknown"),
        ),
        ({"decision": "accept", "assign_to": 999_999}, ("assign_to", "post_unknown")),
        ({"decision": "burn"}, ("decision", "field_invalid")),
    ],
)
def test_a_screening_that_says_too_little_is_refused(
    cast: Cast, data: dict[str, object], fault: tuple[str, str]
) -> None:
    report = received(cast.aigul)
    assert cast.aigul.faults("screen_report", report=report, **data) == [fault]
    assert cast.aigul.report(report).state == "new"


def test_nobody_redirects_to_the_department_it_is_in(cast: Cast) -> None:
    report = received(cast.aigul)
    data = {"decision": "redirect", "reason": "other_district", "to_office": cast.aigul.department}
    assert cast.aigul.refused("screen_report", report=report, **data) == "office_unknown"


def test_a_worker_who_is_not_on_duty_does_not_screen(cast: Cast) -> None:
    report = received(cast.nurlan)
    screen = {"report": report, "decision": "accept"}
    assert cast.nurlan.refused("screen_report", **screen) == "not_permitted"
    assert cast.begimai.refused("screen_report", **screen) == "not_found"


def test_a_report_is_screened_once(cast: Cast) -> None:
    report = received(cast.aigul)
    _screen(cast.aigul, report, "accept")
    assert cast.bakyt.refused("screen_report", report=report, decision="accept") == "state_forbids"


def test_only_a_declined_report_gets_a_second_look_and_only_by_the_head(cast: Cast) -> None:
    report = received(cast.aigul)
    look = {"report": report, "decision": "uphold", "note": "Agreed."}
    assert cast.head.refused("review_declined_report", **look) == "state_forbids"
    _screen(cast.aigul, report, "decline", reason="no_concern")
    assert cast.bakyt.refused("review_declined_report", **look) == "not_permitted"
    assert cast.head2.refused("review_declined_report", **look) == "not_found"


def test_a_screening_based_on_an_older_version_is_refused(cast: Cast) -> None:
    report = received(cast.aigul)
    cast.aigul.do("mark_sent_in_error", report=report, note="Dialled twice.")
    screen = {"report": report, "decision": "accept"}
    assert cast.bakyt.refused("screen_report", **screen, base_version=1) == "stale_version"
    assert cast.bakyt.refused("screen_report", **screen, base_version=2) == ""


def test_earlier_reports_stay_to_be_seen_by_the_department(cast: Cast) -> None:
    received(cast.aigul)
    received(cast.nurlan)
    cast.bakyt.do("receive_report", **a_report())
    assert cast.bakyt.sees(Report) == 3
    assert cast.specialist2.sees(Report) == 0
