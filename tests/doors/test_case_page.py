"""What the page of a case says: its report, its notices, what is due in order, and ages."""

from datetime import date

import pytest

from kamkor.cases.vocabulary import STEPS
from kamkor.web import timeline
from kamkor.web.ages import age
from kamkor.web.words import coded
from tests.doors.desk import Desk, Page
from tests.doors.world import World
from tests.factories import (
    a_return,
    accepted,
    met,
    not_seen,
    registered,
    seen,
    taken_off,
    transferred,
    visited,
    yes_to,
)

pytestmark = pytest.mark.usefixtures("undone")


def section(page: Page, heading: str) -> str:
    """The text of the card under a heading; empty if there is none."""
    cards = [one for one in page.all("section") if one.text.strip().startswith(heading)]
    return " ".join(cards[0].text.split()) if cards else ""


def test_a_case_says_what_was_reported(world: World) -> None:
    """Worry, danger, what was seen, the child as described, who told and when; and the way there."""
    desk, place = world.desks["aigul"], world.places["suzak"]
    page = desk.open(f"/cases/{place.case}/")
    told = section(page, "What was reported")
    for text in (
        *("Neglect", "Kanarei was alone.", "Kanarei in a blue coat, about 6 years"),
        *("Neighbour", "02.03.2026", "Open the report"),
    ):
        assert text in told, told
    assert "In danger now" not in told
    assert f"/reports/{place.report}/" in page.links


def test_danger_stands_beside_the_worry(world: World) -> None:
    case = accepted(world.cast.aigul, danger_now=True)[0]
    page = world.desks["aigul"].open(f"/cases/{case}/")
    assert "In danger now" in section(page, "What was reported")


def test_a_danger_that_a_later_visit_did_not_find_is_told_as_reported(world: World) -> None:
    """What was reported and when, and that the child was seen since; red once it is found again."""
    cast, desk = world.cast, world.desks["aigul"]
    case = accepted(cast.aigul, danger_now=True)[0]

    def told() -> str:
        return section(desk.open(f"/cases/{case}/"), "What was reported")

    for kind, row in (("home", not_seen(case)), ("call", seen(case))):
        visited(cast, cast.aigul, row, kind=kind)
        assert "In danger now" in told()
    cast.time.passes(days=1)
    visited(cast, cast.aigul, seen(case))
    safe = told()
    assert "In danger now" not in safe
    assert "In danger when it was reported Yes" in safe
    assert "Since then 03.03.2026: a visit saw the child and found no danger" in safe
    assert "Reported on 02.03.2026" in safe
    worry = yes_to("harmful_person_access") | {"case": case}
    visited(cast, cast.aigul, worry, kind="call")
    assert "In danger now" in told()
    assert "Since then" not in told()


def test_a_death_is_told_as_one(world: World) -> None:
    """On the register and beside it, where it is proposed and where it is agreed to."""
    cast, desk = world.cast, world.desks["bakyt"]
    for case in (registered(cast), accepted(cast.aigul)[0]):
        died = {"reason": "died", "happened_on": cast.today, "note": "The clinic's letter 7."}
        cast.aigul.do("propose_taking_off", case=case, **died)
        assert "The child died: end of the case proposed" in desk.open(f"/cases/{case}/").text
        agreed = {"decision": "agree", "happened_on": cast.today}
        cast.bakyt.do("decide_taking_off", case=case, **agreed)
        text = desk.open(f"/cases/{case}/").text
        assert "The child died: the case ends" in text
        assert ">End of the case proposed" not in text


def test_a_closed_case_tells_no_present_danger_but_what_was_told(world: World) -> None:
    cast, desk = world.cast, world.desks["bakyt"]
    case = accepted(cast.aigul, danger_now=True)[0]
    answers = {"injury_fear_word": True, "harmful_person_access": False, "basics_missing": False}
    row = {"case": case, "seen": "alone", "no_able_adult_tonight": False, **answers}
    visited(cast, cast.aigul, row)
    page = desk.open(f"/cases/{case}/")
    for text in ("In danger now", "High risk", "Safety now", "Concern"):
        assert text in page.text
    why = {"happened_on": cast.today, "reason": "no_difficulty", "note": "All is well."}
    cast.bakyt.do("close_reported_case", case=case, **why)
    page = desk.open(f"/cases/{case}/")
    told = section(page, "What was reported")
    assert "In danger when it was reported Yes" in told
    for text in ("In danger now", "High risk", "Safety now", "Concern"):
        assert text not in page.text
    # The history keeps what the visit found.
    assert f"Yes: {coded('injury_fear_word', 'visit_questions')}" in page.text


def test_who_is_made_responsible_reads_the_report(world: World) -> None:
    """Another worker of the unit, who did not take it down, reads on what the case rests."""
    cast, place = world.cast, world.places["suzak"]
    desk = world.desks["nurlan"]
    assert desk.open(f"/reports/{place.report}/").status == 404
    cast.bakyt.do("assign_worker", case=place.case, post=cast.nurlan.post, happened_on=cast.today)
    assert "Kanarei was alone." in section(desk.open(f"/cases/{place.case}/"), "What was reported")
    assert desk.open(f"/reports/{place.report}/").status == 200


