"""Carrying out commands: one implementation for forms, files and, later, phones.

An operation is a function of one order that checks the rules and hands over rows; this module
takes a batch, writes the rows together, keeps the journal, and answers each command.
"""

import getpass
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, OperationalError, models, transaction

from kamkor.kernel import clock, journal
from kamkor.kernel.digests import content_of, digest_of, is_digest_of
from kamkor.kernel.errors import Refusal
from kamkor.kernel.ids import is_ordered_id, new_id
from kamkor.kernel.models import JournalEntry, Scoped
from kamkor.kernel.only_read import OnlyRead, require_other_rows
from kamkor.kernel.shapes import Shape, read_shape
from kamkor.kernel.turns import TryAgain, in_turn, waited
from kamkor.kernel.words import noop
from kamkor.kernel.writing import write_together


class Actor(Protocol):
    """Who gives the command, under which post, from which office."""

    account_id: int
    post_id: int
    role: str
    unit: int | None
    district: int | None
    oblast: int | None
    emergency: tuple[UUID, ...]


class OperationUnknown(Refusal):
    """No operation of that name."""

    code = "operation_unknown"
    message = noop("There is no operation named “%(name)s”.")


class CommandIdInvalid(Refusal):
    """A command's id must be a UUIDv7 made where the command was made."""

    code = "command_id_invalid"
    message = noop("The command's id must be a UUID of version 7.")


class CommandIdReused(Refusal):
    """The same id was sent before with other content."""

    code = "command_id_reused"
    message = noop("This form was already saved with other content. Open it again.")


class StaleVersion(Refusal):
    """Somebody else changed the record after this form was opened."""

    code = "stale_version"
    message = noop("Somebody changed this record while you were writing.")


class NotPermitted(Refusal):
    """The acting post may not do this."""

    code = "not_permitted"
    message = noop("Your post may not do this.")


class NotFound(Refusal):
    """What the command is about does not exist, or is not the viewer's to see."""

    code = "not_found"
    message = noop("This was not found.")


class AlreadyRecorded(Refusal):
    """A constraint of the database says that this stands already."""

    code = "already_recorded"
    message = noop("This is already recorded, or clashes with what is recorded.")


S = TypeVar("S", bound=Shape)


@dataclass(frozen=True)
class Command:
    """One command as it came in: id, operation, data and the version it was based on."""

    id: UUID
    operation: str
    data: dict[str, Any]
    base_version: int | None = None


@dataclass(frozen=True)
class Answer:
    """What became of a command: ``applied``, ``duplicate`` or ``refused`` with the refusal."""

    id: UUID
    result: str
    answer: dict[str, Any] = field(default_factory=dict)
    refusal: Refusal | None = None


class Order(Generic[S]):
    """One command being carried out: its data, and the rows it hands over to be written."""

    def __init__(self, actor: Any, command: Command, data: S, batch: "Batch") -> None:  # noqa: ANN401 - each room knows its viewer
        self.viewer = actor
        self.id = command.id
        self.operation = command.operation
        self.data = data
        self.base_version = command.base_version
        self.now = clock.now()
        self.rows: list[models.Model] = []
        self.subjects: list[tuple[UUID, Scoped]] = []
        self.answer: dict[str, Any] = {}
        self.changes: list[tuple[models.Model, list[str]]] = []
        self.afterwards: list[Callable[[], None]] = []
        self._batch = batch

    def claim(self, subject: UUID, *, check_version: bool = True) -> None:
        """Take a subject's place in order before reading it; an earlier command is one too.

        Raises ``StaleVersion`` if it changed since the form was made and ``check_version``.
        """
        self._batch.settle_if_pending(subject)
        journal.take_place(subject)
        if (
            check_version
            and self.base_version is not None
            and journal.version_of(subject) != self.base_version
        ):
            raise StaleVersion

    def journal(self, subject: UUID, scope: Scoped) -> None:
        """Note that this command touches a subject; ``scope`` lends the entry its office.

        Raises ``OnlyRead`` for what the actor opened in an emergency.
        """
        if subject in self.viewer.emergency:
            raise OnlyRead
        if all(known != subject for known, _ in self.subjects):
            self.subjects.append((subject, scope))

    def add(self, *rows: models.Model) -> None:
        """Hand over rows to be written when all rules have been passed."""
        self.rows.extend(rows)

    def fact(
        self, scope: Scoped, happened_on: date | None = None, *, counted_as: Scoped | None = None
    ) -> dict[str, Any]:
        """The columns every fact of this command shares, in the office that holds ``scope``;
        it is counted where ``counted_as``, else ``scope``, was on the day."""
        day = happened_on or clock.local_day(self.now)
        department, district = (counted_as or scope).place_on(day)
        return {
            "happened_on": day,
            "department": department,
            "district": district,
            "recorded_at": self.now,
            "first_recorded_at": self.now,
            "command": self.id,
            "by_post": self.viewer.post_id,
            **scope_of(scope),
        }

    def change(self, row: models.Model, columns: list[str]) -> None:
        """Hand over a row of identity whose columns have new values; facts never change."""
        self.changes.append((row, columns))

    def after(self, act: Callable[[], None]) -> None:
        """Do this once the rows are written and settled: what moves them out of sight."""
        self.afterwards.append(act)


