"""Two who save about the same records at the same moment: each in turn, or told to send it again."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, connections

from kamkor.kernel.ids import new_id
from kamkor.kernel.journal import _number
from kamkor.kernel.turns import TIMES
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import registered

JSON = "application/json"
Body = dict[str, Any]
HELD = "SELECT pg_advisory_lock(%s)"
LEFT = "SELECT pg_advisory_unlock(%s)"
# Of a key the server shows two halves.
WAITING = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
AND ((classid::bigint << 32) | objid::bigint) = ANY(%s)
"""


@contextmanager
def other_connection() -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own beside the desk's, to the same database."""
    here = connection.settings_dict
    login = {key: str(here[key.upper()]) for key in ("host", "port", "user", "password")}
    with psycopg.connect(dbname=str(here["NAME"]), autocommit=True, **login) as other:  # type: ignore[arg-type]
        yield other


def place(subject: str) -> int:
    """By what the database knows the place in order of a subject or a command."""
    return _number(UUID(subject))


def until_waiting(other: psycopg.Connection[Any], number: int, *subjects: str) -> None:
    """Until so many wait for the places of these."""
    places = [place(one) for one in subjects]
    for _ in range(500):
        found = other.execute(WAITING, [places]).fetchone()
        if found == (number,):
            return
        time.sleep(0.02)
    raise AssertionError(f"not {number} wait for {subjects}")


def about(case: str, contact: str = "By the school") -> Body:
    """A command about a case that never conflicts with another like it."""
    data = {"case": case, "contact": contact}
    return {"id": str(new_id()), "command": "give_safe_contact", "data": data}


def sent(desk: Desk, body: object) -> Any:  # noqa: ANN401 - the test client's own kind
    """What the door for commands answers."""
    with desk.now():
        return desk.client.post("/commands/", json.dumps(body), content_type=JSON)


class Sending:
    """A list of commands that is sent beside the test, by a connection of its own."""

    def __init__(self, desk: Desk, body: object) -> None:
        self.desk, self.body = desk, body
        self.answer: Any = None
        self.thread = threading.Thread(target=self._send)
        self.thread.start()

    def _send(self) -> None:
        try:
            self.answer = sent(self.desk, self.body)
        finally:
            connections.close_all()

    def told(self) -> Any:  # noqa: ANN401 - as JSON holds
        """The answer, when it has come."""
        self.thread.join(60)
        assert self.answer is not None
        assert self.answer.status_code == 200, self.answer.content
        return self.answer.json()


def test_two_lists_that_wait_for_each_other_are_both_carried_out(committed_cast: Cast) -> None:
    """Each holds the case that the other needs next: one goes on, one begins anew after it."""
    cast = committed_cast
    cases = registered(cast), registered(cast)
    lists = [[about(one) for one in cases], [about(one, "By the aunt") for one in reversed(cases)]]
    gates = [str(commands[1]["id"]) for commands in lists]
    with other_connection() as gate:
        for one in gates:
            gate.execute(HELD, [place(one)])
        sending = [
            Sending(Desk(name, cast.time), body)
            for name, body in zip(("bakyt", "head"), lists, strict=True)
        ]
        until_waiting(gate, 2, *gates)
        for one in gates:
            gate.execute(LEFT, [place(one)])
        told = [one.told() for one in sending]
    assert [[one["result"] for one in answers] for answers in told] == [["applied"] * 2] * 2
    for case in cases:
        done = [operation for _version, operation, _fields in cast.bakyt.journal(case)[2:]]
        assert done == ["give_safe_contact"] * 2


def test_a_list_that_is_broken_off_each_time_is_refused_and_nothing_of_it_stays(
    committed_cast: Cast,
) -> None:
    """Three times the other takes what the list waits for, while it holds what the other needs."""
    cast = committed_cast
    first, second = registered(cast), registered(cast)
    body = [about(first), about(second)]
    with other_connection() as other:
        other.execute(HELD, [place(second)])
        sending = Sending(Desk("bakyt", cast.time), body)
        for _ in range(TIMES):
            until_waiting(other, 1, second)
            other.execute(HELD, [place(first)])
            other.execute(LEFT, [place(first)])
        told = sending.told()
        assert [(one["result"], one["code"]) for one in told] == [("refused", "try_again")] * 2
        assert [len(cast.bakyt.journal(one)) for one in (first, second)] == [2, 2]
    again = Sending(Desk("bakyt", cast.time), body).told()
    assert [one["result"] for one in again] == ["applied"] * 2


def test_who_waits_too_long_is_told_to_send_it_again(committed_cast: Cast) -> None:
    """One command, a list and a form alike; what was typed comes back, and nothing was saved."""
    cast = committed_cast
    case = registered(cast)
    desk = Desk("bakyt", cast.time)
    with other_connection() as other:
        other.execute(HELD, [place(case)])
        connection.cursor().execute("SET lock_timeout = '200ms'")
        alone = sent(desk, about(case))
        assert (alone.status_code, alone.json()["code"]) == (409, "try_again")
        assert [one["code"] for one in sent(desk, [about(case)]).json()] == ["try_again"]
        page = desk.act(f"/cases/{case}/give-safe-contact/", "give_safe_contact", contact="At noon")
        assert (page.status, page.refusals, "At noon" in page.text) == (422, ["try_again"], True)
        assert len(cast.bakyt.journal(case)) == 2
    assert sent(desk, about(case)).json()["result"] == "applied"
