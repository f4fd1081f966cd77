"""Step 9: the last own act is taken back within ten minutes; a report never is."""

from typing import Any

from kamkor.cases.models import (
    Assignment,
    Case,
    Need,
    Removal,
    Report,
    Round,
    Task,
    Visit,
    VisitChild,
)
from kamkor.cases.vocabulary import MAY_BE_TAKEN_BACK
from kamkor.kernel.ids import new_id
from kamkor.people.models import Household, Person
from tests.cast import Cast, Player
from tests.factories import (
    a_child,
    a_registration,
    a_removal,
    derived,
    identified,
    met,
    not_seen,
    received,
    registered,
    visited,
    yes_to,
)


def _done(player: Player, operation: str, **data: Any) -> dict[str, str]:  # noqa: ANN401 - a command's data
    """Carry out a command; what is needed to take it back."""
    command = new_id()
    player.do(operation, command_id=command, **data)
    return {"command": str(command)}


def test_the_last_own_act_is_taken_back_within_ten_minutes(cast: Cast) -> None:
    case = registered(cast, risk_level="low")
    home = cast.aigul.home(case)
    rows = [{"case": case, **yes_to("basics_missing")}]
    visit = {"household": home, "kind": "home", "happened_on": cast.today, "children": rows}
    before = derived(cast, case)
    act = _done(cast.aigul, "record_visit", **visit)
    assert cast.aigul.tasks(case) == [("need_followup", "worker")]
    cast.time.passes(minutes=8)
    cast.aigul.do("take_back", **act)
    assert derived(cast, case) == before
    assert cast.aigul.tasks(case) == []
    for model in (Visit, VisitChild, Need, Task):
        assert cast.aigul.sees(model, withdrawn_at=None, command=act["command"]) == 0
        assert cast.aigul.sees(model, command=act["command"]) == 1


def test_after_ten_minutes_it_is_too_late(cast: Cast) -> None:
    case = registered(cast)
    met(cast, case)
    act = _done(cast.bakyt, "propose_taking_off", case=case, **_proposal(cast))
    cast.time.passes(minutes=10)
    assert cast.bakyt.refused("take_back", **act) == "too_late_to_take_back"


def _proposal(cast: Cast) -> dict[str, Any]:
    return {"reason": "difficulty_overcome", "happened_on": cast.today, "note": "x"}


def test_what_somebody_has_built_upon_is_not_taken_back(cast: Cast) -> None:
    case = registered(cast)
    met(cast, case)
    act = _done(cast.aigul, "propose_taking_off", case=case, **_proposal(cast))
    refuse = {"decision": "refuse", "happened_on": cast.today}
    cast.bakyt.do("decide_taking_off", case=case, **refuse)
    assert cast.aigul.refused("take_back", **act) == "built_upon"


def test_a_report_an_alarm_a_removal_or_a_notice_is_never_taken_back(cast: Cast) -> None:
    case = registered(cast)
    report = _done(
        cast.aigul,
        "receive_report",
        worry="left_alone",
        danger_now=True,
        children=[{"description": "A boy"}],
        territory="41703220000000",
        place="Suzak",
        seen_or_said="x",
        source="school",
    )
    removal = _done(cast.aigul, "protect_now", case=case, **a_removal(cast.today))
    task = str(cast.aigul.task(case, "notice_prosecutor").pk)
    notice = _done(cast.aigul, "complete_task", task=task, happened_on=cast.today, proof="Letter")
    for act in (report, removal, notice):
        assert cast.aigul.refused("take_back", **act) == "cannot_be_taken_back"
    assert (cast.aigul.sees(Report), cast.aigul.sees(Removal)) == (1, 1)


def test_only_what_is_listed_may_be_taken_back() -> None:
    assert (
        frozenset(
            {
                "identify_child",
                "register_child",
                "register_family",
                "close_reported_case",
                "assign_worker",
                "record_visit",
                "end_removal",
                "change_state_protection",
                "propose_taking_off",
                "decide_taking_off",
                "end_accompaniment",
                "offer_transfer",
                "record_round",
            }
        )
        == MAY_BE_TAKEN_BACK
    )


