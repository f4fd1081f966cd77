"""The ground on which finding one child twice is measured: drawn, damaged, judged, calibrated."""

import ast
import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from bench import results, run
from bench.apart import run_apart
from bench.judging import Measured, Row
from bench.linkage import febrl, frozen, row, whole
from bench.linkage.found import Judged, best, judged, recall_by_damage, reviewed_until
from bench.linkage.peers import exact
from bench.linkage.population import patronymic, population, surname_root
from bench.linkage.spelling import Latin, Russian, keyboard_edit
from bench.linkage.written import RATES, Ground, Record, ground
from kamkor.people.rules.matching import edits

GENERATOR = ("population", "spelling", "written")
FOLDER = Path(frozen.__file__).parent
# Whoever changes the generator makes `frozen.json` anew, and then this.
FROZEN = "ea67e1d21c4e2cef410c07aabf0f369896fd9f29379dc346e64b24c7029e4280"


@pytest.fixture(scope="module")
def made() -> Ground:
    return ground(7, children=20_000, duplicates=4_000)


def imported(text: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def of_the_service(text: str) -> list[str]:
    """What a generator may not know: the service, and whatever of the bench knows it."""
    allowed = {f"bench.linkage.{name}" for name in GENERATOR}
    return sorted(
        name
        for name in imported(text)
        if name.split(".")[0] in {"kamkor", "bench"} and name not in allowed
    )


def test_the_generator_knows_nothing_of_the_service() -> None:
    for name in GENERATOR:
        assert of_the_service((FOLDER / f"{name}.py").read_text("utf-8")) == [], name


def test_control_a_generator_that_folds_names_is_found() -> None:
    planted = "from kamkor.people.names import stem\nfrom bench.linkage.peers import exact\n"
    assert of_the_service(planted) == ["bench.linkage.peers", "kamkor.people.names"]


def test_a_seed_says_all(made: Ground) -> None:
    again = ground(7, children=20_000, duplicates=4_000)
    assert (again.records, again.pairs) == (made.records, made.pairs)
    assert ground(8, children=20_000, duplicates=4_000).records != made.records


def test_the_generator_is_frozen() -> None:
    small = ground(1, children=2_000, duplicates=200)
    told = repr((small.records, sorted(small.pairs))).encode()
    assert hashlib.sha256(told).hexdigest() == FROZEN


def test_there_is_no_number_to_find_a_child_by() -> None:
    assert Record._fields == (
        "number", "surname", "given_name", "patronymic", "birth_date", "sex",
        "district", "municipality",
    )  # fmt: skip


def test_the_number_of_a_record_tells_nothing(made: Ground) -> None:
    assert [one.number for one in made.records] == list(range(24_000))
    apart = sorted(other - one for one, other in made.pairs)
    assert 5_000 < apart[len(apart) // 2] < 9_000


def test_each_damage_is_done_at_its_rate(made: Ground) -> None:
    done = Counter(kind for damage in made.pairs.values() for kind in damage)
    kept = 1 - RATES["patronymic style"]
    wanted = RATES | {"patronymic missing": RATES["patronymic missing"] * kept}
    assert set(done) == set(wanted)
    for kind, rate in wanted.items():
        assert done[kind] / 4_000 == pytest.approx(rate, abs=0.02), kind


def test_damage_is_what_differs(made: Ground) -> None:
    told = {one.number: one for one in made.records}
    for (first, second), damage in made.pairs.items():
        one, other = told[first], told[second]
        assert one.sex == other.sex
        if not damage & {"day and month", "date error", "1 January", "date missing"}:
            assert one.birth_date == other.birth_date
        if "moved" not in damage:
            assert one.municipality == other.municipality
        if not damage:
            assert one._replace(number=0) == other._replace(number=0)


def test_children_are_those_that_were_measured_with() -> None:
    children = population(7, 20_000)
    assert {child.born.year for child in children} == set(range(2007, 2025))
    assert len({child.municipality for child in children}) == 57 * 9
    share = {
        "uulu": sum(child.uulu_surname for child in children) / 20_000,
        "kyrgyz": sum(child.kyrgyz_patronymic for child in children) / 20_000,
        "january": sum((child.born.month, child.born.day) == (1, 1) for child in children) / 20_000,
    }
    assert share == {
        "uulu": pytest.approx(0.12, abs=0.01),
        "kyrgyz": pytest.approx(0.25, abs=0.015),
        "january": pytest.approx(0.0227, abs=0.004),
    }


def test_names_are_made_as_they_are_made_in_life() -> None:
    assert surname_root("Асан").female == "Асанова"
    assert surname_root("Чолпонбай").male == "Чолпонбаев"
    assert surname_root("Муса").male == "Мусаев"
    assert patronymic("Асан", "female", kyrgyz=False) == "Асановна"
    assert patronymic("Асан", "female", kyrgyz=True) == "Асан кызы"


def test_spellings_keep_words_and_capitals() -> None:
    spelled = {Russian(Random(seed)).written("Жээнбек уулу Айгүл") for seed in range(60)}
    assert {"Джэнбек уулу Айгуль", "Женбек уулу Айгюль"} <= spelled
    latin = {Latin(Random(seed)).written("Жыргал Өмүр") for seed in range(200)}
    assert {"Zhyrgal Ömür", "Jirgal Omur", "Djyrgal Omür"} <= latin


def test_a_slip_of_a_key_is_one_edit() -> None:
    for seed in range(200):
        slipped = keyboard_edit("Айпери", Random(seed))
        assert abs(len(slipped) - 6) <= 1
        assert edits("айпери", slipped.lower(), 1) <= 1


def a_record(number: int, born: date | None) -> Record:
    return Record(number, "Асанов", "Бакыт", "", born, "male", 1, 11)


def test_equal_names_need_a_known_date() -> None:
    day = date(2015, 3, 2)
    told = [a_record(number, born) for number, born in enumerate((day, None, day, None))]
    assert exact(told) == [(0, 2)]


def test_pairs_are_judged() -> None:
    true: dict[tuple[int, int], frozenset[str]] = {
        (1, 2): frozenset({"typo"}),
        (3, 4): frozenset(),
    }
    assert judged([(1, 2), (5, 6)], true) == Judged(0.5, 0.5)
    assert judged([], true).f1 == 0
    assert best([(9, (1, 2)), (8, (5, 6)), (1, (7, 8))], true) == Judged(1, 0.5)
    assert best([(9, (1, 2)), (9, (5, 6)), (9, (3, 4))], true) == Judged(2 / 3, 1)
    assert recall_by_damage([(1, 2)], true) == {"typo": 1, "none": 0}
    assert reviewed_until([(1, 2)], [(2, (3, 4)), (3, (5, 6))], true, 1.0) == 1.0
    assert reviewed_until([(1, 2)], [], true, 0.5) == 0
    assert reviewed_until([(1, 2)], [(3, (5, 6))], true, 1.0) == float("inf")


def test_the_frozen_figures_are_those_demanded() -> None:
    kept = json.loads(frozen.KEPT.read_text("utf-8"))
    assert set(kept) == {str(seed) for seed in frozen.SEEDS}
    for found in kept.values():
        told = {name: Judged(one["precision"], one["recall"]) for name, one in found.items()}
        assert set(told) == set(frozen.MEASURED)
        assert frozen.void(told) == []


def test_control_a_ground_that_lies_off_is_void() -> None:
    good = {name: Judged(wanted, wanted) for name, (wanted, _) in frozen.MEASURED.items()}
    assert frozen.void(good) == []
    assert frozen.void(good | {"exact_raw": Judged(0.65, 0.65)}) == [
        "void: exact_raw has F1 0.650, not 0.627 +-0.02"
    ]


def planted(monkeypatch: pytest.MonkeyPatch, raw: float) -> list[str]:
    """The faults of a run on a small ground, with peers that were measured elsewhere."""
    small = ground(7, children=2_000, duplicates=200)
    told = {name: Judged(wanted, wanted) for name, (wanted, _) in frozen.MEASURED.items()}
    told["exact_raw"] = Judged(raw, raw)
    monkeypatch.setattr(row, "ground", lambda _seed: small)
    monkeypatch.setattr(row, "calibrated", lambda *_: told)
    monkeypatch.setattr(row, "guard", lambda: febrl.Guard(Judged(1, 0.8), Judged(1, 0.4)))
    monkeypatch.setattr(row, "splink", lambda *_, **_place: [(1.0, next(iter(small.pairs)))])
    facts: Any = SimpleNamespace()
    return list(row.measured(facts, 7).faults)


def test_a_void_run_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert planted(monkeypatch, 0.627) == []
    assert planted(monkeypatch, 0.9) == ["void: exact_raw has F1 0.900, not 0.627 +-0.02"]


def test_each_target_can_be_missed() -> None:
    good = {"f1": 0.95, "precision": 0.996, "recall": 0.9, "looked_at": 0.2, "peer": 0.9}
    assert row._missed(**good) == []
    for name, bad in {
        "f1": 0.93, "precision": 0.99, "recall": 0.84, "looked_at": 0.31, "peer": 0.92,
    }.items():  # fmt: skip
        assert row._missed(**(good | {name: bad})) != [], name


@contextmanager
def nothing_staged(size: str, seed: int) -> Iterator[SimpleNamespace]:
    yield SimpleNamespace(size=size, seed=seed, facts=None)


@pytest.mark.parametrize(
    ("faults", "status"),
    [([], 0), (["void: exact_raw has F1 0.900"], 1), (["linked with precision 0.9"], 1)],
)
def test_control_a_void_or_missed_run_ends_with_1(
    faults: list[str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(*_: object) -> Measured:
        return Measured([0.98], [0.88], faults=faults)

    monkeypatch.setattr(row, "measured", found)
    monkeypatch.setattr(sys, "argv", ["row", "7"])
    monkeypatch.setattr(row, "database_server", lambda _folder: nothing_staged("", 7))
    assert row.main() == status

    planted = Row("linkage", "a", "b", "F1", found, at_least=1, sizes=["small"], by_name=True)
    monkeypatch.setattr(run, "ROWS", ())
    monkeypatch.setattr(run, "PLANTED", planted)
    monkeypatch.setattr(run, "staged", nothing_staged)
    monkeypatch.setattr(run, "_point_settings_at", lambda *_: None)
    monkeypatch.setattr(run, "_set_up", lambda _: None)
    quick = {"statement": [0.001], "template": [0.001]}
    monkeypatch.setattr(run, "calibration", lambda _: quick)
    monkeypatch.setattr(results, "write", lambda _: None)
    monkeypatch.setattr(os, "environ", {"ONLY": "linkage", "SEED": "7", "SIZE": "small"})
    assert run.main() == status


COLUMNS = "rec_id, given_name, surname, postcode, state, date_of_birth"
ABROAD = (
    "rec-1-org, michaela, neumann, 4223, nsw, 19151111",
    "rec-2-org, courtney, painter, 4560, vic, 19161214",
    "rec-1-dup-0, neuman, michaela, 4223, nsw, 19151111",
    "rec-2-dup-0, courtney, painter, 4560, vic, 19161299",
)


@pytest.fixture
def abroad(tmp_path: Path) -> Path:
    for name, rows in (("dataset4a.csv", ABROAD[:2]), ("dataset4b.csv", ABROAD[2:])):
        (tmp_path / name).write_text("\n".join((COLUMNS, *rows)) + "\n", "utf-8")
    return tmp_path


def test_the_guard_reads_records_as_they_are_shipped(abroad: Path) -> None:
    records, true = febrl.read(abroad)
    assert set(true) == {(0, 2), (1, 3)}
    assert [one.birth_date for one in records[1::2]] == [date(1916, 12, 14), None]
    assert records[0].municipality == records[2].municipality != records[1].municipality
    assert febrl.guarded(abroad).exact == Judged(0, 0)


def test_the_guard_can_be_missed() -> None:
    equal = Judged(1, 0.44)
    assert febrl.Guard(Judged(1, 0.8), equal).faults == []
    assert febrl.Guard(Judged(0.99, 0.9), equal).faults == [
        "FEBRL 4 linked with precision 0.9900, not 0.995"
    ]
    assert febrl.Guard(Judged(1, 0.7), equal).faults == ["FEBRL 4 linked with F1 0.824, not 0.88"]


def test_the_pass_is_the_command_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    found = whole.measured(7, 22_000)
    assert found.faults == []
    assert found.beside["true"] == 2_000
    assert found.beside["linked"] > 1_700
    assert 30 < found.beside["mb"] < 500
    monkeypatch.setattr(whole, "MEGABYTES", 30.0)
    assert whole.measured(7, 2_200).faults[0].endswith("MB, more than 30")


def test_what_begins_a_command_does_not_count_among_what_it_held(tmp_path: Path) -> None:
    """Also where it holds much itself, as this one does now."""
    held = bytearray(600_000_000)
    with (tmp_path / "said.txt").open("w+", encoding="utf-8") as said:
        small = run_apart(["-c", "print('done')"], os.environ, said)
        large = run_apart(
            ["-c", "held = bytearray(200_000_000); raise SystemExit(3)"], os.environ, said
        )
        said.seek(0)
        assert said.read() == "done\n"
    assert (small[0], large[0]) == (0, 3)
    assert small[1] < 60
    assert 190 < large[1] < 300 < len(held) / 1e6


def test_each_limit_of_the_pass_can_be_missed() -> None:
    good = {"seconds": 300, "megabytes": 900, "status": 0, "shares": [6, 50, 100], "linked": 95}
    assert whole.faults(whole.Pass(**good), 100) == []  # type: ignore[arg-type]
    for name, bad in {
        "megabytes": 2_001, "status": 1, "linked": 84, "shares": [],
    }.items():  # fmt: skip
        assert len(whole.faults(whole.Pass(**(good | {name: bad})), 100)) == 1, name  # type: ignore[arg-type]
    for shares in ([100], [6, 50], [50, 6, 100]):
        assert whole.faults(whole.Pass(**(good | {"shares": shares})), 100) != []  # type: ignore[arg-type]
