"""Refusals that another operation may meet too, each through the door with this one."""

from datetime import timedelta
from typing import Any

import pytest

from kamkor.cases.models import Round, TakingOffProposal
from kamkor.workforce.models import Post, PostHolding
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import SUZAK, a_child, a_removal, registered, transferred

FAMILY: dict[str, Any] = {"decision": "register", "grounds": ["low_income_crisis"]}
FAMILY["main_ground"] = "low_income_crisis"


def _codes(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["field"], one["code"]) for one in told["faults"]]


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (
            {"grounds": ["neglected"], "main_ground": "neglected"},
            "grounds ground_of_other_register",
        ),
        ({"main_ground": "lost_housing"}, "main_ground main_ground_missing"),
        ({"happened_on": "2026-03-01"}, "happened_on before_beginning"),
    ],
)
def test_a_family_is_registered_on_grounds_of_its_own_from_the_day_it_was_found(
    cast: Cast, wrong: dict[str, Any], fault: str
) -> None:
    found = cast.aigul.do("identify_child", **a_child(cast.today, family_too=True))
    entry = {"case": str(found["family"]), "happened_on": cast.today} | FAMILY | wrong
    told = Desk("bakyt", cast.time).command("register_family", **entry)
    assert [" ".join(one) for one in _codes(told)] == [fault]


def test_a_case_is_not_accepted_for_a_district_of_others(cast: Cast) -> None:
    case = registered(cast)
    transferred(cast, case)
    answer = {"case": case, "post": cast.specialist2.post, "territory": SUZAK}
    told = Desk("specialist2", cast.time).command("accept_transfer", **answer)
    assert _codes(told) == [("territory", "territory_unknown")]


def test_a_proposal_is_not_corrected_to_a_reason_that_needs_what_is_not_so(cast: Cast) -> None:
    case = registered(cast)
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today))
    proposal = {"reason": "returned_to_family", "note": "x", "happened_on": cast.today}
    cast.aigul.do("propose_taking_off", case=case, **proposal)
    with cast.aigul.inside():
        fact = str(TakingOffProposal.objects.get().pk)
    wrong = {"case": case, "kind": "proposal", "fact": fact, "reason": "typing_error"}
    values = {"reason": "difficulty_overcome"}
    told = Desk("aigul", cast.time).command("correct_fact", **wrong, values=values)
    assert _codes(told) == [
        ("values.reason", "child_away"),
        ("values.reason", "never_seen"),
        ("values.reason", "notices_owed"),
    ]


def test_a_concern_of_a_round_needs_somebody_who_takes_it(committed_cast: Cast) -> None:
    cast = committed_cast
    counts = {"territory": SUZAK, "area": "Mill street", "visited": 1, "happened_on": cast.today}
    made = str(cast.nurlan.do("record_round", **counts, no_concern=1)["round"])
    gone = [cast.aigul.post, cast.bakyt.post, cast.head.post]
    PostHolding.objects.using("owner").filter(post_id__in=gone).update(
        valid_to=cast.time.today - timedelta(days=1)
    )
    concern: dict[str, Any] = {"worry": "neglect", "danger_now": True, "place": "x"}
    concern |= {"seen_or_said": "Alone.", "children": [{"description": "A girl"}]}
    desk, added = Desk("nurlan", cast.time), {"round": made, "counted_as": "no_concern"}
    for told in (
        desk.command("record_round", **counts, concerns=[concern]),
        desk.command("add_concern", **concern, **added),
    ):
        assert [code for _field, code in _codes(told)] == ["nobody_on_duty"]


def test_a_worker_adds_no_concern_to_a_round_of_another_of_its_unit(committed_cast: Cast) -> None:
    cast = committed_cast
    unit = Post.objects.using("owner").get(id=cast.aigul.post).office_id
    counts = {"territory": SUZAK, "area": "Mill street", "visited": 1, "happened_on": cast.today}
    made = str(cast.nurlan.do("record_round", **counts, no_concern=1)["round"])
    # As what a post before one's own left in the unit.
    Round.objects.using("owner").update(office_unit=unit)
    concern: dict[str, Any] = {"worry": "neglect", "danger_now": False, "place": "x"}
    concern |= {"seen_or_said": "Alone.", "children": [{"description": "A girl"}]}
    added = {"round": made, "counted_as": "no_concern"}
    told = Desk("aigul", cast.time).command("add_concern", **concern, **added)
    assert told["code"] == "not_yours_to_correct"