def test_a_child_found_without_report_shows_none(world: World) -> None:
    case = registered(world.cast)
    assert section(world.desks["aigul"].open(f"/cases/{case}/"), "What was reported") == ""


def test_the_notices_of_a_sealed_case_stand_on_its_page(world: World) -> None:
    """Police and prosecutor, each by when and with its act; afterwards with the proof."""
    desk, place = world.desks["bakyt"], world.places["sealed"]
    address = f"/cases/{place.case}/"
    page = desk.open(address)
    owed = section(page, "Notices")
    assert owed.count("due by 0") == 2
    assert owed.count("Mark as done") == 2
    task = world.cast.bakyt.task(place.report, "notice_police")
    way = f"/tasks/{task.pk}/complete-task/?case={place.case}"
    assert page.links.count(way) == 2
    form = desk.open(way)
    assert "Send a written notice to the police" in form.text
    assert "Proof: number and date of the letter" in form.text
    done = desk.act(way, "complete_task", proof="Letter 17/3")
    assert done.response["Location"] == address
    owed = section(desk.open(address), "Notices")
    assert "sent on 02.03.2026: Letter 17/3" in owed
    assert owed.count("Mark as done") == 1


def test_the_notices_about_a_report_stand_on_its_page_and_lead_back_to_it(world: World) -> None:
    """Each with its act, also where no case was opened; who may not send one has no button."""
    desk, place = world.desks["bakyt"], world.places["sealed"]
    address = f"/reports/{place.report}/"
    task = world.cast.bakyt.task(place.report, "notice_prosecutor")
    way = f"/tasks/{task.pk}/complete-task/"
    page = desk.open(address)
    assert section(page, "Notices").count("Mark as done") == 2
    assert way in page.links
    for started in (way, f"{way}?case={world.places['suzak'].case}", f"{way}?case=x"):
        assert address in desk.open(started).links
    assert "Mark as done" not in section(world.desks["aigul"].open(address), "Notices")
    done = desk.act(way, "complete_task", proof="Letter 18/3")
    assert done.response["Location"] == address
    assert "sent on 02.03.2026: Letter 18/3" in section(desk.follow(done), "Notices")


def test_who_may_not_send_a_notice_sees_its_due_alone(world: World) -> None:
    """The worker of the team sees what is owed; the button stands at who sends it."""
    page = world.desks["aigul"].open(f"/cases/{world.places['sealed'].case}/")
    assert "due by 0" in section(page, "Notices")
    assert "Mark as done" not in section(page, "Notices")


def dues(page: Page) -> list[str]:
    """By when each due item is due, in the order of the page."""
    return [one.text for one in page.all("span", class_="k-task__due")]


def test_what_is_due_stands_in_order_overdue_first(world: World) -> None:
    """The visit stands where its day puts it among the items."""
    cast, desk = world.cast, world.desks["aigul"]
    address = f"/cases/{world.places['suzak'].case}/"
    found = dues(desk.open(address))
    moments = [text[6:10] + text[3:5] + text[:2] + text[11:] for text in found]
    assert len(found) > 1
    assert moments == sorted(moments)
    cast.time.passes(days=4)
    page = desk.open(address)
    marks = ["Overdue" in one.text for one in page.all("div", class_="govuk-task-list__status")]
    assert marks == sorted(marks, reverse=True)


def test_what_is_due_on_a_day_is_late_after_that_day(world: World) -> None:
    """No hour where none was meant, and the whole day to do it."""
    cast, desk = world.cast, Desk("bakyt", world.cast.time)
    case = taken_off(cast)
    cast.time.moment = cast.bakyt.task(case, "check_after_leaving").due_at
    cast.time.passes(hours=9)
    page = desk.open(f"/cases/{case}/")
    assert dues(page) == [f"{cast.time.today:%d.%m.%Y}"]
    assert "00:00" not in page.text
    assert "Overdue" not in page.all("ul", class_="govuk-task-list")[0].text
    cast.time.passes(days=1)
    assert "Overdue" in desk.open(f"/cases/{case}/").all("ul", class_="govuk-task-list")[0].text


@pytest.mark.parametrize(
    ("born", "precision", "told"),
    [
        (date(2026, 3, 2), "day", "0 days"),
        (date(2026, 3, 1), "day", "1 day"),
        (date(2026, 2, 17), "day", "13 days"),
        (date(2026, 2, 16), "day", "2 weeks"),
        (date(2026, 1, 3), "day", "8 weeks"),
        (date(2026, 1, 2), "day", "2 months"),
        (date(2025, 8, 31), "day", "6 months"),
        (date(2024, 3, 3), "day", "23 months"),
        (date(2024, 3, 2), "day", "2 years"),
        (date(2026, 2, 1), "month", "1 month"),
        (date(2026, 1, 1), "year", "under one year"),
        (date(2025, 1, 1), "year", "about 1 year"),
        (date(2014, 1, 1), "year", "about 12 years"),
    ],
)
def test_an_age_is_as_exact_as_the_birth(born: date, precision: str, told: str) -> None:
    assert age(born, precision, date(2026, 3, 2)) == told


