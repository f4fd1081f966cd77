"""Step 3: a child is identified on the spot and registered by the specialist, or not."""

from datetime import date

import pytest

from kamkor.cases.models import (
    Case,
    Identification,
    Registration,
    RegistrationGround,
    SiblingLook,
    StateProtection,
)
from kamkor.people.models import Household, HouseholdMember, Person
from kamkor.people.queries.search import people_named
from tests.cast import Cast
from tests.factories import (
    a_child,
    a_registration,
    a_removal,
    accepted,
    identified,
    not_seen,
    registered,
    seen,
    visited,
)


def test_a_child_of_a_report_is_identified_and_protected_at_once(cast: Cast) -> None:
    (case,) = accepted(cast.aigul)
    cast.aigul.do("identify_child", case=case, **a_child(cast.today, risk_level="high"))
    kept = cast.aigul.case(case)
    assert (kept.state, kept.risk_level) == ("identified", "high")
    assert kept.identified_on == cast.time.today
    assert kept.child is not None
    assert kept.child.shown_name == "Төлөгөнов Айбек"
    assert (kept.child.born_on, kept.child.birth_precision) == (date(2015, 1, 1), "year")
    assert kept.household is not None
    assert kept.household.place == "Suzak, 5"
    assert cast.aigul.tasks(case) == [("visit_due", "worker")]


def test_a_child_found_on_the_spot_gets_a_case_and_whoever_found_it_is_responsible(
    cast: Cast,
) -> None:
    case = identified(cast)
    kept = cast.aigul.case(case)
    assert (kept.state, kept.responsible_id) == ("identified", cast.aigul.post)
    assert kept.opened_on == cast.time.today
    assert kept.next_visit_on == date(2026, 3, 9)
    assert cast.aigul.journal(case) == [(1, "identify_child", cast.aigul.post)]


def test_identification_and_registration_are_two_facts_and_two_counts(cast: Cast) -> None:
    case = identified(cast)
    assert (cast.aigul.sees(Identification), cast.aigul.sees(Registration)) == (1, 0)
    cast.bakyt.do("register_child", case=case, **a_registration(cast.today))
    assert (cast.aigul.sees(Identification), cast.aigul.sees(Registration)) == (1, 1)


def test_who_lives_there_is_noted_and_each_sibling_is_looked_at_or_not_yet(cast: Cast) -> None:
    case = identified(
        cast,
        adults=[{"given_name": "Сагын", "relation": "grandmother", "telephone": "0555123456"}],
        siblings=[
            {"given_name": "Айжан", "born": "2018", "sex": "female", "looked_at": True},
            {"given_name": "Нур", "looked_at": False},
        ],
    )
    home = cast.aigul.home(case)
    with cast.aigul.inside():
        members = HouseholdMember.objects.filter(household_id=home)
        found = sorted((one.person.shown_name, one.relation) for one in members)
        looks = SiblingLook.objects.values_list("person__shown_name", "looked_at")
        assert sorted(looks) == [("Айжан", True), ("Нур", False)]
        assert Person.objects.get(shown_name="Сагын").telephone == "+996555123456"
    assert found == [
        ("Айжан", "sibling"),
        ("Нур", "sibling"),
        ("Сагын", "grandmother"),
        ("Төлөгөнов Айбек", "child"),
    ]
    assert cast.aigul.tasks(case) == [("siblings_to_look_at", "worker")]


def test_the_family_gets_its_own_entry_beside_the_child(cast: Cast) -> None:
    answer = cast.aigul.do("identify_child", **a_child(cast.today, family_too=True))
    child, family = cast.aigul.case(answer["case"]), cast.aigul.case(answer["family"])
    assert (family.register, family.state) == ("family", "identified")
    assert (family.child_id, family.household_id) == (None, child.household_id)
    assert family.responsible_id == cast.aigul.post
    cast.bakyt.do(
        "register_family",
        case=str(family.pk),
        **a_registration(cast.today, grounds=["lost_housing"], main_ground="lost_housing"),
    )
    assert cast.aigul.state(family.pk) == "registered"
    assert cast.aigul.state(child.pk) == "identified"


def test_a_second_child_of_the_family_does_not_enter_the_family_again(cast: Cast) -> None:
    first = cast.aigul.do("identify_child", **a_child(cast.today, family_too=True))
    home = str(cast.aigul.case(first["case"]).household_id)
    again = cast.aigul.do(
        "identify_child", **a_child(cast.today, household=home, given_name="Нур", family_too=True)
    )
    assert "family" not in again
    assert cast.aigul.sees(Case, register="family") == 1


