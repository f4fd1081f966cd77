"""The fixed cast: who acts in the tests, each through the one door with a viewer read anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Exists, OuterRef

import kamkor.cases.operations
import kamkor.workforce.operations
from kamkor.access.models import Account, TeamExclusion, TeamMember
from kamkor.access.queries import account_named, scope_of_viewer, viewer_for
from kamkor.access.rules import Viewer
from kamkor.cases.models import Case, Report, Task, TaskDone
from kamkor.demo.offices import CAST, OWNER, build_accounts, build_offices
from kamkor.kernel import clock
from kamkor.kernel.commands import Answer, Command, carry_out
from kamkor.kernel.database import entered
from kamkor.kernel.ids import new_id
from kamkor.kernel.models import JournalEntry
from kamkor.people.models import Person
from kamkor.workforce.models import Office, Post, PostHolding

OPERATIONS = (kamkor.cases.operations, kamkor.workforce.operations)
"""Imported here so that every operation is known, whatever a test uses."""

FIRST_MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=clock.ZONE)
"""A Monday morning; each act of the cast takes a minute."""

# Colleagues whom the demo gives no account: user name, kind of post, which of its kind.
COLLEAGUES = (
    ("nurlan", "worker", 1),
    ("begimai", "worker", 2),
    ("ulan", "worker", 4),
    ("head2", "head", 1),
    ("specialist3", "specialist", 2),
)
USERNAMES = (*(name for name, _, _ in (*CAST, *COLLEAGUES)), "admin")


def build_cast() -> None:
    """Offices, posts and accounts, committed by the owner; the same in every run."""
    build_offices()
    build_accounts()
    for username, kind, number in COLLEAGUES:
        post = Post.objects.using(OWNER).filter(kind=kind).order_by("id")[number]
        holding = PostHolding.objects.using(OWNER).select_related("employee").get(post=post)
        account = Account(username=username, employee=holding.employee)
        account.set_unusable_password()
        account.save(using=OWNER)


@contextmanager
def rolled_back() -> Iterator[None]:
    """A stretch of a test of which nothing stays; for examples that are drawn again and again."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Time:
    """The moment the cast stands at; it only moves forward."""

    def __init__(self) -> None:
        self.moment = FIRST_MOMENT

    @property
    def today(self) -> date:
        """The day it is."""
        return clock.local_day(self.moment)

    def passes(self, *, days: int = 0, hours: int = 0, minutes: int = 0) -> None:
        """Let some time go by."""
        self.moment += timedelta(days=days, hours=hours, minutes=minutes)


