"""Every door of the access matrix: each route and method, each command, each file at the shell."""

import io
import json
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from kamkor.cases.vocabulary import STEP_OF
from kamkor.kernel import clock
from kamkor.kernel.commands import Operation
from kamkor.kernel.ids import new_id
from kamkor.management.shell import Stopped
from kamkor.web.case_forms import ABOUT_CASE, OFFICE, STAFFING, START
from kamkor.web.help import ACTS
from tests.doors.desk import Desk, Page
from tests.doors.matrix_people import ACTORS
from tests.doors.matrix_world import MatrixWorld, Record
from tests.doors.orders import data_of, order_of, written

AT_SHELL = "shell"
COMMAND = "command"
# Commands at the shell that show no person, and what they do.
NOT_TRIED = {
    "backup": "copies the database's files",
    "keys": "counts texts, and names rows by their ids",
    "secrets": "sets new passwords of logins",
    "restore": "puts them back",
    "demo": "builds and serves",
    "doctor": "looks at the installation",
    "load": "tells the rows of the file it is given",
    "people": "compares a list it is given, or all, and makes search words anew: tells how many",
    "serve": "serves the doors above",
    "synth": "builds",
    "worker": "runs jobs",
}


@dataclass(frozen=True)
class Door:
    """One way in: a route with a method, a command, or a command at the shell.

    ``address`` and what is sent hold ``{case}`` and the like where an id of the record stands,
    and ``{given}`` and the like where a value of it is typed.
    """

    route: str
    address: str
    method: str = "GET"
    sent: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """What the door is called in the tables and when something came out of it."""
        told = f"{self.method} {self.address}"
        return " ".join([told, *(f"{key}={value}" for key, value in self.sent)])

    @property
    def of_a_record(self) -> bool:
        """Whether it names a record; else it is a list, or the like."""
        return "{" in self.address or any("{" in value for _key, value in self.sent)


def _slug(name: str) -> str:
    return name.replace("_", "-")


ABOUT_REPORT = ("read_report", "screen_report", "review_declined_report", "mark_sent_in_error")
MORNING = ("due", "late", "visits", "cases", "without", "looks")
KINDS = ("csv", "xlsx")
WITHOUT_RECORD: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("home", ("/",)),
    ("account_login", ("/sign-in/",)),
    ("mfa_authenticate", ("/sign-in/second/",)),
    ("mfa_login_webauthn", ("/sign-in/passkey/",)),
    ("state_sign_in", ("/sign-in/state/",)),
    ("policy_reports", ("/policy/",)),
    ("openid_connect_callback", ("/sign-in/state/callback/",)),
    ("one_time_code", ("/sign-in/code/",)),
    ("sign_out", ("/sign-out/",)),
    ("language", ("/language/",)),
    ("post", ("/post/",)),
    ("account", ("/account/",)),
    ("account_reauthenticate", ("/account/again/",)),
    ("mfa_index", ("/account/factors/",)),
    ("mfa_activate_totp", ("/account/factors/app/",)),
    ("mfa_add_webauthn", ("/account/factors/passkey/",)),
    ("mfa_view_recovery_codes", ("/account/factors/codes/",)),
    ("sessions", ("/account/sessions/",)),
    ("idle", ("/account/idle/",)),
    ("resets", ("/account/resets/",)),
    ("accounts", ("/accounts/",)),
    ("new_account", ("/accounts/new/",)),
    ("one_account", ("/accounts/1/",)),
    ("alarms", ("/alarms/",)),
    ("help", ("/help/",)),
    ("help_page", tuple(f"/help/{_slug(name)}/" for name in sorted({*STEP_OF, *ACTS, "day"}))),
    ("duty", ("/duty/",)),
    ("receipt", ("/receipt/",)),
    ("rounds", ("/rounds/",)),
    (
        "register",
        tuple(
            f"/register/?register={register}&state={state}"
            for register in ("child", "family")
            for state in ("on_register", "open", "all", "identified", "reported", "taken_off")
        ),
    ),
    ("export", tuple(f"/register/export.{kind}?state=all" for kind in KINDS)),
    ("figures", ("/figures/?by=district", "/figures/?figure=visits&by=month")),
    ("behind_number", ("/figures/list/?figure=children_on_register",)),
    ("figures_export", tuple(f"/figures/export.{kind}?by=district" for kind in KINDS)),
    ("staffing", ("/staffing/", "/staffing/?on=2025-10-01&kind=home_care")),
    ("staffing_posts", ("/staffing/posts/",)),
    (
        "staffing_export",
        tuple(f"/staffing/{what}.{kind}" for what in ("figures", "posts") for kind in KINDS),
    ),
    ("morning_list", tuple(f"/morning/{what}/" for what in MORNING)),
    ("loading", ("/loading/",)),
    ("loading_template", tuple(f"/loading/template.{kind}" for kind in KINDS)),
    ("plan", ("/plan/",)),
    ("plan_template", ("/plan/template.csv",)),
    ("find", ("/find/",)),
    ("duplicates", ("/duplicates/",)),
    ("begin", tuple(f"/do/{_slug(name)}/" for name in sorted(START | OFFICE | STAFFING))),
    ("take_back", ("/take-back/",)),
    ("roster", ("/roster/",)),
    ("emergency", ("/emergency/",)),
    ("second_person", ("/second-person/",)),
    ("commands", ("/commands/",)),
)
OF_A_RECORD: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("report", ("/reports/{report}/",)),
    ("received", ("/reports/{report}/received/",)),
    ("about_report", tuple(f"/reports/{{report}}/{_slug(name)}/" for name in ABOUT_REPORT)),
    ("correct_report", ("/reports/{report}/correct/report/{told}/",)),
    ("case", ("/cases/{case}/",)),
    ("looks", ("/cases/{case}/looks/",)),
    ("correct", ("/cases/{case}/correct/identification/{fact}/",)),
    ("about_case", tuple(f"/cases/{{case}}/{_slug(name)}/" for name in sorted(ABOUT_CASE))),
    ("about_task", ("/tasks/{task}/complete-task/",)),
    ("correct_round", ("/rounds/{round}/correct/",)),
    ("add_concern", ("/rounds/{round}/add-concern/",)),
    ("about_roster", ("/roster/{turn}/end-duty-turn/",)),
    ("load", ("/loading/{load}/",)),
    ("load_rejected", ("/loading/{load}/rejected.csv",)),
    (
        "begin",
        (
            "/do/identify-child/?child={child}",
            "/do/identify-child/?household={household}",
            "/do/identify-child/?child={child}&household={household}",
        ),
    ),
    ("find", ("/find/?case={case}",)),
    ("duplicates", ("/duplicates/?child={child}",)),
    ("morning_list", ("/morning/cases/?post={post}",)),
)
BORN = tuple((f"born-{part}", f"{{{part}}}") for part in ("year", "month", "day"))
SEARCHES = (
    *(
        Door(route, f"/{route}/", "POST", (("name", f"{{{part}}}"),))
        for route in ("find", "register")
        for part in ("given", "surname", "pin", "number")
    ),
    Door("find", "/find/", "POST", BORN),
)


