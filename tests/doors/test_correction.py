"""The form of a correction asks as the first form did, and shows both when it is stale."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import models

from kamkor.cases.models import Identification, VisitChild
from kamkor.cases.operations.facts import CORRECTABLE
from kamkor.people.models import Birth
from kamkor.web.correction import REASON, form_of
from kamkor.web.forms import FormPage, widget_of
from kamkor.web.options import ViewerOptions
from tests.cast import Player
from tests.doors.desk import Desk, Page
from tests.doors.world import World
from tests.factories import seen, visited, yes_to

pytestmark = pytest.mark.usefixtures("undone")

QUESTIONS = ("injury_fear_word", "harmful_person_access", "no_able_adult_tonight", "basics_missing")
RISK = "Alone at night."


def live(player: Player, model: type[models.Model], **lookups: Any) -> Any:  # noqa: ANN401 - any fact
    """The one fact of a table that stands."""
    with player.inside():
        return model._default_manager.get(withdrawn_at=None, **lookups)


def way(case: str, kind: str, fact: UUID | str) -> str:
    """The address of the form that corrects a fact."""
    return f"/cases/{case}/correct/{kind}/{fact}/"


def corrected(desk: Desk, address: str, **typed: Any) -> Page:  # noqa: ANN401 - as typed
    """The answer to a correction."""
    return desk.act(address, "correct_fact", correction_reason="typing_error", **typed)


# What each field of a kind is asked with, written from what it holds.
WIDGETS: dict[str, dict[str, str]] = {
    "identification": {
        "happened_on": "date",
        "difficulty": "long_text",
        "risk_level": "choice",
        "source": "choice",
    },
    "safe_contact": {"contact": "text"},
    "removal_end": {"happened_on": "date", "note": "long_text"},
    "registration": {"happened_on": "date", "note": "long_text", "reason": "choice"},
    "ground": {"happened_on": "date", "ground": "choice"},
    "state_protection": {"happened_on": "date", "note": "long_text"},
    "report": {
        "happened_on": "date",
        "worry": "choice",
        "danger_now": "yes_no",
        "territory": "choice",
        "place": "text",
        "seen_or_said": "long_text",
        "source": "choice",
        "learned_on": "date",
        "safe_contact": "text",
    },
    "report_child": {"description": "text", "age": "number"},
    "screening": {"reason": "choice", "note": "long_text"},
    "second_look": {"note": "long_text"},
    "error_mark": {"note": "long_text"},
    "round": {
        "happened_on": "date",
        "territory": "choice",
        "area": "text",
        **dict.fromkeys(("visited", "nobody_home", "refused", "no_concern"), "number"),
    },
    "assignment": {"happened_on": "date", "post": "choice"},
    "visit": {
        "happened_on": "date",
        "kind": "choice",
        "changed": "long_text",
        "words_of_carer": "long_text",
        "next_on": "date",
        "minutes": "number",
    },
    "visit_child": {
        "happened_on": "date",
        "seen": "choice",
        "not_seen_reason": "choice",
        **dict.fromkeys(QUESTIONS, "yes_no"),
        "words_of_child": "long_text",
        "next_on": "date",
        "lives_with": "text",
        "conditions": "choice",
        "parents_contact": "choice",
    },
    "removal": {
        "happened_on": "date",
        "danger": "long_text",
        "ground": "choice",
        "decider": "choice",
        "decider_name": "text",
        "sleeps_at": "choice",
        "sleeps_where": "text",
        "siblings": "text",
        "next_step": "text",
        **dict.fromkeys(("prosecutor_told_at", "parents_told_at", "doctor_told_at"), "moment"),
    },
    "proposal": {
        "happened_on": "date",
        "reason": "choice",
        "note": "long_text",
        "other_side": "text",
        "other_side_accepted_on": "date",
    },
    "decision": {"happened_on": "date", "note": "long_text", "reason": "choice"},
    "accompaniment_end": {"happened_on": "date", "note": "long_text"},
    "offer": {"reason": "choice", "note": "long_text"},
    "answer": {"reason": "choice", "note": "long_text"},
    "need": {"happened_on": "date", "what": "text"},
    "interest": {"kind": "choice"},
    "task_done": {"happened_on": "date", "proof": "text"},
    "birth": {"born_on": "date", "precision": "choice", "sex": "choice"},
    "member": {"happened_on": "date", "until": "date", "relation": "choice"},
    "sibling_look": {"happened_on": "date", "looked_at": "yes_no"},
}


def a_fact(kind: str) -> Any:  # noqa: ANN401 - any fact
    """A fact of a kind of which everything is asked that ever is."""
    said: dict[str, dict[str, Any]] = {
        "visit_child": {"kind": "migrant_check"},
        "screening": {"decision": "decline"},
        "registration": {"registered": False},
        "decision": {"agreed": True},
        "answer": {"accepted": False},
    }
    return CORRECTABLE[kind].model(happened_on=date(2026, 3, 2), **said.get(kind, {}))


@pytest.mark.parametrize("kind", CORRECTABLE)
def test_each_field_is_asked_as_what_it_is(world: World, kind: str) -> None:
    """Days as days, codes as choices with their words, numbers as numbers, yes and no as such."""
    form = form_of(kind, a_fact(kind))
    widgets = {name: widget_of(info) for name, info in form.model_fields.items()}
    assert widgets == WIDGETS[kind] | {REASON: "choice"}
    shown = FormPage(form, {}, ViewerOptions(world.cast.bakyt.viewer)).fields()
    assert [one["name"] for one in shown if not one["label"]] == []
    assert [one["name"] for one in shown if one["kind"] == "choice" and not one["options"]] == []


def test_the_four_questions_are_yes_or_no_and_stand_as_they_were_answered(world: World) -> None:
    """Two radios a question, with the answer that was given; one click corrects it."""
    case, desk, aigul = world.places["suzak"].case, world.desks["aigul"], world.cast.aigul
    visited(world.cast, aigul, {"case": case, **yes_to("basics_missing")})
    address = way(case, "visit_child", live(aigul, VisitChild).pk)
    page = desk.open(address)
    for name in QUESTIONS:
        radios = page.all("input", type="radio", name=name)
        assert [one.attributes["value"] for one in radios] == ["yes", "no"]
    typed = page.form("correct_fact")
    assert [typed[name] for name in QUESTIONS] == [["no"], ["no"], ["no"], ["yes"]]
    assert page.all("input", name="happened_on")[0].attributes["value"] == "02.03.2026"
    after = desk.follow(corrected(desk, address, basics_missing="no", harmful_person_access="yes"))
    assert "The entry was corrected; both stay to be seen." in after.text
    row = live(aigul, VisitChild)
    assert (row.basics_missing, row.harmful_person_access, row.injury_fear_word) == (
        False,
        True,
        False,
    )


def test_what_is_asked_of_migrants_children_is_asked_of_them_alone(world: World) -> None:
    """A visit that was no check of a migrants' child has nothing of it to correct."""
    of_migrants = {"lives_with", "conditions", "parents_contact"}
    for kind, asked in (("home", set()), ("migrant_check", of_migrants)):
        form = form_of("visit_child", VisitChild(kind=kind, happened_on=date(2026, 3, 2)))
        assert of_migrants & set(form.model_fields) == asked


