"""Step 9: what follows a correction is what would have followed the right entry at once."""

from typing import Any
from uuid import UUID

import pytest
from django.db import models

from kamkor.cases.models import (
    Assignment,
    Identification,
    Need,
    Removal,
    SiblingLook,
    TakingOffDecision,
    TakingOffProposal,
    Visit,
    VisitChild,
)
from kamkor.people.models import HouseholdMember
from tests.cast import Cast, Player
from tests.doors.desk import Desk
from tests.factories import (
    a_removal,
    accepted,
    identified,
    not_seen,
    proposed,
    registered,
    seen,
    taken_off,
    visited,
    yes_to,
)

Values = dict[str, Any]
QUESTIONS = ("injury_fear_word", "harmful_person_access", "no_able_adult_tonight", "basics_missing")
NONE_OF_THESE = dict.fromkeys(QUESTIONS, False)


def _live(player: Player, model: type[models.Model], **lookups: Any) -> Any:  # noqa: ANN401 - any fact
    with player.inside():
        return model._default_manager.get(withdrawn_at=None, **lookups)


def _sent(player: Player, case: str, kind: str, fact: Any, values: Values) -> Values:  # noqa: ANN401 - any fact
    """The answer of the commands' door to a correction."""
    data = {"case": case, "kind": kind, "fact": str(fact.pk), "values": values}
    player.time.passes(minutes=1)
    answer: Values = Desk(player.username, player.time).command(
        "correct_fact", **data, reason="typing_error"
    )
    return answer


def _correct(player: Player, case: str, kind: str, fact: Any, /, **values: Any) -> None:  # noqa: ANN401 - any fact
    answer = _sent(player, case, kind, fact, values)
    assert answer["result"] == "applied", answer


def _refused(player: Player, case: str, kind: str, fact: Any, /, **values: Any) -> list[Any]:  # noqa: ANN401 - any fact
    answer = _sent(player, case, kind, fact, values)
    return [(one["field"], one["code"]) for one in answer.get("faults", [answer])]


# What is due of a child taken off for each reason; a task open before the decision goes on.
DUE = {
    "difficulty_overcome": ["check_after_leaving", "need_followup"],
    "placed_guardianship": ["accompaniment_visit", "need_followup"],
    "reached_18": [],
    "died": ["death_review"],
    "entered_in_error": [],
}


@pytest.mark.parametrize("right", sorted(DUE))
@pytest.mark.parametrize("wrong", ["difficulty_overcome", "placed_guardianship", "died"])
def test_the_reason_of_a_decision_is_corrected_with_what_it_leads_to(
    cast: Cast, wrong: str, right: str
) -> None:
    """The same is due as if the right reason had been decided upon; nothing of the wrong one."""
    case = registered(cast, born="2008-02-05", happened_on=cast.days_ago(40))
    visited(cast, cast.aigul, {"case": case, **yes_to("basics_missing")})
    proposed(cast, case, wrong)
    cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)
    assert [kind for kind, _ in cast.bakyt.tasks(case)] == DUE[wrong]
    decision = _live(cast.bakyt, TakingOffDecision)
    if right == wrong:
        _correct(cast.bakyt, case, "decision", decision, note="Agreed by both.")
    else:
        _correct(cast.bakyt, case, "decision", decision, reason=right)
    assert [kind for kind, _ in cast.bakyt.tasks(case)] == DUE[right]


def test_a_reason_corrected_twice_leaves_only_what_the_last_one_leads_to(cast: Cast) -> None:
    case = taken_off(cast)
    for reason in ("died", "placed_foster", "difficulty_overcome"):
        _correct(cast.bakyt, case, "decision", _live(cast.bakyt, TakingOffDecision), reason=reason)
    assert [kind for kind, _ in cast.bakyt.tasks(case)] == ["check_after_leaving"]
    assert cast.bakyt.state(case) == "check_due"


def test_another_day_of_a_decision_moves_what_is_due(cast: Cast) -> None:
    cast.time.passes(days=9)
    case = registered(cast, happened_on=cast.days_ago(9))
    proposed(cast, case, "difficulty_overcome", happened_on=cast.today)
    cast.time.passes(days=4)
    cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)
    before = cast.bakyt.task(case, "check_after_leaving").due_at
    decision = _live(cast.bakyt, TakingOffDecision)
    _correct(cast.bakyt, case, "decision", decision, happened_on=cast.days_ago(3))
    assert (before - cast.bakyt.task(case, "check_after_leaving").due_at).days == 3


