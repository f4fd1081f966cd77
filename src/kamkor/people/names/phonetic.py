"""Phonetic keys: what is left of a stem when the ear is unsure."""

import re
from functools import lru_cache
from typing import Final

_REMEMBERED: Final = 500_000
_HEARD_ALIKE: Final = str.maketrans({"h": "k", "p": "b", "z": "s", "v": "b"})
_NO_FIRST_VOWEL: Final = re.compile("(?<=.)[aeiou]+")
_TWICE: Final = re.compile(r"(.)\1+")


@lru_cache(maxsize=_REMEMBERED)
def phonetic(stem: str) -> str:
    """The key under which a stem is looked for: its consonants, those heard alike as one."""
    return _TWICE.sub(r"\1", _NO_FIRST_VOWEL.sub("", stem.translate(_HEARD_ALIKE)))
