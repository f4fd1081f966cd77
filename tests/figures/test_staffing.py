"""``kamkor figures staffing``: the decree's own figures, and every number counted a second time."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from kamkor.exchange.establishment import load_establishment
from kamkor.kernel import clock
from kamkor.management.shell import Stopped
from kamkor.workforce.rules.staffing import (
    Placed,
    StateSpan,
    days_to_fill,
    in_posts,
    per_post,
    short_of_norm,
    state_set,
    turnover,
    without_gaps,
)
from tests.cast import Cast
from tests.exchange.establishment_files import (
    STAGES,
    Row,
    appointed,
    became,
    post_rows,
    stage_rows,
    workforce_file,
)

SUZAK = "41703220000000"
JALAL_ABAD = "41703000000000"


def figures(cast: Cast, *words: str, as_: str = "daniyar", form: str = "json") -> Any:  # noqa: ANN401 - JSON
    """What the command prints, read as JSON, or as text."""
    printed = StringIO()
    with redirect_stdout(printed), clock.clock_at(cast.time.moment):
        call_command("figures", "staffing", "--as", as_, "--format", form, *words)
    text = printed.getvalue()
    return json.loads(text) if form == "json" else text


def totals(cast: Cast, *words: str, as_: str = "daniyar") -> dict[str, Any]:
    """The value of each figure for the whole place."""
    return {row["figure"]: row["value"] for row in figures(cast, *words, as_=as_)}


def stopped(cast: Cast, *words: str, as_: str = "daniyar") -> tuple[int, str]:
    """With which status and which line the command stops."""
    with pytest.raises(Stopped) as caught:
        figures(cast, *words, as_=as_)
    return caught.value.status, str(caught.value)


def loaded(cast: Cast, folder: Path, *rows: Row) -> None:
    """The rows are loaded as the ministry does; nothing of them is wrong."""
    with clock.clock_at(cast.time.moment):
        found = load_establishment(cast.daniyar.viewer, workforce_file(folder, *rows))
    assert found.faults == []


def test_the_decree_s_stages_and_what_they_mean_for_the_children(
    cast: Cast, tmp_path: Path
) -> None:
    """F1 and F2 of the service: 550 posts, 2,715,000 children, one post for 4,000."""
    filled = [appointed(at, "2025-03-01") for at in range(1, 61)]
    loaded(cast, tmp_path, *stage_rows(), *post_rows(120), *filled)
    planned, seen = 0, []
    for day, posts in STAGES:
        before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
        assert totals(cast, "--on", before)["posts_planned"] == planned
        planned += posts
        found = totals(cast, "--on", day)
        seen.append(found["posts_planned"])
        assert found["posts_filled"] + found["posts_vacant"] == planned
        assert found["posts_filled"] < planned
    assert seen == [100, 200, 300, 400, 550]
    first, last = totals(cast, "--on", "2025-02-01"), totals(cast, "--on", "2025-10-01")
    assert (first["children_per_post"], last["children_per_post"]) == (27_150, 4_936)
    assert (first["posts_short_of_norm"], last["posts_short_of_norm"]) == (579, 129)
    assert (first["children_per_filled_post"], last["children_per_filled_post"]) == (None, 45_250)
    assert (last["posts_filled"], last["time_to_fill_days"]) == (60, 28)


def test_an_object_says_all_that_the_contract_asks(cast: Cast, tmp_path: Path) -> None:
    loaded(cast, tmp_path, *stage_rows())
    row = figures(cast, "--on", "2025-10-01", "--by", "oblast")[0]
    assert list(row) == [
        "figure", "value", "unit", "territory", "territory_name", "from", "to", "on", "known_on",
        "definition", "oblast",
    ]  # fmt: skip
    assert (row["figure"], row["unit"], row["territory"]) == (
        "posts_planned", "post", "41700000000000",
    )  # fmt: skip
    for part in ("Child accompaniment worker", "2715000", "01.01.2025", "4000"):
        assert part in row["definition"]


def test_places_add_up_and_what_has_none_is_the_difference(cast: Cast, tmp_path: Path) -> None:
    filled = [appointed(at, "2025-03-01") for at in range(1, 61)]
    loaded(cast, tmp_path, *stage_rows(), *post_rows(120), *filled)
    rows = figures(cast, "--on", "2025-04-01", "--by", "oblast,district")
    for name in ("posts_planned", "posts_filled", "posts_vacant"):
        mine = [row for row in rows if row["figure"] == name]
        whole = next(row for row in mine if row["oblast"] == "*")
        oblasts = [row for row in mine if row["district"] == "*" and row["oblast"] not in "*-"]
        rest = sum(row["value"] for row in mine if row["oblast"] == "-")
        assert len(oblasts) == 9
        assert sum(row["value"] for row in oblasts) + rest == whole["value"]
        for one in oblasts:
            below = [row for row in mine if row["oblast"] == one["oblast"] and row is not one]
            assert sum(row["value"] for row in below) == one["value"]
    unplaced = [row["value"] for row in rows if row.get("part") == "difference"]
    assert unplaced == [80, 80]
    suzak = totals(cast, "--on", "2025-04-01", "--territory", SUZAK)
    part = {row["figure"]: row["value"] for row in rows if row["district"] == SUZAK}
    assert suzak == part
    assert (suzak["children_per_post"], suzak["posts_short_of_norm"]) == (None, None)


def test_as_known_then_and_as_known_now(cast: Cast, tmp_path: Path) -> None:
    loaded(cast, tmp_path, *stage_rows(), *post_rows(2), appointed(1, "2025-02-10"))
    cast.time.passes(days=1)
    loaded(cast, tmp_path, became(1, "vacant", "2025-02-10"), appointed(2, "2025-02-20"))
    day = ("--on", "2025-02-15", "--figure", "posts_filled")
    assert totals(cast, *day, "--known-on", "2026-03-01") == {"posts_filled": 0}
    assert totals(cast, *day, "--known-on", "2026-03-02") == {"posts_filled": 1}
    assert totals(cast, *day) == {"posts_filled": 0}
    assert totals(cast, "--on", "2025-02-20", "--figure", "posts_filled") == {"posts_filled": 1}


def test_who_counts_what_and_what_nobody_can(cast: Cast, tmp_path: Path) -> None:
    loaded(cast, tmp_path, *stage_rows(), *post_rows(120))
    assert totals(cast, "--on", "2025-10-01", as_="elmira")["posts_planned"] == 550
    district = totals(cast, "--on", "2025-10-01", as_="head")["posts_planned"]
    oblast = totals(cast, "--on", "2025-10-01", as_="oblast")["posts_planned"]
    assert 0 < district < oblast < 120
    for who, place in (("head", JALAL_ABAD), ("oblast", "KG")):
        assert stopped(cast, "--territory", place, as_=who)[0] == 3
    assert stopped(cast, as_="aigul")[0] == 3
    assert stopped(cast, "--by", "sex")[0] == 2
    assert stopped(cast, "--by", "colour")[0] == 2
    assert stopped(cast, "--figure", "children_identified")[0] == 2
    assert stopped(cast, "--on", "2026-03-03")[0] == 2
    assert stopped(cast, "--territory", "Atlantis")[0] == 2
    other = totals(cast, "--kind", "home_care", "--on", "2025-10-01")
    assert (other["posts_planned"], other["children_per_post"], other["posts_short_of_norm"]) == (
        0, None, None,
    )  # fmt: skip


def test_table_and_csv_tell_the_same(cast: Cast, tmp_path: Path) -> None:
    loaded(cast, tmp_path, *stage_rows())
    words = ("--on", "2025-10-01", "--by", "oblast", "--figure", "posts_planned")
    table = figures(cast, *words, form="table")
    assert "Posts planned: 550" in table
    assert "difference to the total: 550" in table
    rows = list(csv.DictReader(io.StringIO(figures(cast, *words, form="csv").lstrip("\ufeff"))))
    assert [row["value"] for row in rows] == ["550", *["0"] * 9, "550"]


def test_shares_count_as_shares(cast: Cast, tmp_path: Path) -> None:
    half = post_rows(1)[0] | {"share": "0.5", "post": "A-2"}
    beside = {"row": "post", "kind": "accompaniment", "date": "2025-01-01", "post": "B-1"}
    beside |= {"territory": SUZAK, "share": "0.25"}
    loaded(cast, tmp_path, *stage_rows(), half, beside, appointed(2, "2025-02-01"))
    found = totals(cast, "--on", "2025-02-01")
    assert (found["posts_planned"], found["posts_filled"], found["posts_vacant"]) == (
        100.25, 0.5, 99.75,
    )  # fmt: skip


# What one post may live through, a state every third day from the second of February on.
STATES = st.lists(
    st.sampled_from(["vacant", "announced", "in_selection", "appointed", "on_leave", "ended"]),
    max_size=8,
)
FIRST = date(2025, 2, 1)


@st.composite
def posts(draw: st.DrawFn) -> list[tuple[Placed, list[StateSpan]]]:
    """Some posts, each with the states that were recorded of it one after the other."""
    found = []
    for at in range(draw(st.integers(1, 4))):
        spans: tuple[StateSpan, ...] = (StateSpan("vacant", FIRST, None),)
        told: list[StateSpan] = []
        for place, state in enumerate(draw(STATES)):
            held = draw(st.integers(1, 3)) if state == "appointed" else None
            if state == "on_leave":
                held = spans[-1].holder
            new = StateSpan(state, FIRST + timedelta(days=3 * place + 1), None, held)
            fitted = state_set(spans, new)
            if fitted is not None:
                spans, told = (
                    (*(one for one in spans if one != fitted[0]), *fitted[1]),
                    [*told, new],
                )
        share = draw(st.sampled_from([100, 50]))
        found.append((Placed(str(at), f"P-{at}", "d", share, FIRST, True, spans), told))
    return found


def days() -> Iterator[date]:
    """The days on which something of these posts may be so."""
    return (FIRST + timedelta(days=more) for more in range(-1, 30))


def state_by_hand(told: list[StateSpan], day: date) -> StateSpan | None:
    """The state on a day, as the last one recorded up to it says."""
    begun = [one for one in told if one.begins <= day]
    return max(begun, key=lambda one: one.begins) if begun else None


@given(posts(), st.randoms(use_true_random=False))
def test_states_are_those_last_recorded_in_whatever_order(
    drawn: list[tuple[Placed, list[StateSpan]]],
    chance: Any,  # noqa: ANN401 - a generator of hypothesis
) -> None:
    for post, told in drawn:
        assert without_gaps(post.states)
        again: tuple[StateSpan, ...] = (StateSpan("vacant", FIRST, None),)
        left = chance.sample(told, len(told))
        while left:
            fitted = [(one, state_set(again, one)) for one in left]
            one, found = next(((a, b) for a, b in fitted if b is not None), (None, None))
            if one is None or found is None:
                break
            again = (*(span for span in again if span != found[0]), *found[1])
            left.remove(one)
        if not left:
            other = replace(post, states=again)
            for day in days():
                same = post.state_on(day), other.state_on(day)
                assert (same[0] and same[0].state) == (same[1] and same[1].state)
                assert post.is_held_on(day) == other.is_held_on(day)
            last = FIRST + timedelta(days=29)
            assert turnover([post], FIRST, last) == turnover([other], FIRST, last)
            assert days_to_fill([post], FIRST, last) == days_to_fill([other], FIRST, last)


@given(posts(), st.integers(0, 29))
def test_each_number_is_that_of_a_count_day_by_day(
    drawn: list[tuple[Placed, list[StateSpan]]], length: int
) -> None:
    """Counted by hand: who held each post on each day, nothing of spans and tenures."""
    last = FIRST + timedelta(days=length)
    waits, left = [], 0
    for post, told in drawn:
        held = {day: state_by_hand(told, day) for day in days()}
        who = {day: one.holder if one else None for day, one in held.items()}
        empty_since = FIRST
        for day in days():
            if day < FIRST:
                assert post.state_on(day) is None
                continue
            assert post.is_held_on(day) == (who[day] is not None)
            before = who[day - timedelta(days=1)]
            if day > last:
                break
            if before is not None and who[day] != before:
                empty_since, left = day, left + post.hundredths
            if who[day] is not None and who[day] != before:
                waits.append((day - empty_since).days)
    counted = [post for post, _told in drawn]
    expected = rounded_half_up_by_hand(median(waits)) if waits else None
    assert days_to_fill(counted, FIRST, last) == expected
    mean = (
        sum(one.hundredths for one in counted for day in (FIRST, last) if one.is_held_on(day)) / 2
    )
    found = turnover(counted, FIRST, last)
    assert found == (rounded_half_up_by_hand(100 * left / mean) if mean else None)


def rounded_half_up_by_hand(number: float) -> int:
    """As people round."""
    return int(number + 0.5)


def test_roundings_and_what_is_not_known() -> None:
    assert [per_post(5, 200), per_post(7, 200), per_post(2_715_000, 55_000)] == [3, 4, 4936]
    assert [per_post(None, 100), per_post(5, 0)] == [None, None]
    assert [short_of_norm(4000, 4000, 0), short_of_norm(4001, 4000, 0)] == [100, 200]
    assert [in_posts(50), in_posts(200), in_posts(-75), in_posts(None)] == [0.5, 2, -0.75, None]
