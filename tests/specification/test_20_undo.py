"""Whatever was recorded before and after two records became one, the undoing loses nothing."""

import os
from itertools import chain
from random import Random
from typing import Any

import pytest

from kamkor.cases.models import Case
from kamkor.cases.queries.history import OF_CASE
from kamkor.cases.queries.merged import merge_to_undo
from kamkor.cases.rules.visit import QUESTIONS
from tests.cast import Cast, Player, rolled_back
from tests.factories import identified, not_seen, registered, seen, visited

TURNS = 6
KNOWN = {"ground": "papers_seen", "reason": "The papers were seen."}
DERIVED = (
    *("state", "responsible_id", "risk_level", "main_ground", "identified_on", "registered_on"),
    *("taken_off_on", "last_visit_on", "last_seen_on", "not_seen_in_a_row", "next_visit_on"),
    *("state_protection", "away_from_home", "child_id"),
)


def live_facts(cast: Cast, *cases: str) -> dict[str, list[tuple[Any, ...]]]:
    """What stands about each case, apart from who answers for it and from the merge itself."""
    found: dict[str, list[tuple[Any, ...]]] = {case: [] for case in cases}
    with cast.bakyt.inside():
        for kind, model in sorted(OF_CASE.items()):
            if kind in {"assignment", "merge"}:
                continue
            for fact in model.objects.filter(case_id__in=cases, withdrawn_at=None):
                told = (kind, fact.happened_on, fact.first_recorded_at)
                found[str(fact.case_id)].append(told)
    return {case: sorted(facts) for case, facts in found.items()}


def derived(cast: Cast, case: str) -> tuple[Any, ...]:
    kept = cast.bakyt.case(case)
    return tuple(getattr(kept, column) for column in DERIVED)


def something(chance: Random, cast: Cast, case: str) -> None:
    """A visit, a status, or a proposal about an open case."""
    what = chance.choice(("seen", "not_seen", "worse", "given"))
    by: Player = cast.bakyt
    if what == "seen":
        visited(cast, by, seen(case))
    elif what == "not_seen":
        visited(cast, by, not_seen(case))
    elif what == "worse":
        worries = dict.fromkeys(QUESTIONS, False) | {"basics_missing": True}
        row = seen(case) | {"none_of_these": False, **worries}
        visited(cast, by, row)
    elif cast.bakyt.case(case).state == "registered":
        told = {"happened_on": cast.today, "note": "-", "given": chance.random() < 0.7}
        by.do("change_state_protection", case=case, **told)


def whole_turn(chance: Random, cast: Cast) -> None:
    """Facts, a merge, facts, and the undoing with each entry given to one of the two."""
    first = registered(cast)
    begin = registered if chance.random() < 0.5 else identified
    second = begin(cast, given_name="Aibek", surname="Tologonov")
    for _ in range(chance.randrange(4)):
        something(chance, cast, chance.choice((first, second)))
    cast.time.passes(days=chance.randrange(3))
    before = live_facts(cast, first, second)
    stood = {case: derived(cast, case) for case in (first, second)}
    number = cast.bakyt.case(second).number
    request = cast.bakyt.do("merge_people", case=first, case_number=number, **KNOWN)["request"]
    cast.head.do("answer_request", request=request, decision="agree")
    states = {case: cast.bakyt.case(case).state for case in (first, second)}
    going_on = next(case for case in states if states[case] != "merged")
    ended = next(case for case in states if states[case] == "merged")
    assert live_facts(cast, first, second) == before
    for _ in range(chance.randrange(5)):
        something(chance, cast, going_on)
    with_since = live_facts(cast, first, second)
    with cast.bakyt.inside() as viewer:
        found = merge_to_undo(viewer, Case.objects.select_related("child").get(id=going_on))
        assert found is not None
        whose = {str(one.key): chance.choice(("kept", "absorbed")) for one in found.since}
        gone = {
            (one.kind, one.fact.happened_on, one.fact.first_recorded_at)
            for act in found.since
            if whose[str(act.key)] == "absorbed"
            for one in act.facts
        }
    rows = [{"act": act, "whose": one} for act, one in whose.items()]
    cast.bakyt.do("undo_merge", case=going_on, entries=rows)
    after = live_facts(cast, first, second)
    assert sorted(chain(*after.values())) == sorted(chain(*with_since.values()))
    assert set(after[ended]) == set(before[ended]) | gone
    if not whose:
        assert {case: derived(cast, case) for case in (first, second)} == stood


@pytest.mark.parametrize("turn", range(TURNS))
def test_nothing_is_lost_and_each_stands_where_a_person_put_it(cast: Cast, turn: int) -> None:
    seed = os.environ.get("SEED", "1")
    with rolled_back():
        whole_turn(Random(f"{seed}-{turn}"), cast)
