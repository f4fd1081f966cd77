"""A register is loaded from a file: checked as a whole, written once, by who may and where."""

from datetime import date
from pathlib import Path

import pytest

from kamkor.cases.models import (
    Assignment,
    Case,
    Identification,
    LoadKey,
    Registration,
    RegistrationGround,
    StagedRow,
    TakingOffDecision,
    Task,
)
from kamkor.cases.operations import entering
from kamkor.cases.operations.entering import EntryPart
from kamkor.cases.operations.settling import standing_from_facts
from kamkor.people.models import Household, HouseholdMember, NameToken, Person
from tests.cast import Cast
from tests.exchange.register_files import (
    Loader,
    counts,
    csv_file,
    entry,
    family,
    removal,
    values_of,
)


@pytest.fixture
def bakyt(cast: Cast) -> Loader:
    """The specialist of Suzak."""
    return Loader(cast.bakyt)


def test_an_entry_becomes_a_child_on_the_register(
    cast: Cast, bakyt: Loader, tmp_path: Path
) -> None:
    told = entry(
        "7", grounds="out_of_school;neglected", pin="2140520120001 7", birth_date_precision="month"
    )
    load = bakyt.load(csv_file(tmp_path, told))
    assert (load.state, *counts(load)) == ("done", 1, 0, 0)
    with cast.bakyt.inside():
        case = Case.objects.select_related("child", "household").get()
        child = case.child
        assert child is not None
        assert (case.state, case.main_ground) == ("registered", "neglected")
        assert case.opened_on == case.identified_on == case.registered_on == date(2024, 3, 1)
        assert (case.responsible_id, case.office_unit) == (cast.bakyt.post, None)
        assert (child.shown_name, child.sex, child.pin) == (
            "Жоомартов Тилек",
            "male",
            "21405201200017",
        )
        assert (child.born_on, child.birth_precision) == (date(2012, 5, 1), "month")
        assert values_of(RegistrationGround.objects, "ground", "main") == [
            ("neglected", True),
            ("out_of_school", False),
        ]
        assert values_of(Identification.objects, "source", "district") == [
            ("earlier_register", "41703220000000")
        ]
        assert [Registration.objects.count(), Assignment.objects.count()] == [1, 1]
        assert values_of(NameToken.objects, "token") == [("jomart",), ("tilek",)]
        assert case.household is not None
        assert case.household.shown_name == "Жоомартов Тилек"
        assert StagedRow.objects.count() == 0
        standing = standing_from_facts(case)
        assert (standing.next_visit_on, standing.state) == (case.next_visit_on, case.state)
    assert cast.bakyt.journal(case.pk) == [(1, "load_entry", cast.bakyt.post)]


def test_children_of_one_family_share_its_home(cast: Cast, bakyt: Loader, tmp_path: Path) -> None:
    rows = (
        entry("1", family_reference="F1"),
        family("F1"),
        entry("2", given_name="Айзат", sex="f", family_reference="F1"),
        entry("3", given_name="Эмил"),
    )
    assert counts(bakyt.load(csv_file(tmp_path, *rows))) == (4, 0, 0)
    with cast.bakyt.inside():
        homes = values_of(Household.objects, "shown_name")
        assert homes == [("Жоомартов Бактыгүл",), ("Жоомартов Эмил",)]
        shared = Household.objects.get(shown_name="Жоомартов Бактыгүл")
        assert values_of(shared.members, "relation") == [("adult_of_home",), ("child",), ("child",)]
        assert shared.cases.count() == 3
        assert Case.objects.get(register="family").child_id is None


def test_the_same_file_twice_adds_nothing(cast: Cast, bakyt: Loader, tmp_path: Path) -> None:
    rows = [entry("1"), entry(given_name="Жаңыл"), family("F"), removal("1")]
    path = csv_file(tmp_path, *rows)
    assert counts(bakyt.load(path)) == (4, 0, 0)
    before = _tables(cast)
    assert counts(bakyt.load(path)) == (0, 4, 0)
    assert counts(bakyt.load(csv_file(tmp_path, *rows, *rows[:2]))) == (0, 6, 0)
    assert _tables(cast) == before


def _tables(cast: Cast) -> list[int]:
    with cast.bakyt.inside():
        tables = (Person, Household, HouseholdMember, Case, TakingOffDecision, LoadKey, Task)
        return [table._default_manager.count() for table in tables]


