"""Step 9: what a report tells, what was decided on it, and a round, are corrected as facts."""

from typing import Any

import pytest
from django.db import models

from kamkor.cases.models import (
    Assignment,
    Case,
    Report,
    ReportChild,
    ReportTold,
    Round,
    Screening,
    SecondLook,
    SentInError,
)
from kamkor.cases.queries.case import assigned_post_on
from tests.cast import Cast, Player
from tests.doors.desk import Desk
from tests.factories import NOOKEN, SUZAK, a_report, accepted, received, seen, visited

Values = dict[str, Any]


def _live(player: Player, model: type[models.Model], **lookups: Any) -> Any:  # noqa: ANN401 - any fact
    with player.inside():
        return model._default_manager.get(withdrawn_at=None, **lookups)


def _sent(player: Player, report: str, kind: str, fact: Any, values: Values) -> Values:  # noqa: ANN401 - any fact
    """The answer of the commands' door to a correction."""
    about = {"report": report} if report else {}
    data = about | {"kind": kind, "fact": str(fact.pk), "values": values}
    player.time.passes(minutes=1)
    desk = Desk(player.username, player.time)
    answer: Values = desk.command("correct_fact", **data, reason="typing_error")
    return answer


def _correct(player: Player, report: str, kind: str, fact: Any, /, **values: Any) -> None:  # noqa: ANN401 - any fact
    answer = _sent(player, report, kind, fact, values)
    assert answer["result"] == "applied", answer


def _refused(player: Player, report: str, kind: str, fact: Any, /, **values: Any) -> list[Any]:  # noqa: ANN401 - any fact
    answer = _sent(player, report, kind, fact, values)
    return [(one["field"], one["code"]) for one in answer.get("faults", [answer])]


def test_what_a_report_tells_is_corrected_and_both_stay(cast: Cast) -> None:
    report = received(cast.aigul)
    old = _live(cast.aigul, ReportTold)
    receipt = cast.aigul.report(report).receipt_digest
    change = {"place": "Massy, 1", "territory": NOOKEN, "happened_on": cast.days_ago(1)}
    _correct(cast.aigul, report, "report", old, **change, learned_on=cast.days_ago(1))
    kept, told = cast.aigul.report(report), _live(cast.aigul, ReportTold)
    assert (kept.place, kept.territory_id, f"{kept.happened_on}") == tuple(change.values())
    assert (kept.district, told.district, told.corrects) == (NOOKEN, NOOKEN, old.pk)
    assert (kept.receipt_digest, kept.state, kept.department) == (receipt, "new", old.department)
    with cast.aigul.inside():
        withdrawn = ReportTold.objects.get(withdrawn_at__isnull=False)
        assert (withdrawn.pk, withdrawn.place) == (old.pk, old.place)


def test_a_corrected_place_and_child_are_found_among_earlier_reports(cast: Cast) -> None:
    report = received(cast.aigul, place="Wrong lane, 1")
    _correct(cast.aigul, report, "report", _live(cast.aigul, ReportTold), place="Mill street, 7")
    child = _live(cast.aigul, ReportChild)
    _correct(cast.aigul, report, "report_child", child, description="Азамат Токтогулов", age=9)
    for told in ({"place": "Mill street, 7"}, {"children": [{"description": "Токтогулов Азамат"}]}):
        later = received(cast.aigul, **{"place": "Elsewhere", **told})
        page = Desk("bakyt", cast.time).open(f"/reports/{later}/")
        assert f"/reports/{report}/" in page.links
    page = Desk("bakyt", cast.time).open(f"/reports/{report}/")
    assert "Азамат Токтогулов, about 9 years" in page.text


def test_a_report_corrected_to_an_alarm_rings_again_and_is_due_sooner(cast: Cast) -> None:
    report = received(cast.aigul)
    cast.bakyt.do("read_report", report=report)
    due = cast.bakyt.task(report, "screening_due").due_at
    desk = Desk("bakyt", cast.time)
    assert "Not read yet" not in desk.open(f"/reports/{report}/").text
    _correct(cast.aigul, report, "report", _live(cast.aigul, ReportTold), danger_now=True)
    assert cast.bakyt.report(report).urgent
    assert cast.bakyt.task(report, "screening_due").due_at < due
    assert "Not read yet" in desk.open(f"/reports/{report}/").text
    _correct(cast.aigul, report, "report", _live(cast.aigul, ReportTold), danger_now=False)
    assert not cast.bakyt.report(report).urgent
    assert [kind for kind, _ in cast.bakyt.tasks(report)] == ["screening_due"]