def scope_of(row: Any) -> dict[str, Any]:  # noqa: ANN401 - any scoped row
    """The scope columns of a row, to be repeated on what belongs to it."""
    return {
        "office_unit": row.office_unit,
        "office_district": row.office_district,
        "office_oblast": row.office_oblast,
        "team": row.team,
    }


@dataclass(frozen=True)
class Operation(Generic[S]):
    """One thing that may be done: its name, what it carries, who may, and the function."""

    name: str
    label: str
    shape: type[S]
    roles: frozenset[str]
    run: Callable[[Order[S]], None]
    refusals: tuple[type[Refusal], ...]
    settle: Callable[[Iterable[UUID]], None] | None
    in_emergency: bool = False

    registry: ClassVar[dict[str, "Operation[Any]"]] = {}


def operation(
    *,
    label: str,
    shape: type[S],
    roles: Iterable[str],
    refusals: Sequence[type[Refusal]] = (),
    settle: Callable[[Iterable[UUID]], None] | None = None,
    in_emergency: bool = False,
) -> Callable[[Callable[[Order[S]], None]], Callable[[Order[S]], None]]:
    """Register a function as an operation under its own name.

    ``in_emergency``: it may be about what the actor opened in an emergency.
    """

    def register(run: Callable[[Order[S]], None]) -> Callable[[Order[S]], None]:
        Operation.registry[run.__name__] = Operation(
            run.__name__, label, shape, frozenset(roles), run, tuple(refusals), settle, in_emergency
        )
        return run

    return register


def _content(command: Command) -> str:
    return content_of(command.operation, command.data)


