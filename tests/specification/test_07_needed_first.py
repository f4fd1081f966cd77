"""Step 7: a difficulty is overcome only of a child at home who was seen, with no notice owed."""

from collections.abc import Callable

import pytest

from kamkor.cases.models import TakingOffDecision, VisitChild
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import (
    a_child,
    a_removal,
    accepted,
    identified,
    met,
    not_seen,
    registered,
    seen,
    visited,
)

TOLD = ("prosecutor", "parents", "doctor")


def _proposed(cast: Cast, case: str, reason: str = "difficulty_overcome") -> list[str]:
    """What the form of the proposal is refused with, by Aigul."""
    cast.time.passes(minutes=1)
    desk = Desk("aigul", cast.time)
    typed = {"reason": reason, "note": "All is well."}
    return desk.act(f"/cases/{case}/propose-taking-off/", "propose_taking_off", **typed).refusals


def _decided(cast: Cast, case: str, decision: str = "agree") -> list[str]:
    """What the form of the decision is refused with, by Bakyt."""
    cast.time.passes(minutes=1)
    desk = Desk("bakyt", cast.time)
    address = f"/cases/{case}/decide-taking-off/"
    return desk.act(address, "decide_taking_off", decision=decision).refusals


def _removed(cast: Cast, case: str, **told: str) -> None:
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today, **told))


def _away(cast: Cast, case: str) -> None:
    _removed(cast, case, **{f"{who}_told_at": cast.time.moment.isoformat() for who in TOLD})


def _back(cast: Cast, case: str) -> None:
    cast.bakyt.do("end_removal", case=case, happened_on=cast.today, note="At home again.")


def _owing(cast: Cast, case: str) -> None:
    _removed(cast, case)
    _back(cast, case)


def _send(cast: Cast, case: str) -> None:
    for who in TOLD:
        task = str(cast.bakyt.task(case, f"notice_{who}").pk)
        proof = {"happened_on": cast.today, "proof": "Letter 1"}
        cast.bakyt.do("complete_task", task=task, **proof)


CAUSES: dict[str, tuple[Callable[[Cast, str], None], Callable[[Cast, str], None]]] = {
    "child_away": (_away, _back),
    "notices_owed": (_owing, _send),
}


@pytest.mark.parametrize("code", CAUSES)
def test_what_is_needed_first_is_asked_at_the_proposal_and_at_the_decision(
    cast: Cast, code: str
) -> None:
    cause, remedy = CAUSES[code]
    case = registered(cast)
    met(cast, case)
    cause(cast, case)
    assert _proposed(cast, case) == [code]
    remedy(cast, case)
    assert _proposed(cast, case) == []
    cause(cast, case)
    assert _decided(cast, case) == [code]
    assert cast.bakyt.state(case) == "taking_off_proposed"
    remedy(cast, case)
    assert _decided(cast, case) == []
    assert cast.bakyt.state(case) == "check_due"


def test_no_case_entered_in_error_closes_while_the_child_is_away(cast: Cast) -> None:
    case = registered(cast)
    _away(cast, case)
    assert _proposed(cast, case, "entered_in_error") == ["child_away"]


def test_no_case_is_closed_before_the_child_is_back(cast: Cast) -> None:
    """Neither one that was only reported, nor one that the specialist does not register."""
    (reported,) = accepted(cast.aigul)
    found = identified(cast, given_name="Айжан")
    why = {"happened_on": cast.today, "reason": "no_difficulty", "note": "All is well."}
    for case, operation, how in (
        (reported, "close_reported_case", {}),
        (found, "register_child", {"decision": "decline"}),
    ):
        _away(cast, case)
        told = Desk("bakyt", cast.time).command(operation, case=case, **why, **how)
        assert told["code"] == "child_away"
        assert cast.bakyt.case(case).away_from_home
        _back(cast, case)
        cast.bakyt.do(operation, case=case, **why, **how)


def test_a_child_nobody_has_seen_is_seen_first(cast: Cast) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, not_seen(case))
    assert _proposed(cast, case) == ["never_seen"]
    visited(cast, cast.aigul, seen(case))
    assert _proposed(cast, case) == []
    with cast.aigul.inside():
        row = VisitChild.objects.get(case_id=case, seen="alone")
    wrong = {"case": case, "kind": "visit_child", "fact": str(row.pk), "reason": "wrong_child"}
    unseen = {"seen": "not_seen", "not_seen_reason": "moved"}
    cast.aigul.do("correct_fact", **wrong, values=unseen)
    assert _decided(cast, case) == ["never_seen"]
    assert _decided(cast, case, "refuse") == []


def test_all_that_is_needed_first_is_told_at_once_and_other_reasons_ask_for_none(
    cast: Cast,
) -> None:
    case = registered(cast)
    _removed(cast, case)
    desk = Desk("aigul", cast.time)
    proposal = {"case": case, "happened_on": cast.today, "note": "x"}
    told = desk.command("propose_taking_off", **proposal, reason="difficulty_overcome")
    assert [(one["field"], one["code"]) for one in told["faults"]] == [
        ("reason", "child_away"),
        ("reason", "never_seen"),
        ("reason", "notices_owed"),
    ]
    for reason in ("died", "placed_foster", "returned_to_family"):
        other = registered(cast)
        _removed(cast, other)
        assert _proposed(cast, other, reason) == []
        assert _decided(cast, other) == []


def test_a_family_is_met_first(cast: Cast) -> None:
    found = cast.aigul.do("identify_child", **a_child(cast.today, family_too=True))
    family, ground = str(found["family"]), "low_income_crisis"
    entry = {"decision": "register", "grounds": [ground], "main_ground": ground}
    cast.bakyt.do("register_family", case=family, happened_on=cast.today, **entry)
    assert _proposed(cast, family) == ["never_seen"]
    met(cast, family)
    assert (_proposed(cast, family), _decided(cast, family)) == ([], [])


@pytest.mark.parametrize("right", ["difficulty_overcome", "entered_in_error"])
@pytest.mark.parametrize("wrong", ["placed_foster", "adopted", "returned_to_family"])
def test_who_was_away_is_so_still_without_the_placement(cast: Cast, wrong: str, right: str) -> None:
    case = registered(cast)
    met(cast, case)
    _away(cast, case)
    assert (_proposed(cast, case, wrong), _decided(cast, case)) == ([], [])
    assert not cast.bakyt.case(case).away_from_home
    with cast.bakyt.inside():
        fact = str(TakingOffDecision.objects.get(case_id=case).pk)
    data = {"case": case, "kind": "decision", "fact": fact, "reason": "typing_error"}
    told = Desk("bakyt", cast.time).command("correct_fact", **data, values={"reason": right})
    assert [(one["field"], one["code"]) for one in told["faults"]] == [
        ("values.reason", "child_away")
    ]


def test_a_reason_is_not_corrected_to_one_that_needs_more(cast: Cast) -> None:
    case = registered(cast)
    assert (_proposed(cast, case, "returned_to_family"), _decided(cast, case)) == ([], [])
    with cast.bakyt.inside():
        fact = str(TakingOffDecision.objects.get(case_id=case).pk)
    wrong = {"case": case, "kind": "decision", "fact": fact, "reason": "typing_error"}
    values = {"reason": "difficulty_overcome"}
    told = Desk("bakyt", cast.time).command("correct_fact", **wrong, values=values)
    assert [(one["field"], one["code"]) for one in told["faults"]] == [
        ("values.reason", "never_seen")
    ]
