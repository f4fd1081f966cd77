"""Step 5: one visit for a household, a row for each child, four questions where yes is concern."""

from datetime import timedelta
from typing import Any

import pytest

from kamkor.cases.models import Need, SiblingLook, Visit, VisitChild
from kamkor.web.words import coded
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import (
    a_child,
    a_registration,
    a_removal,
    accepted,
    identified,
    not_seen,
    registered,
    seen,
    two_children,
    visited,
    yes_to,
)

QUESTIONS = (
    "injury_fear_word",
    "harmful_person_access",
    "no_able_adult_tonight",
    "basics_missing",
)
NO = dict.fromkeys(QUESTIONS, False)


def _answered(case: str, **yes: bool) -> dict[str, Any]:
    return {"case": case, "seen": "alone", **NO, **yes}


def test_a_visit_says_how_the_child_was_seen_and_when_the_next_one_is(cast: Cast) -> None:
    case = registered(cast)
    visit = visited(
        cast,
        cast.aigul,
        seen(case, words_of_child="I like school."),
        changed="A new stove.",
        words_of_carer="It is warm now.",
        next_on=cast.in_days(10),
        minutes=45,
    )
    kept = cast.aigul.case(case)
    assert (kept.last_visit_on, kept.last_seen_on) == (cast.time.today, cast.time.today)
    assert kept.next_visit_on == cast.time.today + timedelta(days=10)
    with cast.aigul.inside():
        whole = Visit.objects.get(id=visit)
        row = VisitChild.objects.get(visit_id=visit)
    assert (whole.kind, whole.changed, whole.minutes) == ("home", "A new stove.", 45)
    assert (row.seen, row.words_of_child) == ("alone", "I like school.")
    assert cast.aigul.journal(case)[-1] == (3, "record_visit", cast.aigul.post)


def test_none_of_these_is_four_times_no(cast: Cast) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, seen(case))
    with cast.aigul.inside():
        row = VisitChild.objects.get()
        assert [getattr(row, one) for one in QUESTIONS] == [False] * 4


def test_two_children_of_a_home_each_have_a_row_in_one_visit(cast: Cast) -> None:
    first, second = two_children(cast)
    visited(cast, cast.aigul, seen(first, seen="with_others"), not_seen(second))
    assert (cast.aigul.sees(Visit), cast.aigul.sees(VisitChild)) == (1, 2)
    assert cast.aigul.case(first).last_seen_on == cast.time.today
    there, missed = cast.aigul.case(first), cast.aigul.case(second)
    assert (there.not_seen_in_a_row, missed.not_seen_in_a_row) == (0, 1)
    assert (missed.last_visit_on, missed.last_seen_on) == (cast.time.today, None)


def test_a_child_who_was_seen_counts_as_looked_at(cast: Cast) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, seen(case))
    child = cast.aigul.case(case).child_id
    assert cast.aigul.sees(SiblingLook, person_id=child, looked_at=True) == 1


@pytest.mark.parametrize("question", QUESTIONS[:3])
def test_a_yes_about_safety_makes_the_risk_high_at_once(cast: Cast, question: str) -> None:
    case = registered(cast, risk_level="low")
    visited(cast, cast.aigul, _answered(case, **{question: True}))
    kept = cast.aigul.case(case)
    assert kept.risk_level == "high"
    assert kept.next_visit_on == cast.time.today + timedelta(days=14)


def test_a_need_is_met_and_never_raises_the_risk(cast: Cast) -> None:
    case = registered(cast, risk_level="low")
    visited(cast, cast.aigul, _answered(case, basics_missing=True))
    assert cast.aigul.case(case).risk_level == "low"
    assert cast.aigul.sees(Need, case_id=case, what="basics") == 1
    assert cast.aigul.tasks(case) == [("need_followup", "worker")]
    task = cast.aigul.task(case, "need_followup")
    assert task.due_at - task.recorded_at == timedelta(days=14)
    cast.aigul.do(
        "complete_task", task=str(task.pk), happened_on=cast.today, proof="Coal brought by Sagyn"
    )
    assert cast.aigul.tasks(case) == []