class Player:
    """One account of the cast."""

    def __init__(self, username: str, time: Time) -> None:
        self.username = username
        self.time = time

    @property
    def viewer(self) -> Viewer:
        """Who this account is now; a colleague whose post ended is nobody and fails here."""
        found = self.viewer_or_nobody
        assert found is not None, self.username
        return found

    @property
    def viewer_or_nobody(self) -> Viewer | None:
        """Who this account is now, if its person holds a post."""
        account = account_named(self.username)
        assert account is not None, self.username
        with clock.clock_at(self.time.moment):
            return viewer_for(account)

    @property
    def post(self) -> int:
        """The post this account acts under."""
        return self.viewer.post_id

    @property
    def department(self) -> int:
        """The office of the district the post belongs to."""
        found = self.viewer.district
        assert found is not None
        return found

    @contextmanager
    def inside(self) -> Iterator[Viewer]:
        """Within the door, as a request of this account would be, at the cast's moment."""
        viewer = self.viewer
        with clock.clock_at(self.time.moment), entered(scope_of_viewer(viewer)):
            yield viewer

    def answers(self, *commands: Command) -> list[Answer]:
        """What the door answers to a batch of commands; takes a minute."""
        self.time.passes(minutes=1)
        with self.inside() as viewer:
            return carry_out(viewer, commands)

    def answer(
        self,
        operation: str,
        /,
        *,
        command_id: UUID | None = None,
        base_version: int | None = None,
        **data: Any,  # noqa: ANN401 - a command's data
    ) -> Answer:
        """What the door answers to one command."""
        with clock.clock_at(self.time.moment):
            made = command_id or new_id()
        return self.answers(Command(made, operation, data, base_version))[0]

    def do(self, operation: str, /, **data: Any) -> dict[str, Any]:  # noqa: ANN401 - a command's data
        """Carry out one command; raises the refusal with what was refused."""
        found = self.answer(operation, **data)
        if found.refusal is not None:
            found.refusal.add_note(f"{self.username} {operation}: {found.refusal.faults}")
            raise found.refusal
        return found.answer

    def refused(self, operation: str, /, **data: Any) -> str:  # noqa: ANN401 - a command's data
        """The code with which one command is refused; empty if it was carried out."""
        found = self.answer(operation, **data)
        return found.refusal.first.code if found.refusal is not None else ""

    def faults(self, operation: str, /, **data: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - as above
        """Each thing that was wrong with one command: the field and the code."""
        found = self.answer(operation, **data)
        return [(one.field, one.code) for one in found.refusal.faults] if found.refusal else []

    def sees(self, model: type[models.Model], **lookups: Any) -> int:  # noqa: ANN401 - lookups
        """How many rows of a table the database itself shows to this account."""
        with self.inside():
            return model._default_manager.filter(**lookups).count()

    def case(self, case_id: str | UUID) -> Case:
        """A case as it stands, with child and household."""
        with self.inside():
            return Case.objects.select_related("child", "household").get(id=case_id)

    def state(self, case_id: str | UUID) -> str:
        """Where a case stands."""
        return self.case(case_id).state

    def child(self, case_id: str | UUID) -> Person:
        """The child of a case."""
        child = self.case(case_id).child
        assert child is not None
        return child

    def home(self, case_id: str | UUID) -> str:
        """The household of a case, by its id."""
        return str(self.case(case_id).household_id)

    def team(self, row: Case | Report) -> tuple[set[int], set[int]]:
        """The posts named in the team of a sealed case or report, and those whose holders today
        are shut out of it."""
        team = row.team or UUID(int=0)
        named = TeamMember.objects.filter(team_id=team, excluded=False)
        shut_out = TeamExclusion.objects.filter(team_id=team).values("employee_id")
        held = PostHolding.objects.filter(employee__in=shut_out, valid_to=None)
        return (
            set(named.values_list("post_id", flat=True)),
            set(held.values_list("post_id", flat=True)),
        )

    def report(self, report_id: str | UUID) -> Report:
        """A report as it stands."""
        with self.inside():
            return Report.objects.get(id=report_id)

    def tasks(self, subject: str | UUID) -> list[tuple[str, str]]:
        """The open due items of a case or a report: kind and who does them, sorted."""
        with self.inside():
            return sorted(
                (task.kind, task.for_role) for task in _open_tasks().filter(subject=subject)
            )

    def task(self, subject: str | UUID, kind: str) -> Task:
        """The one open due item of a kind."""
        with self.inside():
            return _open_tasks().get(subject=subject, kind=kind)

    def journal(self, subject: str | UUID) -> list[tuple[int, str, int]]:
        """What happened to a subject, in order: version, operation and post."""
        with self.inside():
            entries = JournalEntry.objects.filter(subject=subject).order_by("version")
            return [(entry.version, entry.operation, entry.post) for entry in entries]


def _open_tasks() -> models.QuerySet[Task]:
    done = TaskDone.objects.filter(task=OuterRef("pk"), withdrawn_at=None)
    return Task.objects.filter(~Exists(done), withdrawn_at=None)


class Cast:
    """Everybody, and the time they share."""

    def __init__(self) -> None:
        self.time = Time()
        self.everybody = {name: Player(name, self.time) for name in USERNAMES}
        self.aigul = self.everybody["aigul"]
        self.nurlan = self.everybody["nurlan"]
        self.begimai = self.everybody["begimai"]
        self.bakyt = self.everybody["bakyt"]
        self.head = self.everybody["head"]
        self.cholpon = self.everybody["cholpon"]
        self.ulan = self.everybody["ulan"]
        self.specialist2 = self.everybody["specialist2"]
        self.head2 = self.everybody["head2"]
        self.specialist3 = self.everybody["specialist3"]
        self.oblast = self.everybody["oblast"]
        self.daniyar = self.everybody["daniyar"]
        self.elmira = self.everybody["elmira"]
        self.admin = self.everybody["admin"]

    @property
    def today(self) -> str:
        """The day it is, as it is typed into a command."""
        return self.time.today.isoformat()

    def days_ago(self, days: int) -> str:
        """A day before today, as it is typed into a command."""
        return (self.time.today - timedelta(days=days)).isoformat()

    def in_days(self, days: int) -> str:
        """A day to come, as it is typed into a command."""
        return (self.time.today + timedelta(days=days)).isoformat()


def department_of(place: str) -> int:
    """The department that covers a district or city, by its code."""
    office = Office.objects.filter(covers__territory_id=place).order_by("id").first()
    assert office is not None
    return office.pk
