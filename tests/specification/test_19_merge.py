"""Two records are one child: asked for by one person, confirmed by a second, and undone whole."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from kamkor.cases.models import TakingOffProposal, Task, VisitChild, is_open
from kamkor.cases.queries.responsible import responsible_for
from kamkor.people.models import HouseholdMember
from kamkor.people.queries.search import PersonAsked, people_found, people_named
from tests.cast import Cast, Player
from tests.doors.desk import Desk
from tests.doors.signing import signed_in
from tests.factories import (
    a_child,
    a_registration,
    a_removal,
    a_return,
    a_violent_report,
    accepted,
    identified,
    proposed,
    registered,
    seen,
    taken_off,
    transferred,
    visited,
)

KNOWN = {"ground": "papers_seen", "reason": "The birth certificate was seen."}


def asked(by: Player, case: str, other: str) -> str:
    """A request to read two cases' children as one."""
    number = by.case(other).number
    return str(by.do("merge_people", case=case, case_number=number, **KNOWN)["request"])


def at_the_desk(cast: Cast, operation: str, **data: Any) -> str:  # noqa: ANN401 - a command's data
    """The code with which a command of Bakyt is refused at the desk."""
    cast.time.passes(minutes=1)
    return str(Desk("bakyt", cast.time).command(operation, **data)["faults"][0]["code"])


def merged(cast: Cast, case: str, other: str) -> None:
    """Two cases' children are one, by Bakyt and the head."""
    request = asked(cast.bakyt, case, other)
    cast.head.do("answer_request", request=request, decision="agree")


def test_two_open_cases_become_one(cast: Cast) -> None:
    first = registered(cast)
    second = identified(cast, given_name="Aibek", surname="Tologonov")
    merged(cast, second, first)
    kept, ended = cast.bakyt.case(first), cast.bakyt.case(second)
    assert (kept.state, ended.state) == ("registered", "merged")
    assert kept.child is not None
    assert ended.child is not None
    assert (kept.child.same_as, ended.child.same_as) == (kept.child.pk, kept.child.pk)


def undone(cast: Cast, case: str, **whose: str) -> None:
    """The merge is undone by Bakyt; of each act since, whose it is."""
    rows = [{"act": act, "whose": one} for act, one in whose.items()]
    cast.bakyt.do("undo_merge", case=case, entries=rows)


def test_undone_both_stand_where_they_stood(cast: Cast) -> None:
    first = registered(cast)
    second = identified(cast, given_name="Aibek", surname="Tologonov")
    before = cast.bakyt.case(first), cast.bakyt.case(second)
    merged(cast, second, first)
    undone(cast, first)
    after = cast.bakyt.case(first), cast.bakyt.case(second)
    for one, other in zip(before, after, strict=True):
        assert (one.state, one.responsible_id, one.next_visit_on) == (
            other.state,
            other.responsible_id,
            other.next_visit_on,
        )
        assert other.child is not None
        assert other.child.same_as is None


def test_a_visit_since_goes_to_whose_it_is(cast: Cast) -> None:
    first = registered(cast)
    second = identified(cast, given_name="Aibek", surname="Tologonov")
    merged(cast, second, first)
    visited(cast, cast.aigul, seen(first))
    visited(cast, cast.aigul, seen(first))
    with cast.bakyt.inside():
        mine, theirs = [str(one.command) for one in VisitChild.objects.order_by("recorded_at")]
    assert at_the_desk(cast, "undo_merge", case=first) == "told_apart_lacking"
    undone(cast, first, **{mine: "kept", theirs: "absorbed"})
    with cast.bakyt.inside():
        live = VisitChild.objects.filter(withdrawn_at=None).order_by("first_recorded_at")
        assert [str(one.case_id) for one in live] == [first, second]
        assert VisitChild.objects.count() == 3