def doors() -> list[Door]:
    """All doors; of each route with GET and POST, and once with a method it does not know."""
    found = []
    for route, addresses in (*WITHOUT_RECORD, *OF_A_RECORD):
        for address in addresses:
            found += [Door(route, address), Door(route, address, "POST")]
        found.append(Door(route, addresses[0], "PUT"))
    found += SEARCHES
    found += [Door(COMMAND, name) for name in sorted(Operation.registry)]
    found += [Door(AT_SHELL, name) for name in ("commands", "figures", "plan", "account", "audit")]
    return found


@dataclass
class Answer:
    """All that came out of a door: text of pages and files, headers, mails, lines of the log."""

    status: int
    text: str
    typed: tuple[str, ...] = ()
    heard: list[str] = field(default_factory=list)

    @property
    def folded(self) -> str:
        """What is looked through: folded, and a second time without blanks between digits."""
        text = "\n".join([self.text, *self.heard]).casefold()
        for one in self.typed:
            # What was typed stands in the field of the search again, and where it is asked
            # whether the keyboard was in another language.
            text = text.replace(f'value="{one.casefold()}"', "")
            text = text.replace(f"“{one.casefold()}”", "")
        return text + re.sub(r"(?<=\d)[\s\u00a0\u202f]+(?=\d)", "", text)


# What a page answers that sends somebody to sign in.
AWAY = 302


@dataclass(frozen=True)
class Order:
    """What became of a command: its result or the code of its refusal, and the rows written."""

    code: str
    written: int


