"""The words of a name that was typed, with those of the nation that are one letter apart.

They are for comparison within a viewer's scope: never shown, and never told whether there are any.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from kamkor.kernel.statement import Statement
from kamkor.people.names import tokens
from kamkor.people.rules.misspelling import SHORTEST, one_letter_apart, roots_of

_MOST_WORDS: Final = 8
BEGINS, NEAR, MISSING = 1, 100, 250
"""What a word costs that only begins like one of the name, is a letter apart, or fits none. Two
words a letter apart cost less than one that fits none."""
_LAST_SIGN: Final = "\U0010ffff"


@dataclass(frozen=True)
class Word:
    """A folded word that was typed, and the words of the nation that are one letter apart."""

    word: str
    near: tuple[str, ...] = ()

    @property
    def end(self) -> str:
        """What stands after every token that begins like the word."""
        return self.word + _LAST_SIGN

    @property
    def begins(self) -> Q:
        """The tokens that are this word or begin like it."""
        return Q(token__gte=self.word, token__lt=self.end)

    def cost_of(self, held: Collection[str]) -> int:
        """What the word costs in a name of these tokens."""
        if self.word in held:
            return 0
        if any(one.startswith(self.word) for one in held):
            return BEGINS
        return MISSING if set(self.near).isdisjoint(held) else NEAR


_NEAR_WORDS = Statement("SELECT words_near(%(wanted)s::text[])")


def words_like(typed: Iterable[str]) -> list[Word]:
    """The folded words with those of the nation that are one letter apart. They are for comparison
    within a viewer's scope: never shown, and never told whether there are any."""
    wanted = list(typed)[:_MOST_WORDS]
    long = [one for one in wanted if len(one) >= SHORTEST]
    near = [word for (word,) in _NEAR_WORDS.rows({"wanted": long})] if long else []
    return [Word(one, tuple(sorted(_near(one, near)))) for one in wanted]


def _near(one: str, near: Iterable[str]) -> set[str]:
    if len(one) < SHORTEST:
        return set()
    return {word for word in near if one_letter_apart(one, word)} | set(roots_of(one))


def words_of_name(typed: str) -> list[Word]:
    """The words of a name that was typed."""
    return words_like(tokens("", typed, ""))
