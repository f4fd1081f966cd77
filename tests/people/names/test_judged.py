"""Names judged one by one: `equal.csv` has the spellings of one name, `unequal.csv` near names.

`apart` are spellings of the same name that no rule here holds, and `known` says why.
"""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from kamkor.people.names import fold, phonetic, tokens

FOLDER = Path(__file__).parent


def rows_of(file: str) -> list[dict[str, str]]:
    with (FOLDER / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


EQUAL = rows_of("equal.csv")
UNEQUAL = rows_of("unequal.csv")


def spellings(row: dict[str, str], column: str = "names") -> list[str]:
    return [name for name in row[column].split("|") if name]


def keys(name: str) -> tuple[list[str], list[str]]:
    """What search looks for, and what two records must share to be compared."""
    found = tokens("", name, "")
    return found, sorted(phonetic(one) for one in found)


def split_groups(rows: list[dict[str, str]]) -> list[str]:
    """The spellings that do not have the keys of their group."""
    return [
        name for row in rows for name in spellings(row) if keys(name) != keys(spellings(row)[0])
    ]


def fallen_together(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    """The pairs of different names with one canonical form, or found by the same tokens."""
    return [
        (row["one"], row["other"])
        for row in rows
        if fold(row["one"]) == fold(row["other"])
        or (keys(row["one"])[0] == keys(row["other"])[0] and not row["known"])
    ]


def test_enough_was_judged_and_every_row_says_why() -> None:
    assert len(EQUAL) >= 300
    assert len(UNEQUAL) >= 300
    assert all(row["why"] for row in (*EQUAL, *UNEQUAL))
    for row in EQUAL:
        every = spellings(row) + spellings(row, "apart")
        assert len(set(every)) == len(every), row
        assert 2 <= len(spellings(row)) <= 6, row
    pairs = [frozenset((row["one"], row["other"])) for row in UNEQUAL]
    assert len(set(pairs)) == len(pairs)


def test_spellings_of_one_name_share_the_keys_of_search_and_blocking() -> None:
    assert split_groups(EQUAL) == []


def test_no_two_names_have_one_canonical_form() -> None:
    assert fallen_together(UNEQUAL) == []


def test_no_two_groups_have_one_canonical_form() -> None:
    heads: defaultdict[str, list[str]] = defaultdict(list)
    for row in EQUAL:
        heads[fold(spellings(row)[0])].append(spellings(row)[0])
    assert [names for names in heads.values() if len(names) > 1] == []


def test_what_is_known_to_fail_is_little_and_does_fail() -> None:
    known = [row for row in EQUAL if row["known"] or row["apart"]]
    assert len(known) <= 15
    for row in known:
        assert row["known"], row
        assert spellings(row, "apart"), row
        for name in spellings(row, "apart"):
            assert keys(name)[0] != keys(spellings(row)[0])[0], name
    turned = [row for row in UNEQUAL if row["known"]]
    assert len(turned) == 1
    assert keys(turned[0]["one"]) == keys(turned[0]["other"])


def test_control_a_wrong_judgement_is_noticed() -> None:
    assert split_groups([{"names": "Айгүл|Айгуль|Айгерим"}]) == ["Айгерим"]
    wrong = {"one": "Айгүл", "other": "Айгуль", "known": ""}
    assert fallen_together([wrong]) == [("Айгүл", "Айгуль")]
    assert fallen_together([wrong | {"known": "planted"}]) == [("Айгүл", "Айгуль")]


@pytest.mark.parametrize("row", UNEQUAL[::10], ids=lambda row: row["one"])
def test_names_stay_apart_in_capitals(row: dict[str, str]) -> None:
    assert fold(row["one"].upper()) != fold(row["other"])
