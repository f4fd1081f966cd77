"""Step 7: taking off the register by two persons, what each reason leads to, and the return."""

from datetime import timedelta

import pytest

from kamkor.cases.models import Case, Identification, Registration, TakingOffProposal
from tests.cast import Cast
from tests.factories import (
    a_registration,
    a_removal,
    a_return,
    identified,
    proposed,
    registered,
    seen,
    taken_off,
    visited,
)

MOVED = {"other_side": "Nooken department"}


def test_a_worker_proposes_and_another_person_decides(cast: Cast) -> None:
    case = registered(cast)
    proposed(cast, case, "difficulty_overcome")
    assert cast.aigul.state(case) == "taking_off_proposed"
    cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)
    kept = cast.aigul.case(case)
    assert (kept.state, kept.taken_off_on) == ("check_due", cast.time.today)
    assert [operation for _, operation, _ in cast.bakyt.journal(case)] == [
        "identify_child",
        "register_child",
        "propose_taking_off",
        "decide_taking_off",
    ]


def test_whoever_proposed_does_not_decide(cast: Cast) -> None:
    case = registered(cast)
    proposal = {"reason": "difficulty_overcome", "happened_on": cast.today, "note": "x"}
    cast.bakyt.do("propose_taking_off", case=case, **proposal)
    agree = {"case": case, "decision": "agree", "happened_on": cast.today}
    assert cast.bakyt.refused("decide_taking_off", **agree) == "same_person"
    assert cast.head.refused("decide_taking_off", **agree) == ""


def test_a_refused_proposal_leaves_the_child_on_the_register(cast: Cast) -> None:
    case = registered(cast)
    proposed(cast, case, "difficulty_overcome")
    refuse = {"decision": "refuse", "happened_on": cast.today, "note": "Too early."}
    cast.bakyt.do("decide_taking_off", case=case, **refuse)
    kept = cast.aigul.case(case)
    assert (kept.state, kept.taken_off_on) == ("registered", None)
    proposed(cast, case, "difficulty_overcome")
    assert cast.aigul.state(case) == "taking_off_proposed"


@pytest.mark.parametrize(
    ("reason", "state", "tasks", "next_in_days"),
    [
        ("difficulty_overcome", "check_due", [("check_after_leaving", "worker")], 90),
        ("returned_to_family", "check_due", [("check_after_leaving", "worker")], 90),
        ("placed_guardianship", "accompaniment", [("accompaniment_visit", "worker")], 90),
        ("placed_foster", "accompaniment", [("accompaniment_visit", "worker")], 90),
        ("adopted", "accompaniment", [("accompaniment_visit", "worker")], 90),
        ("moved", "closed", [], None),
        ("reached_18", "closed", [], None),
        ("died", "closed", [("death_review", "head")], None),
        ("entered_in_error", "closed", [], None),
    ],
)
def test_each_reason_leads_where_the_table_says(
    cast: Cast, reason: str, state: str, tasks: list[tuple[str, str]], next_in_days: int | None
) -> None:
    case = registered(cast, born="2008-03-02", happened_on=cast.days_ago(1))
    more = MOVED | {"other_side_accepted_on": cast.today} if reason == "moved" else {}
    proposed(cast, case, reason, **more)
    cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)
    kept = cast.bakyt.case(case)
    assert kept.state == state
    assert cast.bakyt.tasks(case) == tasks
    expected = cast.time.today + timedelta(days=next_in_days) if next_in_days else None
    assert kept.next_visit_on == expected


def test_the_death_of_a_child_stops_the_notices_and_opens_a_review(cast: Cast) -> None:
    case = registered(cast)
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today))
    assert len(cast.bakyt.tasks(case)) == 3
    proposed(cast, case, "died")
    cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)
    assert cast.bakyt.tasks(case) == [("death_review", "head")]
    task = cast.bakyt.task(case, "death_review")
    assert task.due_at.date() - cast.time.today == timedelta(days=9)


def test_who_was_placed_leaves_the_register_but_not_the_accompaniment(cast: Cast) -> None:
    case = taken_off(cast, "placed_guardianship")
    cast.time.passes(days=80)
    visited(cast, cast.aigul, seen(case))
    kept = cast.aigul.case(case)
    assert (kept.state, kept.next_visit_on) == (
        "accompaniment",
        cast.time.today + timedelta(days=90),
    )
    assert cast.aigul.tasks(case) == [("accompaniment_visit", "worker")]
    task = cast.aigul.task(case, "accompaniment_visit")
    assert task.due_at.astimezone(cast.time.moment.tzinfo).date() == kept.next_visit_on