def test_a_child_not_seen_twice_in_a_row_becomes_a_task_of_the_specialist(cast: Cast) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, not_seen(case))
    assert cast.bakyt.tasks(case) == []
    cast.time.passes(days=3)
    visited(cast, cast.aigul, not_seen(case, not_seen_reason="moved"))
    assert cast.bakyt.tasks(case) == [("not_seen_followup", "specialist")]
    task = cast.bakyt.task(case, "not_seen_followup")
    assert task.due_at - task.recorded_at == timedelta(days=3)


def test_a_child_at_high_risk_not_seen_once_becomes_a_task_of_the_specialist(cast: Cast) -> None:
    case = registered(cast, risk_level="high")
    visited(cast, cast.aigul, not_seen(case))
    assert cast.bakyt.tasks(case) == [("not_seen_followup", "specialist")]


def test_the_task_stands_once_and_ends_when_the_child_is_seen(cast: Cast) -> None:
    case = registered(cast, risk_level="high")
    for _ in range(3):
        visited(cast, cast.aigul, not_seen(case))
    assert cast.bakyt.tasks(case) == [("not_seen_followup", "specialist")]
    assert cast.aigul.case(case).not_seen_in_a_row == 3
    visited(cast, cast.aigul, seen(case))
    assert cast.bakyt.tasks(case) == []
    assert cast.aigul.case(case).not_seen_in_a_row == 0


def test_the_first_visit_to_a_reported_child_is_no_longer_due_once_it_was_seen(cast: Cast) -> None:
    (case,) = accepted(cast.aigul)
    visited(cast, cast.aigul, not_seen(case))
    assert cast.aigul.tasks(case) == [("visit_due", "worker")]
    visited(cast, cast.aigul, seen(case))
    assert cast.aigul.tasks(case) == []


def test_a_child_of_migrants_is_asked_with_whom_in_what_conditions_and_for_contact(
    cast: Cast,
) -> None:
    case = registered(cast)
    home = cast.aigul.home(case)
    visit = {"household": home, "kind": "migrant_check", "happened_on": cast.today}
    row = seen(case, lives_with="The grandmother", conditions="good")
    assert cast.aigul.faults("record_visit", **visit, children=[row]) == [
        ("children.0.lives_with", "migrant_check_incomplete")
    ]
    cast.aigul.do("record_visit", **visit, children=[row | {"parents_contact": "weekly"}])
    with cast.aigul.inside():
        kept = VisitChild.objects.get()
    assert (kept.lives_with, kept.conditions, kept.parents_contact) == (
        "The grandmother",
        "good",
        "weekly",
    )
    assert cast.aigul.case(case).risk_level == "medium"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"seen": "not_seen"}, ("children.0.not_seen_reason", "not_seen_reason_missing")),
        (
            {"seen": "not_seen", "not_seen_reason": "moved", "none_of_these": True},
            ("children.0.none_of_these", "none_only_if_seen"),
        ),
        ({"seen": "alone"}, ("children.0.injury_fear_word", "answers_missing")),
        (
            {"seen": "alone", "none_of_these": True, "basics_missing": True},
            ("children.0.none_of_these", "answers_contradict"),
        ),
        (
            {"seen": "alone", "injury_fear_word": False, "basics_missing": False},
            ("children.0.injury_fear_word", "answers_missing"),
        ),
        ({"seen": "asleep", "none_of_these": True}, ("children.0.seen", "code_unknown")),
    ],
)
def test_a_row_that_is_not_whole_is_refused(
    cast: Cast, row: dict[str, object], fault: tuple[str, str]
) -> None:
    case = registered(cast)
    home = cast.aigul.home(case)
    visit = {"household": home, "kind": "home", "happened_on": cast.today}
    children = [{"case": case, **row}]
    assert cast.aigul.faults("record_visit", **visit, children=children) == [fault]
    assert cast.aigul.sees(Visit) == 0


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"next_on": "2026-03-01"}, ("next_on", "next_visit_before_this")),
        ({"happened_on": "2026-03-03"}, ("happened_on", "date_in_future")),
        ({"happened_on": "2026-03-01"}, ("happened_on", "before_beginning")),
        ({"kind": "by_balloon"}, ("kind", "code_unknown")),
        ({"minutes": 1441}, ("minutes", "number_out_of_range")),
        ({"household": "0195f1a0-0000-7000-8000-00000000dead"}, ("household", "not_found")),
        ({"household": "no id"}, ("household", "field_invalid")),
        ({"children": []}, ("children", "no_child_of_household")),
        ({"words_of_carer": "x" * 4001}, ("words_of_carer", "text_too_long")),
    ],
)
def test_a_visit_that_cannot_be_so_is_refused(
    cast: Cast, changed: dict[str, object], fault: tuple[str, str]
) -> None:
    case = registered(cast)
    visit = {
        "household": cast.aigul.home(case),
        "kind": "home",
        "happened_on": cast.today,
        "children": [seen(case)],
    } | changed
    assert cast.aigul.faults("record_visit", **visit) == [fault]


