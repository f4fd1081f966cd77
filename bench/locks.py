"""What the second lock costs: the desk's own questions with row security and without, in turn."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import psycopg

from bench.judging import ROUNDS, Measured
from bench.stage import Stage
from kamkor.kernel.statement import answered, rows_of

if TYPE_CHECKING:
    from kamkor.access.rules import Viewer

LEVELS = {"unit": "aigul", "district": "bakyt", "oblast": "oblast", "nation": "elmira"}
"""Whose questions are taken, by the level of what they see."""

ALLOWED_SECONDS = 0.0002
PAGE_TIMES, COUNT_TIMES = 1.2, 1.5
_WARM = 8
_ENTER = "SELECT set_config('kamkor.context', %s, true), set_config('kamkor.key', %s, true)"
_MOST, _SECONDS = 201, 8.0
"""How many rounds of a question, and about how long they may take."""


@dataclass(frozen=True)
class Sent:
    """A statement as the desk sent it, with its values."""

    text: bytes
    values: Sequence[Any]


Question = Sequence[Sent]
"""The statements of one thing that is asked, in their order."""


@dataclass(frozen=True)
class Compared:
    """Seconds of each round with row security and without, and whether both said the same.

    ``processor``: seconds that the server itself worked for one round, with and without, where that
    can be read; where much else runs, these tell more.
    """

    locked: Sequence[float]
    plain: Sequence[float]
    same: bool
    processor: tuple[float, float] | None = None

    def allowed(self, times: float) -> list[float]:
        """What each round may take at most, in seconds."""
        return [times * one + ALLOWED_SECONDS for one in self.plain]

    def ratio(self, times: float) -> float:
        """The median of the rounds, each as a part of what is allowed."""
        allowed = self.allowed(times)
        return median(ours / most for ours, most in zip(self.locked, allowed, strict=True))


def lists(stage: Stage) -> Measured:
    """The worker's cases and the first page of the register."""
    return _measured(stage, _lists, PAGE_TIMES)


def cases(stage: Stage) -> Measured:
    """A case with all around it, as its page reads it."""
    return _measured(stage, _cases, PAGE_TIMES)


def counts(stage: Stage) -> Measured:
    """How many stand on the register, in one state, and in all."""
    return _measured(stage, _counts, COUNT_TIMES)


def _measured(
    stage: Stage, asking: "Callable[[Viewer], dict[str, Question]]", times: float
) -> Measured:
    found: dict[str, Compared] = {}
    for level, username in LEVELS.items():
        viewer = viewer_of(username)
        for name, question in asking(viewer).items():
            with _both(stage, viewer) as (locked, plain):
                found[f"{level} {name}"] = compared(question, locked, plain)
    return judged(found, times)


def judged(found: Mapping[str, Compared], times: float) -> Measured:
    """The question that comes nearest to what is allowed or is furthest beyond it; all beside it."""
    worst = max(found.values(), key=lambda one: one.ratio(times))
    beside = {name: _in_words(one, times) for name, one in found.items()}
    faults = [f"{name}: not the same rows, or none" for name, one in found.items() if not one.same]
    return Measured(worst.locked, worst.allowed(times), beside, faults)


def _in_words(one: Compared, times: float) -> str:
    with_lock, without = (1000 * median(part) for part in (one.locked, one.plain))
    told = f"{with_lock:.3g} ms, without {without:.3g} ms"
    if one.processor:
        told += " (server's processor {:.3g}, without {:.3g})".format(
            *(1000 * part for part in one.processor)
        )
    return f"{told}, {one.ratio(times):.2f} of what is allowed, {len(one.plain)} rounds"


@contextmanager
def noted() -> Iterator[list[Sent]]:
    """What the desk sends meanwhile, as it stands."""
    sent: list[Sent] = []

    def noting(connection: Any, text: bytes, values: Sequence[Any]) -> Any:  # noqa: ANN401 - psycopg's own
        sent.append(Sent(text, list(values)))
        return answered(connection, text, values)

    with patch("kamkor.kernel.statement.answered", noting):
        yield sent


def asked_by(viewer: "Viewer", ask: Callable[[], object]) -> Question:
    """What the desk sends in this viewer's transaction when it is asked."""
    from kamkor.access.queries import scope_of_viewer  # noqa: PLC0415 - after setup
    from kamkor.kernel.database import entered  # noqa: PLC0415 - as above

    with entered(scope_of_viewer(viewer)), noted() as sent:
        ask()
    return sent


def _lists(viewer: "Viewer") -> dict[str, Question]:
    from kamkor.cases.queries.case import own_cases  # noqa: PLC0415 - as above
    from kamkor.kernel.kept import asked  # noqa: PLC0415 - as above
    from kamkor.web.register_list import Filters, page_of  # noqa: PLC0415 - as above

    found = {"register": asked_by(viewer, lambda: page_of(viewer, Filters()))}
    if viewer.acts_for and viewer.role == "worker":
        found["caseload"] = asked_by(viewer, lambda: asked(own_cases, viewer))
    return found


