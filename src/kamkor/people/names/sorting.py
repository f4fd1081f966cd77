"""Sorting: the joint Kyrgyz, Kazakh and Russian alphabet, 42 letters.

The order is a choice not yet confirmed by native readers: each own letter stands after its base
(ә after а, ғ after г, қ after к, ң after н, ө after о, ұ and ү after у, һ after х, і after ы).
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from kamkor.people.names.folding import words
from kamkor.people.names.typed import NAME_LIMIT, REMEMBERED

JOINT_ALPHABET: Final = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
_PART_END: Final = " "
_WORD_END: Final = "!"
_FIRST_DIGIT: Final = 0x22
_FIRST_LETTER: Final = 0x30
_ORDER: Final = {
    **{letter: chr(_FIRST_LETTER + place) for place, letter in enumerate(JOINT_ALPHABET)},
    **{str(digit): chr(_FIRST_DIGIT + digit) for digit in range(10)},
}
_ORDERED: Final = re.compile("[" + "".join(_ORDER) + "]*")
_PLACES: Final = str.maketrans(_ORDER)


def sort_key(surname: str, given: str, patronymic: str) -> str:
    """A key whose code point order (COLLATE "C") is the order of the joint alphabet.

    Digits come before the alphabet, Latin names after it, other scripts last. A name without a
    surname sorts by what it begins with; a person without any name has the empty key.
    """
    return _PART_END.join(key for part in (surname, given, patronymic) if (key := _key(part)))


@lru_cache(maxsize=REMEMBERED)
def _key(part: str) -> str:
    # Lower case can be longer than the name (ﬃ); the key is for order only.
    return _WORD_END.join(map(_places, words(part)))[:NAME_LIMIT]


def _places(word: str) -> str:
    """The code of a word in the key."""
    if _ORDERED.fullmatch(word):
        return word.translate(_PLACES)
    return "".join(map(_place, word))


def _place(sign: str) -> str:
    """The sign's code in the key; an accent on a Latin letter does not count."""
    if sign in _ORDER:
        return _ORDER[sign]
    base = unicodedata.normalize("NFKD", sign)[0]
    return _ORDER.get(base, base)