def test_nobody_takes_back_the_act_of_another_or_one_that_never_was(cast: Cast) -> None:
    case = registered(cast)
    met(cast, case)
    act = _done(cast.aigul, "propose_taking_off", case=case, **_proposal(cast))
    assert cast.bakyt.refused("take_back", **act) == "not_found"
    assert cast.aigul.refused("take_back", command=str(new_id())) == "not_found"
    assert cast.oblast.refused("take_back", **act) == "not_permitted"


def test_an_identification_taken_back_leaves_no_open_child(cast: Cast) -> None:
    act = _done(cast.aigul, "identify_child", **a_child(cast.today))
    with cast.aigul.inside():
        case = str(Case.objects.get().pk)
    cast.aigul.do("take_back", **act)
    assert cast.aigul.state(case) == "void"
    child = cast.aigul.case(case).child
    assert child is not None
    assert (child.born_on, child.birth_precision) == (None, "unknown")


def test_a_registration_taken_back_is_to_be_decided_again(cast: Cast) -> None:
    case = identified(cast)
    act = _done(cast.bakyt, "register_child", case=case, **a_registration(cast.today))
    cast.bakyt.do("take_back", **act)
    kept = cast.bakyt.case(case)
    assert (kept.state, kept.main_ground, kept.registered_on) == ("identified", "", None)


def test_an_assignment_taken_back_brings_the_rows_back_too(cast: Cast) -> None:
    case = registered(cast)
    assign = {"case": case, "post": cast.nurlan.post, "happened_on": cast.today}
    act = _done(cast.bakyt, "assign_worker", **assign)
    assert cast.nurlan.sees(Case) == 1
    cast.bakyt.do("take_back", **act)
    assert cast.aigul.case(case).responsible_id == cast.aigul.post
    for model in (Case, Person, Household):
        assert (cast.aigul.sees(model), cast.nurlan.sees(model)) == (1, 0)
    assert cast.bakyt.sees(Assignment, withdrawn_at=None) == 1


def test_an_offer_taken_back_is_shown_to_the_other_side_no_longer(cast: Cast) -> None:
    case = registered(cast)
    offer = {"to_office": cast.cholpon.department, "reason": "family_moved", "note": "x"}
    act = _done(cast.bakyt, "offer_transfer", case=case, **offer)
    assert cast.specialist2.sees(Case) == 1
    cast.bakyt.do("take_back", **act)
    assert cast.specialist2.sees(Case) == 0
    assert cast.bakyt.state(case) == "registered"


def test_a_round_taken_back_counts_no_longer(cast: Cast) -> None:
    area = {"territory": "41703220000000", "area": "Mill street", "happened_on": cast.today}
    act = _done(cast.aigul, "record_round", **area, visited=9, no_concern=9)
    cast.aigul.do("take_back", **act)
    assert cast.aigul.sees(Round, withdrawn_at=None) == 0
    assert cast.aigul.refused("take_back", **act) == "built_upon"


def test_an_act_is_not_taken_back_twice(cast: Cast) -> None:
    case = registered(cast)
    met(cast, case)
    act = _done(cast.aigul, "propose_taking_off", case=case, **_proposal(cast))
    cast.aigul.do("take_back", **act)
    assert cast.aigul.refused("take_back", **act) == "built_upon"


def test_a_report_sent_in_error_is_marked_and_left_to_the_duty_person(cast: Cast) -> None:
    report = received(cast.aigul)
    cast.aigul.do("mark_sent_in_error", report=report, note="Wrong number.")
    assert cast.aigul.report(report).state == "new"
    visits = identified(cast)
    visited(cast, cast.aigul, not_seen(visits))
    assert cast.aigul.sees(Visit) == 1