class Batch:
    """Commands of one actor in one transaction; rows of several commands are written together."""

    def __init__(self, actor: Any) -> None:  # noqa: ANN401 - each room knows its viewer
        self.actor = actor
        self._pending: list[tuple[Operation[Any], Command, Order[Any]]] = []
        self._pending_subjects: set[UUID] = set()

    def settle_if_pending(self, subject: UUID) -> None:
        """Write what is pending if it touches this subject, or is it, so that rules read it."""
        if subject in self._pending_subjects:
            self.flush()

    def take(self, command: Command) -> Answer:
        """Check one command and keep its rows for writing, or answer why not."""
        try:
            earlier = self._earlier(command)
            if earlier is not None:
                return earlier
            found = Operation.registry.get(command.operation)
            if found is None:
                raise OperationUnknown(name=command.operation)
            if self.actor.role not in found.roles:
                raise NotPermitted
            data = read_shape(found.shape, command.data)
            order: Order[Any] = Order(self.actor, command, data, self)
            found.run(order)
            if not found.in_emergency:
                changed = (row for row, _columns in order.changes)
                require_other_rows((*order.rows, *changed), self.actor.emergency)
        except Refusal as refusal:
            return Answer(command.id, "refused", refusal=refusal)
        self.hold(found, command, order)
        return Answer(command.id, "applied", order.answer)

    def hold(self, found: Operation[Any], command: Command, order: Order[Any]) -> None:
        """Keep an order whose rules have been passed, to be written with the others."""
        self._pending.append((found, command, order))
        # Only now: what the command itself let be written has forgotten its id.
        self._pending_subjects |= {command.id, *(subject for subject, _ in order.subjects)}

    def _earlier(self, command: Command) -> Answer | None:
        if not is_ordered_id(command.id):
            raise CommandIdInvalid
        self.settle_if_pending(command.id)
        found = journal.earlier_answer(command.id)
        if found is None:
            return None
        account, digest, answer = found
        if account != self.actor.account_id or not is_digest_of(digest, _content(command)):
            raise CommandIdReused
        return Answer(command.id, "duplicate", answer)

    def flush(self) -> None:
        """Write the rows of all pending commands, their journal entries, and what follows."""
        pending, self._pending, self._pending_subjects = self._pending, [], set()
        if not pending:
            return
        rows = [row for _, _, order in pending for row in order.rows]
        write_together([*rows, *self._journal_entries(pending)])
        for _, _, order in pending:
            for row, columns in order.changes:
                row.save(update_fields=columns)
        touched: dict[Any, list[UUID]] = {}
        for found, _, order in pending:
            if found.settle is not None:
                touched.setdefault(found.settle, []).extend(one for one, _ in order.subjects)
        for settle, subjects in touched.items():
            settle(subjects)
        for _, _, order in pending:
            for act in order.afterwards:
                act()

    def _journal_entries(
        self, pending: list[tuple[Operation[Any], Command, Order[Any]]]
    ) -> list[JournalEntry]:
        new = {row.pk for _, _, order in pending for row in order.rows}
        touched = {one for _, _, order in pending for one, _ in order.subjects}
        versions = journal.versions_of(list(touched - new)) if touched - new else {}
        entries = []
        for found, command, order in pending:
            for row, (subject, scope) in enumerate(order.subjects):
                versions[subject] = versions.get(subject, 0) + 1
                entries.append(
                    JournalEntry(
                        command=command.id,
                        row=row,
                        operation=found.name,
                        subject=subject,
                        version=versions[subject],
                        fields=sorted(command.data),
                        digest=digest_of(_content(command)),
                        answer={} if row else order.answer,
                        account=self.actor.account_id,
                        post=self.actor.post_id,
                        system_user=system_user(),
                        recorded_at=order.now,
                        **scope_of(scope),
                    )
                )
        return entries


def system_user() -> str:
    """The operating-system user for what is done at the shell; empty for the desk."""
    return getpass.getuser() if settings.KAMKOR_AT_SHELL else ""


def carry_out(actor: Any, commands: Sequence[Command]) -> list[Answer]:  # noqa: ANN401 - see Order
    """Carry out a batch in one savepoint; each command is answered, none is lost.

    What the database refuses as a whole is tried command by command, so that only the one at fault
    is refused; if others hold its records, all of it is: ``try_again``.
    """
    try:
        return in_turn(lambda: _carried_out(actor, commands))
    except TryAgain as refusal:
        return [Answer(command.id, "refused", refusal=refusal) for command in commands]
    except IntegrityError:
        if len(commands) == 1:
            return [Answer(commands[0].id, "refused", refusal=AlreadyRecorded())]
    return [carry_out(actor, [command])[0] for command in commands]


def carry_out_last(actor: Any, command: Command) -> Answer:  # noqa: ANN401 - see Order
    """Carry out one command after which the transaction ends: it needs no savepoint, and if the
    database refuses it, nothing of the transaction stays."""
    try:
        return _carried_out(actor, [command])[0]
    except (IntegrityError, OperationalError) as fault:
        refusal = AlreadyRecorded() if isinstance(fault, IntegrityError) else waited(fault)
    transaction.set_rollback(True)
    return Answer(command.id, "refused", refusal=refusal)


def _carried_out(actor: Any, commands: Sequence[Command]) -> list[Answer]:  # noqa: ANN401 - see Order
    batch = Batch(actor)
    answers = [batch.take(command) for command in commands]
    batch.flush()
    return answers


def single(
    actor: Any,  # noqa: ANN401 - see Order
    operation_name: str,
    data: dict[str, Any],
    *,
    command_id: UUID | None = None,
    base_version: int | None = None,
) -> Answer:
    """A batch of one; raises the refusal, for callers inside the house."""
    command = Command(command_id or new_id(), operation_name, data, base_version)
    answer = carry_out(actor, [command])[0]
    if answer.refusal is not None:
        raise answer.refusal
    return answer


__all__ = [
    "Actor", "Answer", "Batch", "Command", "NotFound", "NotPermitted", "Operation", "Order",
    "carry_out", "carry_out_last", "operation", "scope_of", "single", "write_together",
]  # fmt: skip