def test_a_child_corrected_to_not_seen_is_asked_why(world: World) -> None:
    """The reason is asked for after that answer alone, as at the visit."""
    case, desk, aigul = world.places["suzak"].case, world.desks["aigul"], world.cast.aigul
    visited(world.cast, aigul, seen(case))
    address = way(case, "visit_child", live(aigul, VisitChild).pk)
    asked = desk.open(address).all("div", data_when="seen")
    assert [one.attributes["data-in"] for one in asked] == ["not_seen"]
    change = {"seen": "not_seen", "not_seen_reason": "at_school"}
    assert corrected(desk, address, **change).status == 303
    assert live(aigul, VisitChild).not_seen_reason == "at_school"


def test_what_is_refused_stands_at_its_field_with_what_was_typed(world: World) -> None:
    """The day to come, the empty text, the missing why, and nothing changed at all."""
    place, desk = world.places["suzak"], world.desks["aigul"]
    address = way(place.case, "identification", place.fact)
    page = corrected(desk, address, happened_on="03.03.2026")
    assert (page.status, page.refusals) == (422, ["date_in_future"])
    assert page.all("input", id="happened_on")[0].attributes["aria-invalid"] == "true"
    assert page.form("correct_fact")["happened_on"] == ["03.03.2026"]
    assert corrected(desk, address, difficulty=" ").refusals == ["field_required"]
    page = desk.act(address, "correct_fact", difficulty=RISK)
    assert page.refusals == ["field_required"]
    assert "#correction_reason" in page.links
    assert corrected(desk, address).refusals == ["nothing_changed"]


