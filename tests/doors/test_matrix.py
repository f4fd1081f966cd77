"""The access matrix: every door, actor and record; a small draw here, ``make probe`` for more."""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.urls import get_resolver

from kamkor.cases.operations import steps  # noqa: F401 - makes every operation known
from kamkor.demo.offices import OWNER
from kamkor.kernel.commands import Operation
from kamkor.workforce.models import Post
from tests.cast import Cast
from tests.doors.acts import ACTS, cells
from tests.doors.acts import oracle as acts_due
from tests.doors.matrix import is_due, oracle, probes, relations, shown
from tests.doors.matrix_doors import AT_SHELL, COMMAND, NOT_TRIED, doors
from tests.doors.matrix_people import ACTORS
from tests.doors.matrix_records import GROUPS, HAS_NONE, RECORDS

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ROOT / "src" / "kamkor" / "management" / "commands"


def test_every_route_has_doors() -> None:
    """A route without doors, one for each of GET, POST and an unknown method, fails here."""
    names = {getattr(pattern, "name", "") for pattern in get_resolver().url_patterns}
    methods = {name: {one.method for one in doors() if one.route == name} for name in names}
    assert {name for name, held in methods.items() if held != {"GET", "POST", "PUT"}} == set()


def test_every_command_has_a_door() -> None:
    """Each operation, and each command at the shell that is not said to show no person."""
    tried = {(one.route, one.address) for one in doors()}
    assert {(COMMAND, name) for name in Operation.registry} <= tried
    at_shell = {file.stem for file in COMMANDS.glob("[a-z]*.py")}
    held = {address for route, address in tried if route == AT_SHELL}
    assert held | set(NOT_TRIED) == at_shell


def test_the_oracle_says_everything_once() -> None:
    """Each role and relation that occurs has a line for each group of fields, and no other."""
    needed = {
        (actor.role, relation, kind, group)
        for actor in ACTORS
        for record in RECORDS
        for kind, groups in GROUPS.items()
        for group in groups
        if (relation := relations()[actor.username or "visitor", kind, record]) != HAS_NONE
    }
    assert needed - set(oracle()) == set()


@pytest.mark.parametrize("name", ["matrix.py", "acts.py", "pages.py"])
def test_the_oracle_asks_nobody(name: str) -> None:
    """What is due is read from files alone: nothing of the rules that are tried."""
    text = (Path(__file__).parent / name).read_text("utf-8")
    assert re.findall(r"^(?:from|import) kamkor", text, re.MULTILINE) == []


def test_every_operation_is_tried() -> None:
    """An operation that is added without acts, and so without rows of ``acts.csv``, fails here."""
    assert {operation for operation, _kind, _form in ACTS.values()} == set(Operation.registry)


def test_the_oracle_of_acts_says_everything_once() -> None:
    """Each role and relation that occurs has a line for each act, and each line is asked."""
    asked = {id(one.due) for one in cells()}
    assert [key for key, due in acts_due().items() if id(due) not in asked] == []


def test_there_are_acts_enough() -> None:
    """So many there are of what is permitted, and of what is not."""
    everything = [one.due.command for one in cells() if one.due is not None]
    assert everything.count("yes") > 500
    assert everything.count("not_permitted") + everything.count("not_found") > 4_000


def test_every_door_that_shows_is_one() -> None:
    """A line of ``shown.csv`` about a door that is none would be asked by no probe."""
    assert {door for door, _kind, _group in shown()} <= {one.name for one in doors()}


def test_there_are_reads_enough() -> None:
    """So many probes there are of what is due, and of what is not where it would be shown."""
    everything = [one for one in probes() if one.would_show]
    assert sum(one.due for one in everything) > 1_000
    assert sum(one.hidden for one in everything) > 5_000
    assert any(not is_due(one.actor, one.record, one.kind, one.group) for one in everything)


def test_a_draw() -> None:
    """Nothing leaks, what is due is shown, each lock alone stops what it must, and nobody does
    what is not theirs to do."""
    told = {"N": "400", "SEED": os.environ.get("SEED", "11")}
    words = [sys.executable, str(ROOT / "tools" / "probe.py")]
    done = subprocess.run(words, env=os.environ | told, capture_output=True, text=True, check=False)
    last = done.stdout.splitlines()[-1]
    assert re.fullmatch(r"400 probes, \d+ due, 0 leaks", last), done.stdout + done.stderr
    assert done.returncode == 0, done.stdout


def test_a_unit_has_one_worker(committed_cast: Cast) -> None:
    """The second lock ends at the unit; so no unit has two workers' posts on one day."""
    unit = Post.objects.get(id=committed_cast.aigul.post).office_id
    second = Post(office_id=unit, kind="worker", valid_from=date(2026, 1, 1))
    with pytest.raises(IntegrityError, match="one_worker_a_unit"), transaction.atomic(using=OWNER):
        second.save(using=OWNER)
