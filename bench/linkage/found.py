"""How good the pairs are that a method found: precision, recall, F1, and what that costs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Pair = tuple[int, int]
Scored = tuple[float, Pair]


@dataclass(frozen=True)
class Judged:
    """Precision, recall and F1 of a set of pairs, from 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both; 0 where nothing was found."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def judged(found: Iterable[Pair], true: Mapping[Pair, object]) -> Judged:
    """Judge pairs, each once and in order of its numbers."""
    said = set(found)
    right = len(said & true.keys())
    return Judged(right / len(said) if said else 0.0, right / len(true))


def best(scored: Sequence[Scored], true: Mapping[Pair, object]) -> Judged:
    """The threshold with the best F1, chosen by who knows the truth: a kindness to a peer.

    Pairs of one score stand together above or below it.
    """
    ranked = sorted(scored, reverse=True)
    right, top = 0, Judged(0.0, 0.0)
    for place, (score, pair) in enumerate(ranked, 1):
        right += pair in true
        if place == len(ranked) or ranked[place][0] != score:
            top = max(top, Judged(right / place, right / len(true)), key=lambda one: one.f1)
    return top


def recall_by_damage(
    found: Iterable[Pair], true: Mapping[Pair, frozenset[str]]
) -> dict[str, float]:
    """Of the duplicates with each kind of damage, the share that was found; "none" has none."""
    said = set(found)
    kinds = sorted({kind for damage in true.values() for kind in damage})
    told = {
        kind: [pair in said for pair, damage in true.items() if kind in damage] for kind in kinds
    }
    told["none"] = [pair in said for pair, damage in true.items() if not damage]
    return {kind: sum(hits) / len(hits) for kind, hits in told.items() if hits}


def reviewed_until(
    linked: Iterable[Pair],
    doubtful: Sequence[Scored],
    true: Mapping[Pair, object],
    recall: float,
) -> float:
    """How many pairs a person looks at for each true duplicate until this recall, best first.

    Infinite where the doubtful pairs end before.
    """
    right = sum(pair in true for pair in set(linked))
    if right >= recall * len(true):
        return 0.0
    for place, (_, pair) in enumerate(sorted(doubtful, reverse=True), 1):
        right += pair in true
        if right >= recall * len(true):
            return place / len(true)
    return float("inf")