def test_the_specialist_registers_with_several_grounds_one_of_them_main(cast: Cast) -> None:
    case = identified(cast)
    cast.bakyt.do(
        "register_child",
        case=case,
        **a_registration(cast.today, grounds=["neglected", "out_of_school", "neglected"]),
    )
    kept = cast.aigul.case(case)
    assert (kept.state, kept.main_ground) == ("registered", "neglected")
    assert kept.registered_on == cast.time.today
    with cast.aigul.inside():
        grounds = RegistrationGround.objects.order_by("ground").values_list("ground", "main")
        assert list(grounds) == [("neglected", True), ("out_of_school", False)]


def test_not_registered_says_why_and_closes_the_case(cast: Cast) -> None:
    case = identified(cast, siblings=[{"given_name": "Нур", "looked_at": False}])
    data = {"decision": "decline", "happened_on": cast.today, "reason": "short_help_enough"}
    cast.bakyt.do("register_child", case=case, **data)
    assert cast.aigul.state(case) == "not_registered"
    assert cast.aigul.case(case).next_visit_on is None
    assert cast.bakyt.tasks(case) == []


def test_the_status_of_state_protection_stands_apart_from_the_grounds(cast: Cast) -> None:
    case = identified(cast)
    data = a_registration(cast.today, state_protection=True)
    cast.bakyt.do("register_child", case=case, **data)
    assert cast.aigul.case(case).state_protection is True
    change = {"case": case, "happened_on": cast.today, "note": "Mother came back."}
    cast.bakyt.do("change_state_protection", given=False, **change)
    kept = cast.aigul.case(case)
    assert (kept.state_protection, kept.main_ground) == (False, "neglected")
    assert cast.aigul.sees(StateProtection) == 2
    assert cast.bakyt.refused("change_state_protection", given=False, **change) == (
        "status_unchanged"
    )
    early = change | {"happened_on": cast.days_ago(1)}
    assert cast.bakyt.refused("change_state_protection", given=True, **early) == "before_beginning"
    assert cast.aigul.refused("change_state_protection", given=True, **change) == "not_permitted"


def test_a_ground_of_violence_seals_the_whole_home(cast: Cast) -> None:
    case = identified(cast, siblings=[{"given_name": "Нур", "looked_at": True}], family_too=True)
    home = cast.aigul.home(case)
    data = a_registration(
        cast.today, grounds=["child_victim_of_violence"], main_ground="child_victim_of_violence"
    )
    cast.bakyt.do("register_child", case=case, **data)
    kept = cast.aigul.case(case)
    team = {cast.aigul.post, cast.bakyt.post, cast.head.post}
    assert cast.aigul.team(kept) == (team, set())
    with cast.head.inside():
        teams = {
            *Person.objects.values_list("team", flat=True),
            *Household.objects.filter(id=home).values_list("team", flat=True),
            *Case.objects.values_list("team", flat=True),
        }
    assert teams == {kept.team}
    assert cast.bakyt.tasks(case) == [
        ("notice_police", "specialist"),
        ("notice_prosecutor", "specialist"),
    ]
    with cast.bakyt.inside() as viewer:
        assert [one.shown_name for one in people_named(viewer, "Айбек")] == ["Төлөгөнов Айбек"]
    with cast.oblast.inside() as viewer:
        assert list(people_named(viewer, "Айбек")) == []
    assert cast.oblast.sees(Person) == 0


def test_whoever_answers_for_a_sibling_is_named_when_the_home_is_sealed(cast: Cast) -> None:
    case = registered(cast)
    home = cast.aigul.home(case)
    sibling = identified(cast, household=home, given_name="Нур")
    assign = {"post": cast.begimai.post, "happened_on": cast.today}
    cast.bakyt.do("assign_worker", case=sibling, **assign)
    data = a_registration(
        cast.today, grounds=["witness_of_violence"], main_ground="witness_of_violence"
    )
    cast.bakyt.do("register_child", case=sibling, **data)
    assert cast.begimai.case(sibling).team == cast.aigul.case(case).team
    assert cast.nurlan.sees(Case) == 0


