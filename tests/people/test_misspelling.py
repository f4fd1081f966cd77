"""What is one letter apart, held against all words with one edit; keys of the other alphabet."""

from itertools import product

import pytest

from kamkor.people.rules.misspelling import one_letter_apart, other_layout, parts_of, roots_of

LETTERS = "abc"
WORDS = ["".join(word) for length in range(5) for word in product(LETTERS, repeat=length)]


def edited(word: str) -> set[str]:
    """Every word that one letter put in, left out or changed, or two swapped, makes of this one."""
    made = set()
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        made |= {before + letter + after for letter in LETTERS}
        made |= {before + letter + after[1:] for letter in LETTERS if after}
        made |= {before + after[1:]} if after else set()
        made |= {before + after[1] + after[0] + after[2:]} if len(after) > 1 else set()
    return made - {word}


def test_two_words_are_one_letter_apart_where_one_edit_makes_one_of_the_other() -> None:
    for one in WORDS:
        assert {other for other in WORDS if one_letter_apart(one, other)} == edited(one) & {*WORDS}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("fqukm", "айгль"),
        ("fqueks", "айгулы"),
        (":fyfh", "Жанар"),
        ("Фыфт", "Asan"),
        ("fcfyjd ,tr", "асанов бек"),
    ],
)
def test_what_the_same_keys_write_in_the_other_alphabet(typed: str, meant: str) -> None:
    assert other_layout(typed) == meant
    assert other_layout(meant) == typed


def test_letters_that_only_kyrgyz_has_lie_on_the_keys_of_their_base() -> None:
    assert other_layout("Өмүрбек") == other_layout("Омурбек")


@pytest.mark.parametrize(
    ("word", "root"),
    [("asanvo", "asan"), ("asanovv", "asan"), ("asanoa", "asan"), ("asanobic", "asan")],
)
def test_the_root_of_a_surname_whose_ending_has_a_letter_wrong(word: str, root: str) -> None:
    assert root in roots_of(word)


def test_a_root_is_no_shorter_than_a_word_that_is_looked_for() -> None:
    assert {len(root) >= 3 for root in roots_of("asanvo")} == {True}
    assert roots_of("aov") == []


@pytest.mark.parametrize(
    ("typed", "surname", "given", "patronymic"),
    [
        ("", "", "", ""),
        ("Айбек", "", "Айбек", ""),
        ("Асанов", "", "Асанов", ""),
        ("Асанов Айбек", "Асанов", "Айбек", ""),
        ("Айбек Асанов", "Асанов", "Айбек", ""),
        ("Айбек Асанов Канатович", "Асанов", "Айбек", "Канатович"),
        ("Канатовна Айгүл Асанова", "Асанова", "Айгүл", "Канатовна"),
        ("Асан уулу Айбек", "Асан уулу", "Айбек", ""),
        ("Айгүл Асан кызы", "Асан кызы", "Айгүл", ""),
        ("Жаныш Бек", "Жаныш", "Бек", ""),
        ("Asanova Aigul", "Asanova", "Aigul", ""),
        ("Жаныш Бек Курман Алы", "Жаныш", "Бек Алы", "Курман"),
        ("Асан уулу", "Асан уулу", "", ""),
    ],
)
def test_the_parts_of_a_name_typed_whole(
    typed: str, surname: str, given: str, patronymic: str
) -> None:
    wanted = {"surname": surname, "given_name": given, "patronymic": patronymic}
    assert parts_of(typed) == {part: one for part, one in wanted.items() if one}
