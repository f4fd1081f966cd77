"""Two records of a department that may be one child: found, answered, and found again on a change."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kamkor.kernel.ids import new_id
from kamkor.people.models import AlikePair, SameChildAnswer
from kamkor.people.operations.pairing import compare_anew
from kamkor.people.queries.alike import pairs_visible_to
from kamkor.people.rules.matching import WEIGHTS
from tests.cast import Cast, Player
from tests.factories import a_child, a_registration, identified

CYRILLIC: dict[str, Any] = {
    "given_name": "Жолдошбек",
    "surname": "Токтосунов",
    "born": "2015-05-06",
}
LATIN: dict[str, Any] = {"given_name": "Joldoshbek", "surname": "Toktosunov", "born": "2015-05-06"}


def pairs(who: Player) -> list[tuple[str, str]]:
    """The pairs that this account's rows show: zone and answer of each."""
    with who.inside():
        return list(AlikePair.objects.order_by("id").values_list("zone", "answer"))


def child_of(who: Player, case: str) -> UUID:
    child = who.case(case).child_id
    assert child is not None
    return child


def test_a_child_entered_in_two_scripts_is_a_pair_of_the_department(cast: Cast) -> None:
    identified(cast, **CYRILLIC)
    identified(cast, **LATIN)
    identified(cast, given_name="Айбек", surname="Башкаев")
    assert pairs(cast.bakyt) == [("link", "")]
    assert pairs(cast.specialist2) == []


def test_a_name_that_becomes_another_parts_the_pair_and_brings_it_back(cast: Cast) -> None:
    identified(cast, **CYRILLIC)
    case = identified(cast, given_name="Айбек", surname="Башкаев", born="2015-05-06")
    assert pairs(cast.bakyt) == []
    cast.bakyt.do("record_name", case=case, kind="other_spelling", **_name(LATIN))
    assert pairs(cast.bakyt) == [("link", "")]


def _name(told: dict[str, Any]) -> dict[str, Any]:
    return {key: told[key] for key in ("given_name", "surname")}


def test_two_children_are_no_pair_again_until_something_changes(cast: Cast) -> None:
    identified(cast, **CYRILLIC)
    case = identified(cast, **LATIN)
    assert said(cast.bakyt, "different") == ""
    assert pairs(cast.bakyt) == [("link", "different")]
    assert waiting(cast.bakyt) == 0
    cast.bakyt.do("record_name", case=case, kind="other_spelling", given_name="Joldosh")
    assert pairs(cast.bakyt) == [("link", "")]
    assert waiting(cast.bakyt) == 1


def test_who_is_not_sure_leaves_the_pair_to_be_compared(cast: Cast) -> None:
    identified(cast, **CYRILLIC)
    identified(cast, **LATIN)
    assert said(cast.bakyt, "not_sure") == ""
    assert pairs(cast.bakyt) == [("link", "not_sure")]
    assert waiting(cast.bakyt) == 1
    with cast.bakyt.inside():
        fact = SameChildAnswer.objects.get()
        assert (fact.answer, fact.by_post, fact.weight > 1) == ("not_sure", cast.bakyt.post, True)
        assert fact.rules == WEIGHTS[-1].since


def test_what_is_said_while_a_child_is_identified_is_kept_of_both(cast: Cast) -> None:
    known = child_of(cast.bakyt, identified(cast, **CYRILLIC))
    alike = [{"child": str(known), "answer": "different"}]
    identified(cast, **LATIN, alike=alike)
    assert pairs(cast.bakyt) == [("link", "different")]
    hidden = [{"child": str(new_id()), "answer": "different"}]
    again = a_child(str(cast.time.today), **LATIN, alike=hidden)
    assert cast.aigul.refused("identify_child", **again) == "not_found"


def test_only_who_joins_says_of_records_of_the_own_department(cast: Cast) -> None:
    one = child_of(cast.bakyt, identified(cast, **CYRILLIC))
    other = child_of(cast.bakyt, identified(cast, **LATIN))
    told = {"one": str(one), "other": str(other), "answer": "different"}
    assert cast.aigul.refused("answer_same_child", **told) == "not_permitted"
    assert cast.specialist2.refused("answer_same_child", **told) == "not_found"
    assert cast.bakyt.refused("answer_same_child", **told | {"other": str(one)}) == (
        "one_record_already"
    )
    assert cast.head.refused("answer_same_child", **told) == ""


def test_twins_and_different_numbers_are_never_offered_as_one(cast: Cast) -> None:
    identified(cast, **CYRILLIC, patronymic="Асанович")
    identified(cast, **CYRILLIC | {"given_name": "Бакыт"}, patronymic="Асанович")
    assert {zone for zone, _ in pairs(cast.bakyt)} <= {"review"}
    first, second = "20605201500011", "20605201500022"
    identified(cast, given_name="Сезим", surname="Бөлөкбаев", born="2015-05-06", pin=first)
    before = pairs(cast.bakyt)
    identified(cast, given_name="Sezim", surname="Bolokbaev", born="2015-05-06", pin=second)
    assert pairs(cast.bakyt) == before
    identified(cast, given_name="Канат", surname="Кадыров", born="2015-05-06", pin=first)
    assert len(pairs(cast.bakyt)) == len(before) + 1


def test_records_that_are_one_are_no_pair(cast: Cast) -> None:
    first, second = identified(cast, **CYRILLIC), identified(cast, **LATIN)
    why = {"ground": "papers_seen", "reason": "The papers were seen."}
    other = str(child_of(cast.bakyt, second))
    told = {"one": str(child_of(cast.bakyt, first)), "other": other, "answer": "different"}
    assert len(pairs(cast.bakyt)) == 1
    request = cast.bakyt.do("merge_people", case=first, other=other, **why)["request"]
    cast.head.do("answer_request", request=request, decision="agree")
    assert (waiting(cast.bakyt), pairs(cast.bakyt)) == (0, [])
    assert cast.bakyt.refused("answer_same_child", **told) == "one_record_already"


def test_of_a_sealed_child_no_pair_tells(cast: Cast) -> None:
    """Also of one who is sealed with a sister, and not compared anew itself."""
    ground = "child_victim_of_violence"
    identified(cast, **CYRILLIC)
    home = cast.bakyt.home(identified(cast, **LATIN))
    sister = identified(cast, household=home, given_name="Нурайым")
    assert len(pairs(cast.head)) == 1
    told = a_registration(str(cast.time.today), grounds=[ground], main_ground=ground)
    cast.bakyt.do("register_child", case=sister, **told)
    assert pairs(cast.head) == []


def waiting(who: Player) -> int:
    """How many pairs wait for this account to compare them."""
    with who.inside() as viewer:
        return pairs_visible_to(viewer).count()


def said(who: Player, answer: str) -> str:
    """With which code it is refused to say this of the only pair there is; empty if it is kept."""
    with who.inside():
        pair = AlikePair.objects.get()
    told = {"one": str(pair.one_id), "other": str(pair.other_id), "answer": answer}
    return who.refused("answer_same_child", **told)


def test_a_new_child_is_compared_by_few_questions_however_many_are_alike(cast: Cast) -> None:
    """Keys away and in, partners, what is known of them, how names are borne, answers, pairs."""
    counts = []
    for _ in range(3):
        case = identified(cast, **CYRILLIC)
        with cast.bakyt.inside(), CaptureQueriesContext(connection) as held:
            compare_anew([child_of(cast.bakyt, case)])
        said = [str(one["sql"]) for one in held.captured_queries]
        counts.append(len([sql for sql in said if "SAVEPOINT" not in sql]))
    assert counts[1] == counts[2] <= 20, counts
