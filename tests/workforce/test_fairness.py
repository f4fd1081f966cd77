"""How even a spread is: children for each post, Gini, units without, the gap to the norm."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamkor.workforce.rules.fairness import Fairness, fairness, gini, short_of_norm

CHILDREN = {"a": 9000, "b": 4000, "c": 100, "d": 0}


def test_a_spread_is_weighed_as_by_hand() -> None:
    """9,000 by 2 posts and 4,000 by one: 4,500 and 4,000; c has children and no post."""
    assert fairness(CHILDREN, {"a": 2, "b": 1, "c": 0, "d": 0}, 4000) == Fairness(
        posts=3,
        least=Fraction(4000),
        middle=Fraction(4250),
        most=Fraction(4500),
        gini=Fraction(500, 17000),
        without=("c",),
        short=1,
        over=2,
    )


def test_without_any_post_nothing_is_said_of_posts() -> None:
    found = fairness(CHILDREN, dict.fromkeys(CHILDREN, 0), 4000)
    assert (found.least, found.middle, found.most, found.gini) == (None, None, None, None)
    assert (found.without, found.short, found.over) == (("a", "b", "c"), 4, 3)


@pytest.mark.parametrize(
    ("children", "posts", "short"),
    [(0, 0, 0), (1, 0, 1), (4000, 1, 0), (4001, 1, 1), (10, 5, -4), (2_715_000, 550, 129)],
)
def test_how_many_posts_short_of_the_norm(children: int, posts: int, short: int) -> None:
    assert short_of_norm(children, posts, 4000) == short


VALUES = st.lists(st.integers(0, 1000).map(Fraction), min_size=1, max_size=12)


@given(VALUES)
def test_gini_is_half_the_mean_difference_against_the_mean(values: list[Fraction]) -> None:
    whole = sum(values)
    if not whole:
        assert gini(values) is None
        return
    size = len(values)
    differences = sum(abs(one - other) for one in values for other in values)
    assert gini(values) == differences / (2 * size * whole)


@given(st.integers(1, 1000), st.integers(1, 9))
def test_gini_of_what_is_all_alike_is_nothing(value: int, size: int) -> None:
    assert gini([Fraction(value)] * size) == 0
