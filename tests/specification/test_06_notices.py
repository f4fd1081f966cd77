"""Step 6: one removal stands at a time, and whoever must know of it is told, whatever follows."""

from collections.abc import Callable, Mapping

import pytest

from kamkor.cases.models import Removal
from tests.cast import Cast
from tests.doors.desk import Desk, Page
from tests.factories import a_removal, a_return, accepted, identified, registered

OWED = ["notice_doctor", "notice_parents", "notice_prosecutor"]
AWAY, SLEEPS = "Away from home", "With the grandmother, Suzak, 12"
OTHER_SIDE = {"other_side": "Osh", "other_side_accepted_on": "2026-03-02"}


def _removed(cast: Cast, case: str) -> None:
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today))


def _back(cast: Cast, case: str) -> None:
    cast.bakyt.do("end_removal", case=case, happened_on=cast.today, note="At home again.")


def _leaves(cast: Cast, case: str, reason: str) -> None:
    told = {"happened_on": cast.today, "note": "x"} | (OTHER_SIDE if reason == "moved" else {})
    cast.aigul.do("propose_taking_off", case=case, reason=reason, **told)
    cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)


def _came_back(cast: Cast, case: str) -> str:
    cast.time.passes(days=1)
    return str(cast.bakyt.do("return_to_register", case=case, **a_return(cast.today))["case"])


def _page(cast: Cast, case: str, who: str = "bakyt") -> Page:
    return Desk(who, cast.time).open(f"/cases/{case}/")


def _card(page: Page, heading: str) -> str:
    """The text of the card under a heading."""
    cards = [one for one in page.all("section") if one.text.strip().startswith(heading)]
    return " ".join(cards[0].text.split()) if cards else ""


def _closed_as_reported(cast: Cast, case: str) -> None:
    why = {"happened_on": cast.today, "reason": "no_difficulty", "note": "x"}
    cast.bakyt.do("close_reported_case", case=case, **why)


def _declined(cast: Cast, case: str) -> None:
    why = {"happened_on": cast.today, "reason": "no_difficulty", "decision": "decline"}
    cast.bakyt.do("register_child", case=case, **why)


