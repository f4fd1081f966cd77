"""Counts and yes or no tell nothing either: two worlds that differ in one hidden record answer
byte for byte the same."""

import difflib
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from kamkor.kernel.server_facts import ServerFacts
from tests.doors.matrix import Matrix
from tests.doors.matrix_doors import SEARCHES, WITHOUT_RECORD, Door
from tests.doors.matrix_world import MatrixWorld
from tests.doors.run_probes import matrix_of
from tests.factories import a_child, a_report

LEAST_PAIRS = 300
# Drawn anew in each answer: ids of forms, tokens, the policy's nonce, and numbers of faults.
CHANGING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?<=csrfmiddlewaretoken\" value=\")[^\"]+|csrftoken=[^;]+|sessionid=[^;]+"
    r"|(?<=name=\"form_for\" value=\")[^\"]+|Content-Length: \d+"
    r"|[Ee]xpires[=:] [^;\n]+|expires=[^;]+|data-copy=\"[0-9a-f]{8}|>[0-9a-f]{8}<|<dcterms:[^<]+"
)
# The pages of numbers count other departments on purpose; those of the seals do not.
NUMBERS = frozenset({"figures", "figures_export", "behind_number"})
# What lists, counts or searches; other pages without a record know of none.
LISTS = (
    NUMBERS
    | {"home", "alarms", "duty", "rounds", "register", "export", "morning_list", "emergency"}
    | {
        *("loading", "find", "begin", "roster", "receipt", "looks", "take_back"),
    }
)
Act = Callable[[MatrixWorld], Any]


def _report(world: MatrixWorld) -> None:
    world.who["aigul"].do("receive_report", **a_report(place="Hidden street, 1"))


def _alarm(world: MatrixWorld) -> None:
    world.who["nurlan"].do("receive_report", **a_report(danger_now=True))


def _sealed(world: MatrixWorld) -> None:
    who = world.who
    named = [who["head"].post, who["aigul"].post]
    told = a_report(worry="physical_violence", involves=named)
    who["bakyt"].do("receive_report", **told)


def _child(world: MatrixWorld) -> None:
    same = world.values_of(world.records["nooken"])
    names = {"given_name": same["given"], "surname": same["surname"], "pin": same["pin"]}
    world.who["aigul"].do("identify_child", **a_child(world.cast.today, **names))


def _visit(world: MatrixWorld) -> None:
    place = world.records["own"].place
    row = {"case": place.case, "seen": "alone", "none_of_these": True}
    day = {"kind": "home", "happened_on": world.cast.today}
    world.who["aigul"].do("record_visit", household=place.household, children=[row], **day)


def _task(world: MatrixWorld) -> None:
    place, day = world.records["sealed"].place, world.cast.today
    done = {"task": place.task, "happened_on": day, "proof": "x"}
    world.who["aigul"].do("complete_task", **done)


def _round(world: MatrixWorld) -> None:
    counts = {"area": "Hidden", "visited": 9, "no_concern": 9}
    own = {"territory": "41703220000000", "happened_on": world.cast.today}
    world.who["aigul"].do("record_round", **own, **counts)


def _emergency(world: MatrixWorld) -> None:
    told = {"case_number": world.records["own"].number, "reason": "The child is alone at night."}
    world.who["cholpon"].do("open_in_emergency", **told)


# What is done, and from whom it is hidden.
HIDDEN: dict[str, tuple[Act, tuple[str, ...]]] = {
    "a report": (_report, ("cholpon", "specialist2", "talai", "admin", "daniyar")),
    "an alarm": (_alarm, ("cholpon", "head2", "zarina", "admin")),
    "a sealed report": (_sealed, ("aigul", "head", "nurlan", "cholpon", "oblast", "elmira")),
    "a child with a known name and number": (_child, ("cholpon", "specialist2", "talai")),
    "a visit": (_visit, ("nurlan", "cholpon", "head2", "maksat")),
    "a due item of a sealed case": (_task, ("nurlan", "oblast", "elmira", "specialist2")),
    "an opening in an emergency": (_emergency, ("aigul", "nurlan", "head2", "talai", "admin")),
    "a round": (_round, ("cholpon", "talai", "maksat")),
}


def _doors(act: str) -> Iterator[Door]:
    for route, addresses in WITHOUT_RECORD:
        if route in LISTS and (route not in NUMBERS or "sealed" in act):
            yield from (Door(route, address) for address in addresses)
    yield from SEARCHES


@pytest.fixture(scope="module")
def matrix(house: ServerFacts, django_db_blocker: DjangoDbBlocker) -> Iterator[Matrix]:
    """The world of the matrix, in a database of its own."""
    with matrix_of(house, django_db_blocker) as made:
        yield made


def answers(matrix: Matrix, username: str, act: str) -> dict[str, str]:
    """What every list, count and search answers to somebody, without what is drawn anew."""
    record = matrix.world.records["nooken"]
    return {
        door.name: CHANGING.sub("", _text(matrix, username, door, record)) for door in _doors(act)
    }


def _text(matrix: Matrix, username: str, door: Door, record: Any) -> str:  # noqa: ANN401 - a record
    answer = matrix.asking.ask(username, door, record if door.of_a_record else None)
    return f"{answer.status}\n{answer.text}"


def _difference(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line[:200] for line in lines][:8]


@pytest.mark.parametrize("act", sorted(HIDDEN))
def test_a_hidden_record_changes_no_answer(matrix: Matrix, act: str) -> None:
    """Whoever may not see it gets the same pages, counts, files and searches with and without."""
    done, hidden_from = HIDDEN[act]
    before = {name: answers(matrix, name, act) for name in hidden_from}
    point, moment = transaction.savepoint(), matrix.world.cast.time.moment
    done(matrix.world)
    matrix.world.cast.time.moment = moment
    after = {name: answers(matrix, name, act) for name in hidden_from}
    transaction.savepoint_rollback(point)
    changed = [
        (name, door)
        for name in hidden_from
        for door, text in before[name].items()
        if text != after[name][door]
    ]
    told = [_difference(before[name][door], after[name][door]) for name, door in changed[:3]]
    assert (changed, told) == ([], [])


def test_so_many_pairs_are_compared() -> None:
    """At least 300 pairs of answers."""
    assert sum(len(who) * len(list(_doors(act))) for act, (_, who) in HIDDEN.items()) >= LEAST_PAIRS


def test_the_comparison_notices(matrix: Matrix) -> None:
    """The control: for who may see it, the same act does change answers."""
    before = answers(matrix, "bakyt", "a report")
    point, moment = transaction.savepoint(), matrix.world.cast.time.moment
    _report(matrix.world)
    matrix.world.cast.time.moment = moment
    after = answers(matrix, "bakyt", "a report")
    transaction.savepoint_rollback(point)
    assert {door for door in before if before[door] != after[door]} >= {"GET /duty/"}
