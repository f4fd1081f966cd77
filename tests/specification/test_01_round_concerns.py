"""Step 1: the children of a round's concerns, and a concern that the round left out."""

from typing import Any

from kamkor.cases.models import Report, ReportChild, Round
from tests.cast import Cast
from tests.doors.desk import Desk, Page
from tests.factories import SUZAK

TYPED = {
    "worry": "neglect",
    "danger_now": "no",
    "children-0-description": "A boy",
    "children-1-description": "His sister",
    "children-1-age": "3",
    "place": "Mill street, 11",
    "seen_or_said": "Alone on a school day.",
}
DATA = {key: value for key, value in TYPED.items() if "-" not in key} | {
    "danger_now": False,
    "children": [{"description": "A boy"}],
}


def _recorded(cast: Cast, username: str = "nurlan", **counts: int) -> Round:
    place = {"territory": SUZAK, "area": "Mill street", "happened_on": cast.today}
    getattr(cast, username).do("record_round", **place, **{"visited": 9, "no_concern": 9} | counts)
    return _standing(cast)


def _standing(cast: Cast) -> Round:
    with cast.bakyt.inside():
        return Round.objects.get(withdrawn_at=None)


def _counts(cast: Cast) -> tuple[int, int, int]:
    made = _standing(cast)
    return made.visited, made.no_concern, made.nobody_home


def _added(desk: Desk, made: Round, **typed: Any) -> Page:  # noqa: ANN401 - as typed
    return desk.act(f"/rounds/{made.pk}/add-concern/", "add_concern", **TYPED | typed)


def test_children_of_a_concern_are_added_and_taken_out_row_by_row(cast: Cast) -> None:
    """Rows inside rows, without script: each is told apart by the numbers of both."""
    desk, address = Desk("nurlan", cast.time), "/do/record-round/"
    typed = desk.fill(address, "record_round", territory=SUZAK, area="Mill street", visited="2")
    for row in ("concerns", "concerns", "concerns-1-children"):
        typed = desk.send(address, typed | {"add": row}).form("record_round")
    values = {"worry": "neglect", "danger_now": "no", "place": "x", "seen_or_said": "x"}
    typed |= {f"concerns-{row}-{key}": [text] for row in (0, 1) for key, text in values.items()}
    names = {"0-children-0": "A girl", "1-children-0": "A boy", "1-children-1": "His sister"}
    typed |= {f"concerns-{row}-description": [text] for row, text in names.items()}
    wrong = desk.send(address, typed | {"concerns-1-children-1-age": "40"})
    assert wrong.refusals == ["number_out_of_range"]
    assert "2.2: Age or about" in wrong.all("li", data_refusal="number_out_of_range")[0].text
    assert "#concerns-1-children-1-age" in wrong.links
    less = desk.send(address, typed | {"remove": "concerns-1-children-0"})
    typed = less.form("record_round")
    assert "concerns-1-children-0-description" not in typed
    assert typed["concerns-0-children-0-description"] == ["A girl"]
    assert desk.send(address, typed).status == 303
    with cast.bakyt.inside():
        told = [one.description for one in ReportChild.objects.order_by("report", "id")]
        assert told == ["A girl", "His sister"]


def test_a_concern_left_out_is_added_and_counted(cast: Cast) -> None:
    """It opens a report as the others did; the round leads to it, and its counts fit again."""
    desk, made = Desk("nurlan", cast.time), _recorded(cast)
    assert f"/rounds/{made.pk}/add-concern/" in desk.open("/rounds/").links
    assert f"/rounds/{made.pk}/add-concern/" in desk.open(f"/rounds/{made.pk}/correct/").links
    page = _added(desk, made, counted_as="no_concern")
    assert (page.status, page.response["Location"]) == (303, "/rounds/")
    with cast.bakyt.inside():
        report = Report.objects.get()
        told = [(one.description, one.age) for one in report.children.order_by("id")]
    assert (report.source, report.learned_on) == ("own_round", made.happened_on)
    assert told == [("A boy", None), ("His sister", 3)]
    assert (_counts(cast), _standing(cast).corrects) == ((9, 8, 0), made.pk)
    listed = desk.open("/rounds/")
    assert f"/reports/{report.pk}/" in listed.links
    assert "Corrected, no longer valid" in listed.text
    form = desk.open(f"/rounds/{_standing(cast).pk}/correct/")
    assert "Reports that this round opened: 1." in form.text
    wrong = {"no_concern": "9", "correction_reason": "typing_error"}
    address = f"/rounds/{_standing(cast).pk}/correct/"
    assert desk.act(address, "correct_fact", **wrong).refusals == ["concerns_stand"]
    assert _added(desk, _standing(cast), counted_as="not_counted").status == 303
    assert _counts(cast) == (10, 8, 0)
    text = desk.open(f"/rounds/{_standing(cast).pk}/correct/").text
    assert "Reports that this round opened: 2." in text


def test_a_concern_is_taken_out_of_a_count_in_which_a_household_stands(cast: Cast) -> None:
    desk, made = Desk("nurlan", cast.time), _recorded(cast, no_concern=8, nobody_home=1)
    page = _added(desk, made, counted_as="refused")
    assert (page.status, page.refusals) == (422, ["not_counted_so"])
    assert "#counted_as" in page.links
    assert page.form("add_concern")["children-1-description"] == ["His sister"]
    assert _added(desk, made, counted_as="nobody_home").status == 303
    assert _counts(cast) == (9, 8, 0)
    # The round stands no longer as this form found it.
    data = DATA | {"round": str(made.pk), "counted_as": "no_concern"}
    assert desk.command("add_concern", **data)["code"] == "already_withdrawn"


def test_who_may_add_a_concern(cast: Cast) -> None:
    """Whoever may correct the round, and nobody of another place."""
    made = _recorded(cast)
    data = DATA | {"round": str(made.pk), "counted_as": "no_concern"}
    assert cast.aigul.refused("add_concern", **data) in {"not_yours_to_correct", "not_found"}
    assert cast.cholpon.refused("add_concern", **data) == "not_found"
    assert cast.oblast.refused("add_concern", **data) == "not_permitted"
    assert Desk("aigul", cast.time).open(f"/rounds/{made.pk}/add-concern/").status in {403, 404}
    cast.bakyt.do("add_concern", **data)
    assert _counts(cast) == (9, 8, 0)


def test_an_added_concern_of_violence_is_sealed_and_never_taken_back(cast: Cast) -> None:
    desk, made = Desk("nurlan", cast.time), _recorded(cast)
    page = desk.follow(_added(desk, made, counted_as="no_concern", worry="physical_violence"))
    assert "take_back" not in page.operations
    assert (cast.nurlan.sees(Report), cast.bakyt.sees(Report)) == (0, 1)
    command = desk.sent["command_id"][0]
    assert desk.command("take_back", command=command)["code"] == "cannot_be_taken_back"
