"""The benchmarks themselves: what is missed is told, and the page is made from what was kept."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from types import SimpleNamespace
from typing import Any

import pytest

from bench import results, run
from bench.calibration import REFERENCE, slower_than_reference
from bench.client import Asking, Client, Wrong, loaded
from bench.judging import Measured, Row, taken_in_turn
from bench.rows import PLANTED, ROWS
from bench.stage import SIZES

ANY_STAGE: Any = SimpleNamespace(size="small", seed=1)


def a_row(**changed: Any) -> Row:  # noqa: ANN401 - any field of a row
    told: dict[str, Any] = {"title": "a", "against": "b", "unit": "c", "measure": None}
    return Row("a_row", **(told | changed))


def test_the_page_is_made_from_the_results() -> None:
    assert results.PAGE.read_text("utf-8") == results.page(results.stored())


def test_each_result_is_that_of_a_row() -> None:
    names = {row.name for row in ROWS}
    assert {found["row"] for found in results.stored()} <= names


def test_the_planted_slow_row_is_missed() -> None:
    assert not PLANTED.met_by(PLANTED.measure(ANY_STAGE))


def test_a_planted_slow_row_makes_the_run_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    measure: dict[str, Any] = {"statement": [1.0], "template": [1.0]}
    monkeypatch.setattr(results, "write", pytest.fail)
    assert run.measured(PLANTED, ANY_STAGE, lambda: measure) is False


def test_the_machine_is_judged_as_it_was_at_the_row_and_not_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before it and after it three times and once as slow as the reference: twice."""
    known = json.loads(REFERENCE.read_text("utf-8"))
    at = iter((3.0, 1.0))

    def calibrated() -> dict[str, Any]:
        times = next(at)
        return {part: [times * known[part]] for part in ("statement", "template")}

    kept: list[dict[str, Any]] = []
    monkeypatch.setattr(results, "write", kept.append)
    row = a_row(measure=lambda _stage: Measured([0.5], [1.0]), at_least=1, timed=True)
    assert run.measured(row, ANY_STAGE, calibrated) is True
    assert kept[0]["calibration"]["slower"] == pytest.approx(2.0)
    at = iter((1.0, 1.0))
    assert run.measured(row, ANY_STAGE, calibrated) is False


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    found = Measured([2, 30, 8], [1, 10, 2])
    assert found.ratio == 3
    assert a_row(at_least=3).met_by(found)
    assert not a_row(at_least=3.1).met_by(found)
    assert a_row(at_most=3).met_by(found)
    assert not a_row(at_most=2.9).met_by(found)


def test_a_wrong_answer_misses_however_fast_it_was() -> None:
    assert not a_row(at_least=1).met_by(Measured([9], [1], faults=["wrong"]))


def test_rounds_are_taken_in_turn() -> None:
    order: list[str] = []

    def noted(who: str) -> float:
        order.append(who)
        return float(len(order))

    ours, peer = taken_in_turn(lambda: noted("ours"), lambda: noted("peer"), rounds=3)
    assert order == ["ours", "peer", "peer", "ours", "ours", "peer"]
    assert (ours, peer) == ([1, 4, 5], [2, 3, 6])


@pytest.mark.parametrize(
    ("timed", "slower", "held"),
    [(True, 1.0, False), (True, 2.0, True), (True, 0.1, False), (False, 2.0, False)],
)
def test_only_a_fixed_limit_allows_for_a_slow_machine(
    timed: bool,
    slower: float,
    held: bool,
) -> None:
    least, most = Measured([3], [5]), Measured([5], [3])
    assert a_row(at_least=1, timed=timed).met_by(least, slower) is held
    assert a_row(at_most=1, timed=timed).met_by(most, slower) is held


def test_a_machine_is_held_against_the_committed_one() -> None:
    known = json.loads(REFERENCE.read_text("utf-8"))
    once = {part: [known[part]] for part in ("statement", "template")}
    assert slower_than_reference(once) == 1
    assert slower_than_reference(once | {"statement": [3 * known["statement"]]}) == 2


def test_every_row_has_a_target_and_known_sizes() -> None:
    for row in ROWS:
        assert (row.at_least is None) is not (row.at_most is None), row.name
        assert set(row.sizes) <= set(SIZES), row.name


class Answers(BaseHTTPRequestHandler):
    """Every second answer is an error."""

    protocol_version = "HTTP/1.1"
    statuses = cycle([200, 500])

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/right/" else next(self.statuses))
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"here")

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_the_load_looks_at_every_answer(port: int) -> None:
    right = [Asking("/right/", holds=b"here")]
    assert len(loaded(port, right, seconds=60, times=40).took) == 40
    for wrong in (Asking("/wrong/"), Asking("/right/", holds=b"elsewhere")):
        with pytest.raises(Wrong):
            loaded(port, [wrong], seconds=60, times=40)


def test_a_client_keeps_its_connection(port: int) -> None:
    client = Client(port)
    assert client.ask(Asking("/right/")).text == "here"
    kept = client._socket
    assert client.ask(Asking("/right/")).status == 200
    assert client._socket is kept
    client.close()
