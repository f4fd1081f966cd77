"""Needs: weights read from a text, shares that add to one, what cannot be weighed refused."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamkor.kernel.errors import Refusal
from kamkor.workforce.rules.need import (
    COLUMNS,
    heavier,
    needs,
    require_columns,
    weights_in,
    weights_of,
)

COUNTS = {
    "a": {"children": 1000, "dls": 30, "violence": 0, "migrants": 5},
    "b": {"children": 3000, "dls": 10, "violence": 4, "migrants": 5},
}
WEIGHTS = st.dictionaries(
    st.sampled_from(COLUMNS), st.integers(1, 1000).map(Fraction), min_size=1
).map(weights_of)


def test_weights_are_read_and_add_to_one() -> None:
    assert weights_in("children=.55,dls=.2,violence=.1,migrants=.15") == {
        "children": Fraction(11, 20),
        "dls": Fraction(1, 5),
        "violence": Fraction(1, 10),
        "migrants": Fraction(3, 20),
    }
    assert weights_in(" dls = 1 , children=3 ") == {
        "children": Fraction(3, 4),
        "dls": Fraction(1, 4),
    }
    assert weights_in("children=2,dls=0") == {"children": 1}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "weights_all_zero"),
        ("children=0,dls=0.0", "weights_all_zero"),
        ("children", "weight_unreadable"),
        ("children=", "weight_unreadable"),
        ("children=-1", "weight_unreadable"),
        ("children=1e9", "weight_unreadable"),
        ("children=1/3", "weight_unreadable"),
        ("children=٣", "weight_unreadable"),
        ("children=.", "weight_unreadable"),
        ("children=1,children=2", "weight_unreadable"),
        ("children=" + "1" * 30, "weight_unreadable"),
        ("poverty=1", "weight_unreadable"),
    ],
)
def test_what_is_no_weight_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        weights_in(text)
    assert (refused.value.first.code, refused.value.first.field) == (code, "weights")


def test_a_weight_needs_its_column() -> None:
    with pytest.raises(Refusal) as refused:
        require_columns(weights_in("children=1,dls=1"), ["children"])
    assert refused.value.first.code == "weight_without_column"
    assert refused.value.first.details == {"column": "dls"}
    require_columns(weights_in("children=1,dls=0"), ["children"])


def test_a_need_is_the_weighed_share_of_each_column() -> None:
    assert needs(COUNTS, weights_in("children=1")) == {"a": Fraction(1, 4), "b": Fraction(3, 4)}
    found = needs(COUNTS, weights_in("children=.5,dls=.5"))
    assert found == {"a": Fraction(1, 2), "b": Fraction(1, 2)}
    assert needs(COUNTS, weights_in("violence=1")) == {"a": 0, "b": 1}


def test_a_column_of_zeros_cannot_be_weighed() -> None:
    with pytest.raises(Refusal) as refused:
        needs({"a": {"children": 0}}, weights_in("children=1"))
    assert refused.value.first.code == "column_all_zero"


@given(
    st.dictionaries(
        st.text("abc", min_size=1),
        st.fixed_dictionaries({column: st.integers(1, 10**6) for column in COLUMNS}),
        min_size=1,
    ),
    WEIGHTS,
)
def test_needs_add_to_one_exactly(
    counts: dict[str, dict[str, int]], weights: dict[str, Fraction]
) -> None:
    assert sum(needs(counts, weights).values()) == 1


@given(WEIGHTS, st.sampled_from(COLUMNS))
def test_a_heavier_weight_takes_from_the_others_in_proportion(
    weights: dict[str, Fraction], column: str
) -> None:
    by = Fraction(1, 10)
    after = heavier(weights, column, by)
    assert sum(after.values()) == 1
    assert after[column] == min(weights.get(column, 0) + by, 1)
    others = [one for one in weights if one != column and after.get(one)]
    for one in others:
        assert after[one] / after[others[0]] == weights[one] / weights[others[0]]
