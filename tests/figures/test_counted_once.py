"""Persons once, what they do under the post that did it: returns and corrections count right."""

from datetime import date
from uuid import UUID

from kamkor.cases.models import Screening, VisitChild
from kamkor.figures.queries.asking import question_for
from kamkor.figures.queries.behind import behind
from kamkor.figures.queries.counting import counted
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import (
    SUZAK,
    a_return,
    proposed,
    received,
    registered,
    seen,
    taken_off,
    two_children,
    visited,
)
from tests.figures.independent import Facts, all_rows

CHILDREN = ("children_identified", "children_registered", "children_reentered", "entries")


def numbers(cast: Cast, *figures: str, first: date | None = None) -> dict[str, int | None]:
    """The whole number of each figure in Suzak, as the head counts it."""
    return {name: told[()] for name, told in parts(cast, *figures, first=first).items()}


def parts(
    cast: Cast, *figures: str, by: tuple[str, ...] = (), first: date | None = None
) -> dict[str, dict[tuple[str, ...], int | None]]:
    """The numbers of each figure by the values of its breakdown."""
    with cast.head.inside() as viewer:
        question = question_for(viewer, place=SUZAK, first=first, by=by, figures=figures)
        cells = [cell for cell in counted(viewer, question) if not cell.part]
    return {
        name: {
            tuple(cell.keys[key] for key in by): cell.value for cell in cells if cell.figure == name
        }
        for name in figures
    }


def came_back(cast: Cast, old: str) -> str:
    """The new episode of a child that returns after some weeks."""
    cast.time.passes(days=40)
    return str(cast.bakyt.do("return_to_register", case=old, **a_return(cast.today))["case"])


def test_who_returns_is_not_identified_again(committed_cast: Cast) -> None:
    cast = committed_cast
    old = taken_off(cast)
    came_back(cast, old)
    assert numbers(cast, *CHILDREN) == dict(zip(CHILDREN, (1, 1, 1, 2), strict=True))
    since = cast.time.today
    assert numbers(cast, *CHILDREN, first=since) == dict(zip(CHILDREN, (0, 1, 1, 1), strict=True))


def test_who_returns_to_an_entry_made_in_error_was_found_once(committed_cast: Cast) -> None:
    cast = committed_cast
    came_back(cast, taken_off(cast, "entered_in_error"))
    assert numbers(cast, *CHILDREN) == dict(zip(CHILDREN, (1, 1, 0, 1), strict=True))


def test_who_stood_there_at_a_month_s_end_and_is_gone_on_the_day_is_counted(
    committed_cast: Cast,
) -> None:
    cast = committed_cast
    registered(cast)
    cast.time.passes(days=35)
    case = registered(cast, given_name="Айжан", sex="female")
    cast.time.passes(days=30)
    proposed(cast, case, "difficulty_overcome")
    cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)
    stock = "children_on_register"
    told = parts(cast, stock, by=("sex", "month"))[stock]
    assert told[("female", "2026-04")] == 1
    assert {way[0] for way in told if way[1] == "*"} == {"*", "male"}


def test_of_a_cohort_the_last_reason_counts(committed_cast: Cast) -> None:
    """Off, back, and off again for another reason: the child is off for that one."""
    cast = committed_cast
    new = came_back(cast, taken_off(cast))
    cohort = "cohort_taken_off"
    assert numbers(cast, cohort) == {cohort: 0}
    proposed(cast, new, "placed_guardianship")
    cast.bakyt.do("decide_taking_off", case=new, decision="agree", happened_on=cast.today)
    told = parts(cast, cohort, by=("reason",))[cohort]
    assert told == {("*",): 1, ("placed_guardianship",): 1}
    facts, today = Facts(all_rows(), None), cast.time.today
    found = facts.counted(cohort, today.replace(month=1, day=1), today, today)
    assert [one.reason for one in found] == ["placed_guardianship"]


def test_a_corrected_visit_counts_for_who_made_it(committed_cast: Cast) -> None:
    cast = committed_cast
    case = registered(cast)
    visited(cast, cast.aigul, seen(case))
    with cast.bakyt.inside():
        row = VisitChild.objects.get(case=UUID(case))
    for kind, fact, values in (
        ("visit_child", row.pk, {"words_of_child": "I go to school."}),
        ("visit", row.visit_id, {"minutes": 40}),
    ):
        asked = {"kind": kind, "fact": str(fact), "values": values, "reason": "typing_error"}
        cast.bakyt.do("correct_fact", case=case, **asked)
    with cast.bakyt.inside():
        now = VisitChild.objects.get(case=UUID(case), withdrawn_at=None)
    assert now.by_post == cast.bakyt.post
    expected = {("*",): 1, (str(cast.aigul.post),): 1}
    assert parts(cast, "households_visited", by=("worker",))["households_visited"] == expected
    (one,) = Facts(all_rows(), None).counted(
        "households_visited", cast.time.today, cast.time.today, cast.time.today
    )
    assert one.by_post == str(cast.aigul.post)


def test_a_home_visited_for_two_children_is_one_and_lists_both(committed_cast: Cast) -> None:
    cast = committed_cast
    one, other = two_children(cast)
    visited(cast, cast.aigul, seen(one), seen(other))
    assert numbers(cast, "households_visited") == {"households_visited": 1}
    with cast.head.inside() as viewer:
        question = question_for(viewer, place=SUZAK, figures=("households_visited",))
        found = behind(viewer, question, "households_visited", {}, most=500)
    assert (found.total, found.counted, found.others) == (2, 1, 0)
    page = Desk("head", cast.time).open("/figures/list/?figure=households_visited")
    assert (page.figure("cases_listed"), page.figure("counted")) == ("2", "1")


def test_a_corrected_screening_counts_for_who_declined(committed_cast: Cast) -> None:
    cast = committed_cast
    report = received(cast.aigul)
    cast.bakyt.do("screen_report", report=report, decision="decline", reason="no_concern")
    with cast.bakyt.inside():
        fact = Screening.objects.get(report=UUID(report))
    asked = {"kind": "screening", "fact": str(fact.pk), "reason": "typing_error"}
    cast.head.do("correct_fact", report=report, values={"note": "Called twice."}, **asked)
    expected = {("*",): 1, (str(cast.bakyt.post),): 1}
    assert parts(cast, "reports_declined", by=("worker",))["reports_declined"] == expected
