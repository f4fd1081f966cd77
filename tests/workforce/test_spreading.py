"""Spreading: stages are beginnings of one list, and the list is the one that is fairest."""

from fractions import Fraction
from itertools import pairwise, product
from random import Random

import pytest
from apportionment.methods import compute
from hypothesis import given, settings
from hypothesis import strategies as st

from kamkor.kernel.errors import Refusal
from kamkor.workforce.rules.spreading import (
    METHODS,
    RATIO,
    WEBSTER,
    floor_in,
    moved,
    spread,
    stages_in,
)
from tests.workforce.drawn import fifty_five

Measure = dict[str, Fraction]

METHOD = st.sampled_from(sorted(METHODS))
MEASURES = st.dictionaries(
    st.text("0123456789", min_size=2, max_size=3),
    st.integers(0, 1000).map(Fraction),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize("method", sorted(METHODS))
@pytest.mark.parametrize("floor", [0, 1, 2])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_unit_loses_a_post_at_any_total_up_to_2000(method: str, floor: int, seed: int) -> None:
    """Also with posts that stand already; at drawn totals the end is that of a plan of its own."""
    measure = fifty_five(seed)
    standing = {unit: Random(seed).randint(0, 3) for unit in measure} if seed == 3 else {}
    least = max(1, sum(max(0, floor - standing.get(unit, 0)) for unit in measure))
    one_by_one = spread(
        method, measure, [least, *[1] * (2000 - least)], floor=floor, standing=standing
    )
    ends = [one_by_one.after(number) for number in range(1, 2002 - least)]
    for before, after in pairwise(ends):
        assert list(moved(before, after).values()) == [1]
    assert min(ends[0].values()) >= floor
    for total in Random(seed).sample(range(least, 2001), 12):
        alone = spread(method, measure, [total], floor=floor, standing=standing)
        assert alone.after(1) == ends[total - least]


@given(METHOD, MEASURES, st.lists(st.integers(8, 40), min_size=1, max_size=5), st.integers(0, 1))
def test_a_stage_is_what_its_total_gives_at_once(
    method: str, measure: Measure, stages: list[int], floor: int
) -> None:
    whole = spread(method, measure, stages, floor=floor)
    for number in range(1, len(stages) + 1):
        at_once = spread(method, measure, [sum(stages[:number])], floor=floor)
        assert whole.after(number) == at_once.after(1)
    assert whole.after(0) == dict.fromkeys(measure, 0)
    assert [sum(whole.after(one).values()) for one in range(1, len(stages) + 1)] == whole.totals


@settings(max_examples=150)
@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=5),
    st.integers(1, 12),
    st.integers(0, 2),
    st.data(),
)
def test_webster_is_the_least_sum_of_squares_by_enumeration(
    sizes: list[int], posts: int, floor: int, data: st.DataObject
) -> None:
    """The least of sum w (a/w - A/W)^2 over all ways to spread, none below its lower bound."""
    measure = {str(place): Fraction(size) for place, size in enumerate(sizes)}
    standing = {unit: data.draw(st.integers(0, 2), unit) for unit in measure}
    new = posts - sum(standing.values())
    if new < max(1, sum(max(0, floor - stood) for stood in standing.values())):
        return
    least = [max(floor, stood) for stood in standing.values()]
    ways = (way for way in product(*(range(one, posts + 1) for one in least)) if sum(way) == posts)
    found = spread(WEBSTER, measure, [new], floor=floor, standing=standing).after(1)
    assert _squares(measure, tuple(found.values())) == min(_squares(measure, way) for way in ways)


def _squares(measure: Measure, posts: tuple[int, ...]) -> Fraction:
    even = Fraction(sum(posts)) / sum(measure.values())
    squares = (
        need * (count / need - even) ** 2
        for need, count in zip(measure.values(), posts, strict=True)
    )
    return sum(squares, Fraction())


