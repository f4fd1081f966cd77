"""Which records are compared at all: block by block, each pair once, without holding the pairs.

A block is who shares a key of `block_keys`. Keys are kept as numbers of eight bytes, parted by
their last bits so that only one part of the blocks stands in memory at a time.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from kamkor.people.rules.matching import Frequencies, Told, Weighed, block_keys, weighed

_LARGEST_BLOCK: Final = 400
"""A key that more share than this tells nothing; its pairs have others."""
_PARTS: Final = 16
Progress = Callable[[int, int], None]
"""Told after each part how many comparisons are behind, and of how many."""


def _untold(_done: int, _of: int) -> None:
    pass


class Blocks:
    """Iterate for the places of each pair to be compared, the earlier one first."""

    def __init__(self, people: Sequence[Told], told: Progress = _untold) -> None:
        self._told = told
        self._keys, self._ends = array("q"), array("q", [0])
        self._parts = [(array("q"), array("q")) for _ in range(_PARTS)]
        for place, one in enumerate(people):
            for key in map(hash, block_keys(one)):
                self._keys.append(key)
                keys, places = self._parts[key % _PARTS]
                keys.append(key)
                places.append(place)
            self._ends.append(len(self._keys))
        self._too_many: set[int] = set()
        self.to_do = [self._pairs_of(keys) for keys, _ in self._parts]

    def _pairs_of(self, keys: Sequence[int]) -> int:
        """How many pairs the blocks of a part hold; marks its keys that too many share."""
        pairs = 0
        for key, share in Counter(keys).items():
            if share > _LARGEST_BLOCK:
                self._too_many.add(key)
            else:
                pairs += share * (share - 1) // 2
        return pairs

    def __iter__(self) -> Iterator[tuple[int, int]]:
        done, whole = 0, sum(self.to_do)
        for (keys, places), pairs in zip(self._parts, self.to_do, strict=True):
            blocks: defaultdict[int, list[int]] = defaultdict(list)
            for key, place in zip(keys, places, strict=True):
                blocks[key].append(place)
            for key, block in blocks.items():
                if len(block) > 1 and key not in self._too_many:
                    yield from self._first_met(key, block)
            done += pairs
            self._told(done, whole)

    def _first_met(self, key: int, block: list[int]) -> Iterator[tuple[int, int]]:
        """The pairs of a block of which this is the first key that both have.

        The order is that of the keys of the record that stands earlier.
        """
        every = [self._keys_at(place) for place in block]
        for at, first in enumerate(block):
            earlier = frozenset(every[at][: every[at].index(key)])
            for other in range(at + 1, len(block)):
                if earlier.isdisjoint(every[other]):
                    yield first, block[other]

    def _keys_at(self, place: int) -> list[int]:
        found = self._keys[self._ends[place] : self._ends[place + 1]]
        return [key for key in found if key not in self._too_many]


def candidates(people: Sequence[Told]) -> Iterator[tuple[Told, Told]]:
    """Each pair that shares a key, once."""
    for one, other in Blocks(people):
        yield people[one], people[other]


def possibly_one(
    people: Sequence[Told], told: Progress = _untold
) -> Iterator[tuple[Told, Told, Weighed]]:
    """Each pair that is linked or to be looked at by a person, with its lines."""
    frequencies = Frequencies.among(people)
    for one, other in Blocks(people, told):
        found = weighed(people[one], people[other], frequencies)
        if found.zone != "new":
            yield people[one], people[other], found