def test_what_was_done_after_a_decision_is_not_due_again(cast: Cast) -> None:
    """The check was made; another reason that asks for a check asks for no second one."""
    case = taken_off(cast)
    visited(cast, cast.aigul, seen(case), kind="after_leaving")
    assert cast.bakyt.state(case) == "closed"
    decision = _live(cast.bakyt, TakingOffDecision)
    _correct(cast.bakyt, case, "decision", decision, reason="returned_to_family")
    assert (cast.bakyt.state(case), cast.bakyt.tasks(case)) == ("closed", [])


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"reason": "reached_18"}, ("values.reason", "not_yet_adult")),
        ({"reason": "moved"}, ("values.other_side", "other_side_not_accepted")),
        ({"happened_on": "2026-03-01"}, ("values.happened_on", "before_beginning")),
    ],
)
def test_a_proposal_is_corrected_by_the_rules_it_was_made_by(
    cast: Cast, values: Values, fault: tuple[str, str]
) -> None:
    case = registered(cast)
    proposed(cast, case, "difficulty_overcome")
    proposal = _live(cast.aigul, TakingOffProposal)
    assert _refused(cast.aigul, case, "proposal", proposal, **values) == [fault]


def test_the_other_side_is_told_with_the_reason(cast: Cast) -> None:
    case = registered(cast)
    proposed(cast, case, "difficulty_overcome")
    other = {"other_side": "Nooken", "other_side_accepted_on": cast.today}
    proposal = _live(cast.aigul, TakingOffProposal)
    _correct(cast.aigul, case, "proposal", proposal, reason="moved", **other)
    assert _live(cast.aigul, TakingOffProposal).other_side == "Nooken"
    cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)
    assert cast.bakyt.state(case) == "closed"


def test_a_decision_is_not_corrected_to_a_reason_that_did_not_hold(cast: Cast) -> None:
    case = taken_off(cast)
    decision = _live(cast.bakyt, TakingOffDecision)
    for reason, code in (("moved", "other_side_not_accepted"), ("reached_18", "not_yet_adult")):
        faults = _refused(cast.bakyt, case, "decision", decision, reason=reason)
        assert faults == [("values.reason", code)]


def test_nobody_comes_of_age_whose_birth_is_not_known(cast: Cast) -> None:
    case = registered(cast, born=None)
    proposed(cast, case, "difficulty_overcome")
    proposal = _live(cast.aigul, TakingOffProposal)
    faults = _refused(cast.aigul, case, "proposal", proposal, reason="reached_18")
    assert faults == [("values.reason", "birth_not_known")]


@pytest.mark.parametrize("decided", [False, True])
def test_beside_the_register_only_its_reasons_hold(cast: Cast, *, decided: bool) -> None:
    """A child that was never registered does not overcome its difficulty by a correction."""
    case = identified(cast)
    proposed(cast, case, "died")
    kind = "proposal"
    table: type[models.Model] = TakingOffProposal
    if decided:
        cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)
        kind, table = "decision", TakingOffDecision
    faults = _refused(
        cast.bakyt, case, kind, _live(cast.bakyt, table), reason="difficulty_overcome"
    )
    assert faults == [("values.reason", "reason_not_here")]


def test_a_child_corrected_to_not_seen_is_sought_and_found_again(cast: Cast) -> None:
    """The second time not seen in a row is the specialist's task, and ends with the error."""
    case = registered(cast)
    visited(cast, cast.aigul, not_seen(case))
    visited(cast, cast.aigul, seen(case))
    row = _live(cast.aigul, VisitChild, seen="alone")
    assert cast.bakyt.tasks(case) == []
    change = {"seen": "not_seen", "not_seen_reason": "nobody_home"}
    _correct(cast.aigul, case, "visit_child", row, **change)
    assert cast.bakyt.tasks(case) == [("not_seen_followup", "specialist")]
    assert cast.aigul.case(case).not_seen_in_a_row == 2
    assert cast.aigul.sees(SiblingLook, withdrawn_at=None) == 0
    newest = _live(cast.aigul, VisitChild, corrects=row.pk)
    assert [getattr(newest, question) for question in QUESTIONS] == [None] * 4
    _correct(cast.aigul, case, "visit_child", newest, seen="alone", **NONE_OF_THESE)
    assert cast.bakyt.tasks(case) == []
    assert cast.aigul.sees(SiblingLook, withdrawn_at=None) == 1
    assert _live(cast.aigul, VisitChild, corrects=newest.pk).not_seen_reason == ""


