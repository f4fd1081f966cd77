"""Step 1: a round from house to house; each concern opens a report in the same act."""

from typing import Any

from kamkor.cases.models import Report, ReportChild, Round
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import SUZAK

DAY = "02.03.2026"
# The same round, as a command's data and as it is typed at the desk.
ROUND = {"territory": SUZAK, "area": "Mill street", "visited": 20, "nobody_home": 4, "refused": 1}
FIRST = {
    "worry": "left_alone",
    "danger_now": True,
    "children": [{"description": "A girl of five, Aizhan", "age": 5}],
    "place": "Mill street, 9",
    "seen_or_said": "She opened the door herself; nobody has been there since yesterday.",
}
WORDS = {True: "yes", False: "no"}
SECOND = FIRST | {"worry": "neglect", "danger_now": False, "place": "Mill, 11"}
SECOND["children"] = [{"description": "A boy"}, {"description": "His sister", "age": 3}]


def _typed(*concerns: dict[str, Any]) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for number, concern in enumerate(concerns):
        rows |= _typed_concern(concern, f"concerns-{number}-")
    return ROUND | rows | {"happened_on": DAY}


def _typed_concern(concern: dict[str, Any], lead: str = "") -> dict[str, Any]:
    plain = {key: value for key, value in concern.items() if key != "children"}
    typed = {f"{lead}{key}": WORDS.get(value, value) for key, value in plain.items()}
    for number, child in enumerate(concern["children"]):
        typed |= {f"{lead}children-{number}-{key}": value for key, value in child.items()}
    return typed


def test_each_concern_of_a_round_opens_a_report_at_the_desk(cast: Cast) -> None:
    desk = Desk("nurlan", cast.time)
    typed = _typed(FIRST, SECOND) | {"no_concern": 13}
    page = desk.act("/do/record-round/", "record_round", **typed)
    assert (page.status, page.refusals) == (303, [])
    with cast.bakyt.inside():
        made = Round.objects.get()
        reports = list(Report.objects.order_by("received_at", "id"))
        described = ReportChild.objects.order_by("report__id", "id")
        children = [(one.description, one.age) for one in described]
    assert (made.visited, made.nobody_home, made.refused, made.no_concern) == (20, 4, 1, 13)
    assert [(one.worry, one.place, one.urgent, one.source) for one in reports] == [
        ("left_alone", "Mill street, 9", True, "own_round"),
        ("neglect", "Mill, 11", False, "own_round"),
    ]
    assert children == [("A girl of five, Aizhan", 5), ("A boy", None), ("His sister", 3)]
    assert {one.command for one in reports} == {made.command}
    # Whoever is on duty has both in the queue, and the urgent one rings.
    duty = Desk("aigul", cast.time).open("/duty/")
    assert duty.figure("reports_to_screen").strip() == "2"
    assert all(f"/reports/{one.pk}/" in duty.links for one in reports)


def test_a_concern_of_violence_is_sealed_as_any_report(cast: Cast) -> None:
    violent = FIRST | {"worry": "physical_violence"}
    data = ROUND | {"happened_on": cast.today, "no_concern": 14, "concerns": [violent]}
    answer = Desk("nurlan", cast.time).command("record_round", **data)["answer"]
    assert answer["concerns"] == 1
    kept = cast.aigul.report(answer["reports"][0])
    assert (kept.team is not None, kept.home_unsafe) == (True, True)
    assert cast.nurlan.sees(Report) == 0
    assert ("notice_police", "specialist") in cast.aigul.tasks(kept.pk)


def test_a_saved_round_leads_to_the_reports_of_its_concerns(cast: Cast) -> None:
    """In the list and where it is corrected; only to the reports that a reader may see."""
    nurlan = Desk("nurlan", cast.time)
    violent = FIRST | {"worry": "physical_violence", "place": "Mill street, 7"}
    typed = _typed(FIRST, SECOND, violent) | {"no_concern": 12}
    saved = nurlan.act("/do/record-round/", "record_round", **typed)
    listed = nurlan.follow(saved)
    with cast.bakyt.inside():
        made = Round.objects.get()
        reports = {one.place: f"/reports/{one.pk}/" for one in Report.objects.all()}
    assert len(reports) == 3
    sealed = reports.pop("Mill street, 7")
    assert set(reports.values()) <= set(listed.links)
    assert listed.all("a", class_="govuk-back-link", href="/")
    assert all(place in listed.text for place in reports)
    assert (sealed in listed.links, "Mill street, 7" in listed.text) == (False, False)
    assert nurlan.open(reports["Mill, 11"]).status == 200
    # Bakyt is named for what is sealed; a correction leads where the round did.
    bakyt = Desk("bakyt", cast.time)
    assert {sealed, *reports.values()} <= set(bakyt.open("/rounds/").links)
    address = f"/rounds/{made.pk}/correct/"
    assert set(reports.values()) <= set(bakyt.open(address).links)
    corrected = bakyt.act(address, "correct_fact", area="Mill", correction_reason="typing_error")
    links = bakyt.follow(corrected).links
    assert [links.count(one) for one in reports.values()] == [2, 2]
    assert not {sealed, *reports.values()} & set(Desk("cholpon", cast.time).open("/rounds/").links)


def test_what_is_left_over_is_described_or_the_round_is_not_recorded(cast: Cast) -> None:
    desk = Desk("nurlan", cast.time)
    page = desk.act("/do/record-round/", "record_round", **_typed(FIRST), no_concern="13")
    assert (page.status, page.refusals) == (422, ["concerns_missing"])
    assert page.form("record_round")["concerns-0-place"] == ["Mill street, 9"]
    whole = ROUND | {"happened_on": cast.today, "no_concern": 15}
    assert desk.command("record_round", **whole, concerns=[FIRST])["code"] == "concerns_missing"
    wrong = FIRST | {"worry": "unheard_of"}
    found = desk.command("record_round", **whole | {"no_concern": 14}, concerns=[wrong])
    assert [(one["field"], one["code"]) for one in found["faults"]] == [
        ("concerns.0.worry", "code_unknown")
    ]
    with cast.bakyt.inside():
        assert (Round.objects.count(), Report.objects.count()) == (0, 0)


def test_a_round_that_opened_a_report_is_not_taken_back(cast: Cast) -> None:
    desk = Desk("nurlan", cast.time)
    violent = _typed(FIRST | {"worry": "physical_violence"})
    page = desk.act("/do/record-round/", "record_round", **violent, no_concern="14")
    assert "take_back" not in desk.follow(page).operations
    command = desk.sent["command_id"][0]
    assert desk.command("take_back", command=command)["code"] == "cannot_be_taken_back"
    assert cast.nurlan.sees(Round, withdrawn_at=None) == 1


def test_a_round_without_concern_opens_nothing(cast: Cast) -> None:
    whole = ROUND | {"happened_on": cast.today, "no_concern": 15}
    answer = Desk("nurlan", cast.time).command("record_round", **whole)["answer"]
    assert (answer["concerns"], answer["reports"]) == (0, [])
    with cast.bakyt.inside():
        assert (Round.objects.count(), Report.objects.count()) == (1, 0)


def test_a_round_whose_parts_are_more_than_its_whole_is_refused(cast: Cast) -> None:
    data = {"territory": SUZAK, "area": "Mill street", "happened_on": cast.today, "visited": 3}
    assert cast.aigul.faults("record_round", **data, nobody_home=2, no_concern=2) == [
        ("visited", "round_incomplete")
    ]
    elsewhere = data | {"territory": "41700000000000"}
    assert cast.aigul.faults("record_round", **elsewhere) == [("territory", "territory_unknown")]
