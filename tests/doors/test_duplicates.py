"""Who may be one child, on the form that identifies and in the queue: compared, answered, joined."""

from typing import Any

import pytest

from kamkor.cases.models import TwoPersons
from kamkor.kernel.ids import new_id
from kamkor.people.models import AlikePair, Person, SameChildAnswer
from tests.doors.desk import Page
from tests.doors.test_search import born
from tests.doors.world import World
from tests.factories import a_child, identified

pytestmark = pytest.mark.usefixtures("undone")

KNOWN: dict[str, Any] = {
    "given_name": "Эгизбек", "surname": "Кошалиев", "born": "2014-05-06", "place": "Арал, 4",
}  # fmt: skip
LATIN: dict[str, Any] = KNOWN | {"given_name": "Egizbek", "surname": "Koshaliev"}
QUEUE = "/duplicates/"
WHY = (
    "Same: surname (in other letters), given name (in other letters), birth date, sex, place;"
    " not known: father's name."
)
UNKNOWN = "not known: father's name."


def typed(world: World) -> dict[str, Any]:
    """What is typed into the form of a new child."""
    child = a_child(f"{world.cast.time.today:%d.%m.%Y}", **LATIN)
    return {key: child[key] for key in child if key != "born"} | born("2014-05-06")


def sent(world: World) -> Page:
    """The form of a new child, filled and sent by Aigul."""
    return world.desks["aigul"].act("/do/identify-child/", "identify_child", **typed(world))


def sent_on(world: World, page: Page, answer: str) -> Page:
    """The same form sent again with an answer about the one who is shown."""
    form = page.form("identify_child") | {"alike-0-answer": [answer]}
    return world.desks["aigul"].send("/do/identify-child/", form)


def written(world: World) -> int:
    """How many children of the Latin name there are."""
    with world.cast.bakyt.inside():
        return Person.objects.filter(shown_name__startswith="Koshaliev").count()


def answers(world: World) -> list[str]:
    with world.cast.bakyt.inside():
        return list(SameChildAnswer.objects.values_list("answer", flat=True))


def test_who_may_be_the_child_is_shown_before_it_is_entered_twice(world: World) -> None:
    identified(world.cast, **KNOWN)
    page = sent(world)
    assert (page.status, page.refusals, written(world)) == (200, [], 0)
    assert "Кошалиев Эгизбек (06.05.2014)" in page.text
    cells = [one.text.strip() for one in page.all("td", data_label="Comparison")]
    other = "Same, in other letters"
    assert cells == [other, other, "Not known", "Same", "Same", "Same"]
    assert [one.text for one in page.all("p", data_why="*")] == [WHY]
    (link,) = [one for one in page.links if one.startswith("/cases/")]
    case = world.cast.bakyt.case(link.split("/")[2])
    assert case.child is not None
    assert case.child.shown_name == "Кошалиев Эгизбек"
    assert sent_on(world, page, "").refusals == ["field_required"]
    assert (written(world), answers(world)) == (0, [])
    kept = sent_on(world, page, "different")
    assert (kept.status, written(world), answers(world)) == (303, 1, ["different"])
    assert names_in_queue(world) == []


def test_who_is_not_sure_enters_the_child_and_leaves_the_pair_to_the_queue(world: World) -> None:
    identified(world.cast, **KNOWN)
    assert sent_on(world, sent(world), "not_sure").status == 303
    assert names_in_queue(world) == [
        "Кошалиев Эгизбек (06.05.2014) – Koshaliev Egizbek (06.05.2014)"
    ]


def test_a_child_known_without_a_case_is_gone_on_with(world: World) -> None:
    sibling = {"given_name": "Эгизбек", "surname": "Кошалиев", "born": "2014-05-06",
               "sex": "male", "looked_at": True}  # fmt: skip
    identified(world.cast, given_name="Башка", surname="Башкаев", siblings=[sibling])
    page = sent(world)
    (button,) = [one for one in page.all("button", name="begin") if one.form]
    form = page.form("identify_child") | {"begin": ["1"]}
    again = world.desks["aigul"].send(button.attributes["formaction"], form)
    assert (again.status, again.form("identify_child")["surname"]) == (200, ["Koshaliev"])
    done = world.desks["aigul"].send(button.attributes["formaction"], again.form("identify_child"))
    assert done.status == 303
    with world.cast.bakyt.inside():
        assert Person.objects.filter(shown_name__endswith="gizbek").count() == 1
        assert Person.objects.filter(shown_name="Кошалиев Эгизбек").count() == 0


def test_a_child_of_another_department_or_of_another_name_is_not_shown(world: World) -> None:
    identified(world.cast, world.cast.cholpon, **KNOWN)
    identified(world.cast, **KNOWN | {"given_name": "Башка", "surname": "Башкаев"})
    assert sent(world).status == 303
    assert written(world) == 1


def names_in_queue(world: World, who: str = "bakyt", address: str = QUEUE) -> list[str]:
    """The pairs of the queue, each by its heading."""
    page = world.desks[who].open(address)
    assert page.status == 200
    found = [one.text for one in page.all("h2") if one.attributes.get("id", "").startswith("pair-")]
    assert page.figure("pairs_to_compare") == str(len(found))
    return found


def said(world: World, answer: str, who: str = "bakyt") -> Page:
    """An answer about the first pair of the queue."""
    page = world.desks[who].open(QUEUE)
    return world.desks[who].send(QUEUE, page.form("answer_same_child") | {"answer": [answer]})


def two(world: World) -> tuple[str, str]:
    return identified(world.cast, **KNOWN), identified(world.cast, **LATIN)