def test_a_child_at_high_risk_is_sought_at_once(cast: Cast) -> None:
    case = registered(cast, risk_level="high")
    visited(cast, cast.aigul, seen(case))
    change = {"seen": "not_seen", "not_seen_reason": "nobody_home"}
    _correct(cast.aigul, case, "visit_child", _live(cast.aigul, VisitChild), **change)
    assert cast.bakyt.tasks(case) == [("not_seen_followup", "specialist")]


def test_a_risk_corrected_to_high_makes_a_child_not_seen_a_task(cast: Cast) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, not_seen(case))
    fact = _live(cast.aigul, Identification)
    _correct(cast.aigul, case, "identification", fact, risk_level="high")
    assert cast.bakyt.tasks(case) == [("not_seen_followup", "specialist")]
    newest = _live(cast.aigul, Identification)
    _correct(cast.aigul, case, "identification", newest, risk_level="low")
    assert cast.bakyt.tasks(case) == []


def test_a_visit_that_was_none_lets_the_first_visit_be_due_again(cast: Cast) -> None:
    (case,) = accepted(cast.aigul)
    visited(cast, cast.aigul, seen(case))
    assert cast.aigul.tasks(case) == []
    change = {"seen": "not_seen", "not_seen_reason": "nobody_home"}
    _correct(cast.aigul, case, "visit_child", _live(cast.aigul, VisitChild), **change)
    assert cast.aigul.tasks(case) == [("visit_due", "worker")]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"seen": "not_seen"}, ("values.not_seen_reason", "not_seen_reason_missing")),
        ({"next_on": "2026-03-01"}, ("values.next_on", "next_visit_before_this")),
    ],
)
def test_a_visits_row_is_corrected_by_the_rules_it_was_made_by(
    cast: Cast, change: Values, fault: tuple[str, str]
) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, seen(case))
    row = _live(cast.aigul, VisitChild)
    assert _refused(cast.aigul, case, "visit_child", row, **change) == [fault]


def test_a_child_corrected_to_seen_needs_all_answers(cast: Cast) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, not_seen(case))
    row = _live(cast.aigul, VisitChild)
    answers = NONE_OF_THESE | {"basics_missing": None}
    assert _refused(cast.aigul, case, "visit_child", row, seen="alone", **answers) == [
        ("values.injury_fear_word", "answers_missing")
    ]


def test_an_answer_corrected_to_yes_does_what_a_yes_does(cast: Cast) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, seen(case))
    row = _live(cast.aigul, VisitChild)
    _correct(cast.aigul, case, "visit_child", row, basics_missing=True)
    assert cast.aigul.tasks(case) == [("need_followup", "worker")]
    assert cast.aigul.sees(Need, withdrawn_at=None) == 1
    row = _live(cast.aigul, VisitChild)
    _correct(cast.aigul, case, "visit_child", row, words_of_child="I am well.")
    assert cast.aigul.tasks(case) == [("need_followup", "worker")]
    row = _live(cast.aigul, VisitChild)
    _correct(cast.aigul, case, "visit_child", row, basics_missing=False)
    assert (cast.aigul.tasks(case), cast.aigul.sees(Need, withdrawn_at=None)) == ([], 0)


def test_the_kind_of_a_visit_is_corrected_for_all_its_children(cast: Cast) -> None:
    """A visit that was the check after leaving closes the case, and opens it again if not."""
    case = taken_off(cast)
    visit = visited(cast, cast.aigul, seen(case))
    assert cast.bakyt.state(case) == "check_due"
    _correct(cast.aigul, case, "visit", _live(cast.aigul, Visit), kind="after_leaving")
    assert (cast.bakyt.state(case), cast.bakyt.tasks(case)) == ("closed", [])
    newest = _live(cast.aigul, Visit)
    assert newest.corrects == UUID(visit)
    assert _live(cast.aigul, VisitChild).kind == "after_leaving"
    _correct(cast.aigul, case, "visit", newest, kind="home")
    assert cast.bakyt.state(case) == "check_due"
    assert [kind for kind, _ in cast.bakyt.tasks(case)] == ["check_after_leaving"]


