"""Step 1: a report is received, sealed where it must be, and rings until it is read."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from kamkor.cases.models import Report, ReportChild, Reporter, ReportRead, SentInError
from kamkor.cases.operations.report import receipt_code, receipt_digest
from kamkor.cases.queries.case import sealed_elsewhere
from kamkor.cases.queries.report import alarms_of_last_day, queue, unread_alarms
from kamkor.kernel import clock
from kamkor.workforce import queries as workforce
from tests.cast import Cast, Player
from tests.factories import (
    NOOKEN,
    SUZAK,
    a_report,
    a_violent_report,
    accepted,
    received,
    registered,
)


def _queue(player: Player) -> list[str]:
    with player.inside() as viewer:
        return [str(one.pk) for one in queue(viewer)]


def _alarms(player: Player) -> list[str]:
    with player.inside() as viewer:
        return [str(one.pk) for one in unread_alarms(viewer)]


def _receipt_says(report: Report) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT receipt_state(%s)", [receipt_digest(receipt_code(report.pk))])
        row = cursor.fetchone()
    assert row is not None
    return str(row[0]) if row[0] else None


def test_what_a_neighbour_tells_is_taken_down_as_it_was_told(cast: Cast) -> None:
    report = received(cast.aigul, happened_on=cast.days_ago(1), learned_on=cast.days_ago(3))
    kept = cast.aigul.report(report)
    assert (kept.worry, kept.danger_now, kept.territory_id) == ("neglect", False, SUZAK)
    assert (kept.place, kept.source) == ("Suzak village, behind the mill", "neighbour")
    assert (kept.happened_on, kept.learned_on) == (date(2026, 3, 1), date(2026, 2, 27))
    assert (kept.state, kept.urgent, kept.home_unsafe, kept.team) == ("new", False, False, None)
    assert cast.aigul.journal(report) == [(1, "receive_report", cast.aigul.post)]


def test_several_children_stand_in_one_report(cast: Cast) -> None:
    children = [{"description": "A boy in blue", "age": 6}, {"description": "A small girl"}]
    report = received(cast.aigul, children=children)
    with cast.aigul.inside():
        rows = ReportChild.objects.filter(report_id=report).order_by("id")
        found = [(row.description, row.age, row.case_id) for row in rows]
    assert found == [("A boy in blue", 6, None), ("A small girl", None, None)]


def test_who_reports_is_kept_apart_and_may_stay_unknown(cast: Cast) -> None:
    named = received(cast.aigul, reporter_name="Сагын", callback="0555 12 34 56")
    unknown = received(cast.aigul, source="anonymous")
    with cast.aigul.inside():
        rows = Reporter.objects.filter(report_id__in=[named, unknown])
        found = [(str(one.report_id), one.name, one.telephone) for one in rows]
    assert found == [(named, "Сагын", "+996555123456")]


def test_the_receipt_tells_received_then_dealt_with_then_closed_and_nothing_else(
    cast: Cast,
) -> None:
    report = cast.aigul.report(received(cast.aigul))
    assert _receipt_says(report) == "received"
    found = cast.aigul.do("screen_report", report=str(report.pk), decision="accept")
    assert _receipt_says(report) == "being_dealt_with"
    # Also where it goes on in the child's other case.
    other = registered(cast)
    why = {"ground": "papers_seen", "reason": "-", "case_number": cast.bakyt.case(other).number}
    asked = cast.bakyt.do("merge_people", case=found["cases"][0], **why)["request"]
    cast.head.do("answer_request", request=asked, decision="agree")
    assert cast.bakyt.state(found["cases"][0]) == "merged"
    assert _receipt_says(report) == "being_dealt_with"
    declined = cast.aigul.report(received(cast.aigul))
    cast.aigul.do("screen_report", report=str(declined.pk), decision="decline", reason="no_concern")
    assert _receipt_says(declined) == "closed"
    assert found["cases"] != []


def test_a_receipt_code_that_was_never_given_tells_nothing(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT receipt_state(%s)", [receipt_digest("AAAA-AAAA-AAAA")])
        assert cursor.fetchone() == (None,)


@pytest.mark.parametrize(
    ("worry", "danger", "due_in"),
    [
        ("neglect", False, timedelta(days=3)),
        ("neglect", True, timedelta(hours=2)),
        ("left_alone", False, timedelta(hours=2)),
    ],
)
def test_the_duty_person_has_two_hours_if_it_is_urgent_and_three_days_if_not(
    cast: Cast, worry: str, danger: bool, due_in: timedelta
) -> None:
    report = received(cast.nurlan, worry=worry, danger_now=danger)
    assert cast.bakyt.tasks(report) == [("screening_due", "duty")]
    task = cast.bakyt.task(report, "screening_due")
    assert task.due_at - task.recorded_at == due_in
    assert cast.bakyt.report(report).duty_post_id == cast.aigul.post


def test_the_duty_person_sees_what_a_colleague_took_down(cast: Cast) -> None:
    report = received(cast.nurlan)
    assert cast.aigul.report(report).by_post == cast.nurlan.post
    assert _queue(cast.aigul) == [report]
    assert _queue(cast.begimai) == []


def test_urgent_reports_come_first_then_the_oldest(cast: Cast) -> None:
    first, second = received(cast.aigul), received(cast.aigul)
    urgent = received(cast.aigul, danger_now=True)
    assert _queue(cast.bakyt) == [urgent, first, second]


def test_an_urgent_report_rings_until_somebody_reads_it(cast: Cast) -> None:
    report = received(cast.nurlan, danger_now=True)
    assert _alarms(cast.aigul) == [report]
    assert _alarms(cast.head) == [report]
    cast.aigul.do("read_report", report=report)
    assert _alarms(cast.aigul) == []
    assert _alarms(cast.head) == []
    with cast.head.inside():
        assert [one.by_post for one in ReportRead.objects.all()] == [cast.aigul.post]


def test_violence_seals_a_report_and_hides_it_from_the_worker_who_took_it(cast: Cast) -> None:
    report = str(cast.nurlan.do("receive_report", **a_violent_report())["report"])
    assert cast.nurlan.sees(Report) == 0
    assert cast.nurlan.sees(ReportChild) == 0
    assert cast.nurlan.refused("read_report", report=report) == "not_found"
    everybody = {cast.aigul.post, cast.bakyt.post, cast.head.post}
    assert cast.aigul.team(cast.aigul.report(report)) == (everybody, set())
    kept = cast.aigul.report(report)
    assert (kept.home_unsafe, kept.urgent) == (True, True)


def test_aigul_who_is_on_duty_no_longer_sees_what_she_took_once_she_is_named_in_it(
    cast: Cast,
) -> None:
    data = a_violent_report(involves=[cast.aigul.post])
    report = str(cast.aigul.do("receive_report", **data)["report"])
    assert cast.aigul.sees(Report) == 0
    assert _queue(cast.aigul) == []
    assert cast.bakyt.team(cast.bakyt.report(report)) == (
        {cast.bakyt.post, cast.head.post},
        {cast.aigul.post},
    )
    assert cast.bakyt.report(report).duty_post_id == cast.bakyt.post


def test_a_head_named_in_a_report_sees_no_shadow_of_it(cast: Cast) -> None:
    data = a_violent_report(involves=[cast.head.post])
    report = str(cast.nurlan.do("receive_report", **data)["report"])
    assert cast.bakyt.team(cast.bakyt.report(report)) == (
        {cast.aigul.post, cast.bakyt.post},
        {cast.head.post},
    )
    assert cast.head.sees(Report) == 0
    assert _alarms(cast.head) == []
    with cast.head.inside() as viewer:
        assert sealed_elsewhere(viewer) == 0
    assert cast.head.refused("read_report", report=report) == "not_found"


def test_if_all_of_the_department_are_named_the_oblast_answers(cast: Cast) -> None:
    named = [cast.aigul.post, cast.bakyt.post, cast.head.post]
    data = a_violent_report(involves=named)
    report = str(cast.nurlan.do("receive_report", **data)["report"])
    assert [one.sees(Report) for one in (cast.aigul, cast.bakyt, cast.head)] == [0, 0, 0]
    assert cast.oblast.team(cast.oblast.report(report)) == ({cast.oblast.post}, set(named))
    assert cast.oblast.report(report).duty_post_id == cast.oblast.post
    assert _alarms(cast.oblast) == [report]
    cast.oblast.do("read_report", report=report)
    assert _alarms(cast.oblast) == []


def test_a_colleague_named_without_violence_is_shut_out_too(cast: Cast) -> None:
    report = received(cast.nurlan, involves=[cast.head.post])
    assert cast.head.sees(Report) == 0
    assert cast.bakyt.team(cast.bakyt.report(report)) == (
        {cast.aigul.post, cast.bakyt.post},
        {cast.head.post},
    )
    assert cast.bakyt.tasks(report) == [("screening_due", "duty")]


def test_violence_makes_notices_to_police_and_prosecutor_due_within_a_day(cast: Cast) -> None:
    report = str(cast.aigul.do("receive_report", **a_violent_report())["report"])
    assert cast.bakyt.tasks(report) == [
        ("notice_police", "specialist"),
        ("notice_prosecutor", "specialist"),
        ("screening_due", "duty"),
    ]
    notice = cast.bakyt.task(report, "notice_police")
    assert notice.due_at - notice.recorded_at == timedelta(hours=24)


def test_a_sealed_alarm_rings_until_one_of_its_team_has_read_it(cast: Cast) -> None:
    report = str(cast.nurlan.do("receive_report", **a_violent_report())["report"])
    cast.nurlan.refused("read_report", report=report)
    assert [_alarms(one) for one in (cast.aigul, cast.bakyt, cast.head)] == [[report]] * 3
    cast.head.do("read_report", report=report)
    assert [_alarms(one) for one in (cast.aigul, cast.bakyt, cast.head)] == [[]] * 3


def test_an_alarm_always_has_a_name_in_the_order_of_the_roster(cast: Cast) -> None:
    def order() -> list[int]:
        return [
            seat.post_id for seat in workforce.duty_seats(cast.head.department, cast.time.today)
        ]

    assert order() == [cast.aigul.post, cast.bakyt.post, cast.head.post]
    turn = {"valid_from": cast.today, "valid_to": cast.in_days(7)}
    cast.head.do("set_duty_turn", post=cast.begimai.post, rank=3, **turn)
    cast.head.do("set_duty_turn", post=cast.nurlan.post, rank=2, **turn)
    assert order() == [
        cast.aigul.post,
        cast.nurlan.post,
        cast.begimai.post,
        cast.bakyt.post,
        cast.head.post,
    ]


def test_a_report_marked_as_sent_in_error_stays_with_the_duty_person(cast: Cast) -> None:
    report = received(cast.nurlan, danger_now=True)
    cast.nurlan.do("mark_sent_in_error", report=report, note="I dialled twice.")
    assert _queue(cast.aigul) == [report]
    assert cast.aigul.report(report).state == "new"
    with cast.aigul.inside():
        assert [one.note for one in SentInError.objects.all()] == ["I dialled twice."]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"worry": "unheard_of"}, ("worry", "code_unknown")),
        ({"source": "the_moon"}, ("source", "code_unknown")),
        ({"territory": "41700000000000"}, ("territory", "territory_unknown")),
        ({"territory": "99999999999999"}, ("territory", "territory_unknown")),
        ({"callback": "12"}, ("callback", "telephone_unreadable")),
        ({"happened_on": "2026-03-03"}, ("happened_on", "date_in_future")),
        ({"happened_on": "2026-02-30"}, ("happened_on", "date_unreadable")),
        ({"learned_on": "2026-03-02", "happened_on": "2026-03-01"},
         ("learned_on", "learned_after_reporting")),
        ({"children": []}, ("children", "field_required")),
        ({"children": [{"description": "x"}] * 13}, ("children", "too_many")),
        ({"children": [{"description": "x", "age": 18}]}, ("children.0.age", "number_out_of_range")),
        ({"children": [{"description": "x", "age": "six"}]}, ("children.0.age", "field_invalid")),
        ({"place": "x" * 201}, ("place", "text_too_long")),
        ({"place": "  "}, ("place", "field_required")),
        ({"mood": "sad"}, ("mood", "field_unknown")),
    ],
)  # fmt: skip
def test_a_report_that_cannot_be_so_is_refused_with_what_is_wrong(
    cast: Cast, changed: dict[str, object], fault: tuple[str, str]
) -> None:
    assert cast.aigul.faults("receive_report", **a_report(**changed)) == [fault]
    assert cast.aigul.sees(Report) == 0


def test_everything_wrong_is_told_at_once(cast: Cast) -> None:
    data = a_report(worry="unheard_of", place="x" * 201, mood="sad")
    assert cast.aigul.faults("receive_report", **data) == [
        ("worry", "code_unknown"),
        ("place", "text_too_long"),
        ("mood", "field_unknown"),
    ]


def test_only_those_who_work_with_children_take_reports(cast: Cast) -> None:
    for player in (cast.daniyar, cast.elmira, cast.oblast, cast.admin):
        assert player.refused("receive_report", **a_report()) == "not_permitted"


def test_another_department_neither_reads_nor_marks_a_report(cast: Cast) -> None:
    report = received(cast.aigul, danger_now=True)
    for player in (cast.cholpon, cast.specialist2, cast.head2):
        assert _queue(player) == []
        assert player.refused("read_report", report=report) == "not_found"
        assert player.refused("mark_sent_in_error", report=report, note="x") == "not_found"


def test_a_report_from_elsewhere_may_be_taken_for_another_place(cast: Cast) -> None:
    report = received(cast.aigul, territory=NOOKEN)
    assert cast.aigul.report(report).territory_id == NOOKEN


def test_a_report_typed_after_midnight_belongs_to_the_local_day(cast: Cast) -> None:
    cast.time.moment = datetime(2026, 3, 3, 0, 29, tzinfo=clock.ZONE)
    report = received(cast.aigul)
    assert cast.aigul.report(report).happened_on == date(2026, 3, 3)


def test_children_of_an_accepted_report_are_open_from_the_day_of_reporting(cast: Cast) -> None:
    (case,) = accepted(cast.aigul, happened_on=cast.days_ago(2))
    assert cast.aigul.case(case).opened_on == date(2026, 2, 28)


def test_an_alarm_that_nobody_read_stays_on_the_heads_page_after_a_day(cast: Cast) -> None:
    """An alarm that nobody has read stays on the head's page until somebody has, however old."""
    report = received(cast.aigul, danger_now=True)
    cast.time.passes(days=2)
    assert _of_the_morning(cast) == [report]
    cast.aigul.do("read_report", report=report)
    assert _of_the_morning(cast) == []


def _of_the_morning(cast: Cast) -> list[str]:
    with cast.head.inside() as viewer:
        return [str(one.pk) for one in alarms_of_last_day(viewer)]