def test_what_may_not_become_one(cast: Cast) -> None:
    first, second = registered(cast), identified(cast, given_name="Айбек")
    number = {"case_number": cast.bakyt.case(second).number}
    assert cast.aigul.refused("merge_people", case=first, **number, **KNOWN) == "not_permitted"
    assert cast.bakyt.refused("merge_people", case=first, **KNOWN) == "field_required"
    assert cast.bakyt.refused("merge_people", case=first, case_number="x", **KNOWN) == "not_found"
    own = {"case_number": cast.bakyt.case(first).number}
    assert at_the_desk(cast, "merge_people", case=first, **own, **KNOWN) == "one_record_already"
    assert at_the_desk(cast, "undo_merge", case=first) == "not_merged"
    assert cast.specialist2.refused("merge_people", case=first, **number, **KNOWN) == "not_found"
    request = asked(cast.bakyt, first, second)
    assert cast.bakyt.refused("merge_people", case=first, **number, **KNOWN) == "already_asked"
    answer = {"request": request, "decision": "agree"}
    assert cast.bakyt.refused("answer_request", **answer) == "own_request"
    cast.head.do("answer_request", **answer)
    assert cast.bakyt.refused("merge_people", case=first, **number, **KNOWN) == "one_record_already"


def test_numbers_that_differ_are_two_persons(cast: Cast) -> None:
    first = registered(cast, pin="21503201500013", born="2015-03-15")
    second = identified(cast, pin="21503201500021", born="2015-03-15")
    with cast.bakyt.inside():
        doubts = [cast.bakyt.case(one).child.pin_doubts for one in (first, second)]  # type: ignore[union-attr]
    number = {"case_number": cast.bakyt.case(second).number}
    assert (doubts, at_the_desk(cast, "merge_people", case=first, **number, **KNOWN)) == (
        ["", ""],
        "numbers_differ",
    )


def test_a_sealed_record_becomes_one_only_with_one_of_its_team(cast: Cast) -> None:
    first = registered(cast)
    report = cast.bakyt.do("receive_report", **a_violent_report())["report"]
    opened = cast.bakyt.do(
        "screen_report", report=report, decision="accept", assign_to=cast.bakyt.post
    )
    number = {"case_number": cast.bakyt.case(str(opened["cases"][0])).number}
    assert at_the_desk(cast, "merge_people", case=first, **number, **KNOWN) == "held_apart"


def test_the_case_that_waits_for_an_answer_ends_in_no_other(cast: Cast) -> None:
    first, second = registered(cast), registered(cast)
    transferred(cast, second)
    number = {"case_number": cast.bakyt.case(first).number}
    assert cast.bakyt.refused("merge_people", case=second, **number, **KNOWN) == "state_forbids"


def taken_away(cast: Cast, _first: str, second: str) -> None:
    cast.aigul.do("protect_now", case=second, **a_removal(cast.today))


def merged_with_another(cast: Cast, _first: str, second: str) -> None:
    merged(cast, registered(cast), second)


def sealed_now(cast: Cast, _first: str, second: str) -> None:
    ground = "child_victim_of_violence"
    wanted = a_registration(cast.today, grounds=[ground], main_ground=ground)
    cast.bakyt.do("register_child", case=second, **wanted)


def numbered(cast: Cast, first: str, second: str) -> None:
    for case, pin in ((first, "21503201500013"), (second, "21503201500021")):
        name = {"kind": "document", "given_name": "Айбек", "surname": "Тологонов", "pin": pin}
        cast.aigul.do("record_name", case=case, **name)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (taken_away, "child_away"),
        (merged_with_another, "one_record_already"),
        (sealed_now, "held_apart"),
        (numbered, "numbers_differ"),
    ],
)
def test_what_changes_before_the_second_person_agrees_is_looked_at(
    cast: Cast, change: Callable[[Cast, str, str], None], code: str
) -> None:
    first, second = (
        registered(cast, born="2015-03-15"),
        identified(cast, given_name="Aibek", born="2015-03-15"),
    )
    request = asked(cast.bakyt, first, second)
    change(cast, first, second)
    assert cast.head.refused("answer_request", request=request, decision="agree") == code


def test_a_family_is_no_child(cast: Cast) -> None:
    found = cast.aigul.do("identify_child", **a_child(cast.today, family_too=True))
    for operation, data in (("merge_people", KNOWN | {"case_number": "K-0"}), ("undo_merge", {})):
        assert cast.bakyt.refused(operation, case=found["family"], **data) == "not_of_a_child"