def test_a_visit_of_migrants_children_asks_what_is_missing_then(cast: Cast) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, seen(case))
    _correct(cast.aigul, case, "visit", _live(cast.aigul, Visit), kind="migrant_check")
    row = _live(cast.aigul, VisitChild)
    assert _refused(cast.aigul, case, "visit_child", row, words_of_child="Well.") == [
        ("values.lives_with", "migrant_check_incomplete")
    ]


def test_the_day_of_a_visit_is_that_of_the_need_it_found(cast: Cast) -> None:
    cast.time.passes(days=9)
    case = registered(cast, happened_on=cast.days_ago(9))
    visited(cast, cast.aigul, {"case": case, **yes_to("basics_missing")})
    day = cast.days_ago(2)
    _correct(cast.aigul, case, "visit", _live(cast.aigul, Visit), happened_on=day)
    need = _live(cast.aigul, Need)
    assert (f"{need.happened_on}", need.visit_id) == (day, _live(cast.aigul, Visit).pk)
    assert _refused(
        cast.aigul, case, "visit", _live(cast.aigul, Visit), happened_on=cast.days_ago(10)
    ) == [("values.happened_on", "before_beginning")]


def test_who_was_told_of_a_removal_is_corrected_with_what_is_due(cast: Cast) -> None:
    case = registered(cast)
    told = cast.time.moment.isoformat()
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today, parents_told_at=told))
    removal = _live(cast.aigul, Removal)
    assert [kind for kind, _ in cast.aigul.tasks(case)] == ["notice_doctor", "notice_prosecutor"]
    change = {"parents_told_at": None, "doctor_told_at": cast.time.moment.isoformat()}
    _correct(cast.aigul, case, "removal", removal, **change)
    assert [kind for kind, _ in cast.aigul.tasks(case)] == ["notice_parents", "notice_prosecutor"]
    newest = _live(cast.aigul, Removal)
    assert (newest.parents_told_at, newest.doctor_told_at is None) == (None, False)
    ahead = f"{cast.in_days(1)}T09:00:00+06:00"
    faults = _refused(cast.aigul, case, "removal", newest, prosecutor_told_at=ahead)
    assert faults == [("values.prosecutor_told_at", "told_in_future")]


def test_who_answers_and_since_when_is_corrected(cast: Cast) -> None:
    """The rows follow whoever answers by the correction; days keep their order."""
    cast.time.passes(days=9)
    case = registered(cast, happened_on=cast.days_ago(9))
    assign = {"case": case, "post": cast.nurlan.post}
    cast.bakyt.do("assign_worker", **assign, happened_on=cast.days_ago(4))
    mine = _live(cast.bakyt, Assignment, post_id=cast.nurlan.post)
    first = _live(cast.bakyt, Assignment, post_id=cast.aigul.post)
    _correct(cast.bakyt, case, "assignment", mine, happened_on=cast.days_ago(2))
    newest = _live(cast.bakyt, Assignment, post_id=cast.nurlan.post)
    assert f"{newest.happened_on}" == cast.days_ago(2)
    for fact, day, code in (
        (newest, 10, "before_beginning"),
        (first, 1, "after_next"),
    ):
        faults = _refused(cast.bakyt, case, "assignment", fact, happened_on=cast.days_ago(day))
        assert faults == [("values.happened_on", code)]
    assert _refused(cast.bakyt, case, "assignment", newest, post=cast.cholpon.post) == [
        ("values.post", "post_unknown")
    ]
    _correct(cast.bakyt, case, "assignment", newest, post=cast.begimai.post)
    assert cast.begimai.case(case).responsible_id == cast.begimai.post
    assert cast.nurlan.refused("declare_interest", case=case, kind="relative") == "not_found"


def test_who_is_related_is_not_made_to_answer_by_a_correction(cast: Cast) -> None:
    case = registered(cast)
    cast.bakyt.do("declare_interest", case=case, kind="relative", post=cast.nurlan.post)
    fact = _live(cast.bakyt, Assignment)
    assert _refused(cast.bakyt, case, "assignment", fact, post=cast.nurlan.post) == [
        ("values.post", "interested_cannot_answer")
    ]


def test_a_member_of_the_household_is_corrected_by_the_worker(cast: Cast) -> None:
    case = registered(cast, adults=[{"given_name": "Гүлмира", "relation": "mother"}])
    member = _live(cast.aigul, HouseholdMember, relation="mother")
    _correct(cast.aigul, case, "member", member, relation="grandmother")
    newest = _live(cast.aigul, HouseholdMember, person_id=member.person_id)
    assert (newest.relation, newest.corrects) == ("grandmother", member.pk)
