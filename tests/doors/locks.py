"""One of the two locks switched off, to see what the other one stops alone; for tests only."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from django.db.models import Q

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import RIGHTS
from kamkor.cases.queries import report
from kamkor.kernel import kept
from kamkor.kernel.commands import Operation
from kamkor.people import queries as people


def let_python_permit_all(patch: pytest.MonkeyPatch) -> None:
    """Every rule of the application says yes; only the database holds back."""
    original = people.scope_filter
    for name, module in list(sys.modules.items()):
        if name.startswith("kamkor.") and getattr(module, "scope_filter", None) is original:
            patch.setattr(module, "scope_filter", lambda *_args, **_more: Q())
        if name.startswith("kamkor.") and hasattr(module, "WORKER"):
            patch.setattr(module, "WORKER", "nobody")
    patch.setattr(Viewer, "may", lambda _self, _action: True)
    patch.setattr(report, "_may_know_reporter", lambda _viewer, _report: True)
    for name, one in Operation.registry.items():
        everybody = {"roles": frozenset(RIGHTS)}
        patch.setitem(Operation.registry, name, type(one)(**{**vars(one), **everybody}))


@contextmanager
def read_past_row_security() -> Iterator[None]:
    """Let the desk read as the owner, whom no policy holds back."""
    desk, owner = connections.settings["default"], connections.settings["owner"]
    kept = {key: desk[key] for key in ("USER", "PASSWORD")}
    desk.update({key: owner[key] for key in kept})
    connections["default"].close()
    yield
    connections["default"].close()
    desk.update(kept)


def forget_questions() -> None:
    """Questions that were put together by the rule as it was are put together anew."""
    for one in vars(kept).values():
        if hasattr(one, "cache_clear"):
            one.cache_clear()
