"""Opening a child's case in an emergency: read for some hours, by one person, and others are told."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from django.db import connection
from pydantic import Field

from kamkor.access import operations as access
from kamkor.cases.models import EmergencyEnd, EmergencyOpening, EmergencySeen
from kamkor.cases.operations import steps
from kamkor.cases.queries.case import cases_visible_to
from kamkor.cases.queries.emergency import NEXT_AFTER, OPENERS, SECOND, concerning
from kamkor.cases.vocabulary import NUMBER_PREFIX
from kamkor.kernel import clock
from kamkor.kernel.commands import NotFound, Order, operation
from kamkor.kernel.errors import Refusal
from kamkor.kernel.ids import new_id, typed_number
from kamkor.kernel.jobs import defer
from kamkor.kernel.locked import locked_in
from kamkor.kernel.shapes import TEXT_LIMIT, Ask, Line, Shape, checked
from kamkor.kernel.words import noop

LONGEST_HOURS = 3
SHORTEST_REASON = 20
TRIES = 5
"""How many wrong numbers one person may name in ``TRIES_IN``."""
TRIES_IN = timedelta(hours=24)
TELL = "tell_of_emergency"
"""The job that tells those who are next in line."""


class ReasonTooShort(Refusal):
    """A reason says what happened; one word does not."""

    code = "reason_too_short"
    message = noop("Say what happened and what you need to know, in 20 characters or more.")


class NothingToOpen(Refusal):
    """No such case, or none that may be opened: sealed, barred, erased. All told alike."""

    code = "nothing_to_open"
    message = noop(
        "No case that can be opened in an emergency has this number. Five wrong numbers are"
        " allowed in 24 hours."
    )


class TooManyTries(Refusal):
    """Numbers are not for trying out."""

    code = "too_many_tries"
    message = noop(
        "You named five numbers in 24 hours that opened nothing. Call the department that answers"
        " for the child."
    )


class SeenAnyway(Refusal):
    """What one sees needs no emergency."""

    code = "seen_anyway"
    message = noop("You see this case as it is. Search for its number.")


class EmergencyOver(Refusal):
    """It ended before."""

    code = "emergency_over"
    message = noop("This has ended already.")


Reason = Annotated[
    str,
    Field(min_length=1, max_length=TEXT_LIMIT),
    checked(lambda told: len(told) >= SHORTEST_REASON, ReasonTooShort),
]


class OpenInEmergency(Shape):
    """Which case, by the number that a colleague, a school or the police read out; why; how long."""

    case_number: Annotated[
        Line,
        Ask(noop("Number of the case"), noop("As it was read out to you, such as K-7H2M-9QX")),
    ]
    reason: Annotated[
        Reason,
        Ask(
            noop("What happened, and what do you need to know?"),
            noop("The second person reads this."),
        ),
    ]
    hours: Annotated[
        int,
        Field(ge=1, le=LONGEST_HOURS),
        Ask(noop("For how many hours?"), noop("3 at most")),
    ] = LONGEST_HOURS


class AboutEmergency(Shape):
    """Which opening."""

    opening: Annotated[UUID, Ask(noop("Opening"), widget="hidden")]


@operation(
    label=noop("Open in an emergency"),
    shape=OpenInEmergency,
    roles=OPENERS,
    refusals=(ReasonTooShort, NothingToOpen, TooManyTries, SeenAnyway),
    in_emergency=True,
)
def open_in_emergency(order: Order[OpenInEmergency]) -> None:
    """Read one child's case for some hours; a second person is told at once."""
    data, viewer = order.data, order.viewer
    typed = typed_number(NUMBER_PREFIX, data.case_number)
    if typed is None:
        raise NothingToOpen("case_number")
    if cases_visible_to(viewer).filter(number=typed.number).exists():
        raise SeenAnyway("case_number")
    opening = EmergencyOpening(id=new_id(), reason=data.reason)
    found, tries = _opened(order, opening, typed.number)
    if found is None:
        raise TooManyTries("case_number") if tries > TRIES else NothingToOpen("case_number")
    order.journal(order.id, steps.own_scope(viewer, ""))
    order.answer["case"] = str(found)
    order.answer["opening"] = str(opening.pk)
    order.after(lambda: _tell(opening.pk))


def _opened(
    order: Order[OpenInEmergency], opening: EmergencyOpening, number: str
) -> tuple[UUID | None, int]:
    """The case that the database opened, if it did, and how many wrong numbers were named by now.

    Whoever asks does not see the case: conditions, opening and tries are the function's.
    """
    told: dict[str, Any] = {
        "number": number,
        "opening": opening.pk,
        "reason": locked_in(opening, {"reason": opening.reason})["reason"],
        "command": order.id,
        "now": order.now,
        "until": order.now + timedelta(hours=order.data.hours),
        "day": clock.local_day(order.now),
        "tries": TRIES,
        "since": order.now - TRIES_IN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, told)
        found, tries = cursor.fetchone()
    return found, tries


_OPEN = """
SELECT opened, tries FROM open_in_emergency(%(number)s::text, %(opening)s::uuid,
    %(reason)s::bytea, %(command)s::uuid, %(now)s::timestamptz, %(until)s::timestamptz,
    %(day)s::date, %(tries)s::int, %(since)s::timestamptz)
"""


def _tell(opening: UUID) -> None:
    """Each level is told by a job of its own time; one that comes after it was seen does nothing."""
    for waited in range(len(SECOND)):
        defer(
            TELL,
            f"{TELL}-{opening}",
            after=NEXT_AFTER * waited,
            opening=str(opening),
            step=waited,
        )


@operation(
    label=noop("I have seen this"),
    shape=AboutEmergency,
    roles=sorted(SECOND),
    refusals=(NotFound,),
)
def see_emergency(order: Order[AboutEmergency]) -> None:
    """Say as second person that one knows of an opening; the next in line is told no more."""
    opening = _concerning(order)
    _mark_seen(order, opening)
    order.journal(order.id, steps.own_scope(order.viewer, ""))


@operation(
    label=noop("End it now"),
    shape=AboutEmergency,
    roles=sorted({*OPENERS, *SECOND}),
    refusals=(NotFound, EmergencyOver),
    in_emergency=True,
)
def end_emergency(order: Order[AboutEmergency]) -> None:
    """End an opening at once: one's own, or as second person, who thereby has seen it."""
    opening = _concerning(order)
    if opening.until <= order.now or opening.ends.filter(withdrawn_at=None).exists():
        raise EmergencyOver
    if opening.employee != order.viewer.employee_id and not _is_seen(opening):
        _mark_seen(order, opening)
    order.add(EmergencyEnd(opening=opening, **_by(order, opening)))
    order.journal(order.id, steps.own_scope(order.viewer, ""))
    order.after(lambda: access.end_emergency(opening.command))


def _concerning(order: Order[AboutEmergency]) -> EmergencyOpening:
    order.claim(order.data.opening, check_version=False)
    found = concerning(order.viewer, order.data.opening)
    if found is None:
        raise NotFound("opening")
    return found


def _is_seen(opening: EmergencyOpening) -> bool:
    return opening.seen.filter(withdrawn_at=None).exists()


def _mark_seen(order: Order[AboutEmergency], opening: EmergencyOpening) -> None:
    order.add(EmergencySeen(opening=opening, **_by(order, opening)))


def _by(order: Order[AboutEmergency], opening: EmergencyOpening) -> dict[str, object]:
    who = {"employee": order.viewer.employee_id, "account": order.viewer.account_id}
    return {"subject": opening.subject, **who, **order.fact(opening)}