class _Heard(logging.Handler):
    """Keeps what any part of the program writes to the log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def _listening() -> Iterator[list[str]]:
    handler, root = _Heard(), logging.getLogger()
    root.addHandler(handler)
    mail.outbox = []
    try:
        yield handler.lines
        handler.lines.extend(str(one.message()) for one in mail.outbox)
    finally:
        root.removeHandler(handler)


class Asking:
    """Asks at the doors for one after another of the actors; whatever it did is undone."""

    def __init__(self, world: MatrixWorld) -> None:
        self.world = world
        # Signed in at once: what an answer writes is undone, a session with it.
        self.desks = {one.username: Desk(one.username, world.cast.time) for one in ACTORS}
        self.cookies = {name: desk.client.cookies.output() for name, desk in self.desks.items()}

    def client(self, username: str) -> Client:
        """The browser of an actor as it was, whatever the door before did to its session."""
        client = self.desks[username].client
        # Where the page that tells of a fault broke too, the fault would be raised here again.
        client.exc_info = None
        client.cookies.clear()
        client.cookies.load(self.cookies[username].replace("Set-Cookie: ", ""))
        return client

    def ask(self, username: str, door: Door, record: Record | None) -> Answer:
        """What a door answers, and everything that was written meanwhile."""
        with self.undone(), _listening() as heard:
            answer = self._asked(username, door, record)
        answer.heard = heard
        return answer

    def order(self, username: str, act: str, operation: str, record: Record) -> Order:
        """What becomes of a command about a record, through the door for commands."""
        with self.undone():
            before = written()
            response = self._commanded(
                username, operation, order_of(act, operation, self.world, record)
            )
            return Order(_code(response), written() - before)

    def form(self, username: str, method: str, address: str, record: Record) -> int:
        """The status with which a form answers."""
        values = self.world.values_of(record)
        with self.undone():
            typed = {"command_id": str(new_id())}
            response = _request(self.client(username), method, address.format(**values), typed)
            return int(response.status_code)

    def offers(self, username: str, address: str, record: Record) -> bool:
        """Whether the page of a record's case leads to a form about it."""
        values = self.world.values_of(record)
        with self.undone():
            page = self.client(username).get("/cases/{case}/".format(**values))
            return f'"{address.format(**values)}"' in page.content.decode()

    def page(self, username: str, address: str) -> tuple[int, list[str], list[str]]:
        """The status with which a page or a command at the shell answers, what the menu leads to,
        and where it says one is."""
        with self.undone():
            if address.startswith(AT_SHELL):
                command = address.removeprefix(AT_SHELL).strip()
                values = self.world.values_of(None)
                return self._at_shell(username, command, values, ["receive_report"]).status, [], []
            page = Page.of(self._opened(self.client(username), address))
            menu = [one.attributes for one in page.all("a", class_="k-nav__link")]
            here = [one["href"] for one in menu if one.get("aria-current") == "page"]
            return page.status, [one["href"] for one in menu], here

    def _opened(self, client: Client, address: str) -> Any:  # noqa: ANN401 - Django's own
        """The answer to a page, or to what is sent to it: ``POST address key=value``."""
        if not address.startswith("POST "):
            return client.get(address)
        where, *typed = address.removeprefix("POST ").split()
        return client.post(where, dict(one.split("=") for one in typed))

    @contextmanager
    def undone(self) -> Iterator[None]:
        """A stretch of which nothing stays, at the moment of the world."""
        point = transaction.savepoint()
        try:
            with clock.clock_at(self.world.cast.time.moment):
                yield
        finally:
            transaction.savepoint_rollback(point)
            # What is rolled back stands open yet; thousands of them fill the server's memory.
            transaction.savepoint_commit(point)

    def _commanded(self, username: str, operation: str, data: dict[str, Any]) -> Any:  # noqa: ANN401 - Django's own
        body = json.dumps({"id": str(new_id()), "command": operation, "data": data})
        return self.client(username).post("/commands/", body, content_type="application/json")

    def _asked(self, username: str, door: Door, record: Record | None) -> Answer:
        values = self.world.values_of(record)
        if door.route == AT_SHELL:
            return self._at_shell(username, door.address, values, sorted(ABOUT_CASE))
        if door.route == COMMAND:
            response = self._commanded(username, door.address, data_of(door.address, values))
            return Answer(response.status_code, _whole(response))
        typed = {key: value.format(**values) for key, value in door.sent}
        address = door.address.format(**values)
        response = _request(self.client(username), door.method, address, typed)
        return Answer(response.status_code, _whole(response), tuple(typed.values()))

    def _at_shell(
        self, username: str, command: str, values: dict[str, str], operations: Iterable[str]
    ) -> Answer:
        """What a command at the shell prints; how it ends is 0 or the status it stopped with."""
        out = io.StringIO()
        words = {
            "figures": ["register", "--as", username, "--format", "json"],
            "plan": ["posts", "--as", username],
            "account": ["list"],
            "audit": ["verify"],
        }
        status = 0
        with TemporaryDirectory() as folder, redirect_stdout(out), redirect_stderr(out):
            lines = [
                {"id": str(new_id()), "command": name, "data": data_of(name, values)}
                for name in operations
            ]
            file = Path(folder) / "commands.jsonl"
            file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
            words["commands"] = [str(file), "--as", username]
            try:
                call_command(command, *words[command])
            except Stopped as stopped:
                # Any other fault is one of the command or of this door, and breaks the run.
                out.write(str(stopped))
                status = stopped.status
        return Answer(status, out.getvalue())


def _code(response: Any) -> str:  # noqa: ANN401 - Django's own
    told = json.loads(response.content)
    return str(told.get("code") or told["result"])


def _request(client: Client, method: str, address: str, typed: dict[str, str]) -> Any:  # noqa: ANN401 - Django's own
    if method == "GET":
        return client.get(address)
    if method == "POST":
        return client.post(address, typed)
    return client.generic(method, address)


def _whole(response: Any) -> str:  # noqa: ANN401 - Django's own
    """Headers and body as text; of a workbook the text of all its parts."""
    parts = [f"{key}: {value}" for key, value in response.headers.items()]
    parts += [morsel.OutputString() for morsel in response.cookies.values()]
    content = response.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts += [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
    else:
        parts.append(content.decode("utf-8", "replace"))
    return "\n".join(parts)
