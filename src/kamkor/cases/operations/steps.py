"""What every step of the pathway shares: the refusals of the table, scope, moving and sealing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import OBLAST
from kamkor.cases.models import Case, Report, Task, TaskDone, is_open
from kamkor.cases.operations.settling import settle_cases
from kamkor.cases.queries import next_step
from kamkor.cases.queries.case import case_for, remember_places
from kamkor.cases.queries.task import NOTICE
from kamkor.cases.rules.age import ADULT_AGE, came_of_age
from kamkor.cases.vocabulary import OF_OTHER_SIDE, STATE_LABELS, STEP_OF
from kamkor.kernel import clock, rulesets
from kamkor.kernel.commands import NotPermitted, Order, operation
from kamkor.kernel.errors import Refusal
from kamkor.kernel.models import Scoped
from kamkor.kernel.only_read import OnlyRead
from kamkor.kernel.shapes import Shape, as_known
from kamkor.kernel.words import noop
from kamkor.workforce import queries as workforce
from kamkor.workforce.rules import Seat


class StateForbids(Refusal):
    """The table of the pathway has no such step from this state."""

    code = "state_forbids"
    message = noop("This cannot be done now: the state is “%(state)s”.")


class OfficeUnknown(Refusal):
    """The office does not exist or is not one that may be chosen here."""

    code = "office_unknown"
    message = noop("Choose one of the departments.")


class BeforeBirth(Refusal):
    """Something cannot have happened to a child before it was born."""

    code = "before_birth"
    message = noop("This is before the child's birth (%(born)s).")


class NoChild(Refusal):
    """Nobody is found or put on the register as a child from the eighteenth birthday on."""

    code = "no_child"
    message = noop(
        "A child is younger than %(age)s. Born so, this person was %(age)s by %(birthday)s."
    )


class AlreadyErased(Refusal):
    """Of a child whose identity was erased no name and no word is written again."""

    code = "already_erased"
    message = noop("The identity of this child was erased. Nothing more is written.")


class ChildAway(Refusal):
    """A child who was taken out of danger and is not back has its difficulty still."""

    code = "child_away"
    message = noop("The child is away from home. End the protective removal first.")


class BeforeBeginning(Refusal):
    """A step cannot be dated before the one it follows."""

    code = "before_beginning"
    message = noop("This is before %(begun)s, the day of the step it follows.")


class PostUnknown(Refusal):
    """The post is not held by anybody of the department on that day."""

    code = "post_unknown"
    message = noop("Choose somebody who is in post on that day.")


S = TypeVar("S", bound=Shape)
Afterwards = Callable[[], None]


def step(
    shape: type[S], *refusals: type[Refusal], settled: bool = False
) -> Callable[[Callable[[Order[S]], None]], Callable[[Order[S]], None]]:
    """Register an operation whose label and roles stand in the table of the pathway.

    ``settled``: what it writes stands as its facts say from the beginning.
    """

    def register(run: Callable[[Order[S]], None]) -> Callable[[Order[S]], None]:
        row = STEP_OF[run.__name__]
        return operation(
            label=row.label,
            shape=shape,
            roles=row.roles,
            refusals=refusals,
            settle=None if settled else settle_cases,
        )(run)

    return register


def claimed_case(order: Order[Any], case_id: UUID, *, check_version: bool = True) -> Case:
    """The case a step is about, claimed in order, in a state from which the step may be taken.

    Raises ``NotFound``, ``StaleVersion``, ``NotPermitted``, ``AlreadyErased``, ``StateForbids``.
    """
    order.claim(case_id, check_version=check_version)
    case = case_for(order.viewer, case_id)
    remember_places(order.viewer, [case])
    require_own_side(order, case)
    require_identity(case)
    require_state(order.operation, case.state)
    order.journal(case.pk, case)
    return case


def require_own_side(order: Order[Any], case: Case) -> None:
    """Whoever is only shown a case, because it is offered to them, may accept or return it.

    Raises ``NotPermitted``, and ``OnlyRead`` for what was opened in an emergency.
    """
    if case.pk in order.viewer.emergency:
        raise OnlyRead
    if not is_own_side(order, case):
        raise NotPermitted


def is_own_side(order: Order[Any], case: Case) -> bool:
    """Whether the viewer does more than look at a case that is offered to its department."""
    return next_step.is_own_side(order.viewer, case) or order.operation in OF_OTHER_SIDE


def require_own(viewer: Viewer, row: Report | Task) -> None:
    """Whoever is only shown a report or a due item does nothing about it.

    Raises ``NotPermitted``.
    """
    if not next_step.acts_on(viewer, row):
        raise NotPermitted


def require_state(operation_name: str, state: str) -> None:
    """Raise ``StateForbids`` unless the table has this step from this state."""
    if state not in STEP_OF[operation_name].from_states:
        raise StateForbids(state=STATE_LABELS[state])


@dataclass(frozen=True)
class Place:
    """The scope columns of new rows that do not hang on a row there already."""

    office_unit: int | None
    office_district: int | None
    office_oblast: int | None
    territory: str
    team: UUID | None = None

    def place_on(self, _day: date) -> tuple[int | None, str]:
        """The department and the district or city of the new row."""
        return self.office_district, self.territory


def own_scope(viewer: Viewer, territory: str) -> Any:  # noqa: ANN401 - stands for a scoped row
    """New rows of the viewer stand in its own office, and count in a district or city."""
    return Place(viewer.unit, viewer.district, viewer.oblast, territory)


def not_before(day: date, earlier: date | None, at: str = "happened_on") -> None:
    """Raise ``BeforeBeginning`` if a day is before the one it must follow."""
    if earlier is not None and day < earlier:
        raise BeforeBeginning(at, begun=f"{earlier:%d.%m.%Y}")


def not_before_birth(day: date, case: Case, at: str = "happened_on") -> None:
    """Raise ``BeforeBirth`` if a day is before the child's birth."""
    child = case.child
    if child is not None and child.born_on is not None and day < child.born_on:
        raise BeforeBirth(at, born=as_known(child.born_on, child.birth_precision))