ENDS: dict[str, tuple[Callable[[Cast], str], Callable[[Cast, str], None]]] = {
    "reported": (lambda cast: accepted(cast.aigul)[0], _closed_as_reported),
    "identified": (identified, _declined),
    "moved": (registered, lambda cast, case: _leaves(cast, case, "moved")),
    "error": (registered, lambda cast, case: _leaves(cast, case, "entered_in_error")),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_notice_is_owed_though_the_case_has_ended(cast: Cast, end: str) -> None:
    made, ended = ENDS[end]
    case = made(cast)
    _removed(cast, case)
    _back(cast, case)
    ended(cast, case)
    assert cast.bakyt.state(case) in {"closed", "not_registered"}
    assert [kind for kind, _ in cast.bakyt.tasks(case)] == OWED
    owed = _card(_page(cast, case), "Notices")
    assert owed.count("due by 03.03.2026") == owed.count("Mark as done") == 3
    assert "not needed any more" not in owed
    way = f"/tasks/{cast.aigul.task(case, 'notice_doctor').pk}/complete-task/"
    desk = Desk("aigul", cast.time)
    assert way in desk.open("/").links
    assert desk.act(way, "complete_task", proof="Told by telephone").status == 303
    assert "Told by telephone" in _card(_page(cast, case), "Notices")


def test_who_died_is_told_of_no_more(cast: Cast) -> None:
    case = registered(cast)
    _removed(cast, case)
    _leaves(cast, case, "died")
    assert [kind for kind, _ in cast.bakyt.tasks(case)] == ["death_review"]
    assert _card(_page(cast, case), "Notices").count("not needed any more") == 3


def test_the_old_episode_says_where_its_notices_go_on(cast: Cast) -> None:
    case = registered(cast)
    _removed(cast, case)
    _leaves(cast, case, "moved")
    assert AWAY not in _page(cast, case).text
    new = _came_back(cast, case)
    old, number = _page(cast, case), cast.bakyt.case(new).number
    owed = _card(old, "Notices")
    assert owed.count(f"goes on in the new case {number}") == 3
    assert "not needed any more" not in owed
    assert old.links.count(f"/cases/{new}/") >= 3
    assert AWAY not in old.text
    page = _page(cast, new)
    assert AWAY in page.text
    assert _card(page, "Notices").count("due by") == 3


def test_who_was_told_is_corrected_where_the_notices_go_on(cast: Cast) -> None:
    case = registered(cast)
    _removed(cast, case)
    _leaves(cast, case, "moved")
    between = _came_back(cast, case)
    _leaves(cast, between, "moved")
    new = _came_back(cast, between)
    told = {f"{who}_told_at": cast.time.moment.isoformat() for who in ("parents", "doctor")}
    _corrected(cast, case, told)
    assert [kind for kind, _ in cast.aigul.tasks(new)] == ["notice_prosecutor"]
    _corrected(cast, case, {"parents_told_at": None})
    assert [kind for kind, _ in cast.aigul.tasks(new)] == ["notice_parents", "notice_prosecutor"]
    assert cast.aigul.tasks(case) == []
    _corrected(cast, case, {"parents_told_at": cast.time.moment.isoformat()})
    assert [kind for kind, _ in cast.aigul.tasks(new)] == ["notice_prosecutor"]
    owed = _card(_page(cast, new), "Notices")
    assert (owed.count("due by"), owed.count("told on 0")) == (1, 3)
    assert "not needed any more" not in owed


def _corrected(cast: Cast, case: str, values: Mapping[str, str | None]) -> None:
    """What the removal of a case says is corrected by Aigul."""
    cast.time.passes(minutes=1)
    with cast.aigul.inside():
        fact = str(Removal.objects.get(case_id=case, withdrawn_at=None).pk)
    wrong = {"case": case, "kind": "removal", "fact": fact, "reason": "papers_came"}
    answer = Desk("aigul", cast.time).command("correct_fact", **wrong, values=values)
    assert answer["result"] == "applied", answer


def test_who_was_placed_sleeps_where_it_was_placed(cast: Cast) -> None:
    case = registered(cast)
    _removed(cast, case)
    page = _page(cast, case)
    assert SLEEPS in _card(page, "Safety now")
    assert AWAY in page.text
    cast.time.passes(days=2)
    _leaves(cast, case, "placed_foster")
    page = _page(cast, case)
    safe = _card(page, "Safety now")
    assert "Where the child sleeps Placed in a foster family, 04.03.2026" in safe
    assert SLEEPS not in safe
    assert AWAY not in page.text
    assert "end_removal" not in page.operations
    cast.time.passes(days=2)
    _removed(cast, case)
    page = _page(cast, case)
    assert SLEEPS in _card(page, "Safety now")
    assert AWAY in page.text
    _back(cast, case)
    assert "Where the child sleeps" not in _card(_page(cast, case), "Safety now")


def test_a_child_who_is_away_is_not_removed_again(cast: Cast) -> None:
    case = registered(cast)
    desk = Desk("aigul", cast.time)
    assert "protect_now" in _page(cast, case, "aigul").operations
    _removed(cast, case)
    page = _page(cast, case, "aigul")
    assert "protect_now" not in page.operations
    told = desk.command("protect_now", case=case, **a_removal(cast.today))
    assert told["code"] == "already_away"
    assert "by the removal of 02.03.2026" in told["message"]
    assert [kind for kind, _ in cast.aigul.tasks(case)] == OWED
    with cast.aigul.inside():
        fact = str(Removal.objects.get().pk)
    # Who sleeps elsewhere now is said by a correction, which the page leads to.
    way = f"/cases/{case}/correct/removal/{fact}/"
    assert "Sleeps elsewhere now" in page.text
    assert way in page.links
    elsewhere = {
        "sleeps_where": "Crisis centre, Jalal-Abad",
        "correction_reason": "new_information",
    }
    cast.time.passes(minutes=1)
    assert desk.act(way, "correct_fact", **elsewhere).status == 303
    assert "Crisis centre, Jalal-Abad" in _card(_page(cast, case), "Safety now")
    assert [kind for kind, _ in cast.aigul.tasks(case)] == OWED


def test_who_is_away_since_the_former_episode_is_not_removed_again(cast: Cast) -> None:
    case = registered(cast)
    _removed(cast, case)
    _leaves(cast, case, "moved")
    new = _came_back(cast, case)
    told = Desk("aigul", cast.time).command("protect_now", case=new, **a_removal(cast.today))
    assert told["code"] == "already_away"


def test_each_removal_has_its_own_notices(cast: Cast) -> None:
    case = registered(cast)
    _removed(cast, case)
    _back(cast, case)
    with cast.aigul.inside():
        first = str(Removal.objects.get().pk)
    cast.time.passes(days=1)
    _removed(cast, case)
    kinds = [kind for kind, _ in cast.bakyt.tasks(case)]
    assert kinds == sorted(OWED * 2)
    wrong = {"case": case, "kind": "removal", "fact": first, "reason": "papers_came"}
    told = {"prosecutor_told_at": cast.time.moment.isoformat()}
    cast.aigul.do("correct_fact", **wrong, values=told)
    assert "told on 03.03.2026 09:" in _card(_page(cast, case), "Notices")
    kinds = [kind for kind, _ in cast.bakyt.tasks(case)]
    assert kinds.count("notice_prosecutor") == 1
    assert len(kinds) == 5
    due = cast.bakyt.task(case, "notice_prosecutor").due_at
    assert f"{due:%d.%m}" == "04.03"
