"""Stems: what father's name stands under Асанов, Асанова, Асанович, Асан уулу, Асанұлы."""

import re
from functools import lru_cache
from typing import Final

from kamkor.people.names.folding import fold, words
from kamkor.people.names.typed import NAME_LIMIT, REMEMBERED

_PARTICLES: Final = frozenset({"ulu", "uli", "kizi", "ugli", "ogli", "oglu", "gizi"})
# Read before folding: folded, the name Айсулуу would end like a joined "уулу".
_JOINED_SON: Final = re.compile(r"(уулу|ұлы|улы|uulu|uly|ulı|ūly)$")
_FOLDED_ENDING: Final = re.compile(r"(kizi|[oe]v(a|ic|na)?)$")
# Акаев has lost the й of Акай уулу, and Шершеев is heard like Шершев.
_LOST_AT_END: Final = re.compile(r"(?<=[aou])i$|ei?$")
_SHORTEST_STEM: Final = 3


@lru_cache(maxsize=REMEMBERED)
def stem(token: str) -> str:
    """The folded father's name or root under a surname or patronymic: `asan` of Асанович.

    A word for son or daughter beside the name is dropped; a stem shorter than three letters is
    not made, so that a short name stays whole.
    """
    stems = [one for one in _stems(token) if one]
    return " ".join(one for one in stems if one not in _PARTICLES) or " ".join(stems)


def tokens(surname: str, given: str, patronymic: str) -> list[str]:
    """The different stems of all parts, sorted: the same whatever the order of the parts was.

    Each is at most `NAME_LIMIT` long: folding can lengthen a word, a token is for search only.
    """
    stems = {one for part in (surname, given, patronymic) for one in _stems(part)}
    telling = {one for one in stems if one not in _PARTICLES} or stems
    return sorted({one[:NAME_LIMIT] for one in telling if one})


@lru_cache(maxsize=REMEMBERED)
def _stems(part: str) -> tuple[str, ...]:
    """The stem of each word; one before a word for son or daughter is the father's."""
    stems = [_stem_of_word(word) for word in words(part)]
    after = [*stems[1:], ""]
    return tuple(
        _of_father(one) if following in _PARTICLES else one
        for one, following in zip(stems, after, strict=False)
    )


@lru_cache(maxsize=REMEMBERED)
def _stem_of_word(word: str) -> str:
    whole = fold(word)
    if whole in _PARTICLES:
        return whole
    alone = _JOINED_SON.sub("", word)
    father = _FOLDED_ENDING.sub("", whole) if alone == word else fold(alone)
    if len(father) < _SHORTEST_STEM or father == whole:
        # Сапарбай stands as a given name too, like Сапарбаев.
        return whole[:-1] if whole.endswith("bai") and len(whole) > len("abai") else whole
    return _of_father(father)


def _of_father(name: str) -> str:
    """What is left of a father's name in every form that is made from it."""
    shorter = _LOST_AT_END.sub("", name)
    return shorter if len(shorter) >= _SHORTEST_STEM else name