@pytest.mark.parametrize(("method", "name"), [(WEBSTER, "webster"), (RATIO, "jefferson")])
def test_the_spread_is_that_of_the_package_apportionment(method: str, name: str) -> None:
    """500 drawn cases; sizes are drawn so that no two measures are equal, which is chance there."""
    drawn = Random(20251)
    for _case in range(500):
        sizes = [drawn.randint(1, 10**7) for _ in range(drawn.randint(1, 20))]
        posts = drawn.randint(len(sizes), 150)
        measure = {f"{place:02}": Fraction(size) for place, size in enumerate(sizes)}
        parties = list(measure)
        theirs = compute(name, sizes, posts, fractions=True, parties=parties)
        assert list(spread(method, measure, [posts]).after(1).values()) == list(theirs)


def test_what_is_equal_goes_to_the_smaller_code_first() -> None:
    measure = {code: Fraction(1) for code in ("b", "c", "a")}
    assert spread(WEBSTER, measure, [5]).order == ("a", "b", "c", "a", "b")
    assert spread(WEBSTER, measure, [4], floor=1, standing={"a": 1}).order == ("b", "c", "a", "b")


def test_every_unit_has_its_fewest_before_the_largest_has_more() -> None:
    measure = {"large": Fraction(98), "small": Fraction(2)}
    assert spread(WEBSTER, measure, [3], floor=1).after(1) == {"large": 2, "small": 1}
    assert spread(WEBSTER, measure, [3]).after(1) == {"large": 3, "small": 0}


def test_by_children_alone_a_post_is_for_each_full_so_many() -> None:
    """12,000, 9,000 and 4,100 children, six posts: one for each full 4,000, as far as they go."""
    children = {"a": Fraction(12_000), "b": Fraction(9_000), "c": Fraction(4_100)}
    assert spread(RATIO, children, [6]).after(1) == {"a": 3, "b": 2, "c": 1}
    assert spread(RATIO, children, [7]).after(1) == {"a": 4, "b": 2, "c": 1}


def test_posts_that_stand_count_and_stay() -> None:
    measure = {"a": Fraction(1), "b": Fraction(1)}
    assert spread(WEBSTER, measure, [2, 2], standing={"a": 3}).order == ("b", "b", "b", "a")


@pytest.mark.parametrize(
    ("text", "stages"),
    [("100,100,100,100,150", (100, 100, 100, 100, 150)), (" 5 , 6", (5, 6)), ("1", (1,))],
)
def test_stages_are_read(text: str, stages: tuple[int, ...]) -> None:
    assert stages_in(text) == stages


@pytest.mark.parametrize(
    "text", ["", "a", "100,", "0,5", "-1", "1.5", "5001", "1,4999,1", ",".join("1" * 13), "１０"]
)
def test_what_is_no_stage_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        stages_in(text)
    assert (refused.value.first.code, refused.value.first.field) == ("stages_unreadable", "stages")


def test_the_fewest_posts_are_read_or_refused() -> None:
    assert [floor_in(text) for text in ("0", " 1 ", "20")] == [0, 1, 20]
    for text in ("", "-1", "21", "1.0", "9" * 9):
        with pytest.raises(Refusal) as refused:
            floor_in(text)
        assert refused.value.first.code == "floor_unreadable"


def test_a_stage_below_the_floor_is_refused_with_what_it_takes() -> None:
    measure = {"a": Fraction(1), "b": Fraction(1), "c": Fraction(1)}
    with pytest.raises(Refusal) as refused:
        spread(WEBSTER, measure, [2, 100], floor=2, standing={"a": 3})
    assert refused.value.first.code == "stage_below_floor"
    assert refused.value.first.details == {"posts": "2", "needed": "4", "floor": "2"}
    spread(WEBSTER, measure, [4], floor=2, standing={"a": 3})


def test_a_method_that_is_none_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        spread("lottery", {"a": Fraction(1)}, [1])
    assert refused.value.first.code == "method_unknown"
