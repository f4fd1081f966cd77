"""The words of all names follow the names, and what was spoilt is made anew."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from tests.cast import Cast
from tests.factories import accepted, identified

STANDS = {
    "tokens": "SELECT person_id, token, office_unit, team FROM kamkor_nametoken",
    "words": "SELECT key, word FROM name_word",
    "people": "SELECT id, sort_key FROM kamkor_person",
    "homes": "SELECT id, sort_key FROM kamkor_household",
    "cases": "SELECT id, sort_key FROM kamkor_case",
}


def stands() -> dict[str, list[Any]]:
    """All that reindexing makes, in order."""
    found = {}
    with connections["owner"].cursor() as cursor:
        for name, question in STANDS.items():
            cursor.execute(question)
            found[name] = sorted(cursor.fetchall(), key=repr)
    return found


def as_owner(*statements: str) -> None:
    with connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def known(committed_cast: Cast) -> Cast:
    """Children with names, with a second spelling, only described, and a family's entry."""
    case = identified(committed_cast, given_name="Сезим", surname="Жолдошбекова")
    committed_cast.aigul.do(
        "record_name", case=case, kind="other_spelling", given_name="Sezimka", surname="Zholdosh"
    )
    identified(committed_cast, given_name="Канат", family_too=True)
    accepted(committed_cast.aigul, children=[{"description": "Көк күрмөчөн бала"}])
    return committed_cast


def test_what_stands_is_left_as_it_is(known: Cast) -> None:
    before = stands()
    assert ("sezim", "sezim") in before["words"]
    assert ("sezi", "sezim") in before["words"]
    for _ in range(2):
        call_command("people", "reindex")
        assert stands() == before


def test_what_was_spoilt_is_made_anew(known: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    before = stands()
    as_owner(
        "DELETE FROM kamkor_nametoken WHERE token LIKE 's%%'",
        "DELETE FROM name_word WHERE word LIKE 'k%%'",
        "INSERT INTO name_word VALUES ('nobody', 'nobody')",
        "INSERT INTO name_word SELECT * FROM name_word",
        "UPDATE kamkor_household h SET sort_key = p.sort_key || 'x' FROM kamkor_householdmember m"
        " JOIN kamkor_person p ON p.id = m.person_id WHERE m.household_id = h.id"
        " AND p.sort_key = h.sort_key",
        "UPDATE kamkor_person SET sort_key = sort_key || 'x' WHERE sort_key <> ''",
        "UPDATE kamkor_case SET sort_key = sort_key || 'x' WHERE sort_key <> ''",
    )
    assert stands() != before
    call_command("people", "reindex")
    assert stands() == before
    assert "search words added" in capsys.readouterr().err


def test_a_word_that_nobody_bears_any_more_is_forgotten(known: Cast) -> None:
    assert any(word == "sezimka" for _, word in stands()["words"])
    as_owner("DELETE FROM kamkor_nametoken WHERE token IN ('sezimka', 'sezim')")
    words = {word for _, word in stands()["words"]}
    assert not {"sezimka", "sezim"} & words
    identified(known, given_name="Сезим")
    assert ("sezi", "sezim") in stands()["words"]
