"""How a place or a child was described: by which words it is known again."""

from collections.abc import Collection

from kamkor.people.names.stems import tokens


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