def test_a_visit_before_the_child_was_born_is_refused(cast: Cast) -> None:
    (case,) = accepted(cast.aigul, happened_on=cast.days_ago(9))
    cast.aigul.do("identify_child", **a_child(cast.today, case=case, born=cast.days_ago(2)))
    home = cast.aigul.home(case)
    visit = {"household": home, "kind": "home", "children": [seen(case)]}
    early = visit | {"happened_on": cast.days_ago(3)}
    assert cast.aigul.faults("record_visit", **early) == [("happened_on", "before_birth")]
    cast.aigul.do("record_visit", **visit, happened_on=cast.days_ago(2))


def test_each_row_is_another_child_of_this_home_whose_case_is_ones_own(cast: Cast) -> None:
    """Each row is another child of this home whose case is one's own."""
    case, stranger = registered(cast), identified(cast, given_name="Нур")
    home = cast.aigul.home(case)
    visit = {"household": home, "kind": "home", "happened_on": cast.today}
    for rows in ([seen(case), seen(case)], [seen(case), seen(stranger)]):
        assert cast.aigul.faults("record_visit", **visit, children=rows) == [
            ("children", "no_child_of_household")
        ]


def test_a_closed_case_is_not_visited(cast: Cast) -> None:
    case = identified(cast)
    data = {"decision": "decline", "happened_on": cast.today, "reason": "no_difficulty"}
    cast.bakyt.do("register_child", case=case, **data)
    home = cast.aigul.home(case)
    visit = {"household": home, "kind": "home", "happened_on": cast.today}
    assert cast.aigul.refused("record_visit", **visit, children=[seen(case)]) == "state_forbids"


def test_a_worker_of_another_district_finds_no_such_home(cast: Cast) -> None:
    case = registered(cast)
    home = cast.aigul.home(case)
    visit = {"household": home, "kind": "home", "happened_on": cast.today}
    for player in (cast.cholpon, cast.nurlan, cast.specialist2):
        assert player.refused("record_visit", **visit, children=[seen(case)]) == "not_found"
    assert cast.oblast.refused("record_visit", **visit, children=[seen(case)]) == "not_permitted"


def test_a_due_item_is_done_once_with_its_proof_by_whoever_may_see_it(cast: Cast) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, _answered(case, basics_missing=True))
    done = {"task": str(cast.aigul.task(case, "need_followup").pk), "happened_on": cast.today}
    assert cast.aigul.faults("complete_task", **done) == [("proof", "field_required")]
    assert cast.cholpon.refused("complete_task", **done, proof="x") == "not_found"
    assert cast.daniyar.refused("complete_task", **done, proof="x") == "not_permitted"
    assert cast.bakyt.refused("complete_task", **done, proof="Letter 12") == ""
    assert cast.aigul.refused("complete_task", **done, proof="Letter 12") == "not_found"


def test_a_late_visit_keeps_the_newest_day_as_the_last_one(cast: Cast) -> None:
    (case,) = accepted(cast.aigul, happened_on=cast.days_ago(20))
    visited(cast, cast.aigul, seen(case), happened_on=cast.days_ago(2))
    visited(cast, cast.aigul, not_seen(case), happened_on=cast.days_ago(9))
    kept = cast.aigul.case(case)
    newest = cast.time.today - timedelta(days=2)
    assert (kept.last_visit_on, kept.last_seen_on) == (newest, newest)