def test_after_the_accompaniment_one_check_is_due_and_closes_the_case(cast: Cast) -> None:
    case = taken_off(cast, "placed_foster")
    cast.time.passes(days=100)
    cast.bakyt.do("end_accompaniment", case=case, happened_on=cast.today, note="All well.")
    assert cast.aigul.state(case) == "check_due"
    assert cast.aigul.tasks(case) == [("check_after_leaving", "worker")]
    cast.time.passes(days=60)
    visited(cast, cast.aigul, seen(case))
    assert cast.aigul.state(case) == "check_due"
    assert cast.aigul.tasks(case) == [("check_after_leaving", "worker")]
    visited(cast, cast.aigul, seen(case), kind="after_leaving")
    assert cast.aigul.state(case) == "closed"
    assert cast.aigul.tasks(case) == []


def test_a_check_at_which_the_child_was_not_seen_closes_nothing(cast: Cast) -> None:
    case = taken_off(cast)
    row = {"case": case, "seen": "not_seen", "not_seen_reason": "nobody_home"}
    visited(cast, cast.aigul, row, kind="after_leaving")
    assert cast.aigul.state(case) == "check_due"
    assert cast.aigul.tasks(case) == [("check_after_leaving", "worker")]


def test_a_child_who_moved_leaves_only_when_the_other_side_has_accepted(cast: Cast) -> None:
    case = registered(cast)
    move = {"case": case, "reason": "moved", "happened_on": cast.today, "note": "To Nooken."}
    for known in ({}, MOVED, {"other_side_accepted_on": cast.today}):
        assert cast.aigul.faults("propose_taking_off", **move, **known) == [
            ("other_side", "other_side_not_accepted")
        ]
    assert cast.aigul.state(case) == "registered"


def test_nobody_leaves_as_grown_up_before_the_eighteenth_birthday(cast: Cast) -> None:
    proposal = {"reason": "reached_18", "happened_on": cast.today, "note": "Birthday."}
    early = registered(cast, born="2008-03-03")
    assert cast.aigul.faults("propose_taking_off", case=early, **proposal) == [
        ("reason", "not_yet_adult")
    ]
    today = registered(cast, born="2008-03-02", happened_on=cast.days_ago(1))
    assert cast.aigul.refused("propose_taking_off", case=today, **proposal) == ""
    unknown = registered(cast, born="")
    assert cast.aigul.faults("propose_taking_off", case=unknown, **proposal) == [
        ("reason", "birth_not_known")
    ]


def test_who_was_born_on_29_february_is_eighteen_on_1_march(cast: Cast) -> None:
    """Who was born on 29 February is eighteen on 1 March."""
    cast.time.passes(days=-1)
    case = registered(cast, born="2008-02-29", happened_on=cast.days_ago(1))
    proposal = {"case": case, "reason": "reached_18", "happened_on": cast.today, "note": "x"}
    assert cast.today == "2026-03-01"
    assert cast.aigul.refused("propose_taking_off", **proposal) == ""


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"reason": "bored"}, ("reason", "code_unknown")),
        ({"note": ""}, ("note", "field_required")),
        ({"happened_on": "2026-03-01"}, ("happened_on", "before_beginning")),
        ({"happened_on": "2026-03-03"}, ("happened_on", "date_in_future")),
    ],
)
def test_a_proposal_that_cannot_be_so_is_refused(
    cast: Cast, changed: dict[str, object], fault: tuple[str, str]
) -> None:
    case = registered(cast)
    proposal = {"reason": "difficulty_overcome", "happened_on": cast.today, "note": "x"} | changed
    assert cast.aigul.faults("propose_taking_off", case=case, **proposal) == [fault]


def test_nothing_is_decided_before_it_was_proposed_or_by_a_worker(cast: Cast) -> None:
    case = registered(cast)
    agree = {"case": case, "decision": "agree"}
    assert cast.bakyt.refused("decide_taking_off", **agree, happened_on=cast.today) == (
        "state_forbids"
    )
    cast.time.passes(days=3)
    proposed(cast, case, "difficulty_overcome")
    early = agree | {"happened_on": cast.days_ago(1)}
    assert cast.bakyt.faults("decide_taking_off", **early) == [("happened_on", "before_beginning")]
    today = agree | {"happened_on": cast.today}
    assert cast.aigul.refused("decide_taking_off", **today) == "not_permitted"
    assert cast.specialist2.refused("decide_taking_off", **today) == "not_found"
    twice = {"reason": "died", "happened_on": cast.today, "note": "x"}
    assert cast.aigul.refused("propose_taking_off", case=case, **twice) == ""
    plain = twice | {"reason": "difficulty_overcome"}
    assert cast.aigul.refused("propose_taking_off", case=case, **plain) == "reason_not_here"


