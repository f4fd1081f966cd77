"""A form typed by its address is refused to who is shown its subject and may do nothing about it."""

from uuid import UUID

import pytest

from kamkor.cases.models import Task
from kamkor.cases.vocabulary import OF_OTHER_SIDE
from kamkor.kernel.commands import Operation
from kamkor.web.case_forms import ABOUT_CASE
from tests.cast import Cast, Player
from tests.doors.desk import Desk
from tests.factories import accepted, registered, transferred
from tests.specification.test_17_emergency import opened, with_reporter


def forms_about(player: Player, case: str) -> dict[str, str]:
    """The addresses of all forms about a case that the post's role may do, by operation."""
    return {
        name: f"/cases/{case}/{name.replace('_', '-')}/"
        for name in sorted(ABOUT_CASE)
        if player.viewer.role in Operation.registry[name].roles
        and "case"
        in {*Operation.registry[name].shape.model_fields, name.replace("record_visit", "case")}
    }


@pytest.mark.parametrize("who", ["cholpon", "specialist2", "head2"])
def test_what_was_opened_in_an_emergency_has_no_forms(cast: Cast, who: str) -> None:
    case, player = with_reporter(cast), getattr(cast, who)
    opened(cast, player, case)
    desk, forms = Desk(who, cast.time), forms_about(player, case)
    assert len(forms) >= 8
    assert desk.open(f"/cases/{case}/").status == 200
    for name, address in forms.items():
        page = desk.open(address)
        assert (page.status, page.refusals) == (403, ["only_read"]), name
        assert "You opened this in an emergency" in page.text
    with cast.bakyt.inside():
        report = cast.bakyt.case(case).report_id
    for slug in ("read-report", "mark-sent-in-error"):
        page = desk.open(f"/reports/{report}/{slug}/")
        assert (page.status, page.refusals) == (403, ["only_read"]), slug


def test_what_is_sent_all_the_same_is_refused_and_what_was_typed_stays(cast: Cast) -> None:
    case = registered(cast)
    opened(cast, cast.cholpon, case)
    typed = {"kind": "other_spelling", "given_name": "Мирбек", "surname": "Асанов"}
    page = Desk("cholpon", cast.time).send(f"/cases/{case}/record-name/", typed)
    assert (page.status, page.refusals) == (422, ["only_read"])
    assert "Мирбек" in page.text


@pytest.mark.parametrize("who", ["specialist2", "head2"])
def test_what_is_offered_to_a_department_is_accepted_or_returned_and_no_more(
    cast: Cast, who: str
) -> None:
    case, player = registered(cast), getattr(cast, who)
    transferred(cast, case)
    desk, forms = Desk(who, cast.time), forms_about(player, case)
    assert desk.open(f"/cases/{case}/").status == 200
    found = {name: desk.open(address) for name, address in forms.items()}
    assert {name for name, page in found.items() if page.status == 200} == OF_OTHER_SIDE
    others = {page.status for name, page in found.items() if name not in OF_OTHER_SIDE}
    assert others == {403}
    assert len(found) >= 8


def test_a_due_item_of_what_was_opened_in_an_emergency_has_no_form(cast: Cast) -> None:
    case = accepted(cast.aigul)[0]
    opened(cast, cast.cholpon, case)
    with cast.bakyt.inside():
        due = list(Task.objects.filter(case_id=UUID(case)).values_list("id", flat=True))
    assert due
    desk = Desk("cholpon", cast.time)
    assert {desk.open(f"/tasks/{one}/complete-task/").status for one in due} <= {403, 404}


def test_control_who_answers_for_it_finds_the_forms(cast: Cast) -> None:
    case = registered(cast)
    desk = Desk("bakyt", cast.time)
    found = {name: desk.open(one).status for name, one in forms_about(cast.bakyt, case).items()}
    assert found["record_visit"] == found["record_name"] == 200
    assert set(found.values()) <= {200, 302}
