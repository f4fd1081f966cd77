"""Wordings of places and children: what may mean the same, and what was told earlier."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connections

from kamkor.people.models import WordingToken
from kamkor.people.names import told_alike, words_of_child, words_of_place
from tests.cast import Cast
from tests.factories import identified, received


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("Suzak, 5", {"suzak", "5"}),
        ("Сузак,5", {"suzak", "5"}),
        ("Жеңиш көч., 12-а", {"jenix", "koc", "12"}),
        (" , - ", set()),
    ],
)
def test_the_words_of_a_place(place: str, words: set[str]) -> None:
    assert words_of_place(place) == words


def test_the_words_of_a_child_hold_no_age() -> None:
    assert words_of_child("Асан уулу Бакыт, 7") == words_of_child("Асанов Бакыт") != set()


def test_wordings_of_nothing_are_not_alike() -> None:
    assert not told_alike(set(), set())
    assert not told_alike({"suzak"}, set())


def test_what_was_told_before_there_were_folded_words_is_folded_too(committed_cast: Cast) -> None:
    cast = committed_cast
    received(cast.bakyt, place="Suzak, 5", children=[{"description": "Асанов Бакыт, 7"}])
    identified(cast, place="Suzak, Lenin 5")
    words = WordingToken.objects.using("owner").order_by("wording", "token")
    columns = ("subject", "wording", "token", "office_unit", "office_district", "team")
    before = list(words.values_list(*columns))
    assert len(before) > 5
    words.delete()
    migration = import_module("kamkor.migrations.0006_wording_tokens")
    migration.fold(apps, SimpleNamespace(connection=connections["owner"]))
    assert list(words.all().values_list(*columns)) == before