def test_lines_ended_as_a_browser_ends_them_are_no_change(world: World) -> None:
    """A text of two lines that nobody touched is not recorded anew."""
    cast, place, desk = world.cast, world.places["suzak"], world.desks["aigul"]
    two = {"values": {"difficulty": "One.\nTwo."}, "reason": "typing_error"}
    fact = cast.aigul.do(
        "correct_fact", case=place.case, kind="identification", fact=place.fact, **two
    )["fact"]
    address = way(place.case, "identification", fact)
    page = corrected(desk, address, difficulty="One.\r\nTwo.")
    assert page.refusals == ["nothing_changed"]


def stale(world: World, **typed: Any) -> Page:  # noqa: ANN401 - as typed
    """Aigul corrects while Bakyt has corrected the same entry to a high risk."""
    place = world.places["suzak"]
    address = way(place.case, "identification", place.fact)
    aigul = world.desks["aigul"]
    values = aigul.fill(address, "correct_fact", correction_reason="typing_error", **typed)
    assert corrected(world.desks["bakyt"], address, risk_level="high").status == 303
    return aigul.send(address, values)


def cells(page: Page) -> list[list[str]]:
    """The rows of the page that compares: what, mine, and what stands now."""
    rows = [one.text.strip() for one in page.elements if one.tag in {"th", "td"}][3:]
    return [rows[at : at + 3] for at in range(0, len(rows), 3)]


def test_a_stale_correction_shows_both_values_and_who_and_when(world: World) -> None:
    """What I typed beside what stands now, then who recorded what, and when."""
    page = stale(world, risk_level="low", difficulty=RISK)
    assert (page.status, page.refusals) == (409, ["stale_version"])
    rows = {row[0]: row[1:] for row in cells(page)}
    assert rows["Risk level"] == ["Low", "High"]
    assert rows["What is hard for the child?"][0] == RISK
    assert "Risk level: High" in rows["Correct an entry"][1]
    assert f"{world.cast.bakyt.viewer.name} recorded something here on 02.03.2026" in page.text
    assert live(world.cast.aigul, Identification, case_id=world.case("suzak")).risk_level == "high"


def test_mine_is_recorded_on_top_and_takes_nothing_else_back(world: World) -> None:
    """One click corrects the newest entry by what I changed, and only by that."""
    page = stale(world, difficulty=RISK)
    assert [row[0] for row in cells(page)] == ["What is hard for the child?", "Correct an entry"]
    aigul = world.desks["aigul"]
    action = page.all("form", method="post")[-1].attributes["action"]
    typed = page.form("correct_fact") | {"stale": "mine"}
    assert aigul.send(action, typed).status == 303
    fact = live(world.cast.aigul, Identification, case_id=world.case("suzak"))
    assert (fact.difficulty, fact.risk_level) == (RISK, "high")


def test_back_to_my_correction(world: World) -> None:
    """Or back to the form: mine in it, over what stands now."""
    page = stale(world, difficulty=RISK)
    aigul = world.desks["aigul"]
    action = page.all("form", method="post")[-1].attributes["action"]
    again = aigul.send(action, page.form("correct_fact") | {"stale": "edit"})
    typed = again.form("correct_fact")
    assert (again.status, typed["difficulty"], typed["risk_level"]) == (200, [RISK], ["high"])
    assert aigul.send(action, typed).status == 303


def test_a_corrected_birth_is_asked_as_a_day(world: World) -> None:
    """A birth of which only the year is known is corrected to the day."""
    place, desk, aigul = world.places["suzak"], world.desks["aigul"], world.cast.aigul
    birth = live(aigul, Birth, person_id=place.child)
    change = {"born_on": "7.5.2015", "precision": "day"}
    assert corrected(desk, way(place.case, "birth", birth.pk), **change).status == 303
    assert f"{aigul.child(place.case).born_on:%d.%m.%Y}" == "07.05.2015"
