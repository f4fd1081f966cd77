"""A child's name is corrected or known in another spelling, and found under each."""

from kamkor.people.queries.search import people_named
from tests.cast import Cast
from tests.factories import identified


def found(cast: Cast, typed: str) -> list[str]:
    """The names that Bakyt finds."""
    with cast.bakyt.inside() as viewer:
        return sorted(people_named(viewer, typed).values_list("shown_name", flat=True))


def test_a_corrected_name_is_shown_and_the_old_one_is_still_found(cast: Cast) -> None:
    """A corrected name is shown, and the child is still found under the old one."""
    case = identified(cast, given_name="Айбак", surname="Сыноо")
    cast.aigul.do("record_name", case=case, kind="document", given_name="Айбек", surname="Сыноо")
    assert cast.aigul.child(case).shown_name == "Сыноо Айбек"
    assert cast.aigul.case(case).sort_key == cast.aigul.child(case).sort_key
    assert found(cast, "Айбак Сыноо") == ["Сыноо Айбек"]


def test_another_spelling_changes_nothing_on_the_page(cast: Cast) -> None:
    """Another spelling is found by search and changes nothing on the page."""
    case = identified(cast, given_name="Нурлан", surname="Сыноо")
    cast.aigul.do(
        "record_name", case=case, kind="other_spelling", given_name="Nourlane", surname="Synoo"
    )
    assert cast.aigul.child(case).shown_name == "Сыноо Нурлан"
    assert found(cast, "Nourlane") == ["Сыноо Нурлан"]


def test_a_personal_number_that_is_none_is_refused(cast: Cast) -> None:
    """A personal number that cannot be one is refused; an equal one is the specialist's task."""
    first = identified(cast, given_name="Асан", pin="21003189912345", born="")
    second = identified(cast, given_name="Үсөн")
    name = {"kind": "document", "given_name": "Үсөн"}
    assert cast.aigul.refused("record_name", case=second, pin="12", **name) == "pin_unreadable"
    cast.aigul.do("record_name", case=second, pin="21003189912345", **name)
    assert ("identity_candidate", "specialist") in cast.bakyt.tasks(second)
    assert cast.aigul.child(first).pin == cast.aigul.child(second).pin


def test_a_family_has_no_name_of_its_own(cast: Cast) -> None:
    """A family's entry is called after its members; its name is not recorded here."""
    family = cast.aigul.do(
        "identify_child",
        given_name="Бермет",
        sex="female",
        territory="41703220000000",
        place="Suzak",
        happened_on=cast.today,
        source="own_round",
        difficulty="no wood for the winter",
        risk_level="low",
        family_too=True,
    )["family"]
    name = {"kind": "document", "given_name": "Бермет"}
    assert cast.bakyt.refused("record_name", case=family, **name) == "wrong_register"
