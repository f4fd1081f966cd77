"""Parts of a load written side by side, each in a transaction of its own."""

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from kamkor.cases.models import Case, Load, StagedRow, Task
from kamkor.cases.operations import loading as operations
from kamkor.cases.operations.entering import EntryPart
from kamkor.cases.vocabulary import CANDIDATE
from kamkor.exchange import loading
from kamkor.kernel import clock
from tests.cast import Cast, rolled_back
from tests.exchange.register_files import Loader, csv_file, entry
from tests.exchange.test_bulk import drawn_rows, tables


@pytest.fixture
def bakyt(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Loader:
    """The specialist, with parts of a few rows."""
    monkeypatch.setattr(operations, "PART", 20)
    return Loader(committed_cast.bakyt)


def threads_seen(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the threads that write parts from now on."""
    seen: set[str] = set()
    plain = operations.write_part

    def noted(*given: Any) -> int:  # noqa: ANN401 - what the part takes
        seen.add(threading.current_thread().name)
        return plain(*given)

    monkeypatch.setattr(operations, "write_part", noted)
    return seen


def test_parts_side_by_side_write_what_parts_in_turn_write(
    bakyt: Loader, committed_cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = csv_file(tmp_path, *drawn_rows(300, seed=5))
    with rolled_back():
        in_turn = bakyt.load(path, accept_good=True)
        told = in_turn.written, in_turn.known, in_turn.faulty
        alone = tables(committed_cast)
    seen = threads_seen(monkeypatch)
    load = bakyt.load(path, accept_good=True)
    assert (load.state, load.written, load.known, load.faulty) == ("done", *told)
    assert load.written > 200
    assert len(seen) == loading.LANES + 1
    beside = tables(committed_cast)
    # Of two that may be one child the task stands with the one that was written later.
    assert len(beside.pop("Task")) > 20
    alone.pop("Task")
    assert beside == alone


def test_who_may_be_one_child_is_found_across_parts(
    bakyt: Loader, committed_cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each but the one written first has a candidate, though its part was written beside."""
    both, plain = threading.Barrier(2), EntryPart._what_follows

    def once_both_have_written(part: EntryPart) -> None:
        if part._entered:
            both.wait(20)
        plain(part)

    monkeypatch.setattr(EntryPart, "_what_follows", once_both_have_written)
    one_child = {"birth_date": "03.04.2014", "pin": "20304201412345", "sex": "m"}
    rows = [entry(str(number), **one_child) for number in range(40)]
    assert bakyt.load(csv_file(tmp_path, *rows)).written == 40
    with committed_cast.bakyt.inside():
        found = Task.objects.filter(kind=CANDIDATE)
        assert found.count() == found.values("case").distinct().count() == 39


def test_the_entries_of_a_home_stand_in_one_part(
    bakyt: Loader, committed_cast: Cast, tmp_path: Path
) -> None:
    rows = [entry(str(one), family_reference=f"F{one // 7}") for one in range(100)]
    load = bakyt.check(csv_file(tmp_path, *rows))
    with committed_cast.bakyt.inside():
        spans = operations.spans_of_entries(load)
        held = [
            list(load.staged.filter(turn__gt=after, turn__lte=last).values_list("turn", flat=True))
            for after, last in spans
        ]
    assert [len(set(turns)) for turns in held] == [3, 3, 3, 3, 3]
    assert sum(map(len, held)) == 100


def test_what_breaks_in_one_part_leaves_whole_parts_and_goes_on(
    bakyt: Loader, committed_cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = bakyt.check(csv_file(tmp_path, *(entry(str(one)) for one in range(110))))
    plain, calls = operations._note, [0]

    def killed_in_the_third(*given: Any) -> None:  # noqa: ANN401 - what the note takes
        calls[0] += 1
        if calls[0] == 3:
            raise RuntimeError
        plain(*given)

    with monkeypatch.context() as broken:
        broken.setattr(operations, "_note", killed_in_the_third)
        with pytest.raises(RuntimeError):
            bakyt.write(load)
    load.refresh_from_db()
    left = committed_cast.bakyt.sees(StagedRow)
    assert load.written == committed_cast.bakyt.sees(Case) == 110 - left
    assert left >= 20
    load = bakyt.write(load)
    assert (load.state, load.written) == ("done", 110)
    assert (committed_cast.bakyt.sees(Case), committed_cast.bakyt.sees(StagedRow)) == (110, 0)


def test_who_cancels_between_parts_keeps_what_is_written(
    bakyt: Loader, committed_cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = bakyt.check(csv_file(tmp_path, *(entry(str(one)) for one in range(200))))
    first, cancelled, plain = threading.Lock(), threading.Event(), operations.write_part

    def all_but_the_first_wait(*given: Any) -> int:  # noqa: ANN401 - what the part takes
        if not first.acquire(blocking=False):
            cancelled.wait(20)
        return plain(*given)

    monkeypatch.setattr(operations, "write_part", all_but_the_first_wait)
    with clock.clock_at(committed_cast.time.moment):
        steps = loading.written(bakyt.viewing, load, accept_good=False)
        next(steps)
    with committed_cast.bakyt.inside() as viewer:
        operations.cancel_load(viewer, load)
    cancelled.set()
    with pytest.raises(operations.LoadOver), clock.clock_at(committed_cast.time.moment):
        list(steps)
    load.refresh_from_db()
    assert (load.state, committed_cast.bakyt.sees(StagedRow)) == ("cancelled", 0)
    assert load.written == committed_cast.bakyt.sees(Case) == 20


def test_two_processes_that_write_one_load_double_nothing(
    bakyt: Loader, committed_cast: Cast, tmp_path: Path
) -> None:
    """As when a worker was thought dead and lives."""
    load = bakyt.check(csv_file(tmp_path, *(entry(str(one)) for one in range(150))))
    ended: list[object] = []

    def write() -> None:
        try:
            ended.append(bakyt.write(Load.objects.get(id=load.pk)).state)
        except operations.LoadOver:
            ended.append("over")
        finally:
            connections.close_all()

    both = [threading.Thread(target=write) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    load.refresh_from_db()
    assert "done" in ended
    assert set(ended) <= {"done", "over"}
    assert (load.state, load.written, load.known, load.faulty) == ("done", 150, 0, 0)
    assert committed_cast.bakyt.sees(Case) == 150