def test_only_an_accompaniment_is_ended_and_not_before_it_began(cast: Cast) -> None:
    cast.time.passes(days=3)
    case, other = taken_off(cast, "placed_foster"), taken_off(cast)
    end = {"happened_on": cast.days_ago(1), "note": "x"}
    assert cast.bakyt.faults("end_accompaniment", case=case, **end) == [
        ("happened_on", "before_beginning")
    ]
    today = {"happened_on": cast.today, "note": "x"}
    assert cast.aigul.refused("end_accompaniment", case=case, **today) == "not_permitted"
    assert cast.bakyt.refused("end_accompaniment", case=other, **today) == "state_forbids"


def test_a_return_opens_a_new_episode_and_the_old_one_stays_as_it_was(cast: Cast) -> None:
    old = taken_off(cast)
    cast.time.passes(days=30)
    new = str(cast.bakyt.do("return_to_register", case=old, **a_return(cast.today))["case"])
    before, after = cast.aigul.case(old), cast.aigul.case(new)
    assert (before.state, after.state) == ("closed", "registered")
    assert (after.previous_id, after.child_id) == (before.pk, before.child_id)
    assert after.number != before.number
    assert (after.opened_on, after.registered_on) == (cast.time.today, cast.time.today)
    assert before.registered_on == cast.time.today - timedelta(days=30)
    assert (after.responsible_id, after.main_ground) == (cast.aigul.post, "neglected")
    assert cast.bakyt.tasks(old) == []
    assert (cast.aigul.sees(Identification), cast.aigul.sees(Registration)) == (2, 2)


def test_a_child_returns_from_accompaniment_as_well_as_from_a_closed_case(cast: Cast) -> None:
    placed = taken_off(cast, "placed_guardianship")
    cast.bakyt.do("return_to_register", case=placed, **a_return(cast.today))
    assert cast.aigul.state(placed) == "closed"
    closed = taken_off(cast, "entered_in_error")
    cast.bakyt.do("return_to_register", case=closed, **a_return(cast.today))
    assert cast.bakyt.sees(Case, state="registered") == 2


def test_a_return_because_of_violence_seals_the_case(cast: Cast) -> None:
    old = taken_off(cast)
    ground = "witness_of_violence"
    data = a_return(cast.today, grounds=[ground], main_ground=ground)
    new = str(cast.bakyt.do("return_to_register", case=old, **data)["case"])
    assert cast.aigul.case(new).team is not None
    assert cast.oblast.sees(Case) == 0


def test_a_return_that_cannot_be_so_is_refused(cast: Cast) -> None:
    cast.time.passes(days=3)
    old = taken_off(cast)
    back = {"case": old, **a_return(cast.today)}
    other = back | {"main_ground": "orphan"}
    assert cast.bakyt.faults("return_to_register", **other) == [
        ("main_ground", "main_ground_missing")
    ]
    family = back | {"grounds": ["lost_housing"], "main_ground": "lost_housing"}
    assert cast.bakyt.refused("return_to_register", **family) == "ground_of_other_register"
    early = back | {"happened_on": cast.days_ago(1)}
    assert cast.bakyt.refused("return_to_register", **early) == "before_beginning"
    assert cast.aigul.refused("return_to_register", **back) == "not_permitted"
    cast.bakyt.do("return_to_register", **back)
    assert cast.bakyt.refused("return_to_register", **back) == "already_returned"
    standing = registered(cast)
    assert cast.bakyt.refused("return_to_register", **(back | {"case": standing})) == (
        "state_forbids"
    )


def test_who_was_never_registered_does_not_return(cast: Cast) -> None:
    case = identified(cast)
    decline = {"decision": "decline", "happened_on": cast.today, "reason": "no_difficulty"}
    cast.bakyt.do("register_child", case=case, **decline)
    assert cast.bakyt.refused("return_to_register", case=case, **a_return(cast.today)) == (
        "state_forbids"
    )
    assert cast.bakyt.refused("register_child", case=case, **a_registration(cast.today)) == (
        "state_forbids"
    )


def test_a_correction_by_another_does_not_let_the_proposer_decide(cast: Cast) -> None:
    case = registered(cast)
    cast.head.do(
        "propose_taking_off",
        case=case,
        reason="difficulty_overcome",
        happened_on=cast.today,
        note="Sene at three visits.",
    )
    with cast.bakyt.inside():
        proposal = TakingOffProposal.objects.get(case_id=case)
    cast.bakyt.do(
        "correct_fact",
        case=case,
        kind="proposal",
        fact=str(proposal.pk),
        values={"note": "Seen at three visits."},
        reason="typing_error",
    )
    agree = {"case": case, "decision": "agree", "happened_on": cast.today}
    assert cast.head.refused("decide_taking_off", **agree) == "same_person"
    assert cast.bakyt.refused("decide_taking_off", **agree) == "same_person"
