"""Who is compared: each pair of a block once, none of a key that tells nothing, with progress."""

from datetime import date, timedelta
from itertools import combinations
from random import Random

import pytest

from kamkor.people.rules import blocking
from kamkor.people.rules.blocking import Blocks, candidates, possibly_one
from kamkor.people.rules.matching import Frequencies, Told, block_keys, told, weighed

NAMES = [
    "Асан",
    "Үсөн",
    "Бакыт",
    "Нурлан",
    "Нурбек",
    "Айгүл",
    "Айгерим",
    "Чыңгыз",
    "Жолдош",
    "Мээрим",
    "Эрлан",
    "Талант",
]
FIRST = date(2012, 1, 1)


def people(number: int, seed: int = 1) -> list[Told]:
    """Children of few names, days and places, so that most share a key with many."""
    random = Random(seed)
    return [
        told(
            number=place,
            surname=random.choice(NAMES) + "ов",
            given_name=random.choice(NAMES),
            patronymic=random.choice(("", random.choice(NAMES) + " уулу")),
            birth_date=random.choice((None, FIRST + timedelta(days=random.randrange(40)))),
            sex="male",
            district=1,
            municipality=random.randrange(4),
        )
        for place in range(number)
    ]


def every_pair(among: list[Told], largest: int) -> set[tuple[int, int]]:
    """The pairs that share a key, found by looking at all of them."""
    keys = [block_keys(one) for one in among]
    shares = {key: sum(key in held for held in keys) for key in set().union(*keys)}
    telling = [{key for key in held if shares[key] <= largest} for held in keys]
    return {
        (one.number, other.number)
        for one, other in combinations(among, 2)
        if telling[one.number] & telling[other.number]
    }


@pytest.mark.parametrize("largest", [400, 12, 3])
@pytest.mark.parametrize("seed", range(4))
def test_each_pair_that_shares_a_telling_key_comes_once(
    largest: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocking, "_LARGEST_BLOCK", largest)
    among = people(300, seed)
    found = [(one.number, other.number) for one, other in candidates(among)]
    assert len(set(found)) == len(found) > 10
    assert set(found) == every_pair(among, largest)


def test_progress_is_told_to_the_end_and_never_goes_back() -> None:
    heard: list[tuple[int, int]] = []
    among = people(300)
    blocks = Blocks(among, lambda done, of: heard.append((done, of)))
    assert len(list(blocks)) < sum(blocks.to_do)
    assert heard == sorted(heard)
    assert heard[-1] == (sum(blocks.to_do), sum(blocks.to_do))


def test_what_is_linked_or_doubtful_is_told_with_its_lines() -> None:
    among = people(300)
    frequencies = Frequencies.among(among)
    wanted = {
        (one.number, other.number): found
        for one, other in candidates(among)
        if (found := weighed(one, other, frequencies)).zone != "new"
    }
    assert (
        {(one.number, other.number): found for one, other, found in possibly_one(among)}
        == wanted
        != {}
    )


def test_nobody_and_one_alone_have_no_pairs() -> None:
    assert list(candidates([])) == list(candidates(people(1))) == []
