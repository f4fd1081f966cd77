"""Step 9: any fact is corrected by a new one; the last own act may be taken back at once."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import models

from kamkor.cases.models import (
    AccompanimentEnd,
    Case,
    Identification,
    Need,
    Registration,
    RegistrationGround,
    Removal,
    RemovalEnd,
    SafeContact,
    SiblingLook,
    StateProtection,
    TakingOffDecision,
    TakingOffProposal,
    TaskDone,
    TransferAnswer,
    TransferOffer,
    Visit,
    VisitChild,
)
from kamkor.cases.operations.facts import CORRECTABLE
from kamkor.people.models import Birth, HouseholdMember
from tests.cast import Cast, Player
from tests.factories import (
    a_removal,
    derived,
    proposed,
    registered,
    seen,
    taken_off,
    transferred,
    visited,
    yes_to,
)


def _live(player: Player, model: type[models.Model], **lookups: Any) -> Any:  # noqa: ANN401 - any fact
    with player.inside():
        return model._default_manager.get(withdrawn_at=None, **lookups)


def _correct(player: Player, case: str, kind: str, fact: UUID, /, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - any value
    data = {"kind": kind, "fact": str(fact), "values": values, "reason": "typing_error"}
    return player.do("correct_fact", case=case, **data)


def test_a_corrected_fact_and_the_one_before_both_stay_to_be_seen(cast: Cast) -> None:
    case = registered(cast)
    old = _live(cast.aigul, Identification)
    cast.time.passes(days=1)
    answer = _correct(cast.aigul, case, "identification", old.pk, risk_level="high")
    with cast.aigul.inside():
        rows = {one.pk: one for one in Identification.objects.all()}
    new = rows[UUID(answer["fact"])]
    assert len(rows) == 2
    assert rows[old.pk].withdrawn_at is not None
    assert (new.corrects, new.withdrawn_at, new.risk_level) == (old.pk, None, "high")
    assert (old.risk_level, answer["changed"]) == ("medium", ["risk_level"])


def test_a_correction_keeps_its_place_in_the_order_and_what_is_derived_is_rebuilt(
    cast: Cast,
) -> None:
    case = registered(cast, risk_level="low")
    cast.time.passes(days=1)
    visited(cast, cast.aigul, {"case": case, **yes_to("harmful_person_access")})
    assert cast.aigul.case(case).risk_level == "high"
    old = _live(cast.aigul, Identification)
    cast.time.passes(days=1)
    _correct(cast.aigul, case, "identification", old.pk, risk_level="medium")
    new = _live(cast.aigul, Identification)
    assert new.first_recorded_at == old.first_recorded_at
    assert new.recorded_at > old.recorded_at
    # The visit came after what was corrected: the higher risk stands.
    assert cast.aigul.case(case).risk_level == "high"
    row = _live(cast.aigul, VisitChild)
    _correct(cast.aigul, case, "visit_child", row.pk, harmful_person_access=False)
    assert cast.aigul.case(case).risk_level == "medium"


def test_the_day_of_a_visit_is_corrected_for_all_its_children(cast: Cast) -> None:
    cast.time.passes(days=9)
    case = registered(cast, happened_on=cast.days_ago(9))
    visit = visited(cast, cast.aigul, seen(case), happened_on=cast.today)
    _correct(cast.aigul, case, "visit", UUID(visit), happened_on=cast.days_ago(2), minutes=30)
    new, row = _live(cast.aigul, Visit), _live(cast.aigul, VisitChild)
    assert (new.happened_on, new.minutes) == (date(2026, 3, 9), 30)
    assert (row.visit_id, row.happened_on) == (new.pk, date(2026, 3, 9))
    assert cast.aigul.case(case).last_seen_on == date(2026, 3, 9)


def test_a_child_seen_by_mistake_is_corrected_to_not_seen(cast: Cast) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, seen(case))
    row = _live(cast.aigul, VisitChild)
    change = {"seen": "not_seen", "not_seen_reason": "at_school"}
    _correct(cast.aigul, case, "visit_child", row.pk, **change)
    kept = cast.aigul.case(case)
    assert (kept.last_visit_on, kept.last_seen_on) == (cast.time.today, None)
    assert kept.not_seen_in_a_row == 1


def test_a_corrected_birth_is_the_childs(cast: Cast) -> None:
    """A corrected birth is the child's."""
    case = registered(cast)
    birth = _live(cast.aigul, Birth)
    change = {"born_on": "2016-05-04", "precision": "day", "sex": "female"}
    _correct(cast.aigul, case, "birth", birth.pk, **change)
    child = cast.aigul.case(case).child
    assert child is not None
    assert (child.born_on, child.birth_precision, child.sex) == (date(2016, 5, 4), "day", "female")


