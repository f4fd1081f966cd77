"""Which refusal codes came out of a door in this run, which operations they came from, and
whether the run is whole.

A door is a page or an answer by HTTP, or a line that ``kamkor commands`` prints. What an
operation raises where a test calls it by itself does not count; as a refusal of that operation
whatever one of its commands is answered with counts.
"""

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.base import BaseHandler

from kamkor.exchange import commands as exchange
from kamkor.kernel.commands import Answer, Batch, Command
from kamkor.management.commands import commands as file_of_commands

SPECIFICATION = Path(__file__).parent / "specification"
SHOWN = re.compile(r'data-refusal="([a-z0-9_]+)"')

provoked: set[str] = set()
"""The codes of every refusal of the run that came out of a door."""

of_operations: set[tuple[str, str]] = set()
"""Each operation with each code that one of its commands was refused with in the run."""

_run = {"whole": False}


def note_refusals() -> None:
    """From now on the codes in every answer of a door are left here."""
    handled = BaseHandler.get_response

    @functools.wraps(handled)
    def answered(self: BaseHandler, request: Any) -> Any:  # noqa: ANN401 - passed on
        response = handled(self, request)
        provoked.update(codes_of(response))
        return response

    BaseHandler.get_response = answered  # type: ignore[method-assign]
    _note_operations()
    printed = exchange.carried_out

    @functools.wraps(printed)
    def noted(*args: Any, **kwargs: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - passed on
        for answer in printed(*args, **kwargs):
            provoked.update(_codes_told(answer))
            yield answer

    # The command holds the function under its own name.
    vars(file_of_commands)["carried_out"] = noted


def notes() -> dict[str, list[Any]]:
    """All that is left here, for another process that shares this run."""
    return {"provoked": sorted(provoked), "of_operations": sorted(of_operations)}


def join(told: dict[str, list[Any]]) -> None:
    """Take over what another process that shares this run has noted."""
    provoked.update(told["provoked"])
    of_operations.update((operation, code) for operation, code in told["of_operations"])


def _note_operations() -> None:
    taken = Batch.take

    @functools.wraps(taken)
    def noted(self: Batch, command: Command) -> Answer:
        answer = taken(self, command)
        faults = answer.refusal.faults if answer.refusal is not None else ()
        of_operations.update((command.operation, fault.code) for fault in faults)
        return answer

    Batch.take = noted  # type: ignore[method-assign]


def codes_of(response: Any) -> set[str]:  # noqa: ANN401 - any answer by HTTP
    """The codes of refusal in an answer: marked on a page, or told as JSON."""
    kind = response.get("Content-Type", "")
    if response.streaming or not kind.startswith(("text/html", "application/json")):
        return set()
    text = response.content.decode()
    if kind.startswith("text/html"):
        return set(SHOWN.findall(text))
    told = json.loads(text)
    answers = told if isinstance(told, list) else [told]
    return {code for answer in answers for code in _codes_told(answer)}


def _codes_told(answer: dict[str, Any]) -> set[str]:
    return {fault["code"] for fault in answer.get("faults", ())}


def whole_specification(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Remember whether every file of the specification runs, and nothing was picked out."""
    picked = any(config.getoption(name, default=None) for name in ("keyword", "lf", "deselect"))
    named = any("::" in argument for argument in config.invocation_params.args)
    here = {item.path for item in items}
    _run["whole"] = not picked and not named and here.issuperset(SPECIFICATION.glob("test_*.py"))


def run_is_whole() -> bool:
    """Whether all tests of the specification were asked for."""
    return _run["whole"]
