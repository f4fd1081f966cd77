"""Asking, before a child is registered, whether another department knows it: yes or no, and whom
to call. The answer is made in the database; no row of the other side comes here."""

from typing import Annotated, Any
from uuid import UUID

from django.db import connection

from kamkor.cases.models import ElsewhereQuestion
from kamkor.cases.operations import steps
from kamkor.cases.operations.emergency import Reason, ReasonTooShort
from kamkor.cases.operations.same_child import identity_of
from kamkor.cases.queries.elsewhere import MOST
from kamkor.cases.vocabulary import STEP_OF
from kamkor.kernel import clock
from kamkor.kernel.commands import Order, operation
from kamkor.kernel.errors import Refusal
from kamkor.kernel.ids import new_id
from kamkor.kernel.locked import locked_in
from kamkor.kernel.shapes import Ask, Coded, Name, PartialDay, Shape
from kamkor.kernel.words import noop
from kamkor.people.operations import Pin, PinUnreadable, doubts_of
from kamkor.people.rules.records import Name as NameTold
from kamkor.people.rules.records import Record, keys_of, names_of

_TYPED = UUID(int=0)
DUE = "registration_days"
"""The deadline of the other side's due item: by then the one that asks decides on registration."""


class TooManyQuestions(Refusal):
    """Children are not for trying out."""

    code = "too_many_questions"
    message = noop(
        "You have asked 10 times today; that is the most. Ask again tomorrow, or call the"
        " department where you think the child is known."
    )


class AskElsewhere(Shape):
    """The child as it stands in the form, and why one asks."""

    given_name: Annotated[Name, Ask(noop("Given name"), widget="hidden")]
    surname: Annotated[Name, Ask(noop("Surname"), widget="hidden")]
    patronymic: Annotated[Name, Ask(noop("Patronymic"), widget="hidden")] | None = None
    born: Annotated[PartialDay, Ask(noop("Born"), widget="hidden")]
    sex: Annotated[str, Coded("sexes"), Ask(noop("Sex"), widget="hidden")] = "unknown"
    pin: Annotated[Pin, Ask(noop("Personal number"), widget="hidden")] | None = None
    reason: Annotated[
        Reason,
        Ask(noop("Why do you ask?"), noop("20 characters or more. The other department reads it.")),
    ]


@operation(
    label=noop("Ask whether another department knows this child"),
    shape=AskElsewhere,
    roles=STEP_OF["identify_child"].roles,
    refusals=(ReasonTooShort, TooManyQuestions, PinUnreadable),
)
def ask_elsewhere(order: Order[AskElsewhere]) -> None:
    """Ask whether another department knows a child who may be this one, ten times a day at most.

    Answered is yes, with the department to call, or no. The department that knows is told.
    """
    question = ElsewhereQuestion(id=new_id(), reason=order.data.reason)
    department, asked = _asked(order, question)
    if asked > MOST:
        raise TooManyQuestions("reason")
    order.journal(order.id, steps.own_scope(order.viewer, ""))
    order.answer["known"] = "no" if department is None else "yes"
    if department is not None:
        order.answer["department"] = department


def _record(data: AskElsewhere) -> Record:
    """The child that is asked about. A place says nothing across departments."""
    who = identity_of(data)
    return Record(
        person=_TYPED,
        names=(NameTold(who.surname, who.given_name, who.patronymic),),
        born_on=who.born_on,
        precision=who.precision,
        sex=who.sex,
        pin="" if doubts_of(who) else who.pin,
    )


def _asked(order: Order[AskElsewhere], question: ElsewhereQuestion) -> tuple[int | None, int]:
    """The department that knows a child who may be this one, and how many questions were asked
    today with this one. Rules, count and what is told to the other side are the function's."""
    record = _record(order.data)
    ((stems, sounds),) = names_of(record)
    told: dict[str, Any] = {
        "question": question.pk,
        "reason": locked_in(question, {"reason": question.reason})["reason"],
        "command": order.id,
        "now": order.now,
        "day": clock.local_day(order.now),
        "due": steps.due_in(DUE),
        "stems": stems,
        "sounds": sounds,
        "keys": sorted(keys_of(record)),
        "birth": record.birth,
        "exact": record.precision == "day",
        "sex": record.sex if record.sex in {"male", "female"} else "",
        "pin": record.pin,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ASK, told)
        department, asked = cursor.fetchone()
    return department, asked


_ASK = """
SELECT department, asked FROM ask_elsewhere(%(question)s::uuid, %(reason)s::bytea,
    %(command)s::uuid, %(now)s::timestamptz, %(day)s::date, %(due)s::timestamptz,
    %(stems)s::text[], %(sounds)s::text[], %(keys)s::bigint[], %(birth)s::date,
    %(exact)s::boolean, %(sex)s::text, %(pin)s::text)
"""