def test_a_ground_corrected_to_violence_seals_the_case(cast: Cast) -> None:
    case = registered(cast)
    ground = _live(cast.bakyt, RegistrationGround)
    _correct(cast.bakyt, case, "ground", ground.pk, ground="child_victim_of_violence")
    kept = cast.bakyt.case(case)
    assert kept.main_ground == "child_victim_of_violence"
    assert kept.team is not None
    assert cast.oblast.sees(Case) == 0


def test_a_ground_of_removal_corrected_to_violence_seals_the_case(cast: Cast) -> None:
    case = registered(cast)
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today))
    removal = _live(cast.aigul, Removal)
    _correct(cast.aigul, case, "removal", removal.pk, ground="violence")
    assert cast.aigul.case(case).team is not None


def test_a_ground_is_not_corrected_to_one_of_the_other_register(cast: Cast) -> None:
    case = registered(cast)
    ground = _live(cast.bakyt, RegistrationGround)
    data = {"kind": "ground", "fact": str(ground.pk), "reason": "typing_error"}
    values = {"ground": "lost_housing"}
    assert cast.bakyt.faults("correct_fact", case=case, **data, values=values) == [
        ("values.ground", "ground_of_other_register")
    ]


def test_a_corrected_decision_leads_where_the_right_reason_leads(cast: Cast) -> None:
    case = taken_off(cast)
    decision = _live(cast.bakyt, TakingOffDecision)
    _correct(cast.bakyt, case, "decision", decision.pk, reason="placed_guardianship")
    assert cast.bakyt.state(case) == "accompaniment"


# Each kind with its table and one right change; those not here are tried above by themselves.
CHANGES: dict[str, tuple[type[models.Model], dict[str, Any]]] = {
    "identification": (Identification, {"difficulty": "Alone at night."}),
    "registration": (Registration, {"note": "Decided at the meeting."}),
    "ground": (RegistrationGround, {"ground": "out_of_school"}),
    "state_protection": (StateProtection, {"note": "By the commission."}),
    "visit": (Visit, {"changed": "A new roof.", "words_of_carer": "Better."}),
    "visit_child": (VisitChild, {"words_of_child": "I am well."}),
    "removal": (Removal, {"decider": "commission", "sleeps_where": "At the aunt's"}),
    "safe_contact": (SafeContact, {"contact": "The school nurse"}),
    "removal_end": (RemovalEnd, {"note": "At home with the aunt."}),
    "proposal": (TakingOffProposal, {"note": "Seen at four visits."}),
    "decision": (TakingOffDecision, {"note": "Agreed by both."}),
    "accompaniment_end": (AccompanimentEnd, {"note": "Guardian manages."}),
    "offer": (TransferOffer, {"reason": "child_moved"}),
    "answer": (TransferAnswer, {"note": "Accepted by telephone."}),
    "need": (Need, {"what": "coal"}),
    "task_done": (TaskDone, {"proof": "Letter 13"}),
    "birth": (Birth, {"sex": "female"}),
    "member": (HouseholdMember, {"until": "2026-03-02"}),
    "sibling_look": (SiblingLook, {"happened_on": "2026-03-02", "looked_at": False}),
}


# What is not about a case is tried in test_09_correction_of_reports.
OF_REPORTS = ("report", "report_child", "screening", "second_look", "error_mark", "round")


def _with_every_kind(cast: Cast) -> str:
    """A case about which there is a fact of every kind."""
    case = registered(cast)
    status = {"given": True, "happened_on": cast.today, "note": "x"}
    cast.bakyt.do("change_state_protection", case=case, **status)
    visited(cast, cast.aigul, {"case": case, **yes_to("basics_missing")})
    task = str(cast.aigul.task(case, "need_followup").pk)
    cast.aigul.do("complete_task", task=task, happened_on=cast.today, proof="Letter 12")
    removal = a_removal(cast.today, safe_contact="The grandmother")
    cast.aigul.do("protect_now", case=case, **removal)
    cast.bakyt.do("end_removal", case=case, happened_on=cast.today, note="x")
    transferred(cast, case)
    cast.specialist2.do("return_transfer", case=case, reason="not_living_here")
    proposed(cast, case, "placed_foster")
    cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)
    cast.bakyt.do("end_accompaniment", case=case, happened_on=cast.today, note="x")
    return case


@pytest.mark.parametrize("kind", CHANGES)
def test_every_kind_of_fact_can_be_corrected_and_nothing_else_moves(cast: Cast, kind: str) -> None:
    case = _with_every_kind(cast)
    model, values = CHANGES[kind]
    before = derived(cast, case)
    lookups = {"stopped": False} if kind == "task_done" else {}
    old = _live(cast.bakyt, model, **lookups)
    answer = _correct(cast.bakyt, case, kind, old.pk, **values)
    new = _live(cast.bakyt, model, id=answer["fact"])
    assert new.corrects == old.pk
    assert new.first_recorded_at == old.first_recorded_at
    assert answer["changed"] == sorted(
        name for name, value in values.items() if str(getattr(old, name)) != str(value)
    )
    moved = {"main_ground"} if kind == "ground" else set()
    after = derived(cast, case)
    assert {name for name in before if before[name] != after[name]} == moved


