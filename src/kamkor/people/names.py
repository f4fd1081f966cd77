"""Names of people: folding for search, stems, sort keys and how a whole name is shown."""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Final

NAME_LIMIT: Final = 120
# Few names are borne by many: a load folds each of them once.
_REMEMBERED: Final = 20_000

# --- Folding: two spellings of one name become one string. The target is a small Latin alphabet in
# which one letter is one sound: c = ч, x = ш, j = ж, h = х. It is a key, never shown.
_STRAY: Final = str.maketrans(
    {"ҳ": "х", "ӣ": "и", "ӯ": "у", "ў": "у", "ҷ": "ж", "ї": "и"}  # Uzbek, Tajik, Ukrainian
)
_STRAY_SIGN: Final = re.compile("[ҳӣӯўҷї]")
# Public copies and old fonts write ң under other codes.
_STRAY_EN: Final = str.maketrans({"Ӊ": "Ң", "ӊ": "ң", "Ӈ": "Ң", "ӈ": "ң", "Ҥ": "Ң", "ҥ": "ң"})
_STRAY_EN_SIGN: Final = re.compile("[ӉӊӇӈҤҥ]")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs"})
_CYRILLIC: Final = {
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "e",
    "э": "e", "ж": "j", "з": "z", "и": "i", "й": "i", "ы": "i", "і": "i", "к": "k", "қ": "k",
    "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ү": "u", "ұ": "u", "ф": "f", "х": "h", "һ": "h", "ц": "ts", "ч": "c",
    "ш": "x", "щ": "xc", "ъ": "", "ь": "", "ю": "iu", "я": "ia",
}  # fmt: skip
_LATIN: Final = {
    "dzh": "j", "zh": "j", "kh": "h", "ch": "c", "sh": "x", "ş": "x", "š": "x", "ç": "c",
    "č": "c", "ž": "j", "ı": "i", "y": "i", "q": "k", "w": "v", "x": "ks", "c": "k",
}  # fmt: skip
_SOUNDS: Final = _CYRILLIC | _LATIN
_SOUND: Final = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_LATIN_SIGN: Final = re.compile("[a-z" + "".join(sign for sign in _LATIN if len(sign) == 1) + "]")
_LETTERS: Final = str.maketrans(_CYRILLIC)
# A word in small letters of ours, with nothing else in it.
_PLAIN: Final = re.compile("[" + "".join(_CYRILLIC) + "]+")
_SIGNS: Final = re.compile(r"['’‘ʼʻ`´′]")
_BREAK: Final = re.compile(r"[^\w]|_")
_YE_AT_START: Final = re.compile(r"(?<![^\W\daeiouy])ye")
_DOUBLED_VOWEL: Final = re.compile(r"([aeiou])\1+")

# --- Stems: what father's name stands under Асанов, Асанова, Асанович, Асан уулу, Асанұлы.
_PARTICLES: Final = frozenset({"ulu", "uli", "kizi", "ugli", "ogli", "oglu", "gizi"})
# Read before folding: folded, the name Айсулуу would end like a joined "уулу".
_JOINED_SON: Final = re.compile(r"(уулу|ұлы|улы|uulu|uly|ulı|ūly)$")
_FOLDED_ENDING: Final = re.compile(r"(kizi|[oe]v(a|ic|na)?)$")
_SHORTEST_STEM: Final = 3

# --- Sorting: the joint Kyrgyz, Kazakh and Russian alphabet, 42 letters.
# The order is a choice not yet confirmed by native readers: each own letter stands after its base
# (ә after а, ғ after г, қ after к, ң after н, ө after о, ұ and ү after у, һ after х, і after ы).
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


@lru_cache(maxsize=_REMEMBERED)
def tidy(part: str) -> str:
    """The part as it is stored: NFC, stray codes of our letters put right, single spaces.

    Signs that cannot be seen (NUL, direction marks, zero width) are left out.
    """
    text = unicodedata.normalize("NFC", part)
    if _STRAY_EN_SIGN.search(text):
        text = text.translate(_STRAY_EN)
    if text.isalpha():
        return text
    if text.isprintable():
        return " ".join(text.split())
    seen = (s for s in text if s.isspace() or unicodedata.category(s) not in _UNSEEN)
    return " ".join("".join(seen).split())


def name_faults(surname: str, given: str, patronymic: str) -> list[str]:
    """Codes of what is wrong: `name_missing`, or `..._too_long` for a part over `NAME_LIMIT`.

    Nothing is ever cut: a part that is too long is refused with what was typed.
    """
    parts = {"surname": tidy(surname), "given": tidy(given), "patronymic": tidy(patronymic)}
    if not any(parts.values()):
        return ["name_missing"]
    return [f"{kind}_too_long" for kind, part in parts.items() if len(part) > NAME_LIMIT]