def test_a_child_found_in_a_sealed_home_is_sealed_with_it(cast: Cast) -> None:
    case = identified(cast)
    data = a_registration(
        cast.today, grounds=["child_victim_of_violence"], main_ground="child_victim_of_violence"
    )
    cast.bakyt.do("register_child", case=case, **data)
    kept = cast.aigul.case(case)
    found = identified(cast, household=str(kept.household_id), given_name="Нур")
    sibling = cast.aigul.case(found)
    assert sibling.child is not None
    assert {sibling.team, sibling.child.team} == {kept.team}


def test_an_equal_or_doubtful_personal_number_is_a_question_for_the_specialist(
    cast: Cast,
) -> None:
    pin = "21503201512345"
    candidate = [("identity_candidate", "specialist")]
    assert cast.bakyt.tasks(identified(cast, pin=pin, born="2015-03-15")) == []
    assert cast.bakyt.tasks(identified(cast, pin=pin, born="2015-03-15")) == candidate
    assert cast.bakyt.tasks(identified(cast, pin="21503201554321", born="2016")) == candidate
    assert cast.bakyt.tasks(identified(cast)) == []


def test_a_stranger_learns_nothing_from_a_number_that_another_district_knows(cast: Cast) -> None:
    identified(cast, pin="21503201500017", born="2015-03-15")
    case = identified(cast, cast.cholpon, pin="21503201500017", born="2015-03-15")
    assert cast.specialist2.tasks(case) == []


def test_search_finds_a_child_in_any_spelling(cast: Cast) -> None:
    identified(cast, given_name="Өмүрбек", surname="Жээнбеков")
    with cast.aigul.inside() as viewer:
        for typed in ("Омурбек", "өмүрбек жээнбеков", "Omurbek"):
            assert [one.shown_name for one in people_named(viewer, typed)] == [
                "Жээнбеков Өмүрбек"
            ], typed
        assert list(people_named(viewer, "")) == []
    with cast.cholpon.inside() as viewer:
        assert list(people_named(viewer, "Омурбек")) == []


def test_a_child_known_already_is_chosen_instead_of_entered_twice(cast: Cast) -> None:
    case = identified(cast)
    data = {"decision": "decline", "happened_on": cast.today, "reason": "no_difficulty"}
    cast.bakyt.do("register_child", case=case, **data)
    child = str(cast.aigul.case(case).child_id)
    again = identified(cast, child=child, patronymic="Нурланович")
    assert cast.aigul.case(again).child_id == cast.aigul.case(case).child_id
    assert cast.aigul.sees(Person) == 1


def test_a_child_has_one_open_case_at_most(cast: Cast) -> None:
    case = identified(cast)
    child = str(cast.aigul.case(case).child_id)
    again = a_child(cast.today, child=child)
    assert cast.aigul.faults("identify_child", **again) == [("child", "already_open")]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"pin": "123"}, ("pin", "pin_unreadable")),
        ({"born": "2026-03-10"}, ("born", "date_in_future")),
        ({"born": "20155"}, ("born", "date_unreadable")),
        ({"born": "2026-03-02", "happened_on": "2026-03-01"}, ("happened_on", "before_birth")),
        ({"happened_on": "2026-03-05"}, ("happened_on", "date_in_future")),
        ({"territory": "41703000000000"}, ("territory", "territory_unknown")),
        ({"given_name": "А" * 121}, ("given_name", "text_too_long")),
        ({"risk_level": "enormous"}, ("risk_level", "code_unknown")),
        ({"sex": ""}, ("sex", "field_required")),
        (
            {"adults": [{"given_name": "Сагын", "relation": "mother", "telephone": "1"}]},
            ("adults.0.telephone", "telephone_unreadable"),
        ),
        (
            {"household": "0195f1a0-0000-7000-8000-00000000dead"},
            ("household", "not_found"),
        ),
        ({"child": "0195f1a0-0000-7000-8000-00000000dead"}, ("child", "not_found")),
        ({"case": "0195f1a0-0000-7000-8000-00000000dead"}, ("case", "not_found")),
    ],
)
def test_an_identification_that_cannot_be_so_is_refused(
    cast: Cast, changed: dict[str, object], fault: tuple[str, str]
) -> None:
    assert cast.aigul.faults("identify_child", **a_child(cast.today, **changed)) == [fault]
    assert cast.aigul.sees(Person) == 0


def test_a_name_of_120_letters_is_kept_whole(cast: Cast) -> None:
    case = identified(cast, given_name="А" * 120, surname="Б" * 120, patronymic="В" * 120)
    child = cast.aigul.case(case).child
    assert child is not None
    assert child.shown_name == f"{'Б' * 120} {'А' * 120} {'В' * 120}"