def test_every_kind_is_tried() -> None:
    """No kind of fact that may be corrected is left untried."""
    assert sorted(CORRECTABLE) == sorted([*CHANGES, "interest", "assignment", *OF_REPORTS])


def test_the_kind_of_an_interest_is_corrected_and_stays_declared(cast: Cast) -> None:
    case = registered(cast)
    cast.bakyt.do("declare_interest", case=case, kind="relative", post=cast.nurlan.post)
    from kamkor.cases.models import Interest  # noqa: PLC0415 - the one test about it

    interest = _live(cast.bakyt, Interest)
    _correct(cast.bakyt, case, "interest", interest.pk, kind="neighbour")
    assert _live(cast.bakyt, Interest).kind == "neighbour"


@pytest.mark.parametrize(
    ("kind", "values", "fault"),
    [
        ("identification", {"risk_level": "medium"}, ("", "nothing_changed")),
        ("identification", {}, ("", "nothing_changed")),
        ("identification", {"risk_level": "huge"}, ("values.risk_level", "code_unknown")),
        ("identification", {"case": "x"}, ("values.case", "field_unknown")),
        ("identification", {"happened_on": "2026-03-03"}, ("values.happened_on", "date_in_future")),
        ("identification", {"happened_on": "soon"}, ("values.happened_on", "date_unreadable")),
        ("identification", {"happened_on": "2014-01-01"}, ("values.happened_on", "before_birth")),
        ("identification", {"difficulty": "x" * 4001}, ("values.difficulty", "text_too_long")),
        ("identification", {"happened_on": None}, ("values.happened_on", "field_required")),
        ("birth", {"born_on": "2026-03-03"}, ("values.born_on", "date_in_future")),
        ("birth", {"precision": "roughly"}, ("values.precision", "code_unknown")),
        ("dream", {"note": "x"}, ("kind", "code_unknown")),
    ],
)
def test_a_correction_that_cannot_be_so_is_refused(
    cast: Cast, kind: str, values: dict[str, Any], fault: tuple[str, str]
) -> None:
    case = registered(cast)
    model = {"birth": Birth}.get(kind, Identification)
    fact = _live(cast.aigul, model).pk
    data = {"kind": kind, "fact": str(fact), "values": values, "reason": "typing_error"}
    assert cast.aigul.faults("correct_fact", case=case, **data) == [fault]


@pytest.mark.parametrize("minutes", ["-1", "1441", 99_999])
def test_a_number_is_corrected_within_the_bounds_it_was_asked_with(
    cast: Cast, minutes: int | str
) -> None:
    case = registered(cast)
    visit = visited(cast, cast.aigul, seen(case))
    data = {"kind": "visit", "fact": visit, "reason": "typing_error"}
    values = {"minutes": minutes}
    assert cast.aigul.faults("correct_fact", case=case, **data, values=values) == [
        ("values.minutes", "number_out_of_range")
    ]


def test_a_birth_is_not_corrected_to_after_a_visit(cast: Cast) -> None:
    cast.time.passes(days=9)
    case = registered(cast, happened_on=cast.days_ago(9))
    birth = _live(cast.aigul, Birth)
    values = {"born_on": cast.days_ago(5), "precision": "day"}
    data = {"kind": "birth", "fact": str(birth.pk), "values": values, "reason": "papers_came"}
    assert cast.aigul.faults("correct_fact", case=case, **data) == [
        ("values.born_on", "before_birth")
    ]


def test_the_newest_entry_alone_is_corrected_and_only_of_this_case(cast: Cast) -> None:
    case, other = registered(cast), registered(cast)
    with cast.aigul.inside():
        old = Identification.objects.get(case_id=case)
    data = {"kind": "identification", "fact": str(old.pk), "reason": "typing_error"}
    change = data | {"values": {"risk_level": "high"}}
    assert cast.aigul.faults("correct_fact", case=other, **change) == [("fact", "not_found")]
    cast.aigul.do("correct_fact", case=case, **change)
    low = data | {"values": {"risk_level": "low"}}
    assert cast.aigul.refused("correct_fact", case=case, **low) == "already_withdrawn"
    assert cast.cholpon.refused("correct_fact", case=case, **low) == "not_found"
    assert cast.oblast.refused("correct_fact", case=case, **low) == "not_permitted"


@pytest.mark.parametrize("kind", ["registration", "ground"])
def test_a_decision_is_corrected_by_those_who_decide(cast: Cast, kind: str) -> None:
    case = registered(cast)
    model, values = CHANGES[kind]
    fact = str(_live(cast.aigul, model).pk)
    data = {"kind": kind, "fact": fact, "values": values, "reason": "typing_error"}
    assert cast.aigul.refused("correct_fact", case=case, **data) == "not_yours_to_correct"
    assert cast.bakyt.refused("correct_fact", case=case, **data) == ""