def fold(text: str) -> str:
    """The search form: spellings of one name in three alphabets become one string.

    Жээнбек, Женбек, Джеенбек and Zheenbek are `jenbek`; words stay apart by single spaces.
    """
    if _PLAIN.fullmatch(text):
        return _one_sound(text.translate(_LETTERS))
    plain = _sounds(_lowered(text))
    if not plain.isascii():
        plain = "".join(
            sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign)
        )
    return " ".join(_BREAK.sub(" ", _one_sound(plain)).split())


def _one_sound(plain: str) -> str:
    """Each sound as one letter also where it was written by several."""
    # дж and кх are two letters in Cyrillic, dzh and kh one sound in Latin.
    plain = plain.replace("dj", "j").replace("kh", "h")
    return _DOUBLED_VOWEL.sub(_once, plain)


def _once(doubled: re.Match[str]) -> str:
    return doubled[1]


def _sounds(lowered: str) -> str:
    """Each sound as one letter; Cyrillic alone has none of two letters."""
    if not _LATIN_SIGN.search(lowered):
        return lowered.translate(_LETTERS)
    return _SOUND.sub(lambda found: _SOUNDS[found[0]], _YE_AT_START.sub("e", lowered))


def stem(token: str) -> str:
    """The folded father's name or root under a surname or patronymic: `asan` of Асанович.

    A word for son or daughter beside the name is dropped; a stem shorter than three letters is
    not made, so that a short name stays whole.
    """
    words = [one for word in _words(token) if (one := _stem_of_word(word))]
    return " ".join(word for word in words if word not in _PARTICLES) or " ".join(words)


def tokens(surname: str, given: str, patronymic: str) -> list[str]:
    """The different stems of all parts, sorted: the same whatever the order of the parts was.

    Each is at most `NAME_LIMIT` long: folding can lengthen a word, a token is for search only.
    """
    words = [_stem_of_word(word) for part in (surname, given, patronymic) for word in _words(part)]
    telling = {word for word in words if word not in _PARTICLES} or set(words)
    return sorted({word[:NAME_LIMIT] for word in telling if word})


def words_of_place(place: str) -> set[str]:
    """The folded words by which a place is known again; one letter alone says nothing."""
    return {word for word in tokens("", place, "") if len(word) > 1 or word.isdigit()}


def words_of_child(description: str) -> set[str]:
    """The folded words by which a described child is known again; without ages, which pass."""
    return {word for word in words_of_place(description) if not _numbered(word)}


def told_alike(one: Collection[str], other: Collection[str]) -> bool:
    """Whether two sets of folded words may mean the same place or child.

    The shorter stands whole in the longer, with two words at least, and no number differs.
    """
    mine, yours = set(one), set(other)
    shared = mine & yours
    if {word for word in mine ^ yours if _numbered(word)}:
        return False
    return bool(shared) and (mine == yours or (len(shared) > 1 and shared in (mine, yours)))


def _numbered(word: str) -> bool:
    return any(sign.isdigit() for sign in word)


def sort_key(surname: str, given: str, patronymic: str) -> str:
    """A key whose code point order (COLLATE "C") is the order of the joint alphabet.

    Digits come before the alphabet, Latin names after it, other scripts last. A name without a
    surname sorts by what it begins with; a person without any name has the empty key.
    """
    return _PART_END.join(key for part in (surname, given, patronymic) if (key := _key(part)))


def display_name(surname: str, given: str, patronymic: str) -> str:
    """The whole name in the order of documents: surname, given name, patronymic."""
    return " ".join(part for part in map(tidy, (surname, given, patronymic)) if part)


def _lowered(text: str) -> str:
    lowered = _SIGNS.sub("", tidy(text).casefold())
    return lowered.translate(_STRAY) if _STRAY_SIGN.search(lowered) else lowered


@lru_cache(maxsize=_REMEMBERED)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_BREAK.sub(" ", _lowered(text)).split())


@lru_cache(maxsize=_REMEMBERED)
def _stem_of_word(word: str) -> str:
    whole = fold(word)
    if whole in _PARTICLES:
        return whole
    alone = _JOINED_SON.sub("", word)
    father = whole if alone == word else fold(alone)
    shorter = _FOLDED_ENDING.sub("", father) if father == whole else father
    root = shorter if len(shorter) >= _SHORTEST_STEM else whole
    # Сапарбаев has lost the й of Сапарбай уулу.
    return root[:-1] if root.endswith("bai") and len(root) > _SHORTEST_STEM + 1 else root


@lru_cache(maxsize=_REMEMBERED)
def _key(part: str) -> str:
    # Lower case can be longer than the name (ﬃ); the key is for order only.
    return _WORD_END.join(map(_places, _words(part)))[:NAME_LIMIT]


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
