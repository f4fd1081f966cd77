"""What is drawn for the scenario, for many seeds, before anything is carried out."""

from collections import Counter
from datetime import date, datetime
from functools import cache

import pytest

from kamkor.demo import jalal_abad_2017
from kamkor.demo.days import Days
from kamkor.demo.entries import Back, Entry, Life, Off
from kamkor.demo.offices import DEPARTMENTS, UNITS
from kamkor.demo.places import shared_out
from kamkor.demo.posts import Department
from kamkor.kernel import clock

THAT_DAY = date(2017, 10, 11)
SEEDS = range(1, 21)


def departments() -> list[Department]:
    return [
        Department(
            office=10 + number,
            territories=covered,
            head=100 + 10 * number,
            specialist=101 + 10 * number,
            workers=tuple(102 + 10 * number + unit for unit in range(units)),
        )
        for number, (covered, units) in enumerate(zip(DEPARTMENTS, UNITS, strict=True))
    ]


def drawn_anew(seed: int) -> list[Life]:
    days = Days(datetime(2017, 12, 29, 22, tzinfo=clock.ZONE))
    return jalal_abad_2017.lives(seed, days, departments())


drawn = cache(drawn_anew)


def happened(step: Off | Back) -> date:
    return step.decided.day if isinstance(step, Off) else step.day


def stands(entry: Entry) -> bool:
    """Whether an entry is on its register at the end of that day, as its steps say."""
    last = [step for step in entry.steps if happened(step) <= THAT_DAY]
    return not last or isinstance(last[-1], Back)


def in_error(entry: Entry) -> bool:
    return any(isinstance(one, Off) and one.reason == "entered_in_error" for one in entry.steps)


def cells(lives: list[Life]) -> Counter[tuple[str, str, str]]:
    """Register, what is counted, district: how many."""
    found: Counter[tuple[str, str, str]] = Counter()
    for life in lives:
        if life.found.day > THAT_DAY:
            continue
        moved = life.move is not None and life.move.accepted <= THAT_DAY
        now = life.move.district if life.move and moved else life.home.territory
        for entry in life.entries:
            if in_error(entry):
                continue
            found[entry.register, "identified", life.home.territory] += 1
            if stands(entry):
                found[entry.register, "on", now] += 1
            else:
                found[entry.register, "off", life.home.territory] += 1
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_every_seed_meets_the_totals_and_hides_nobody_in_a_small_cell(seed: int) -> None:
    found = cells(drawn(seed))
    sums: Counter[tuple[str, str]] = Counter()
    for (register, what, _), count in found.items():
        sums[register, what] += count
    assert sums == {
        ("child", "identified"): 772,
        ("child", "off"): 519,
        ("child", "on"): 253,
        ("family", "identified"): 260,
        ("family", "off"): 45,
        ("family", "on"): 215,
    }
    assert min(found.values()) >= 5


@pytest.mark.parametrize("seed", SEEDS)
def test_every_seed_draws_enough_of_everything(seed: int) -> None:
    lives = drawn(seed)
    children = [(life, one) for life in lives for one in life.children]
    offs = [step for _, one in children for step in one.steps if isinstance(step, Off)]
    late = sum(life.found.day <= THAT_DAY < life.found.on for life, _ in children)
    late += sum(off.decided.day <= THAT_DAY < off.decided.on for off in offs)
    corrected = sum(off.decided.corrected is not None for off in offs)
    corrected += sum(len(one.changes) + bool(life.found.corrected) for life, one in children)
    returned = sum(
        any(isinstance(step, Back) and step.day <= THAT_DAY for step in one.steps)
        for _, one in children
    )
    moved = sum(life.move is not None and life.move.accepted <= THAT_DAY for life in lives)
    errors = sum(in_error(one) for _, one in children)
    assert late >= 20
    assert corrected >= 20
    assert returned >= 15
    assert moved >= 10
    assert errors >= 10


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_written_down_before_it_can_be(seed: int) -> None:
    for life in drawn(seed):
        told = [life.found, life.registered]
        assert life.found.on < life.registered.on
        for entry in life.entries:
            days = [life.registered.day]
            for step in entry.steps:
                if isinstance(step, Off):
                    told += [step.proposed, step.decided]
                    days.append(step.proposed.day)
                days.append(happened(step))
            assert days == sorted(days)
        assert all(one.day <= one.on for one in told)
        assert all((one.wrong or one.day) <= one.on for one in told)
        assert all(one.corrected is None or one.corrected > one.on for one in told)


def test_a_seed_draws_the_same_again_and_another_draws_others() -> None:
    one, again, other = drawn(1), drawn_anew(1), drawn(2)
    assert [life.home.children for life in one] == [life.home.children for life in again]
    assert [life.found for life in one] == [life.found for life in again]
    assert cells(one) != cells(other)
    names = {child for life in one for child in life.home.children}
    others = {child for life in other for child in life.home.children}
    assert len(names & others) < len(names) / 20


@pytest.mark.parametrize(("total", "least"), [(45, 5), (519, 10), (13, 0)])
def test_what_is_shared_out_adds_up(total: int, least: int) -> None:
    parts = shared_out(total, [3.0, 1.0, 0.2, 0.2, 0.1], least)
    assert sum(parts) == total
    assert min(parts) >= least
    assert parts[0] == max(parts)
