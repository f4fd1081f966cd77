"""Two records told plainly: of each thing one of four words, and which letters differ.

The words follow the lines that were weighed, so that none says otherwise than the sum.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from kamkor.people.rules.records import Likeness, Name
from kamkor.people.vocabulary import NEARLY, OTHER, SAME_THING, UNKNOWN

ORDER: Final = "name_order"
NAMES: Final = {"surname": "surname", "given": "given_name", "father": "patronymic"}
_TURNED: Final = "name_order_turned"
_LATIN: Final = re.compile("[a-z]", re.IGNORECASE)
_NUMBERS: Final = re.compile(r"\d+|\D+")
_DATES: Final = {
    "equal": SAME_THING, "first": SAME_THING, "turned": NEARLY, "january": NEARLY, "part": NEARLY,
    "close": NEARLY, "missing": UNKNOWN, "year": OTHER, "other": OTHER,
}  # fmt: skip
_WORTH_MARKING: Final = 0.5
"""Of texts that share less than half of their letters none is marked: all differ."""

Letters = list[tuple[str, bool]]
"""Pieces of a text in order, each with whether it differs from the other text."""


@dataclass(frozen=True)
class Beside:
    """One thing of two records: what stands in each, the word for it, and whether it is the same
    or nearly the same name in another alphabet."""

    about: str
    texts: tuple[str, str]
    word: str
    other_letters: bool = False

    @property
    def letters(self) -> tuple[Letters, Letters]:
        """Both texts with what differs, where that is worth marking."""
        plain: tuple[Letters, Letters] = ([(self.texts[0], False)], [(self.texts[1], False)])
        if self.word not in {NEARLY, OTHER} or self.other_letters:
            return plain
        if self.about == "date":
            return _parts_marked(*self.texts) or plain
        return _marked(*self.texts) or plain


def beside(
    like: Likeness, births: tuple[str, str], places: tuple[str, str], sexes: tuple[str, str]
) -> list[Beside]:
    """Names, birth, sex, place and number of two records in the order of a page.

    ``births``, ``places`` and ``sexes`` are what a page writes of them; empty where nothing is
    known.
    """
    said = {code.rpartition("_")[0]: code for code, _weight in like.weighed.lines}
    names = like.names[0], _in_order(like.names[1], turned=said[ORDER] == _TURNED)
    found = [_name(about, said[about], names) for about in NAMES]
    if said[ORDER] == _TURNED:
        found.insert(0, Beside(ORDER, ("", ""), OTHER))
    found += [
        Beside("date", births, _date(said["date"], like)),
        Beside("sex", sexes, _known(sexes) or _equal(*sexes)),
        Beside("place", places, _place(said["place"], places)),
    ]
    pins = like.one.pin, like.other.pin
    return [*found, Beside("pin", pins, _known(pins) or _equal(*pins))] if any(pins) else found


def by_word(found: list[Beside]) -> Mapping[str, list[Beside]]:
    """What is the same, nearly the same, different and not known, in this order."""
    words = (SAME_THING, NEARLY, OTHER, UNKNOWN)
    groups = {word: [one for one in found if one.word == word] for word in words}
    return {word: held for word, held in groups.items() if held}


def _in_order(name: Name, *, turned: bool) -> Name:
    return Name(name.given_name, name.surname, name.patronymic) if turned else name


def _name(about: str, code: str, names: tuple[Name, Name]) -> Beside:
    texts = getattr(names[0], NAMES[about]), getattr(names[1], NAMES[about])
    word = _known(texts)
    if word or texts[0].lower() == texts[1].lower():
        return Beside(about, texts, word or SAME_THING)
    likeness = code.rpartition("_")[2]
    if likeness == "other":
        return Beside(about, texts, OTHER)
    elsewhere = bool(_LATIN.search(texts[0])) != bool(_LATIN.search(texts[1]))
    return Beside(
        about, texts, SAME_THING if elsewhere and likeness == "equal" else NEARLY, elsewhere
    )


def _date(code: str, like: Likeness) -> str:
    word = _DATES[code.rpartition("_")[2]]
    exact = like.one.precision == like.other.precision == "day"
    return NEARLY if word == SAME_THING and not exact else word


def _place(code: str, texts: tuple[str, str]) -> str:
    word = _known(texts) or _equal(*texts)
    return NEARLY if word == OTHER and code == "place_municipality" else word


def _known(texts: tuple[str, str]) -> str:
    return "" if all(texts) else UNKNOWN


def _equal(one: str, other: str) -> str:
    return SAME_THING if one.lower() == other.lower() else OTHER


def _parts_marked(one: str, other: str) -> tuple[Letters, Letters] | None:
    """Of two days told in one way the day, the month or the year that differs, each whole."""
    mine, yours = (_NUMBERS.findall(text) for text in (one, other))
    if len(mine) != len(yours):
        return None
    both = list(zip(mine, yours, strict=True))
    return [(a, a != b) for a, b in both], [(b, a != b) for a, b in both]


def _marked(one: str, other: str) -> tuple[Letters, Letters] | None:
    small = one.lower(), other.lower()
    if (len(small[0]), len(small[1])) != (len(one), len(other)):
        return None
    found = SequenceMatcher(None, *small, autojunk=False)
    if found.ratio() < _WORTH_MARKING:
        return None
    steps = found.get_opcodes()
    return (
        [(one[a:b], tag != "equal") for tag, a, b, _, _ in steps if b > a],
        [(other[a:b], tag != "equal") for tag, _, _, a, b in steps if b > a],
    )
