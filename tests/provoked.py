"""Which refusal codes this run has provoked through a door, and whether the run is whole."""

from pathlib import Path
from typing import Any

import pytest

from kamkor.kernel import commands

SPECIFICATION = Path(__file__).parent / "specification"

provoked: set[str] = set()
"""The codes of every refused command of the run, whichever door it came through."""

_run = {"whole": False}


def note_refusals() -> None:
    """From now on every answer to a command leaves the codes of its refusal here."""

    made = commands.Answer.__init__

    def noting(self: commands.Answer, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        made(self, *args, **kwargs)
        if self.refusal is not None:
            provoked.update(fault.code for fault in self.refusal.faults)

    commands.Answer.__init__ = noting  # type: ignore[method-assign]


def whole_specification(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Remember whether every file of the specification runs, and nothing was picked out."""
    picked = any(config.getoption(name, default=None) for name in ("keyword", "lf", "deselect"))
    named = any("::" in argument for argument in config.invocation_params.args)
    here = {item.path for item in items}
    _run["whole"] = not picked and not named and here.issuperset(SPECIFICATION.glob("test_*.py"))


def run_is_whole() -> bool:
    """Whether all tests of the specification were asked for."""
    return _run["whole"]