def test_a_birth_known_by_its_year_is_never_told_as_a_day(world: World) -> None:
    """On the page, in a refusal for a visit before it, and where 18 years are asked for."""
    cast, desk = world.cast, world.desks["aigul"]
    case = registered(cast, born="2015")
    page = desk.open(f"/cases/{case}/")
    assert "about 11 years (born 2015)" in page.text
    typed = {"reason": "reached_18", "note": "x"}
    refused = desk.act(f"/cases/{case}/propose-taking-off/", "propose_taking_off", **typed)
    assert refused.refusals == ["not_yet_adult"]
    assert "it turns 18: 2033." in refused.text
    assert "01.01" not in refused.text + page.text


def test_nobody_is_offered_the_decision_on_the_own_proposal(world: World) -> None:
    """The button and the line of the day stand at the other one who may decide."""
    cast, (bakyt, head) = world.cast, (world.desks["bakyt"], world.desks["head"])
    case = registered(cast, given_name="Чечим")
    met(cast, case)
    data = {"reason": "difficulty_overcome", "note": "x", "happened_on": cast.today}
    cast.bakyt.do("propose_taking_off", case=case, **data)
    address = f"/cases/{case}/"
    assert "decide_taking_off" not in bakyt.open(address).operations
    assert "decide_taking_off" in head.open(address).operations
    assert "Decide on taking off" not in bakyt.open("/").text
    assert "Decide on taking off" in head.open("/").text


def test_who_has_returned_is_not_returned_again(world: World) -> None:
    """The old episode offers the return until the child is back."""
    cast, desk = world.cast, world.desks["bakyt"]
    case = taken_off(cast)
    assert "return_to_register" in desk.open(f"/cases/{case}/").operations
    cast.bakyt.do("return_to_register", case=case, **a_return(cast.today))
    assert "return_to_register" not in desk.open(f"/cases/{case}/").operations


def test_who_is_only_shown_a_case_is_offered_no_act(world: World) -> None:
    """The department to which a case is offered may accept or return it, and nothing more."""
    cast = world.cast
    case = registered(cast)
    transferred(cast, case)
    steps = {step.operation for step in STEPS}
    offered = world.desks["specialist2"].open(f"/cases/{case}/").operations & steps
    assert offered == {"accept_transfer", "return_transfer"}


@pytest.mark.parametrize(
    ("came", "back"),
    [
        ("http://testserver/register/?state=all&after=x", "/register/?state=all&amp;after=x"),
        ("http://testserver/morning/visits/", "/morning/visits/"),
        ("http://testserver/cases/x/record-visit/", "/register/"),
        ("http://elsewhere/register/?state=all", "/register/"),
        ("//testserver.evil/register/", "/register/"),
        ("nonsense", "/register/"),
        ("http://[x/register/", "/register/"),
    ],
)
def test_back_leads_to_the_list_one_came_from(world: World, came: str, back: str) -> None:
    """With its filters and its page; whatever else the browser tells is passed over."""
    address = f"/cases/{world.places['suzak'].case}/"
    answer = world.desks["bakyt"].client.get(address, headers={"referer": came})
    assert f'<a class="govuk-back-link" href="{back}">' in answer.content.decode()


def test_earlier_entries_are_one_click_away(world: World) -> None:
    """A case of many years stays a page of bounded length."""
    cast, desk = world.cast, world.desks["aigul"]
    case = registered(cast)
    for _ in range(timeline.SHOWN):
        visited(cast, cast.aigul, seen(case))

    def entries(address: str) -> list[str]:
        titles = desk.open(address).all("h3", **{"class": "k-timeline__title"})
        return [one.text for one in titles]

    address = f"/cases/{case}/"
    latest, page = entries(address), desk.open(address)
    (more,) = [link for link in page.links if "?history=all" in link]
    whole = entries(address + more.partition("#")[0])
    assert len(latest) == timeline.SHOWN < len(whole)
    assert whole[: timeline.SHOWN] == latest
    assert f"Show more ({len(whole) - len(latest)})" in page.text
    assert "Show more" not in desk.open(address + "?history=all").text


def test_links_that_correct_are_named_by_what_they_are_of(world: World) -> None:
    """By the entry's title and its day, which stand in sight and are not said twice."""
    page = world.desks["aigul"].open(f"/cases/{world.places['suzak'].case}/")
    named, ids = page.values("aria-labelledby"), page.values("id")
    told = [one.split() for one in named if one.endswith("w")]
    assert told
    assert {part for one in told for part in one} <= set(ids)
    assert len(ids) == len(set(ids))