def test_the_familys_entry_is_visited_with_its_household(cast: Cast) -> None:
    """The family's entry is visited with its household."""
    answer = cast.aigul.do("identify_child", **a_child(cast.today, family_too=True))
    child, family = str(answer["case"]), str(answer["family"])
    due = cast.aigul.case(family).next_visit_on
    visited(cast, cast.aigul, not_seen(child), next_on=cast.in_days(20))
    kept = cast.aigul.case(family)
    assert (kept.not_seen_in_a_row, kept.next_visit_on) == (1, due)
    visited(cast, cast.aigul, seen(child), next_on=cast.in_days(20))
    kept = cast.aigul.case(family)
    assert (kept.last_seen_on, kept.not_seen_in_a_row) == (cast.time.today, 0)
    assert kept.next_visit_on == cast.time.today + timedelta(days=20)
    assert [operation for _, operation, _ in cast.aigul.journal(family)] == [
        "identify_child",
        "record_visit",
        "record_visit",
    ]


def test_a_family_without_a_child_of_ones_own_is_visited_too(cast: Cast) -> None:
    """A family without a child of one's own is visited too."""
    answer = cast.aigul.do("identify_child", **a_child(cast.today, family_too=True))
    child, family = str(answer["case"]), str(answer["family"])
    assign = {"post": cast.nurlan.post, "happened_on": cast.today}
    cast.bakyt.do("assign_worker", case=child, **assign)
    visit = {"household": cast.aigul.home(family), "kind": "home", "happened_on": cast.today}
    cast.aigul.do("record_visit", **visit)
    assert cast.aigul.case(family).last_visit_on == cast.time.today
    assert cast.nurlan.case(child).last_visit_on is None


def test_who_is_identified_after_an_urgent_report_is_still_visited_within_the_day(
    cast: Cast,
) -> None:
    (case,) = accepted(cast.aigul, danger_now=True)
    tomorrow = cast.time.today + timedelta(days=1)
    assert cast.aigul.case(case).next_visit_on == tomorrow
    cast.aigul.do("identify_child", case=case, **a_child(cast.today))
    cast.bakyt.do("register_child", case=case, **a_registration(cast.today))
    assert cast.aigul.tasks(case) == [("visit_due", "worker")]
    assert cast.aigul.case(case).next_visit_on == tomorrow
    page = Desk("aigul", cast.time).open(f"/cases/{case}/")
    assert f"{tomorrow:%d.%m.%Y}: Visit the child" in page.text
    visited(cast, cast.aigul, seen(case))
    assert cast.aigul.tasks(case) == []
    assert cast.aigul.case(case).next_visit_on == cast.time.today + timedelta(days=30)


@pytest.mark.parametrize(
    ("question", "task", "hours"),
    [
        ("injury_fear_word", ("safety_decision", "specialist"), 24),
        ("harmful_person_access", ("safety_decision", "specialist"), 24),
        ("no_able_adult_tonight", ("adult_tonight", "worker"), 2),
    ],
)
def test_a_yes_about_safety_is_somebodys_task_at_once(
    cast: Cast, question: str, task: tuple[str, str], hours: int
) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, yes_to(question) | {"case": case})
    assert cast.aigul.case(case).risk_level == "high"
    assert cast.aigul.tasks(case) == [task]
    due = cast.aigul.task(case, task[0])
    assert due.due_at - due.recorded_at == timedelta(hours=hours)
    page = Desk("aigul", cast.time).open(f"/cases/{case}/")
    assert coded(task[0], "task_kinds") in page.text
    visited(cast, cast.aigul, yes_to(question) | {"case": case})
    assert cast.aigul.tasks(case) == [task]
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today))
    assert task not in cast.aigul.tasks(case)


def test_an_answer_corrected_to_a_yes_is_a_task_too(cast: Cast) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, seen(case))
    with cast.aigul.inside():
        row = VisitChild.objects.get(case_id=case)
    fact = {"kind": "visit_child", "fact": str(row.pk), "reason": "typing_error"}
    desk = Desk("aigul", cast.time)
    desk.command("correct_fact", case=case, values={"no_able_adult_tonight": True}, **fact)
    assert cast.aigul.tasks(case) == [("adult_tonight", "worker")]
