"""Saying whether two records are one child; joining them is another act, by two persons."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from uuid import UUID

from kamkor.cases.models import Case
from kamkor.cases.operations.joining import OneRecordAlready
from kamkor.cases.operations.steps import AlreadyErased
from kamkor.cases.vocabulary import STEP_OF
from kamkor.kernel.commands import NotFound, NotPermitted, Order, operation
from kamkor.kernel.errors import RefusedFields
from kamkor.kernel.shapes import Ask, Coded, Line, Name, PartialDay, Shape, read_shape
from kamkor.kernel.words import noop
from kamkor.people.operations import Identity, Pin, doubts_of
from kamkor.people.operations.pairing import keep_answers
from kamkor.people.queries import people_visible_to
from kamkor.people.queries.records import telling_words
from kamkor.people.rules.records import Name as NameTold
from kamkor.people.rules.records import Record
from kamkor.territory.operations import PlaceCode


class AnswerSameChild(Shape):
    """Two records, and whether they are one child."""

    one: Annotated[UUID, Ask(noop("Record"), widget="hidden")]
    other: Annotated[UUID, Ask(noop("The other record"), widget="hidden")]
    answer: Annotated[str, Coded("same_child_answers"), Ask(noop("Is it one child?"))]


@operation(
    label=noop("Say whether two records are one child"),
    shape=AnswerSameChild,
    roles=sorted(STEP_OF["merge_people"].roles),
    refusals=(NotFound, NotPermitted, OneRecordAlready, AlreadyErased),
)
def answer_same_child(order: Order[AnswerSameChild]) -> None:
    """Keep for both records whether they are one child. It joins nothing: two persons do that.

    Two children are not shown as a pair again, unless what was compared changes.
    """
    data, viewer = order.data, order.viewer
    wanted = sorted({data.one, data.other})
    for subject in wanted:
        order.claim(subject, check_version=False)
    people = list(people_visible_to(viewer).filter(id__in=wanted))
    if len(people) < len(wanted):
        raise NotFound
    for person in people:
        own = (
            person.team in viewer.teams
            if person.team
            else person.office_district == viewer.district
        )
        if not own:
            raise NotPermitted
        if not person.shown_name:
            raise AlreadyErased
        order.journal(person.pk, person)
    if len(wanted) < 2 or None is not people[0].same_as == people[1].same_as:
        raise OneRecordAlready
    keep_answers(order, wanted[0], {wanted[1]: data.answer})


class AlikeAnswer(Shape):
    """Somebody known who may be the child, and whether it is."""

    child: Annotated[UUID, Ask(noop("Child known already"), widget="hidden")]
    answer: Annotated[str, Coded("same_child_answers"), Ask(noop("Is it one child?"))]


class WhoIsTyped(Shape):
    """What of a form about a child is compared with the children known."""

    given_name: Name
    surname: Name | None = None
    patronymic: Name | None = None
    born: PartialDay | None = None
    sex: str = "unknown"
    pin: Pin | None = None
    territory: PlaceCode | None = None
    place: Line | None = None


def record_typed(person: UUID, data: Mapping[str, Any]) -> Record | None:
    """A child as it stands in a form, to be compared; nothing where that cannot be read."""
    try:
        told = read_shape(
            WhoIsTyped, {key: data[key] for key in WhoIsTyped.model_fields if key in data}
        )
    except RefusedFields:
        return None
    who = identity_of(told)
    name = NameTold(who.surname, who.given_name, who.patronymic)
    return Record(
        person=person,
        names=(name,),
        born_on=who.born_on,
        precision=who.precision,
        sex=who.sex,
        pin="" if doubts_of(who) else who.pin,
        district=told.territory or "",
        place=telling_words(told.place or ""),
    )


def identity_of(data: Any) -> Identity:  # noqa: ANN401 - any shape that tells who a child is
    """Who a child is, as it was typed."""
    return Identity(
        given_name=data.given_name,
        surname=data.surname or "",
        patronymic=data.patronymic or "",
        born=data.born or "",
        sex=data.sex,
        pin=data.pin or "",
    )


def keep_said(order: Order[Any], case: Case, rows: Iterable[AlikeAnswer]) -> None:
    """What was said of those known who may be this child; raises ``NotFound`` if one is hidden."""
    said = {one.child: one.answer for one in rows if one.child != case.child_id}
    seen = people_visible_to(order.viewer).filter(id__in=said)
    if seen.count() < len(said):
        raise NotFound("alike")
    if said and case.child is not None:
        keep_answers(order, case.child.pk, said)
