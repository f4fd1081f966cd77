"""Drawn sizes of districts and cities for tests."""

from fractions import Fraction
from random import Random


def fifty_five(seed: int) -> dict[str, Fraction]:
    """So many units of a country, some a hundred times as large as others."""
    drawn = Random(seed)
    return {f"{place:02}": Fraction(int(drawn.lognormvariate(10, 1)) + 1) for place in range(55)}