def test_nobody_is_born_after_the_first_visit(cast: Cast) -> None:
    (case,) = accepted(cast.aigul, happened_on=cast.days_ago(9))
    visited(cast, cast.aigul, not_seen(case), happened_on=cast.days_ago(5))
    late = a_child(cast.today, case=case, born=cast.days_ago(2))
    assert cast.aigul.faults("identify_child", **late) == [("born", "before_birth")]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"grounds": []}, ("grounds", "field_required")),
        ({"main_ground": "orphan"}, ("main_ground", "main_ground_missing")),
        ({"main_ground": None}, ("main_ground", "main_ground_missing")),
        (
            {"grounds": ["lost_housing"], "main_ground": "lost_housing"},
            ("grounds", "ground_of_other_register"),
        ),
        ({"grounds": ["unheard_of"]}, ("grounds", "code_unknown")),
        ({"decision": "decline"}, ("reason", "field_required")),
        ({"happened_on": "2026-03-01"}, ("happened_on", "before_beginning")),
    ],
)
def test_a_registration_that_cannot_be_so_is_refused(
    cast: Cast, changed: dict[str, object], fault: tuple[str, str]
) -> None:
    case = identified(cast)
    data = a_registration(cast.today) | changed
    assert cast.bakyt.faults("register_child", case=case, **data) == [fault]
    assert cast.bakyt.state(case) == "identified"


def test_a_ground_is_known_from_the_day_its_act_is_in_force(cast: Cast) -> None:
    case = identified(cast, happened_on="2025-01-20")
    ground = "in_need_of_state_protection"
    data = {"case": case, "decision": "register", "grounds": [ground], "main_ground": ground}
    early = data | {"happened_on": "2025-01-29"}
    assert cast.bakyt.refused("register_child", **early) == "code_unknown"
    assert cast.bakyt.refused("register_child", **data, happened_on="2025-01-30") == ""


def test_each_register_has_its_own_decision(cast: Cast) -> None:
    answer = cast.aigul.do("identify_child", **a_child(cast.today, family_too=True))
    child, family = str(answer["case"]), str(answer["family"])
    data = a_registration(cast.today)
    assert cast.bakyt.refused("register_child", case=family, **data) == "wrong_register"
    assert cast.bakyt.refused("register_family", case=child, **data) == "wrong_register"
    both = a_registration(
        cast.today, grounds=["low_income_crisis"], main_ground="low_income_crisis"
    )
    cast.bakyt.do("register_family", case=family, **both)
    cast.bakyt.do("register_child", case=child, **both)
    change = {"case": family, "given": True, "happened_on": cast.today, "note": "x"}
    assert cast.bakyt.refused("change_state_protection", **change) == "wrong_register"


def test_only_the_specialist_or_the_head_registers_and_only_once(cast: Cast) -> None:
    case = identified(cast)
    data = a_registration(cast.today)
    assert cast.aigul.refused("register_child", case=case, **data) == "not_permitted"
    assert cast.specialist2.refused("register_child", case=case, **data) == "not_found"
    cast.head.do("register_child", case=case, **data)
    assert cast.bakyt.refused("register_child", case=case, **data) == "state_forbids"
    again = a_child(cast.today, case=case)
    assert cast.aigul.refused("identify_child", **again) == "state_forbids"


def test_the_rhythm_of_visits_follows_the_risk_level(cast: Cast) -> None:
    for risk, days in (("low", 60), ("medium", 30), ("high", 14)):
        case = registered(cast, risk_level=risk)
        visited(cast, cast.aigul, seen(case))
        next_on = cast.aigul.case(case).next_visit_on
        assert next_on is not None
        assert (next_on - cast.time.today).days == days


def test_a_worker_who_seals_a_home_seals_what_another_unit_holds_of_it(cast: Cast) -> None:
    """A worker who seals a home seals the entries in it that another unit holds, too."""
    case = registered(cast, family_too=True)
    sibling = identified(cast, household=cast.aigul.home(case), given_name="Нур")
    assign = {"post": cast.begimai.post, "happened_on": cast.today}
    cast.bakyt.do("assign_worker", case=sibling, **assign)
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today, ground="violence"))
    team = cast.aigul.case(case).team
    assert team is not None
    with cast.bakyt.inside():
        assert set(Case.objects.values_list("team", flat=True)) == {team}
    assert cast.begimai.case(sibling).team == team
    assert cast.oblast.sees(Case) == 0
