"""The search before create: letters wrong, why somebody was found, and what follows where nobody was."""

import re
from typing import Any

import pytest

from kamkor.kernel.commands import Command
from kamkor.kernel.ids import new_id
from kamkor.kernel.models import JournalEntry
from kamkor.people.models import Person
from tests.doors.desk import Page
from tests.doors.test_search import born, found, names
from tests.doors.world import World
from tests.factories import a_child, identified

pytestmark = pytest.mark.usefixtures("undone")


def test_a_name_is_found_with_a_letter_wrong_and_whole_names_stand_first(world: World) -> None:
    for given in ("Тотубек", "Тотибек", "Тотугүл"):
        identified(world.cast, given_name=given, surname="Шаршенкулов")
    both = ["Шаршенкулов Тотубек", "Шаршенкулов Тотибек"]
    for typed in ("Totubek Sharshenkulov", "Шаршенкулов Тотубек"):
        assert found(world, name=typed) == [*both, "Шаршенкулов Тотугүл"]
    # Left out, put in, changed, two that changed places; a letter wrong in both.
    for typed in ("Шашенкулов", "Шаршшенкулов", "Шаршанкулов", "Шарешнкулов", "Шаршенкуловв"):
        assert found(world, name=f"{typed} Тотубек") == both
        assert found(world, name=f"{typed} Тотобек") == sorted(both)
    assert found(world, name="Шашанкулов") == []


def test_a_name_borne_elsewhere_looks_like_one_that_nobody_bears(world: World) -> None:
    """The words of the nation never tell of who is not the viewer's to see."""
    identified(world.cast, world.cast.cholpon, given_name="Жашыруун", surname="Бөлөкжактов")
    pages = {
        typed: world.desks["aigul"].send("/find/", {"name": typed})
        for typed in ("Бөлокжактовв", "Жокбололов", "Бөлөкжактов")
    }
    plain = {_ALIKE.sub("", page.response.text.replace(typed, "")) for typed, page in pages.items()}
    assert len(plain) == 1
    assert found(world, "cholpon", name="Бөлокжактовв") == ["Бөлөкжактов Жашыруун"]


_ALIKE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|value=\"[A-Za-z0-9]{64}\"|data-key=\"[0-9a-f]+\"")


def reasons(page: Page) -> dict[str, str]:
    """Why each was found, by the name."""
    why = [one.text for one in page.all("td", data_label="Why")]
    return dict(zip(names(page), why, strict=True))


def test_each_who_is_found_is_told_why(world: World) -> None:
    for given, birth in (("Толкун", "2014-05-06"), ("Толкунай", "2014"), ("Толхан", "")):
        identified(world.cast, given_name=given, surname="Себептүүев", born=birth)
    page = world.desks["aigul"].send("/find/", {"name": "Tolkun Sebeptuev", **born("2014-05-06")})
    assert reasons(page) == {
        "Себептүүев Толкун": "The name is the same; born the same day",
        "Себептүүев Толкунай": "A name begins like this; born the same year",
        "Себептүүев Толхан": "One of the names is another; birth not known",
    }
    page = world.desks["aigul"].send("/find/", {"name": "Талкун Себептүүэв", **born("2014-05")})
    assert reasons(page)["Себептүүев Толкун"] == "Name one letter apart; born the same month"
    page = world.desks["aigul"].send("/find/", {"name": "Талкун Сабептүүев", "born-year": "2014"})
    assert reasons(page)["Себептүүев Толкун"] == ("Names each one letter apart; born the same year")


def test_an_estimated_birth_may_be_two_years_off(world: World) -> None:
    identified(world.cast, given_name="Болжол", surname="Жашоов", born="2014-06-01")
    with world.cast.aigul.inside():
        Person.objects.filter(shown_name="Жашоов Болжол").update(birth_precision="estimated")
    for year in ("2012", "2016"):
        page = world.desks["aigul"].send("/find/", {"name": "Жашоов", "born-year": year})
        assert reasons(page)["Жашоов Болжол"].endswith("birth estimated")
    assert found(world, name="Жашоов", **born("2017")) == []


