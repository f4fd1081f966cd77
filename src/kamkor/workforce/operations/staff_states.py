"""What becomes of a post of the establishment: sought, filled, left, ended."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal
from uuid import UUID, uuid5

from pydantic import Field

from kamkor.kernel.commands import AlreadyRecorded, NotFound, Order, operation
from kamkor.kernel.errors import FieldRequired, Refusal
from kamkor.kernel.shapes import Ask, Name, PastDay, Shape
from kamkor.kernel.words import noop
from kamkor.workforce import queries
from kamkor.workforce.models import Employee, StaffPost, StaffState
from kamkor.workforce.operations.staff_rows import MINISTRY, claim, state_row
from kamkor.workforce.operations.staffing import Number, StageFull, check_room
from kamkor.workforce.queries import staffing
from kamkor.workforce.rules.staffing import FULL, StateSpan, most_at_once, state_set

_PERSONS = UUID("0195f1a0-0000-7000-8000-000000000003")
PersonNumber = Annotated[str, Field(min_length=1, max_length=20)]


class BeforePostOpened(Refusal):
    """Nothing is recorded of a post before it is open."""

    code = "before_post_opened"
    message = noop("The post is open since %(day)s.")


class StateDoesNotFollow(Refusal):
    """The state cannot stand there: nobody to go on leave, the post has ended, or the like."""

    code = "state_does_not_follow"
    message = noop("The post cannot be so from that day: look at what stands before and after it.")


class PersonOnlyIfHeld(Refusal):
    """A holder is named for an appointment, a substitute for leave, and nobody else."""

    code = "person_only_if_held"
    message = noop("Name a holder only for an appointment, a substitute only for leave.")


class PersonDiffers(Refusal):
    """The personnel number is another person's."""

    code = "person_differs"
    message = noop("This personnel number is that of somebody with another name.")


class PersonUnknown(Refusal):
    """Nobody has this personnel number."""

    code = "person_unknown"
    message = noop("Nobody with this personnel number is known.")


class InAnotherPost(Refusal):
    """One person holds one full post at most, or shares that make up one."""

    code = "in_another_post"
    message = noop("This person would hold more than one full post: %(posts)s.")


class SetPostState(Shape):
    """From a day on a post is vacant, announced, in selection, held, on leave, or has ended."""

    post: Annotated[Number, Ask(noop("Number of the post"))]
    state: Annotated[
        Literal["vacant", "announced", "in_selection", "appointed", "on_leave", "ended"],
        Ask(noop("What is it from then on?"), options="staff_states"),
    ]
    happened_on: Annotated[PastDay, Ask(noop("From which day?"))]
    person: Annotated[
        PersonNumber | None,
        Ask(noop("Personnel number"), noop("Of who is appointed"), group=noop("Who is appointed")),
    ] = None
    surname: Annotated[Name | None, Ask(noop("Surname"), group=noop("Who is appointed"))] = None
    given_name: Annotated[Name | None, Ask(noop("Given name"), group=noop("Who is appointed"))] = (
        None
    )
    substitute: Annotated[
        PersonNumber | None,
        Ask(noop("Substitute"), noop("On leave: the personnel number of who stands in")),
    ] = None

    def clashes(self) -> Iterator[Refusal]:
        """Persons where none, or another, is to be named."""
        appointed = self.state == "appointed"
        if appointed and self.person is None:
            yield FieldRequired("person")
        for name in ("person", "surname", "given_name"):
            if not appointed and getattr(self, name) is not None:
                yield PersonOnlyIfHeld(name)
        if self.substitute is not None and self.state != "on_leave":
            yield PersonOnlyIfHeld("substitute")