def require_at_home(case: Case, at: str) -> None:
    """Raise ``ChildAway`` while a protective removal stands: no case ends before the child is back."""
    if case.away_from_home:
        raise ChildAway(at)


def require_identity(case: Case) -> None:
    """Raise ``AlreadyErased`` where nobody can tell any more who the child was."""
    if case.child is not None and not case.child.shown_name:
        raise AlreadyErased


def require_child(day: date, born: date | None, exactly: str, at: str = "happened_on") -> None:
    """Raise ``NoChild`` if on that day somebody was of age, whatever day the birth may mean."""
    birthday = came_of_age(born, exactly) if born is not None else None
    if birthday is not None and birthday <= day:
        raise NoChild(at, age=ADULT_AGE, birthday=f"{birthday:%d.%m.%Y}")


def due_in(code: str, start: datetime | None = None) -> datetime:
    """The moment a deadline of the rule set ends, from now or from ``start``."""
    begun = start or clock.now()
    rule = rulesets.rule("deadlines", code, clock.local_day(begun))
    return begun + timedelta(**{str(rule.get("unit")): int(rule.get("value") or 0)})


def open_task(
    order: Order[Any],
    subject: Case | Report,
    kind: str,
    due_at: datetime,
    *,
    for_role: str = "specialist",
    scope: Scoped | None = None,
) -> Task:
    """Hand over one due item about a case or a report."""
    task = Task(
        case=subject if isinstance(subject, Case) else None,
        report=subject if isinstance(subject, Report) else None,
        subject=subject.pk,
        kind=kind,
        due_at=due_at,
        for_role=for_role,
        **order.fact(scope or subject),
    )
    order.add(task)
    return task


def move_subjects(subjects: Iterable[UUID], office_id: int, team: UUID | None) -> None:
    """Give subjects and all rows that belong to them another office or team."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT move_subjects(%s::uuid[], %s, %s)", [list(subjects), office_id, team]
        )


def has_open_task(subject: UUID, kind: str) -> bool:
    """Whether a due item of this kind is open for a subject."""
    return _open_tasks(subject).filter(kind=kind).exists()


def _open_tasks(subject: UUID) -> QuerySet[Task]:
    return Task.objects.filter(is_open(), subject=subject).order_by("id")


def stop_tasks(order: Order[Any], subject: UUID, *kinds: str) -> None:
    """Hand over that open due items of a subject are settled by this command.

    Without ``kinds`` all of them stop.
    """
    tasks = _open_tasks(subject)
    stop(order, tasks.filter(kind__in=kinds) if kinds else tasks)


def stop_with_case(order: Order[Any], case: Case) -> None:
    """Hand over that nothing is due any more about a case that ends, but the notices: of what was
    done to a child others are told all the same."""
    stop(order, _open_tasks(case.pk).exclude(kind__startswith=NOTICE))


def stop(order: Order[Any], tasks: Iterable[Task]) -> None:
    """Hand over that these due items are settled by this command."""
    order.add(
        *(
            TaskDone(task=task, subject=task.subject, stopped=True, **order.fact(task))
            for task in tasks
        )
    )


def carry_tasks(order: Order[Any], old: Case, new: Case, *settled: str) -> None:
    """Hand over that what is open about an episode is due about the newer one, by the same time.

    What is of a kind ``settled`` by the newer one only stops.
    """
    for task in _open_tasks(old.pk).exclude(kind__in=settled):
        open_task(order, new, task.kind, task.due_at, for_role=task.for_role)
    stop_tasks(order, old.pk)


def seat_in_post(viewer: Viewer, post_id: int, day: date, at: str) -> Seat:
    """A seat of the viewer's department, of the oblast's person any of its oblast, that is held
    on a day; raises ``PostUnknown``."""
    seats = workforce.seats_of(viewer.district, day) if viewer.district else {}
    seat = seats.get(post_id)
    if viewer.role == OBLAST:
        seat = workforce.seat_of_post(post_id, day)
        if seat and workforce.scope_of_office(seat.office_id)[2] != viewer.oblast:
            seat = None
    if seat is None or seat.employee_id is None:
        raise PostUnknown(at)
    return seat