def test_sex_place_mother_and_number_narrow_and_rank(world: World) -> None:
    adults = [{"given_name": "Буажар", "surname": "Апалова", "relation": "mother"}]
    pin = "21405200500042"
    told: dict[str, dict[str, Any]] = {
        "Бирөө": {"sex": "male", "place": "Арал айылы, 4", "adults": adults},
        "Экөө": {"sex": "female", "place": "Кең-Суу, 9", "pin": pin},
        "Үчөө": {"sex": "unknown", "place": "Арал айылы, 5"},
    }
    for given, more in told.items():
        identified(world.cast, given_name=given, surname="Тараптуев", **more)

    def listed(**typed: str) -> list[str]:
        return [one.split()[1] for one in found(world, name="Тараптуев", **typed)]

    assert listed() == ["Бирөө", "Үчөө", "Экөө"]
    assert listed(sex="female") == ["Экөө", "Үчөө"]
    assert listed(sex="male") == ["Бирөө", "Үчөө"]
    assert listed(place="село Арал") == ["Бирөө", "Үчөө"]
    assert listed(place="Кең-Суу") == ["Экөө"]
    assert listed(mother="Апалава Буажар") == ["Бирөө", "Үчөө", "Экөө"]
    assert listed(pin=pin) == ["Экөө", "Бирөө", "Үчөө"]
    assert found(world, mother="Апалова Буажар") == ["Апалова Буажар", "Тараптуев Бирөө"]
    page = world.desks["aigul"].send("/find/", {"name": "Башкаев", "pin": pin})
    assert reasons(page) == {
        "Тараптуев Экөө": "The same personal number; one of the names is another"
    }
    assert found(world, "cholpon", name="Башкаев", pin=pin) == []


def test_a_sex_or_a_place_alone_finds_nobody_and_says_what_is_needed(world: World) -> None:
    for typed in ({"sex": "male"}, {"place": "Арал"}):
        page = world.desks["aigul"].send("/find/", typed)
        assert (page.status, page.refusals) == (422, ["field_required"])
    page = world.desks["aigul"].send("/find/", {"name": "Арал", "pin": "12"})
    assert (page.status, page.refusals) == (422, ["pin_unreadable"])


def test_a_keyboard_in_another_language_is_noticed(world: World) -> None:
    identified(world.cast, given_name="Кнопкан", surname="Баскычев")
    desk = world.desks["aigul"]
    page = desk.send("/find/", {"name": "Ryjgrfy <fcrsxtd"})
    assert names(page) == ["Баскычев Кнопкан"]
    (told,) = page.all("p", data_layout="*")
    assert told.text.endswith("Found for “Кнопкан Баскычев”:")
    assert desk.send("/find/", {"name": "Кнопкан"}).all("p", data_layout="*") == []
    assert names(desk.send("/find/", {"name": "Ryjgrfh"})) == ["Баскычев Кнопкан"]
    assert names(world.desks["cholpon"].send("/find/", {"name": "Ryjgrfy"})) == []


def test_where_nobody_is_found_the_form_begins_with_what_was_typed(world: World) -> None:
    desk = world.desks["aigul"]
    typed = {
        "name": "Жокбаева Жокгүл Жокбековна", "sex": "female", "place": "Жок-Айыл, 3",
        "mother": "Жокова Энегүл", "pin": "11505201500077", **born("2015-05-15"),
    }  # fmt: skip
    page = desk.send("/find/", typed)
    assert names(page) == []
    (button,) = page.all("button", data_operation="identify_child")
    assert button.text == "Identify a new child with what was typed"
    sent = page.form("identify_child")
    form = desk.send("/do/identify-child/", {key: held[0] for key, held in sent.items()})
    assert (form.status, form.refusals) == (200, [])
    shown = form.form("identify_child")
    wanted = {
        "surname": "Жокбаева", "given_name": "Жокгүл", "patronymic": "Жокбековна",
        "born-day": "15", "born-month": "05", "born-year": "2015", "sex": "female",
        "place": "Жок-Айыл, 3", "pin": "11505201500077",
        "adults-0-given_name": "Энегүл", "adults-0-surname": "Жокова",
        "adults-0-relation": "mother",
    }  # fmt: skip
    assert {key: shown[key] for key in wanted} == {key: [one] for key, one in wanted.items()}
    assert (
        JournalEntry.objects.filter(
            operation="identify_child", command=shown["command_id"][0]
        ).count()
        == 0
    )


def test_where_too_many_are_found_it_is_told_what_would_tell_most(world: World) -> None:
    cast = world.cast
    for number in range(26):
        data = a_child(
            cast.today, given_name="Арбын", surname="Көпчүлүков", born=str(2010 + number % 13)
        )
        cast.aigul.answers(Command(new_id(), "identify_child", data))
    page = world.desks["aigul"].send("/find/", {"name": "Көпчүлүков"})
    (told,) = page.all("p", data_too_many="*")
    assert told.text == "The year of birth would tell most: about 2 would be left."
    fewer = world.desks["aigul"].send("/find/", {"name": "Көпчүлүков", "born-year": "2012"})
    assert fewer.all("p", data_too_many="*") == []
    assert (page.figure("people_found"), fewer.figure("people_found")) == ("26", "2")
