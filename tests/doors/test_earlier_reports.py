"""What a report's page shows of earlier ones: the same place, child or home, however it was told."""

import pytest

from kamkor.people.models import WordingToken
from tests.cast import Player
from tests.doors.desk import Desk
from tests.doors.world import World
from tests.factories import NOOKEN, Data, a_violent_report, accepted, identified, received

pytestmark = pytest.mark.usefixtures("undone")

ELSEWHERE = "Barpy, school no 3"
SOMEBODY = [{"description": "A girl on a red bicycle"}]


def earlier(world: World, report: str, who: str = "bakyt") -> list[str]:
    """The reports that the page of a report leads to, newest first."""
    page = world.desks[who].open(f"/reports/{report}/")
    assert page.status == 200
    found = [link for link in page.values("href") if link.startswith("/reports/")]
    shown = [link.split("/")[2] for link in found if link.count("/") == 3]
    if shown:
        assert page.figure("earlier_reports") == str(len(shown))
    return shown


def pair(world: World, first: Data, second: Data) -> list[bool]:
    """Whether of two reports the later shows the earlier, and the other way round."""
    by = world.cast.bakyt
    one, other = received(by, **first), received(by, **second)
    return [one in earlier(world, other), other in earlier(world, one)]


PLACES = [
    ("Suzak, 5", "Suzak,5", True),
    ("Сузак, Жениш кочосу, 12", "12, Жеңиш көчөсү (Сузак)", True),
    ("Сузак, Жеңиш көчөсү, 12", "Жениш кочосу 12", True),
    ("Сузак, Жеңиш көчөсү, 12", "Сузак, Жеңиш көчөсү, 14", False),
    ("Сузак, Жеңиш көчөсү, 12", "Сузак, Жеңиш көчөсү", False),
    ("Сузак", "Сузак, Жеңиш көчөсү", False),
    ("Сузак", "Suzak", True),
]


@pytest.mark.parametrize(("first", "second", "same"), PLACES)
def test_the_same_place_told_otherwise(
    world: World, first: str, second: str, *, same: bool
) -> None:
    told = pair(world, {"place": first, "children": SOMEBODY}, {"place": second})
    assert told == [same, False]


def test_the_same_words_in_another_district_are_another_place(world: World) -> None:
    first = {"place": "Suzak, 5", "territory": NOOKEN, "children": SOMEBODY}
    assert pair(world, first, {"place": "Suzak, 5"}) == [False, False]


CHILDREN = [
    ("Асанов Бакыт", "Bakyt Asanov", True),
    ("Асан уулу Бакыт, 7 жашта", "Асанов Бакыт, 8 жаш", False),
    ("Асан уулу Бакыт, 7", "Асанов Бакыт, 8", True),
    ("Бакыт Асанов, көк күрмөчөн", "Асанов Бакыт", True),
    ("Бакыт", "Бакыт Асанов", False),
    ("A boy in a blue coat", "The boy in the blue coat", True),
    ("A boy in a blue coat", "The girl in the blue coat", False),
]


@pytest.mark.parametrize(("first", "second", "same"), CHILDREN)
def test_the_same_child_described_otherwise(
    world: World, first: str, second: str, *, same: bool
) -> None:
    one: Data = {"children": [{"description": first}, *SOMEBODY], "place": ELSEWHERE}
    other: Data = {"children": [{"description": "A baby"}, {"description": second}]}
    assert pair(world, one, other) == [same, False]


@pytest.fixture
def known(world: World) -> tuple[str, str]:
    """A report of a boy behind a mill who was identified since: the report and his case."""
    told: Data = {"place": "Behind the mill", "children": [{"description": "A boy in a blue coat"}]}
    case = accepted(world.cast.aigul, **told)[0]
    with world.cast.bakyt.inside():
        report = str(world.cast.bakyt.case(case).report_id)
    siblings = [{"given_name": "Нуркыз", "surname": "Төлөгөнова", "looked_at": True}]
    identified(world.cast, case=case, place="Suzak, Lenin 5", siblings=siblings)
    return report, case


def test_a_child_known_by_now_is_found_by_its_name(world: World, known: tuple[str, str]) -> None:
    children = [{"description": "Tologonov Aibek, 11"}]
    later = received(world.cast.bakyt, place=ELSEWHERE, children=children)
    assert earlier(world, later) == [known[0]]


def test_a_home_known_by_now_is_found_by_its_place(world: World, known: tuple[str, str]) -> None:
    later = received(world.cast.bakyt, place="Lenin 5, Suzak", children=SOMEBODY)
    assert earlier(world, later) == [known[0]]


def test_a_brother_or_sister_leads_to_the_home(world: World, known: tuple[str, str]) -> None:
    children = [{"description": "Нуркыз Төлөгөнова"}]
    later = received(world.cast.bakyt, place=ELSEWHERE, children=children)
    assert earlier(world, later) == [known[0]]


def test_another_child_of_the_place_is_not_joined_to_the_home(
    world: World, known: tuple[str, str]
) -> None:
    later = received(world.cast.bakyt, place="Lenin 6, Suzak", children=SOMEBODY)
    assert earlier(world, later) == []


def tokens_seen(player: Player, *subjects: str) -> int:
    """How many folded words of these the database itself shows to a person."""
    return player.sees(WordingToken, subject__in=subjects)


def test_the_words_of_a_sealed_report_are_sealed_with_it(world: World) -> None:
    cast = world.cast
    data = a_violent_report(place="Suzak, 77", involves=[cast.head.post])
    sealed = str(cast.bakyt.do("receive_report", **data)["report"])
    later = received(cast.bakyt, place="Suzak 77", children=SOMEBODY)
    assert sealed in earlier(world, later)
    assert earlier(world, later, "head") == []
    assert tokens_seen(cast.bakyt, sealed) > 0
    assert [tokens_seen(one, sealed) for one in (cast.head, cast.nurlan, cast.cholpon)] == [0, 0, 0]


def test_more_than_can_be_shown_are_counted(world: World) -> None:
    for _ in range(26):
        received(world.cast.bakyt, place="Suzak, 5")
    later = received(world.cast.bakyt, place="Suzak,5", children=SOMEBODY)
    page = Desk("bakyt", world.cast.time).open(f"/reports/{later}/")
    assert page.figure("earlier_reports") == "26"