def test_found_by_every_spelling_and_read_as_the_kept(cast: Cast) -> None:
    first = registered(cast, surname="Токтосунов", given_name="Чыңгыз")
    second = identified(cast, given_name="Emil", surname="Toktosun")
    merged(cast, second, first)
    desk = Desk("bakyt", cast.time)
    assert desk.open(f"/cases/{second}/").response["Location"] == f"/cases/{first}/"
    page = desk.open(f"/cases/{first}/")
    assert cast.bakyt.case(second).number in page.text
    assert "undo_merge" in page.operations
    with cast.bakyt.inside() as viewer:
        found = [str(one.pk) for one in people_named(viewer, "Emil")]
    assert found == [str(cast.bakyt.case(first).child_id)]
    known = {"child": str(cast.bakyt.case(second).child_id)}
    assert cast.aigul.refused("identify_child", **a_child(cast.today, **known)) == "already_open"


BY = (
    {"name": "Чыңгыз Токтосунов"},
    {"name": "Emil Toktosun"},
    {"name": "Toktosunvo"},
    {"name": "Toktosun", "born-year": "2012"},
    {"name": "Toktosun", "born-year": "2015"},
    {"born-year": "2015", "born-month": "03", "born-day": "15"},
    {"pin": "21503201500021"},
    {"name": "Жокбололов", "pin": "21503201500021"},
)
"""Searches that find one of two records, or both."""


def test_the_search_before_create_lists_one_child_once(cast: Cast) -> None:
    first = registered(cast, surname="Токтосунов", given_name="Чыңгыз", born="2012")
    told = {"surname": "Toktosun", "pin": "21503201500021", "born": "2015-03-15"}
    second = identified(cast, cast.aigul, given_name="Emil", **told)
    kept, absorbed = (str(cast.bakyt.case(one).child_id) for one in (first, second))
    desk = Desk("bakyt", cast.time)
    before = [listed(desk, typed) for typed in BY]
    assert {one[:2] for one in before} >= {
        (frozenset({kept}), "1"), (frozenset({absorbed}), "1"), (frozenset({kept, absorbed}), "2"),
    }  # fmt: skip
    assert [one[3] for one in before] == [False, False, False, True, True, False, False, False]
    merged(cast, second, first)
    after = [listed(desk, typed) for typed in BY]
    assert [one[:2] for one in after] == [(frozenset({kept}), "1")] * len(BY)
    assert not any(one[3] for one in after)
    assert [why for _, _, (why,), _ in after] == [
        *["The name is the same"] * 2,
        "Name one letter apart",
        *["The name is the same; born the same year"] * 2,
        "Born the same day",
        "The same personal number",
        "The same personal number; one of the names is another",
    ]
    with cast.bakyt.inside() as viewer:
        child = UUID(kept)
        assert people_found(viewer, PersonAsked(name="Toktosun"), child).total == 0
    undone(cast, first)
    assert [listed(desk, typed) for typed in BY] == before


def listed(desk: Desk, typed: dict[str, str]) -> tuple[frozenset[str], str, tuple[str, ...], bool]:
    """Who is listed at ``/find/``, of how many, why, and whether more were born at another time."""
    page = desk.send("/find/", typed)
    who = frozenset(one.attributes["id"].removeprefix("row-") for one in page.all("tr", id="*"))
    why = tuple(one.text for one in page.all("td", data_label="Why"))
    return who, page.figure("people_found"), why, "more of this name" in page.text


def test_what_the_newer_case_told_since_can_go_with_it(cast: Cast) -> None:
    """The case ended, the child came back; then it turns out that the second was another child."""
    first = taken_off(cast)
    visited(cast, cast.aigul, seen(first), kind="after_leaving")
    second = taken_off(cast)
    visited(cast, cast.aigul, seen(second), kind="after_leaving")
    merged(cast, first, second)
    kept = cast.bakyt.case(first)
    newer = cast.bakyt.do("return_to_register", case=second, **a_return(cast.today))["case"]
    assert cast.bakyt.case(newer).child_id == kept.child_id
    undone(cast, newer, **{newer: "absorbed"})
    assert cast.bakyt.case(newer).child_id == cast.bakyt.case(second).child_id
    assert cast.bakyt.case(newer).state == "registered"


def test_a_child_has_one_open_case_also_after_the_undoing(cast: Cast) -> None:
    first = registered(cast)
    second = identified(cast, given_name="Aibek", surname="Tologonov")
    merged(cast, second, first)
    proposed(cast, first, "entered_in_error")
    cast.bakyt.do("decide_taking_off", case=first, decision="agree", happened_on=cast.today)
    newer = str(identified(cast, child=str(cast.bakyt.case(first).child_id)))
    with cast.bakyt.inside():
        act = str(TakingOffProposal.objects.get().command)
    rows = [{"act": act, "whose": "kept"}, {"act": newer, "whose": "absorbed"}]
    assert at_the_desk(cast, "undo_merge", case=newer, entries=rows) == "two_open"
    undone(cast, newer, **{act: "kept", newer: "kept"})
    assert cast.bakyt.case(second).state == "identified"