def _cases(viewer: "Viewer") -> dict[str, Question]:
    from kamkor.access.queries import scope_of_viewer  # noqa: PLC0415 - as above
    from kamkor.cases.queries.around import around  # noqa: PLC0415 - as above
    from kamkor.cases.queries.case import case_for  # noqa: PLC0415 - as above
    from kamkor.kernel.database import entered  # noqa: PLC0415 - as above
    from kamkor.web.register_list import Filters, page_of  # noqa: PLC0415 - as above

    with entered(scope_of_viewer(viewer)):
        first = page_of(viewer, Filters()).rows[0].pk
    return {
        "case": asked_by(viewer, lambda: around(viewer, case_for(viewer, first), whole=True)),
    }


def _counts(viewer: "Viewer") -> dict[str, Question]:
    from kamkor.web.register_list import Filters, counted_by  # noqa: PLC0415 - as above

    return {
        state: asked_by(viewer, lambda state=state: counted_by(viewer, Filters(state=state)))  # type: ignore[misc]
        for state in ("on_register", "registered", "all")
    }


def viewer_of(username: str) -> "Viewer":
    from kamkor.access.queries import account_named, viewer_for  # noqa: PLC0415 - as above

    account = account_named(username)
    viewer = viewer_for(account) if account else None
    if viewer is None:
        text = f"{username} holds no post"
        raise LookupError(text)
    return viewer


class Side:
    """A connection that plans as the desk's do, and what opens each of its transactions."""

    def __init__(self, arguments: Mapping[str, Any], opened: "Callable[[Side], None]") -> None:
        plans = "-c plan_cache_mode=force_generic_plan"
        self.connection = psycopg.connect(**arguments, options=plans)
        self._opened = opened

    def worked(self) -> float:
        """The seconds that the server's process has worked for this connection so far."""
        process = Path(f"/proc/{self.connection.info.backend_pid}/schedstat")
        return int(process.read_text("utf-8").split()[0]) / 1e9 if process.exists() else 0.0

    def taken(self, question: Question) -> tuple[float, list[Any]]:
        """The seconds that a question took in a transaction of its own, and the answer."""
        rows: list[Any] = []
        with self.connection.transaction():
            self._opened(self)
            begun = time.perf_counter()
            for one in question:
                rows += rows_of(answered(self.connection, one.text, one.values))
            return time.perf_counter() - begun, rows


@contextmanager
def _both(stage: Stage, viewer: "Viewer") -> Iterator[tuple[Side, Side]]:
    """The web login in the viewer's context, and the owner, whom row security does not bind."""
    from django.conf import settings  # noqa: PLC0415 - as above

    from kamkor.access.queries import scope_of_viewer  # noqa: PLC0415 - as above
    from kamkor.kernel.credentials import signing_key  # noqa: PLC0415 - as above
    from kamkor.kernel.database import signed_context, signed_key  # noqa: PLC0415 - as above

    key, scope = signing_key(settings.KAMKOR_DATA), scope_of_viewer(viewer)

    def enter(side: Side) -> None:
        backend = side.connection.info.backend_pid
        signed = [signed_context(scope, backend, key), signed_key(scope, backend, key)]
        side.connection.execute(_ENTER, signed)

    logins = {name: settings.DATABASES[name] for name in ("default", "owner")}
    arguments = [
        stage.facts.arguments(str(one["USER"]), str(one["PASSWORD"])) for one in logins.values()
    ]
    locked, plain = Side(arguments[0], enter), Side(arguments[1], lambda _side: None)
    with locked.connection, plain.connection:
        yield locked, plain


def compared(question: Question, locked: Side, plain: Side) -> Compared:
    """Round by round in turn, after both have their plans."""
    answers = [_in_order(side.taken(question)[1]) for _ in range(_WARM) for side in (locked, plain)]
    same = bool(answers[0]) and all(one == answers[0] for one in answers)
    found: dict[Side, list[float]] = {locked: [], plain: []}
    before = [side.worked() for side in (locked, plain)]
    until, number = time.perf_counter() + _SECONDS, 0
    while number < ROUNDS or (number < _MOST and time.perf_counter() < until):
        for side in (locked, plain) if number % 2 == 0 else (plain, locked):
            found[side].append(side.taken(question)[0])
        number += 1
    worked = [
        (side.worked() - begun) / number
        for side, begun in zip((locked, plain), before, strict=True)
    ]
    return Compared(
        found[locked], found[plain], same, (worked[0], worked[1]) if worked[1] else None
    )


def _in_order(answer: Any) -> Any:  # noqa: ANN401 - as PostgreSQL answers
    """The same answer whatever order its rows came in."""
    if isinstance(answer, list | tuple):
        return sorted(map(_in_order, answer), key=repr)
    return answer