def test_a_report_corrected_to_violence_is_sealed_with_what_was_told_before(cast: Cast) -> None:
    report = received(cast.aigul)
    old = _live(cast.bakyt, ReportTold)
    assert cast.oblast.sees(ReportTold) == 1
    _correct(cast.bakyt, report, "report", old, worry="physical_violence")
    kept = cast.bakyt.report(report)
    assert (kept.team is None, kept.home_unsafe) == (False, True)
    assert [kind for kind, _ in cast.bakyt.tasks(report)] == [
        "notice_police",
        "notice_prosecutor",
        "screening_due",
    ]
    for model in (Report, ReportTold, ReportChild):
        assert (cast.oblast.sees(model), cast.nurlan.sees(model)) == (0, 0)


def test_an_accepted_report_corrected_to_violence_seals_its_cases(cast: Cast) -> None:
    (case,) = accepted(cast.aigul)
    report = str(_live(cast.bakyt, Report).pk)
    told = _live(cast.bakyt, ReportTold)
    _correct(cast.bakyt, report, "report", told, worry="sexual_violence")
    assert cast.bakyt.case(case).team == cast.bakyt.report(report).team is not None
    assert (cast.oblast.sees(Case), cast.oblast.sees(ReportTold)) == (0, 0)
    assert cast.aigul.case(case).responsible_id == cast.aigul.post


def test_a_case_opens_on_the_day_that_its_report_tells_now(cast: Cast) -> None:
    cast.time.passes(days=9)
    told = a_report(happened_on=cast.days_ago(6))
    report = str(cast.bakyt.do("receive_report", **told)["report"])
    accept = {"report": report, "decision": "accept", "assign_to": cast.aigul.post}
    (case,) = cast.bakyt.do("screen_report", **accept)["cases"]
    duty = cast.bakyt.report(report).duty_post_id
    for ago, first in ((8, duty), (2, duty), (0, cast.aigul.post)):
        day = cast.days_ago(ago)
        _correct(cast.bakyt, report, "report", _live(cast.bakyt, ReportTold), happened_on=day)
        kept = cast.bakyt.case(case)
        assert (f"{kept.opened_on}", kept.responsible_id) == (day, cast.aigul.post)
        with cast.bakyt.inside() as viewer:
            assert assigned_post_on(viewer, kept, kept.opened_on) == first
            begun = Assignment.objects.filter(case=kept, withdrawn_at=None)
            assert begun.order_by("happened_on")[0].happened_on == kept.opened_on
    page = Desk("bakyt", cast.time).open(f"/cases/{case}/")
    assert page.status == 200
    day = cast.days_ago(3)
    _correct(cast.bakyt, report, "report", _live(cast.bakyt, ReportTold), happened_on=day)
    visited(cast, cast.aigul, seen(case), happened_on=cast.days_ago(2))
    fault = [("values.happened_on", "after_what_followed")]
    told = _live(cast.bakyt, ReportTold)
    assert _refused(cast.bakyt, report, "report", told, happened_on=cast.days_ago(1)) == fault


def test_nobody_reports_later_than_it_was_taken_down(cast: Cast) -> None:
    report = received(cast.bakyt)
    cast.time.passes(days=2)
    told, later = _live(cast.bakyt, ReportTold), {"happened_on": cast.days_ago(1)}
    desk = Desk("bakyt", cast.time)
    address = f"/reports/{report}/correct/report/{told.pk}/"
    day = {"happened_on": cast.time.today.strftime("%d.%m.%Y")}
    page = desk.act(address, "correct_fact", **day, correction_reason="typing_error")
    assert page.refusals == ["after_what_followed"]
    fault = [("values.happened_on", "after_what_followed")]
    assert _refused(cast.bakyt, report, "report", told, **later) == fault


