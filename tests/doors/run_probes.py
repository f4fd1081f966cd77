"""The runs that ``make probe`` and ``make mutants`` ask for; not part of ``make test`` themselves.

``KAMKOR_LOCKS`` switches one of the two locks off: ``rows`` lets every rule in Python permit
all, ``application`` reads as a login that row security does not hold, ``none`` does both: the
control, for then hardly anything is stopped.
"""

import json
import os
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from kamkor.kernel.provision import create_database, drop_database
from kamkor.kernel.server_facts import ServerFacts
from tests.cast import Cast
from tests.conftest import TEMPLATE, connected_to
from tests.doors.acts import Acts, cells
from tests.doors.killing import Killing
from tests.doors.locks import let_python_permit_all, read_past_row_security
from tests.doors.matrix import Matrix, drawn, drawn_hidden
from tests.doors.matrix_people import build_newcomers
from tests.doors.matrix_world import MatrixWorld
from tests.doors.mutants import Mutant, controls, mutants
from tests.doors.pages import page_cells, page_faults

LOCKS = os.environ.get("KAMKOR_LOCKS", "both")
NUMBER = int(os.environ.get("PROBES", "300"))
SEED = int(os.environ.get("SEED", "1"))
DATABASE = "kamkor_matrix"


@contextmanager
def matrix_of(house: ServerFacts, blocker: DjangoDbBlocker) -> Iterator[Matrix]:
    """A database of its own with the world of the matrix; nothing of it stays."""
    create_database(house, DATABASE, template=TEMPLATE)
    with connected_to(house, blocker, DATABASE):
        build_newcomers()
        past = read_past_row_security() if LOCKS in {"application", "none"} else nullcontext()
        # A run lasts longer than a sign-in before a sensitive act.
        lasting = override_settings(KAMKOR_AGAIN_MINUTES=24 * 60)
        with past, lasting, transaction.atomic():
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


def run_acts(house: ServerFacts, django_db_blocker: DjangoDbBlocker) -> None:
    """Do what may be done and what may not, everybody about every record, and open the pages."""
    with matrix_of(house, django_db_blocker) as matrix:
        drawing = random.Random(SEED)
        found = Acts(matrix.asking).try_all(drawing.sample(cells(), min(NUMBER, len(cells()))))
        pages = drawing.sample(page_cells(), min(NUMBER, len(page_cells())))
        for cell in pages:
            found.wrong += page_faults(matrix.asking, cell)
    told = vars(found) | {"pages": len(pages)}
    Path(os.environ["PROBES_FILE"]).write_text(json.dumps(told), encoding="utf-8")


def run_mutants(house: ServerFacts, django_db_blocker: DjangoDbBlocker) -> None:
    """Put each mutant in, or those that are named, and see whether anything is answered otherwise.

    Of ``PROBES`` runs this is the one whose number is ``SEED``: it takes every so manieth mutant,
    of those whose name ``ONLY`` finds.
    """
    named = json.loads(os.environ.get("MUTANTS", "[]"))
    only = re.compile(os.environ.get("ONLY", ""))
    tried, survivors = [], []
    with matrix_of(house, django_db_blocker) as matrix:
        killing = Killing(matrix, both_locks=LOCKS == "both")
        wanted = [
            one for one in mutants() if only.search(one.name) and (not named or one.name in named)
        ][SEED::NUMBER]
        assert killing.first_wrong(*wanted) == ""
        nothing, everything = controls()
        assert not _killed(killing, nothing), "what changes nothing was noticed"
        assert _killed(killing, everything), "that a worker may all was not noticed"
        for mutant in wanted:
            tried.append(mutant.name)
            if not _killed(killing, mutant):
                survivors.append(mutant.name)
        # What broke meanwhile would seem to have noticed all that followed.
        assert killing.first_wrong(*wanted) == ""
    told = {"mutants": tried, "survivors": survivors}
    Path(os.environ["PROBES_FILE"]).write_text(json.dumps(told), encoding="utf-8")


def _killed(killing: Killing, mutant: Mutant) -> bool:
    """Whether a question notices a mutant; the world answers as before once it is taken out.

    A page that breaks is noticed by whoever opens it. A harness that broke would seem to kill
    all that follows: so what noticed it is asked again after each such mutant.
    """
    point = transaction.savepoint()
    with mutant.applied():
        try:
            killed = killing.first_wrong(mutant) != ""
            broke = False
        except Exception:  # noqa: BLE001 - whatever a changed rule breaks
            killed = broke = True
    if broke:
        transaction.set_rollback(False)
        transaction.savepoint_rollback(point)
    transaction.savepoint_commit(point)
    assert not broke or killing.again() == "", f"broken by {mutant.name}"
    return killed
