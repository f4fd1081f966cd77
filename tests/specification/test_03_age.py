"""Step 3: nobody is found or put on the register as a child who is eighteen already."""

import pytest

from kamkor.people.models import Birth
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import a_child, a_registration, a_return, identified, taken_off


@pytest.mark.parametrize(("born", "refused"), [("2008-03-02", True), ("2008-03-03", False)])
def test_who_is_eighteen_on_the_day_is_not_identified_as_a_child(
    cast: Cast, born: str, refused: bool
) -> None:
    desk = Desk("aigul", cast.time)
    answer = desk.command("identify_child", **a_child(cast.today, born=born))
    assert (answer["result"] == "refused") == refused
    if refused:
        (fault,) = answer["faults"]
        assert (fault["code"], fault["field"]) == ("no_child", "born")
        assert "younger than 18" in fault["message"]
        assert "02.03.2026" in fault["message"]


@pytest.mark.parametrize(
    ("born", "code"), [("2007", "no_child"), ("2008", ""), ("2008-02", "no_child")]
)
def test_a_birth_of_which_some_day_leaves_a_child_is_one(cast: Cast, born: str, code: str) -> None:
    assert cast.aigul.refused("identify_child", **a_child(cast.today, born=born)) == code


def test_whose_birth_turns_out_to_be_that_of_an_adult_is_not_registered_nor_returns(
    cast: Cast,
) -> None:
    case, old = identified(cast), taken_off(cast)
    for one in (case, old):
        with cast.aigul.inside():
            fact = Birth.objects.get(person__cases__id=one)
        values = {"born_on": "2008-01-05", "precision": "day"}
        data = {"kind": "birth", "fact": str(fact.pk), "values": values, "reason": "papers_came"}
        cast.aigul.do("correct_fact", case=one, **data)
    desk = Desk("bakyt", cast.time)
    answer = desk.command("register_child", case=case, **a_registration(cast.today))
    assert answer["code"] == "no_child"
    decline = {"decision": "decline", "reason": "no_difficulty", "happened_on": cast.today}
    assert desk.command("register_child", case=case, **decline)["result"] == "applied"
    back = desk.command("return_to_register", case=old, **a_return(cast.today))
    assert back["code"] == "no_child"


def test_who_comes_of_age_after_the_identification_is_registered_all_the_same(cast: Cast) -> None:
    case = identified(cast, born="2008-03-03")
    cast.time.passes(days=2)
    cast.bakyt.do("register_child", case=case, **a_registration(cast.today))
    assert cast.bakyt.state(case) == "registered"