def test_decisions_on_a_report_are_corrected_by_those_who_decide(cast: Cast) -> None:
    report = received(cast.aigul)
    decline = {"report": report, "decision": "decline", "reason": "no_concern"}
    cast.bakyt.do("screen_report", **decline)
    cast.aigul.do("mark_sent_in_error", report=report, note="Wrong number")
    screening = _live(cast.bakyt, Screening)
    _correct(cast.bakyt, report, "screening", screening, reason="already_reported", note="Twice.")
    assert _live(cast.bakyt, Screening).reason == "already_reported"
    assert cast.bakyt.report(report).state == "declined"
    look = {"report": report, "decision": "uphold", "note": "Rigth."}
    cast.head.do("review_declined_report", **look)
    upheld = _live(cast.head, SecondLook)
    assert _refused(cast.bakyt, report, "second_look", upheld, note="Right.") == [
        ("", "not_yours_to_correct")
    ]
    _correct(cast.head, report, "second_look", upheld, note="Right.")
    mark = _live(cast.aigul, SentInError)
    _correct(cast.aigul, report, "error_mark", mark, note="A wrong number")
    assert _live(cast.aigul, SentInError).note == "A wrong number"


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"learned_on": "2026-03-02", "happened_on": "2026-03-01"}, "learned_after_reporting"),
        ({"territory": "41700000000000"}, "territory_unknown"),
        ({"worry": "boredom"}, "code_unknown"),
        ({"receipt_digest": "x"}, "field_unknown"),
    ],
)
def test_a_report_is_corrected_by_the_rules_it_was_taken_down_by(
    cast: Cast, values: Values, fault: str
) -> None:
    report = received(cast.aigul)
    told = _live(cast.aigul, ReportTold)
    field = next(iter(values))
    assert _refused(cast.aigul, report, "report", told, **values) == [(f"values.{field}", fault)]


def test_the_reason_fits_the_decision_on_the_report(cast: Cast) -> None:
    report = received(cast.aigul)
    cast.bakyt.do("screen_report", report=report, decision="accept", assign_to=cast.aigul.post)
    screening = _live(cast.bakyt, Screening)
    assert _refused(cast.bakyt, report, "screening", screening, reason="no_concern") == [
        ("values.reason", "field_unknown")
    ]


def test_who_may_correct_a_report(cast: Cast) -> None:
    """Who took it down, is on duty or goes on with it; of another district nobody sees it."""
    report = received(cast.nurlan, danger_now=True)
    told = _live(cast.bakyt, ReportTold)
    change = {"place": "Mill street"}
    assert _refused(cast.begimai, report, "report", told, **change) == [("report", "not_found")]
    for player in (cast.cholpon, cast.specialist2):
        assert _refused(player, report, "report", told, **change) == [("report", "not_found")]
    assert _refused(cast.bakyt, "", "report", told, **change) == [("report", "field_required")]
    _correct(cast.nurlan, report, "report", told, **change)
    cast.bakyt.do("screen_report", report=report, decision="accept", assign_to=cast.aigul.post)
    told = _live(cast.bakyt, ReportTold)
    # What became of it is not all Nurlan's to see.
    change = {"place": "Mill street, 7"}
    assert _refused(cast.nurlan, report, "report", told, **change) in (
        [("", "not_yours_to_correct")],
        [("report", "not_found")],
    )
    _correct(cast.aigul, report, "report", told, **change)