def test_the_queue_shows_a_pair_until_it_is_said_that_they_are_two(world: World) -> None:
    assert names_in_queue(world) == []
    two(world)
    pair = "Кошалиев Эгизбек (06.05.2014) – Koshaliev Egizbek (06.05.2014)"
    assert names_in_queue(world) == [pair]
    assert names_in_queue(world, "specialist2") == []
    page = world.desks["bakyt"].open(QUEUE)
    assert page.operations >= {"answer_same_child"}
    assert said(world, "not_sure").status == 303
    assert "Answered last: Not sure" in world.desks["bakyt"].open(QUEUE).text
    assert names_in_queue(world) == [pair]
    assert said(world, "different").status == 303
    assert (names_in_queue(world), answers(world)) == ([], ["not_sure", "different"])


def test_one_child_leads_to_joining_by_two_persons(world: World) -> None:
    first, second = two(world)
    answer = said(world, "same")
    assert answer.status == 303
    place, _, other = answer.response["Location"].partition("?with=")
    assert place in {f"/cases/{case}/merge-people/" for case in (first, second)}
    form = world.desks["bakyt"].open(answer.response["Location"])
    assert [one for one in form.all("div", class_="k-note k-narrow") if "gizbek" in one.text]
    assert world.desks["bakyt"].open(f"{place}?with={new_id()}").status == 404
    known = {"ground": "papers_seen", "reason": "The papers were seen."}
    asked = world.desks["bakyt"].act(answer.response["Location"], "merge_people", **known)
    assert asked.status == 303
    with world.cast.bakyt.inside():
        assert Person.objects.filter(same_as__isnull=False).count() == 0
        request = TwoPersons.objects.get()
        assert {request.wanted["one"], request.wanted["other"]} >= {other}
    assert len(names_in_queue(world)) == 1
    world.cast.head.do("answer_request", request=str(request.pk), decision="agree")
    assert names_in_queue(world) == []


def test_a_pair_is_told_in_words_and_the_numbers_stand_folded(world: World) -> None:
    identified(world.cast, **KNOWN)
    identified(world.cast, **KNOWN | {"surname": "Кочалиев", "born": "2014-06-05"})
    page = world.desks["bakyt"].open(QUEUE)
    assert [one.text for one in page.all("mark")] == ["ш", "ч", "06", "05", "05", "06"]
    why = [one.text for one in page.all("p", data_why="*")]
    assert why == [f"Same: given name, sex, place; nearly the same: surname, birth date; {UNKNOWN}"]
    cells = [one.text.strip() for one in page.all("td", data_label="Comparison")]
    assert cells[:6] == ["Nearly the same", "Same", "Not known", "Nearly the same", "Same", "Same"]
    (fold,) = [one for one in page.all("details") if one.attributes.get("class") == "k-fold"]
    assert "open" not in fold.attributes
    weights = [one.text for one in page.all("td", data_label="Weight")]
    assert "How this was weighed" in fold.text
    assert [one for one in weights if one not in fold.text] == []
    assert weights


def many(world: World) -> None:
    """More pairs than a page holds: the likeliest, some of hardly known children, one number twice."""
    two(world)
    for number in range(6):
        sound = "абвгде"[number]
        child: dict[str, Any] = {"born": "2013", "place": f"Тегене, {number}", "surname": "Орозов"}
        identified(world.cast, **child, given_name=f"Нур{sound}бек")
    for name in ("Сезим", "Канат"):
        told: dict[str, Any] = {"born": "2015-05-06", "pin": "20605201500011"}
        identified(world.cast, given_name=name, surname=f"{name}ов", **told)


def shown(page: Page) -> list[tuple[str, ...]]:
    found = page.all("section", data_pair="*")
    return [tuple(one.attributes["data-pair"].split()) for one in found]


def test_all_pairs_stand_in_one_order_and_the_number_is_that_of_all(world: World) -> None:
    """Equal numbers first, then the likeliest; there and back by pages."""
    many(world)
    with world.cast.bakyt.inside():
        rows = sorted(AlikePair.objects.all(), key=lambda one: (one.one_number, one.weight, one.pk))
    wanted = [(str(one.one_id), str(one.other_id)) for one in reversed(rows)]
    assert len(wanted) > 10
    assert rows[-1].one_number
    assert rows[-1].weight < rows[-2].weight
    page = world.desks["bakyt"].open(QUEUE)
    pages = [shown(page)]
    assert page.figure("pairs_to_compare") == str(len(wanted))
    for _ in range(len(wanted) // 10):
        (further,) = page.all("a", rel="next")
        page = world.desks["bakyt"].open(further.attributes["href"])
        pages.append(shown(page))
    assert [pair for part in pages for pair in part] == wanted
    assert [len(part) for part in pages[:-1]] == [10] * (len(pages) - 1)
    assert page.all("a", rel="next") == []
    (back,) = page.all("a", rel="prev")
    assert shown(world.desks["bakyt"].open(back.attributes["href"])) == pages[-2]


def test_before_a_child_is_registered_one_is_led_to_compare(world: World) -> None:
    _, second = two(world)
    page = world.desks["bakyt"].open(f"/cases/{second}/register-child/")
    assert "Perhaps this child is known already: Кошалиев Эгизбек (06.05.2014)" in page.text
    (link,) = [one for one in page.links if one.startswith(QUEUE + "?child=")]
    assert len(names_in_queue(world, address=link)) == 1
    assert world.desks["bakyt"].open(QUEUE + f"?child={new_id()}").status == 404
    assert world.desks["bakyt"].open(QUEUE + "?child=x").status == 404
