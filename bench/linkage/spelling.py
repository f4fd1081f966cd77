"""The ways a Kyrgyz name is written by others: Russian spelling, Latin letters, slips of a key."""

import re
from random import Random
from typing import Final

# --- Left open by the measurements and chosen here; see FROZEN in `frozen.py`.
_GUL: Final = ("гуль", "гуль", "гуль", "гюль", "гул")
_NG: Final = 0.25
_HABITS: Final = ((0.35, "^ж", "дж"), (0.3, "^э", "е"), (0.4, "ы", "и"), (0.3, "х", "к"))
_SOFT_SIGN: Final = 0.1

_PARTICLES: Final = frozenset({"уулу", "кызы"})
_WORD: Final = re.compile(r"\w+")
_SOFTENED: Final = re.compile(r"(?<=[ае])л(?=[бвгдзкмнпрст]|$)")
_KEYS: Final = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm")


class Russian:
    """One clerk's way of writing Kyrgyz names with Russian letters and ears, kept to on a paper."""

    def __init__(self, random: Random) -> None:
        self._changes = [
            ("гүл", random.choice(_GUL)),
            ("ө", "о"),
            ("ү", "у"),
            ("ң", "нг" if random.random() < _NG else "н"),
            ("ээ", random.choice("эе")),
        ]
        for rate, sign, other in _HABITS:
            if random.random() < rate:
                self._changes.append((sign, other))
        self._softens = random.random() < _SOFT_SIGN

    def written(self, text: str) -> str:
        """The text as this clerk writes it; the words for son and daughter stay."""
        return _WORD.sub(lambda found: _cased(found[0], self._word(found[0].lower())), text)

    def _word(self, word: str) -> str:
        if word in _PARTICLES:
            return word
        for sign, other in self._changes:
            if sign[0] != "^":
                word = word.replace(sign, other)
            elif word[0] == sign[1]:
                word = other + word[1:]
        return _SOFTENED.sub("ль", word) if self._softens else word


class Latin:
    """One person's way of writing Latin letters: for each sound one of the three schemes' signs."""

    _CHOICES: Final = {
        "ж": ("zh", "j", "dj"), "х": ("kh", "h"), "й": ("y", "i"), "ы": ("y", "i"),
        "ө": ("o", "ö"), "ү": ("u", "ü"), "ң": ("n", "ng"), "ю": ("yu", "iu"),
        "я": ("ya", "ia"), "ё": ("yo", "e"),
    }  # fmt: skip
    _ALWAYS: Final = {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "з": "z", "и": "i",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
        "т": "t", "у": "u", "ф": "f", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "",
        "ь": "", "э": "e",
    }  # fmt: skip

    def __init__(self, random: Random) -> None:
        chosen = {sign: random.choice(among) for sign, among in self._CHOICES.items()}
        self._signs = str.maketrans(self._ALWAYS | chosen)

    def written(self, text: str) -> str:
        """The text in Latin letters."""
        return _WORD.sub(
            lambda found: _cased(found[0], found[0].lower().translate(self._signs)), text
        )


def keyboard_edit(text: str, random: Random) -> str:
    """One letter left out, doubled, hit beside its key, or changed with the next."""
    place = random.randrange(len(text))
    before, sign, after = text[:place], text[place], text[place + 1 :]
    kind = random.randrange(4)
    if kind == 0 and len(text) > 2:
        return before + after
    if kind == 1:
        return before + sign + sign.lower() + after
    if kind == 2 and after:
        return _cased(text, (before + after[0] + sign + after[1:]).lower())
    row = next((keys for keys in _KEYS if sign.lower() in keys), _KEYS[1])
    at = max(row.find(sign.lower()), 0)
    return _cased(text, before + row[at - 1 if at else 1] + after)


def _cased(old: str, new: str) -> str:
    """The new word with a capital where the old one had it."""
    return new[:1].upper() + new[1:] if old[:1].isupper() else new