def test_a_round_is_corrected_and_stays_whole(cast: Cast) -> None:
    data = {"territory": SUZAK, "area": "Mill street", "happened_on": cast.today}
    concern = {"worry": "neglect", "danger_now": False, "place": "x"}
    met = [concern | {"seen_or_said": "x", "children": [{"description": "A girl"}]}]
    cast.aigul.do("record_round", **data, visited=9, no_concern=8, concerns=met)
    old = _live(cast.aigul, Round)
    assert _refused(cast.aigul, "", "round", old, visited=11) == [
        ("values.visited", "concerns_stand")
    ]
    assert _refused(cast.aigul, "", "round", old, no_concern=7) == [
        ("values.no_concern", "concerns_stand")
    ]
    assert _refused(cast.aigul, "", "round", old, visited=10, refused=3) == [
        ("values.refused", "round_incomplete")
    ]
    assert _refused(cast.aigul, "", "round", old, visited=2) == [
        ("values.visited", "round_incomplete")
    ]
    _correct(cast.aigul, "", "round", old, visited=11, no_concern=10, area="Mill lane")
    new = _live(cast.aigul, Round)
    assert (new.visited, new.no_concern, new.area, new.corrects) == (11, 10, "Mill lane", old.pk)
    assert _refused(cast.aigul, "", "round", old, visited=12) == [("", "already_withdrawn")]
    assert cast.aigul.sees(Report) == 1
    _correct(cast.bakyt, "", "round", new, territory=NOOKEN)
    assert _live(cast.bakyt, Round).district == NOOKEN
    newest = _live(cast.bakyt, Round)
    assert _refused(cast.cholpon, "", "round", newest, area="x") == [("fact", "not_found")]


def test_the_form_of_a_round_says_which_concerns_stand_and_asks_for_none(cast: Cast) -> None:
    data = {"territory": SUZAK, "area": "Mill street", "happened_on": cast.today}
    concern = {"worry": "neglect", "danger_now": False, "place": "x"}
    met = [concern | {"seen_or_said": "x", "children": [{"description": "A girl"}]}]
    cast.aigul.do("record_round", **data, visited=9, no_concern=8, concerns=met)
    desk, made = Desk("aigul", cast.time), _live(cast.aigul, Round)
    address = f"/rounds/{made.pk}/correct/"
    page = desk.open(address)
    assert "Reports that this round opened: 1." in page.text
    typed = {"correction_reason": "typing_error"}
    page = desk.act(address, "correct_fact", **typed, nobody_home="1")
    assert page.refusals == ["concerns_stand"]
    errors = [
        one.attributes["href"] for one in page.all("a") if one.attributes.get("href", "")[:1] == "#"
    ]
    assert "#nobody_home" in errors
    page = desk.act(address, "correct_fact", **typed, nobody_home="1", no_concern="7")
    assert page.status == 303
    assert (_live(cast.aigul, Round).nobody_home, cast.aigul.sees(Report)) == (1, 1)
    later = _live(cast.aigul, Round)
    assert "Reports that this round opened: 1." in desk.open(f"/rounds/{later.pk}/correct/").text


def test_a_round_of_a_colleague_is_the_specialists_to_correct(cast: Cast) -> None:
    data = {"territory": SUZAK, "area": "Mill street", "happened_on": cast.today}
    cast.nurlan.do("record_round", **data, visited=9, no_concern=9)
    made = _live(cast.bakyt, Round)
    faults = _refused(cast.aigul, "", "round", made, area="x")
    assert faults in ([("", "not_yours_to_correct")], [("fact", "not_found")])
    _correct(cast.bakyt, "", "round", made, area="Mill lane")
    page = Desk("bakyt", cast.time).open("/rounds/")
    assert "Mill lane" in page.text
    assert "Corrected, no longer valid" in page.text


def test_what_a_report_tells_is_on_its_page_as_it_stands_and_as_it_was(cast: Cast) -> None:
    report = str(cast.aigul.do("receive_report", **a_report(place="Wrong lane"))["report"])
    desk = Desk("aigul", cast.time)
    page = desk.open(f"/reports/{report}/")
    told = _live(cast.aigul, ReportTold)
    address = f"/reports/{report}/correct/report/{told.pk}/"
    assert address in page.links
    form = desk.open(address)
    assert "You correct: What was told, 02.03.2026, recorded by Айгүл" in form.text
    typed = {"place": "Mill street", "correction_reason": "new_information"}
    after = desk.follow(desk.act(address, "correct_fact", **typed))
    assert "The entry was corrected; both stay to be seen." in after.text
    assert "Where: Suzak District, Wrong lane" in after.text
    assert "New information" in after.text
    oblast = Desk("oblast", cast.time).open(f"/reports/{report}/")
    assert [link for link in oblast.links if "/correct/" in link] == []
