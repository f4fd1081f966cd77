"""The runs that ``make probe`` and ``make mutants`` ask for; not part of ``make test`` themselves.

``KAMKOR_LOCKS`` switches one of the two locks off: ``rows`` lets every rule in Python permit
all, ``application`` reads as a login that row security does not hold, ``none`` does both: the
control, for then hardly anything is stopped.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.db.models import Q
from pytest_django.plugin import DjangoDbBlocker

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import RIGHTS
from kamkor.cases.queries import report
from kamkor.kernel.commands import Operation
from kamkor.kernel.provision import create_database, drop_database
from kamkor.kernel.server_facts import ServerFacts
from kamkor.people import queries as people
from tests.cast import Cast
from tests.conftest import TEMPLATE, connected_to
from tests.doors.matrix import Matrix, drawn, drawn_hidden, of_doors
from tests.doors.matrix_people import build_newcomers
from tests.doors.matrix_world import MatrixWorld
from tests.doors.mutants import Mutant, mutants

LOCKS = os.environ.get("KAMKOR_LOCKS", "both")
NUMBER = int(os.environ.get("PROBES", "300"))
SEED = int(os.environ.get("SEED", "1"))
DATABASE = "kamkor_matrix"


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
    """Let the desk read as the owner, whom no policy holds back, if that is asked for."""
    if LOCKS not in {"application", "none"}:
        yield
        return
    desk, owner = connections.settings["default"], connections.settings["owner"]
    kept = {key: desk[key] for key in ("USER", "PASSWORD")}
    desk.update({key: owner[key] for key in kept})
    connections["default"].close()
    yield
    connections["default"].close()
    desk.update(kept)


@contextmanager
def matrix_of(house: ServerFacts, blocker: DjangoDbBlocker) -> Iterator[Matrix]:
    """A database of its own with the world of the matrix; nothing of it stays."""
    create_database(house, DATABASE, template=TEMPLATE)
    with connected_to(house, blocker, DATABASE):
        build_newcomers()
        with read_past_row_security(), transaction.atomic():
            yield Matrix(MatrixWorld(Cast(), SEED))
            transaction.set_rollback(True)
    drop_database(house, DATABASE)


def run_probes(
    house: ServerFacts, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Draw the probes, ask them, and write down what was found."""
    with matrix_of(house, django_db_blocker) as matrix:
        if LOCKS in {"rows", "none"}:
            let_python_permit_all(monkeypatch)
        if LOCKS == "both":
            tally = matrix.try_all(drawn(NUMBER, SEED))
        else:
            tally = matrix.count_reads(drawn_hidden(NUMBER, SEED))
    Path(os.environ["PROBES_FILE"]).write_text(json.dumps(vars(tally)), encoding="utf-8")


# Where each rule that is changed must show: pages, lists, a file and searches.
KILLING = (
    "GET /cases/{case}/",
    "GET /reports/{report}/",
    "GET /register/?register=child&state=all",
    "GET /register/export.csv?state=all",
    "POST /find/ name={given}",
    "POST /register/ name={number}",
    "GET /cases/{case}/assign-worker/",
    "GET /do/identify-child/?child={child}",
    "GET /rounds/",
)


def run_mutants(house: ServerFacts, django_db_blocker: DjangoDbBlocker) -> None:
    """Put each mutant in, or those that are named, and see whether a probe answers otherwise."""
    named = json.loads(os.environ.get("MUTANTS", "[]"))
    survivors, number = [], 0
    with matrix_of(house, django_db_blocker) as matrix:
        wanted = of_doors(KILLING)
        assert matrix.first_wrong(wanted) == ""
        for mutant in [one for one in mutants() if not named or one.name in named]:
            number += 1
            if not _killed(matrix, mutant):
                survivors.append(mutant.name)
    told = {"mutants": number, "survivors": survivors}
    Path(os.environ["PROBES_FILE"]).write_text(json.dumps(told), encoding="utf-8")


def _killed(matrix: Matrix, mutant: Mutant) -> bool:
    """Whether a probe notices a mutant; the world answers as before once it is taken out again.

    A page that breaks is noticed by whoever opens it. A harness that broke would seem to kill
    all that follows: so it is looked at after each such mutant.
    """
    wanted = of_doors(KILLING)
    point = transaction.savepoint()
    with mutant.applied():
        try:
            killed = matrix.first_wrong(wanted) != ""
            broke = False
        except Exception:  # noqa: BLE001 - whatever a changed rule breaks
            killed = broke = True
    if broke:
        transaction.set_rollback(False)
        transaction.savepoint_rollback(point)
    transaction.savepoint_commit(point)
    assert not broke or matrix.first_wrong(wanted[:40]) == "", f"broken by {mutant.name}"
    return killed
