"""How near two folded words are, and what was meant where the keyboard stood in another language."""

from typing import Final

_LATIN_KEYS: Final = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC_KEYS: Final = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_PAIRS: Final = dict(zip(_LATIN_KEYS, _CYRILLIC_KEYS, strict=True))
_PAIRS_WITH_SHIFT: Final = {
    **{one.upper(): other.upper() for one, other in _PAIRS.items() if one.isalpha()},
    **dict(zip('~{}:"<>', "ЁХЪЖЭБЮ", strict=True)),
}
_BOTH: Final = {**_PAIRS, **_PAIRS_WITH_SHIFT}
# With the right Alt key н, о and у are ң, ө and ү.
_KEYS: Final = str.maketrans(
    {**_BOTH, **{other: one for one, other in _BOTH.items()}}
    | dict(zip("ңөүҢӨҮ", "yjeYJE", strict=True))
)

_ENDINGS: Final = ("ov", "ev", "ova", "eva", "ovic", "evic", "ovna", "evna")
_LONGEST_ENDING: Final = 5

SHORTEST: Final = 3
"""Below this many letters nearly every word is one letter from every other."""


def one_letter_apart(one: str, other: str) -> bool:
    """Whether one word becomes the other by one letter put in, left out or changed, or by two
    letters beside each other that change places. A word is not apart from itself."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    mine, yours = one[start:], other[start:]
    if len(mine) != len(yours):
        return mine[1:] == yours if len(mine) > len(yours) else mine == yours[1:]
    swapped = mine[:2] == yours[1::-1] and mine[2:] == yours[2:]
    return mine[1:] == yours[1:] or swapped


def roots_of(word: str) -> list[str]:
    """What the root of a folded word may be whose ending, as of a surname, has a letter wrong:
    asan of asanvo. With a whole ending the root was found before."""
    lengths = range(1, min(_LONGEST_ENDING, len(word) - SHORTEST) + 1)
    return [
        word[:-length]
        for length in lengths
        if any(one_letter_apart(word[-length:], one) for one in _ENDINGS)
    ]


def other_layout(typed: str) -> str:
    """What the same keys write in the other alphabet: айгуль for fqukm, and Asan for Фыфт."""
    return typed.translate(_KEYS)


_SON_OR_DAUGHTER: Final = frozenset({"уулу", "кызы", "uulu", "kyzy", "ұлы", "қызы"})
_OF_SURNAME: Final = (
    "ов", "ев", "ова", "ева", "ёв", "ёва", "ин", "ина",
    "ov", "ev", "ova", "eva", "in", "ina",
)  # fmt: skip
_OF_PATRONYMIC: Final = ("ович", "евич", "овна", "евна", "ovich", "evich", "ovna", "evna")


def parts_of(typed: str) -> dict[str, str]:
    """A whole name as it was typed, in its parts as far as their endings tell; for a form that a
    person reads. One word is a given name; of two without endings the surname stands first."""
    words = typed.split()
    small = [one.casefold() for one in words]
    found: dict[str, str] = {}
    place = next((at for at, one in enumerate(small) if at and one in _SON_OR_DAUGHTER), 0)
    if place:
        found["surname"] = " ".join(words[place - 1 : place + 1])
        words = words[: place - 1] + words[place + 1 :]
    for part, endings in (("patronymic", _OF_PATRONYMIC), ("surname", _OF_SURNAME)):
        told = next((one for one in words if one.casefold().endswith(endings)), "")
        if told and part not in found and len(words) > 1:
            found[part] = told
            words.remove(told)
    for part in ("surname", "given_name", "patronymic") if len(words) > 1 else ("given_name",):
        if words and part not in found:
            found[part] = words.pop(0)
    if words:
        found["given_name"] = " ".join([found.get("given_name", ""), *words]).strip()
    return found