@operation(
    label=noop("Record what became of a post"),
    shape=SetPostState,
    roles=(MINISTRY, "head"),
    refusals=(
        NotFound,
        BeforePostOpened,
        StageFull,
        StateDoesNotFollow,
        PersonOnlyIfHeld,
        PersonDiffers,
        PersonUnknown,
        InAnotherPost,
        AlreadyRecorded,
    ),
)
def set_post_state(order: Order[SetPostState]) -> None:
    """Record what a post is from a day on; on the same day once more, it mends what stood there."""
    data = order.data
    # The place first: the post may have been opened by a command of this batch.
    department = claim(
        order, *(uuid5(_PERSONS, one) for one in (data.person, data.substitute) if one)
    )
    post = staffing.post_numbered(data.post)
    if post is None:
        raise NotFound("post")
    order.claim(post.pk, check_version=False)
    if department is not None and not _is_of(department, post, data.happened_on):
        raise NotFound("post")
    if data.happened_on < post.opened_on:
        raise BeforePostOpened("happened_on", day=f"{post.opened_on:%d.%m.%Y}")
    rows = {row.valid_from: row for row in staffing.states_of(post)}
    new, substitute = _new_state(data, list(rows.values()))
    taken, made = _fitted(rows, new, substitute)
    if taken.state == "ended" and post.stage is not None:
        _check_revived(post, new)
    holder = _holder(order, post, made[-1]) if data.state == "appointed" else new.holder
    old = rows[taken.begins]
    # Before what stays is written: of those that are live, no two share a day.
    StaffState.objects.filter(id=old.pk).update(withdrawn_at=order.now)
    for span in made[:-1]:
        order.add(state_row(order, post, span, old.substitute_id))
    last = StateSpan(new.state, new.begins, made[-1].ends, holder)
    order.add(state_row(order, post, last, substitute))


def _check_revived(post: StaffPost, new: StateSpan) -> None:
    """Raise ``StageFull`` if another post took the place of one whose end is now mended."""
    for stage in staffing.stages_of(post.programme, post.kind):
        if stage.stage == post.stage and new.state != "ended":
            check_room(stage, (new.begins, None, post.percent), "state")


def _is_of(department: int, post: StaffPost, day: date) -> bool:
    return post.territory_id in queries.territories_of(department, day)


def _new_state(data: SetPostState, rows: list[StaffState]) -> tuple[StateSpan, int | None]:
    """The state that is recorded, with its holder if known, and who stands in."""
    holder: int | None = None
    if data.state == "appointed":
        known = staffing.person_numbered(data.person or "")
        # Nobody has an employee's number 0: somebody not known before.
        holder = known.pk if known else 0
        _check_names(data, known)
    elif data.state == "on_leave":
        last = max(
            (row for row in rows if row.valid_from < data.happened_on), default=None, key=_day
        )
        holder = last.employee_id if last else None
    substitute = None
    if data.substitute is not None:
        found = staffing.person_numbered(data.substitute)
        if found is None or found.pk == holder:
            raise PersonUnknown("substitute")
        substitute = found.pk
    return StateSpan(data.state, data.happened_on, None, holder), substitute


def _day(row: StaffState) -> date:
    return row.valid_from


def _check_names(data: SetPostState, known: Employee | None) -> None:
    """Raise what is wrong with the name of who is appointed."""
    if known is None:
        if data.given_name is None:
            raise FieldRequired("given_name")
        return
    told = {"given_name": data.given_name, "surname": data.surname}
    if any(text is not None and text != getattr(known, name) for name, text in told.items()):
        raise PersonDiffers("person")


def _fitted(
    rows: dict[date, StaffState], new: StateSpan, substitute: int | None
) -> tuple[StateSpan, tuple[StateSpan, ...]]:
    """What is taken out and what comes in its place; raises why that cannot be."""
    there = rows.get(new.begins)
    if there is not None:
        stands = (there.state, there.employee_id, there.substitute_id)
        if stands == (new.state, new.holder, substitute):
            raise AlreadyRecorded("happened_on")
    found = state_set([staffing.span_of(row) for row in rows.values()], new)
    if found is None:
        raise StateDoesNotFollow("state")
    return found


def _holder(order: Order[SetPostState], post: StaffPost, span: StateSpan) -> int:
    """Who is appointed, written down if not known before; raises ``InAnotherPost``."""
    data = order.data
    if not span.holder:
        # Nobody without a seat is sorted by name: the key is made with the seat.
        made = Employee(
            number=data.person or "", given_name=data.given_name or "", surname=data.surname or ""
        )
        made.save()
        return made.pk
    others = staffing.held_beside(span.holder, post, span.begins, span.ends)
    spans = [(one.valid_from, one.valid_to, one.post.percent) for one in others]
    if most_at_once([*spans, (span.begins, span.ends, post.percent)]) > FULL:
        numbers = ", ".join(sorted({one.post.number for one in others}))
        raise InAnotherPost("person", posts=numbers)
    return span.holder