def brother(cast: Cast, case: str) -> str:
    """The id of a brother of whom nothing but the name was told."""
    home = str(cast.aigul.case(case).household_id)
    with cast.bakyt.inside():
        return str(HouseholdMember.objects.get(household_id=home, relation="sibling").person_id)


def test_who_never_had_a_case_holds_no_entry(cast: Cast) -> None:
    told = {"siblings": [{"given_name": "Aibek", "looked_at": True}]}
    other = brother(cast, registered(cast, given_name="Нурлан", **told))
    case = registered(cast)
    request = cast.bakyt.do("merge_people", case=case, other=other, **KNOWN)["request"]
    cast.head.do("answer_request", request=request, decision="agree")
    visited(cast, cast.aigul, seen(case))
    with cast.bakyt.inside():
        act = str(VisitChild.objects.get().command)
    rows = [{"act": act, "whose": "absorbed"}]
    assert at_the_desk(cast, "undo_merge", case=case, entries=rows) == "no_case_to_hold"
    undone(cast, case, **{act: "kept"})


def test_a_child_away_from_home_keeps_its_case(cast: Cast) -> None:
    first, second = registered(cast), identified(cast)
    cast.aigul.do("protect_now", case=second, **a_removal(cast.today))
    number = {"case_number": cast.bakyt.case(first).number}
    assert cast.bakyt.refused("merge_people", case=second, **number, **KNOWN) == "child_away"
    away, other = registered(cast), registered(cast)
    cast.aigul.do("protect_now", case=other, **a_removal(cast.today))
    merged(cast, away, other)
    assert (cast.bakyt.case(away).state, cast.bakyt.case(other).state) == ("merged", "registered")


def test_who_is_shut_out_of_one_is_shut_out_of_both(cast: Cast) -> None:
    first, second = registered(cast), identified(cast)
    cast.bakyt.do("declare_interest", case=second, kind="relative", post=cast.aigul.post)
    merged(cast, first, second)
    assert UUID(first) in cast.aigul.viewer.barred
    assert cast.aigul.refused("record_visit", **a_visit(cast, first)) == "not_found"
    case = cast.bakyt.case(first)
    with cast.bakyt.inside() as viewer:
        answering = responsible_for(viewer, case, cast.time.today)
    assert answering is not None
    assert answering.post_id != cast.aigul.post
    undone(cast, first)
    assert cast.aigul.refused("record_visit", **a_visit(cast, first)) == "not_found"


def a_visit(cast: Cast, case: str) -> dict[str, Any]:
    home = str(cast.bakyt.case(case).household_id)
    return {"household": home, "kind": "home", "happened_on": cast.today, "children": [seen(case)]}


def test_what_is_due_goes_along_and_comes_back(cast: Cast) -> None:
    first = registered(cast)
    second = accepted(cast.aigul)[0]
    due = due_kinds(cast, second)
    assert due
    merged(cast, first, second)
    assert due_kinds(cast, second) == []
    undone(cast, first)
    assert due_kinds(cast, second) == due
    assert due_kinds(cast, first) == []


def due_kinds(cast: Cast, case: str) -> list[str]:
    with cast.bakyt.inside():
        open_tasks = Task.objects.filter(is_open(), subject=case)
        return sorted(open_tasks.values_list("kind", flat=True))


def test_the_second_person_is_told_which_two(cast: Cast) -> None:
    first, second = registered(cast), identified(cast, given_name="Aibek", surname="Tologonov")
    request = asked(cast.bakyt, first, second)
    page = signed_in(cast, "head").open("/second-person/")
    assert ("Төлөгөнов Айбек" in page.text, "Tologonov Aibek" in page.text) == (True, True)
    form = Desk("bakyt", cast.time).open(f"/cases/{first}/merge-people/")
    assert form.status == 200
    cast.head.do("answer_request", request=request, decision="agree")
    page = Desk("bakyt", cast.time).open(f"/cases/{first}/undo-merge/")
    assert (page.status, "Tologonov Aibek" in page.text) == (200, True)
