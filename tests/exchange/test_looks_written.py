"""Commands of the shell and jobs are doors like any page: who is read there is in the log of looks."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from procrastinate.contrib.django import app

import kamkor.exchange.worker  # noqa: F401 - makes every job known
from kamkor.access.models import Look
from kamkor.cases.models import Case
from kamkor.kernel import clock
from kamkor.kernel.ids import new_id
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.doors.test_loading import send, waiting, work
from tests.exchange.register_files import Loader, csv_file, entry, removal

ROOT = Path(__file__).resolve().parents[2]
LOOKS = "looks"
# What each command of the shell and each job has to do with persons.
DOORS = {
    "commands": LOOKS,
    "load": LOOKS,
    "check_load": LOOKS,
    "write_load": LOOKS,
    "account": "staff and accounts",
    "audit": "compares digests; shows numbers of entries",
    "backup": "copies the database's files",
    "compare_children": "children of a department, compared by the program and shown to nobody",
    "compare_loaded": "children of loads, compared by the program and shown to nobody",
    "demo": "invented people; counts what its pages must show",
    "doctor": "asks the catalogue, and whether a department has children",
    "figures": "numbers, by a login without names",
    "finish_erasures": "takes keys away, by ids",
    "forget_ended_sessions": "sessions",
    "keep_months": "numbers",
    "keys": "counts texts, and names rows by their ids",
    "plan": "numbers of a file, and posts; no person",
    "people": "a list it is given; search words and pairs of everybody, told as numbers",
    "restore": "puts a backup back",
    "seal_backup": "digests",
    "seal_log": "digests",
    "secrets": "gives logins new passwords",
    "serve": "each page is a door of its own",
    "synth": "invented people in an empty database",
    "tell_of_emergency": "ids of accounts and posts, for a mail without names",
    "worker": "each job is a door of its own",
}


def test_each_command_and_job_is_listed_with_what_it_reads() -> None:
    files = (ROOT / "src/kamkor/management/commands").glob("[a-z]*.py")
    jobs = {name for name in app.tasks if "procrastinate" not in name}
    assert {file.stem for file in files} | jobs == set(DOORS)


def of_commands(cast: Cast, case: str, folder: Path) -> None:
    told = {"case": case, "kind": "relative"}
    line = {"id": str(new_id()), "command": "declare_interest", "data": told}
    file = folder / "commands.jsonl"
    file.write_text(json.dumps(line), "utf-8")
    with clock.clock_at(cast.time.moment):
        call_command("commands", str(file), "--as", "bakyt")


def of_load(cast: Cast, _case: str, folder: Path) -> None:
    with clock.clock_at(cast.time.moment):
        call_command("load", "register", str(csv_file(folder, removal("1"))), "--as", "bakyt")


def of_check(cast: Cast, _case: str, _folder: Path) -> None:
    desk = Desk("bakyt", cast.time)
    send(desk, removal("1"))
    assert [name for name, _ in waiting()] == ["compare_loaded", "check_load"]
    Look.objects.using("owner").update(page="before")
    work(desk)


def of_write(cast: Cast, _case: str, _folder: Path) -> None:
    desk = Desk("bakyt", cast.time)
    address = send(desk, removal("1")).response["Location"]
    work(desk)
    desk.send(address, {"start": "yes"})
    assert [name for name, _ in waiting()] == ["write_load"]
    Look.objects.using("owner").update(page="before")
    work(desk)


PLAYED: dict[str, Callable[[Cast, str, Path], None]] = {
    "commands": of_commands,
    "load": of_load,
    "check_load": of_check,
    "write_load": of_write,
}


def test_each_of_those_is_played() -> None:
    assert set(PLAYED) == {name for name, reads in DOORS.items() if reads == LOOKS}


@pytest.mark.parametrize("door", PLAYED)
def test_who_is_read_is_in_the_log(committed_cast: Cast, tmp_path: Path, door: str) -> None:
    cast = committed_cast
    Loader(cast.bakyt).load(csv_file(tmp_path, entry("1")))
    with cast.bakyt.inside():
        case = Case.objects.get().pk
    Look.objects.using("owner").update(page="before")
    PLAYED[door](cast, str(case), tmp_path)
    looks = Look.objects.using("owner").exclude(page="before")
    held = {(one.page, one.account, one.role) for one in looks if case in one.listed}
    assert held == {
        ("commands" if door == "commands" else "load", cast.bakyt.viewer.account_id, "specialist")
    }
    assert all(one.system_user for one in looks if case in one.listed)
