"""Folding: the spellings of one name in three alphabets become one string.

The target is a small Latin alphabet in which one letter is one sound: c = ч, x = ш, j = ж, h = х.
It is a key, never shown.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from kamkor.people.names.typed import REMEMBERED, tidy

_STRAY: Final = str.maketrans(
    {"ҳ": "х", "ӣ": "и", "ӯ": "у", "ў": "у", "ҷ": "ж", "ї": "и"}  # Uzbek, Tajik, Ukrainian
)
_STRAY_SIGN: Final = re.compile("[ҳӣӯўҷї]")
_CYRILLIC: Final = {
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "e",
    "э": "e", "ж": "j", "з": "z", "и": "i", "й": "i", "ы": "i", "і": "i", "к": "k", "қ": "k",
    "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ү": "u", "ұ": "u", "ф": "f", "х": "h", "һ": "h", "ц": "ts", "ч": "c",
    "ш": "x", "щ": "xc", "ъ": "", "ь": "", "ю": "iu", "я": "ia",
}  # fmt: skip
_LATIN: Final = {
    "dzh": "j", "zh": "j", "kh": "h", "gh": "g", "ch": "c", "sh": "x", "ş": "x", "š": "x",
    "ç": "c", "č": "c", "ž": "j", "ß": "ss", "ı": "i", "y": "i", "q": "k", "w": "v", "x": "ks",
    "c": "k",
}  # fmt: skip
_SOUNDS: Final = _CYRILLIC | _LATIN
_SOUND: Final = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_LATIN_SIGN: Final = re.compile("[a-z" + "".join(sign for sign in _LATIN if len(sign) == 1) + "]")
_LETTERS: Final = str.maketrans(_CYRILLIC)
# A word in small letters of ours, with nothing else in it.
_PLAIN: Final = re.compile("[" + "".join(_CYRILLIC) + "]+")
_SIGNS: Final = re.compile(r"['’‘ʼʻ`´′]")
_BREAK: Final = re.compile(r"[^\w]|_")
_CONSONANT: Final = "bcdfghjklmnpqrstvwxz"
# Yesen, Aliyev; and Yolkin, Semyon: Latin for е and ё.
_YE: Final = re.compile(rf"(?<![{_CONSONANT}])ye|(?<![aeiou])yo")
# Айгюль and Aigyul: a soft consonant before у, which is ү.
_SOFT_U: Final = re.compile(rf"(?<=[{_CONSONANT}])iu")
_DOUBLED_VOWEL: Final = re.compile(r"([aeiou])\1+")


def fold(text: str) -> str:
    """The search form: spellings of one name in three alphabets become one string.

    Жээнбек, Женбек, Джеенбек and Zheenbek are `jenbek`; words stay apart by single spaces.
    """
    if _PLAIN.fullmatch(text):
        return _one_sound(text.translate(_LETTERS))
    plain = _sounds(lowered(text))
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain)
        plain = "".join(sign for sign in decomposed if unicodedata.category(sign)[0] != "M")
    return " ".join(_BREAK.sub(" ", _one_sound(plain)).split())


@lru_cache(maxsize=REMEMBERED)
def words(text: str) -> tuple[str, ...]:
    """The words of a text in small letters, not yet folded."""
    return tuple(_BREAK.sub(" ", lowered(text)).split())


def lowered(text: str) -> str:
    """The text in small letters, without apostrophes, letters of neighbours put as ours."""
    small = _SIGNS.sub("", tidy(text).lower())
    return small.translate(_STRAY) if _STRAY_SIGN.search(small) else small


def _one_sound(plain: str) -> str:
    """Each sound as one letter also where it was written by several."""
    # дж and кх are two letters in Cyrillic, dzh and kh one sound in Latin. Others write ң as нг,
    # and before г as н: Чыңгыз, Чингиз, Chynggyz.
    plain = plain.replace("dj", "j").replace("kh", "h").replace("ngg", "n").replace("ng", "n")
    return _DOUBLED_VOWEL.sub(_once, _SOFT_U.sub("u", plain))


def _once(doubled: re.Match[str]) -> str:
    return doubled[1]


def _sounds(small: str) -> str:
    """Each sound as one letter; Cyrillic alone has none of two letters."""
    if not _LATIN_SIGN.search(small):
        return small.translate(_LETTERS)
    return _SOUND.sub(lambda found: _SOUNDS[found[0]], _YE.sub("e", small))
