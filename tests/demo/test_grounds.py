"""Grounds of invented children fit their age, their home and their papers."""

from datetime import date

import pytest

from kamkor.demo.grounds import of_child, of_family
from kamkor.demo.names import Child
from kamkor.kernel import rulesets

DAY = date(2026, 3, 2)


def a_child(born: str, pin: str = "") -> Child:
    return Child("Айбек", "Төлөгөнов", "", born, "male", pin)


def fitting(child: Child, relation: str = "mother") -> set[str]:
    return {
        rule.code for rule in rulesets.rules("grounds", DAY) if of_child(rule, child, relation, DAY)
    }


@pytest.mark.parametrize(
    ("ground", "born", "fits"),
    [
        ("risk_of_relinquishment", "2025-12", True),
        ("risk_of_relinquishment", "2012", False),
        ("out_of_school", "2023", False),
        ("out_of_school", "2016", True),
        ("child_labour", "2018", False),
        ("conflict_with_law", "2014", False),
        ("conflict_with_law", "2010", True),
        ("child_victim_of_violence", "2010", False),
        ("lost_housing", "2010", False),
    ],
)
def test_a_ground_fits_the_age(ground: str, born: str, fits: bool) -> None:
    assert (ground in fitting(a_child(born))) == fits


def test_who_lives_with_a_parent_is_no_orphan() -> None:
    alone = {"orphan", "without_parental_care", "found_abandoned", "migrants_external"}
    assert not alone & fitting(a_child("2015"), "mother")
    assert alone <= fitting(a_child("2015"), "grandmother")


def test_who_has_a_number_is_not_without_documents() -> None:
    assert "without_documents" in fitting(a_child("2015"))
    assert "without_documents" not in fitting(a_child("2015", pin="20105181500001"))


def test_a_family_gives_up_no_newborn_without_one() -> None:
    rule = rulesets.rule("grounds", "risk_of_relinquishment", DAY)
    assert not of_family(rule, [a_child("2015")], DAY)
    assert of_family(rule, [a_child("2015"), a_child("2025-12")], DAY)
