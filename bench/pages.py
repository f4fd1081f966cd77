"""Pages under load: the desk's against the floor's, in turn."""

import re
from collections.abc import Sequence
from statistics import median

from bench.client import Asking, Client, Load, Wrong, loaded
from bench.judging import Measured, taken_in_turn
from bench.stage import FLOOR_ROWS, PER_WORKER, Stage

SECONDS, SHORT_ROUNDS = 1.5, 15
PAGE_BYTES, LIST_BYTES = 30_000, 40_000
"""How long a body may be: the two pages of the day, and a list of eight columns in Cyrillic, each
cell with its column's name for a telephone."""
WORKER, SPECIALIST = "aigul", "bakyt"
CASES = 20
_WARM = 600
"""Asked before it counts: each connection keeps its plans after some requests."""
_FLOOR_WORKERS = 50
_LONG = 120.0
_CASE = re.compile(r'href="(/cases/[0-9a-f-]+/)"')


def floor_pages(stage: Stage) -> list[Asking]:
    """The floor's page of some of its workers."""
    workers = range(min(_FLOOR_WORKERS, FLOOR_ROWS[stage.size] // PER_WORKER))
    return [Asking(f"/rows/{one}/", holds=b"</table>") for one in workers]


def day_of_worker() -> list[Asking]:
    """The page a worker's day begins with."""
    return [Asking("/", holds=b'data-page="cases.day.show"')]


def list_of_register() -> list[Asking]:
    """The first page of the register."""
    return [Asking("/register/", holds=b'data-page="cases.register.list"')]


def pages_of_cases(client: Client) -> list[Asking]:
    """The pages of the worker's own cases."""
    found = list(dict.fromkeys(_CASE.findall(client.ask(Asking("/")).text)))[:CASES]
    if not found:
        raise Wrong("the worker's page names no case")
    shown = b'data-page="cases.case.show"'
    return [Asking(path, holds=shown) for path in found]


def caseload(stage: Stage) -> Measured:
    """A worker's page of the day."""
    return against_floor(stage, stage.client(WORKER), day_of_worker())


def case_page(stage: Stage) -> Measured:
    """The pages of a worker's cases."""
    client = stage.client(WORKER)
    return against_floor(stage, client, pages_of_cases(client))


def register_list(stage: Stage) -> Measured:
    """The register as a specialist sees it."""
    return against_floor(stage, stage.client(SPECIALIST), list_of_register(), LIST_BYTES)


def generator(stage: Stage) -> Measured:
    """How much the load itself can do: answers of two letters, against pages of the floor."""
    port, ping = stage.floor_port, [Asking("/ping/", holds=b"ok")]
    ours, peer = taken_in_turn(
        lambda: loaded(port, ping, seconds=SECONDS).a_second,
        lambda: loaded(port, floor_pages(stage), seconds=SECONDS).a_second,
    )
    return Measured(ours, peer)


def against_floor(
    stage: Stage, client: Client, wanted: Sequence[Asking], limit: int = PAGE_BYTES
) -> Measured:
    """Answers a second of the desk and of the floor, round by round."""
    loads: list[Load] = []
    sizes = [len(client.ask(one).body) for one in wanted]
    sent = [client.ask(one).sent for one in wanted]
    loaded(stage.desk_port, wanted, cookies=client.cookies, seconds=_LONG, times=_WARM)
    loaded(stage.floor_port, floor_pages(stage), seconds=_LONG, times=_WARM)

    def desk() -> float:
        loads.append(loaded(stage.desk_port, wanted, cookies=client.cookies, seconds=SECONDS))
        return loads[-1].a_second

    ours, peer = taken_in_turn(
        desk,
        lambda: loaded(stage.floor_port, floor_pages(stage), seconds=SECONDS).a_second,
        rounds=SHORT_ROUNDS,
    )
    beside = {
        "p50_seconds": median(one.at(0.5) for one in loads),
        "p95_seconds": median(one.at(0.95) for one in loads),
        "body_bytes": max(sizes),
        "sent_bytes": max(sent),
    }
    long = [f"a body of {max(sizes)} bytes, more than {limit}"] if max(sizes) > limit else []
    return Measured(ours, peer, beside, long)