def test_a_removal_takes_off_what_was_loaded_with_it_or_before(
    cast: Cast, bakyt: Loader, tmp_path: Path
) -> None:
    assert counts(bakyt.load(csv_file(tmp_path, entry("1")))) == (1, 0, 0)
    rows = (removal("2", reason="placed_guardianship"), entry("2"), removal("1"))
    assert counts(bakyt.load(csv_file(tmp_path, *rows))) == (3, 0, 0)
    with cast.bakyt.inside():
        found = values_of(Case.objects, "state", "taken_off_on")
        assert found == [("accompaniment", date(2025, 6, 2)), ("check_due", date(2025, 6, 2))]
        for case in Case.objects.all():
            assert standing_from_facts(case).state == case.state
        assert values_of(Task.objects, "kind") == [
            ("accompaniment_visit",),
            ("check_after_leaving",),
        ]


def test_a_ground_of_violence_seals_the_home(cast: Cast, bakyt: Loader, tmp_path: Path) -> None:
    rows = (
        entry("1", ground_main="child_victim_of_violence", family_reference="F"),
        entry("2", given_name="Айзат", family_reference="F"),
        entry("3", ground_main="witness_of_violence", given_name="Нур", family_reference="F"),
        entry("4", given_name="Эмил"),
    )
    assert counts(bakyt.load(csv_file(tmp_path, *rows))) == (4, 0, 0)
    with cast.bakyt.inside():
        teams = list(Case.objects.exclude(team=None).values_list("team", flat=True))
        assert len(teams) == 3
        assert len(set(teams)) == 1
        assert Task.objects.filter(kind__startswith="notice_").count() == 4
    assert cast.oblast.sees(Case) == 1


def test_equal_numbers_are_a_due_item_and_no_fault(
    cast: Cast, bakyt: Loader, tmp_path: Path
) -> None:
    pin = "21405201200017"
    rows = [entry(str(one), pin=pin, given_name=f"Тилек{one}") for one in range(3)]
    assert counts(bakyt.load(csv_file(tmp_path, *rows))) == (3, 0, 0)
    with cast.bakyt.inside():
        found = Task.objects.filter(kind="identity_candidate")
        names = values_of(found, "case__child__shown_name")
    assert names == [("Жоомартов Тилек1",), ("Жоомартов Тилек2",)]


def test_signs_that_mean_something_to_the_database_are_kept(
    cast: Cast, bakyt: Loader, tmp_path: Path
) -> None:
    names = ('Кар"а', "К\\ара", "{К,ара}", "NULL", "'К%sара'", 'К\\"')
    told = [entry(str(one), surname=name) for one, name in enumerate(names)]
    assert bakyt.load(csv_file(tmp_path, *told)).written == len(names)
    with cast.bakyt.inside():
        shown = Person.objects.values_list("shown_name", flat=True)
        assert sorted(shown) == sorted(f"{name} Тилек" for name in names)


def test_what_the_database_refuses_is_refused_alone(
    cast: Cast, bakyt: Loader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else loaded one of the rows in the same moment."""
    checked = bakyt.check(csv_file(tmp_path, *(entry(str(one)) for one in range(5))))
    Loader(cast.head).load(csv_file(tmp_path, entry("3")))
    monkeypatch.setattr(EntryPart, "_known", lambda *_any: {})
    load = bakyt.write(checked)
    assert counts(load) == (4, 0, 1)
    assert [one.faults[0][2] for one in bakyt.refused(load)] == ["clash"]
    assert cast.bakyt.sees(Case) == 5


def test_a_number_drawn_twice_is_drawn_anew(
    cast: Cast, bakyt: Loader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["K-2222-222", "K-2222-222", *(f"K-3333-33{one}" for one in range(10))])
    monkeypatch.setattr(entering, "readable_numbers", lambda _prefix: drawn)
    load = bakyt.load(csv_file(tmp_path, *(entry(str(one)) for one in range(5))))
    assert counts(load) == (5, 0, 0)
    assert cast.bakyt.sees(Case) == 5


def test_staged_rows_are_seen_by_whoever_will_see_the_entries(
    cast: Cast, bakyt: Loader, tmp_path: Path
) -> None:
    load = bakyt.check(csv_file(tmp_path, entry("1")))
    assert StagedRow.objects.count() == 0
    everybody = cast.everybody.items()
    seen = {name for name, player in everybody if player.sees(StagedRow)}
    assert {"bakyt", "head"} <= seen
    assert not {"aigul", "specialist2", "admin", "daniyar"} & seen
    bakyt.write(load)
    assert seen == {name for name, player in everybody if player.sees(Case)}
