"""Sensitive acts: one person asks, another one confirms, both are named; then it is done."""

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db import connection, transaction
from pydantic import Field

from kamkor.access import operations as access
from kamkor.access.vocabulary import COMMISSIONER, HEAD, OBLAST, SPECIALIST, WORKER
from kamkor.cases.models import Case, SecondWord, TwoPersons
from kamkor.cases.operations import steps
from kamkor.cases.operations.belonging import around, episodes_of
from kamkor.cases.operations.joining import (
    HeldApart,
    NumbersDiffer,
    OneRecordAlready,
    join_records,
    pair_of,
)
from kamkor.cases.operations.opening import AlreadyOpen
from kamkor.cases.queries.case import case_for, departments_answering
from kamkor.cases.queries.two_persons import (
    ERASE,
    EXPORT,
    MERGE,
    SECOND,
    UNSEAL,
    requests_visible_to,
)
from kamkor.cases.vocabulary import CHILD, OPEN_STATES
from kamkor.kernel import keys
from kamkor.kernel.commands import NotFound, NotPermitted, Order, operation
from kamkor.kernel.errors import Refusal
from kamkor.kernel.shapes import Ask, Coded, Shape, Text
from kamkor.kernel.words import noop

WAITS = timedelta(days=7)
"""How long a request waits for a second person."""

_ASKERS = (SPECIALIST, HEAD)
_EXPORTERS = (WORKER, SPECIALIST, HEAD, OBLAST, COMMISSIONER)


class NotSealed(Refusal):
    """Only what a team holds can be unsealed."""

    code = "not_sealed"
    message = noop("This case is not sealed.")


class StillOpen(Refusal):
    """Nobody's identity is erased while somebody works for the child."""

    code = "still_open"
    message = noop("A case of this child is still open. Nothing is erased until it has ended.")


class NotOfAChild(Refusal):
    """A family's entry bears the names of those who live there: each child is erased by itself."""

    code = "not_of_a_child"
    message = noop("Open the case of the child whose identity is to be erased.")


class AlreadyAsked(Refusal):
    """The same waits for a second person already."""

    code = "already_asked"
    message = noop("This was asked for already and waits for a second person.")


class OwnRequest(Refusal):
    """Two persons are two persons, whatever posts one of them holds."""

    code = "own_request"
    message = noop("You asked for this yourself. Another person must confirm it.")


class AskUnsealing(Shape):
    """Which case is to be unsealed, and why."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    reason: Annotated[Text, Ask(noop("Why must the team hold it alone no longer?"))]


class AskErasure(Shape):
    """Of whose case the identity is to be erased, on which ground."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    ground: Annotated[str, Coded("erasure_grounds"), Ask(noop("On which ground?"))]
    reason: Annotated[
        Text, Ask(noop("What does it rest on?"), noop("Number and day of the decision"))
    ]


class AskExport(Shape):
    """Which list, by its filters, is to be exported, and what for."""

    of_register: Annotated[Literal["child", "family"], Ask("", widget="hidden")]
    state: Annotated[str, Field(max_length=24), Ask("", widget="hidden")]
    ground: Annotated[str, Field(max_length=40), Ask("", widget="hidden")] = ""
    risk: Annotated[str, Field(max_length=10), Ask("", widget="hidden")] = ""
    reason: Annotated[Text, Ask(noop("What is the list for, and who gets it?"))]


class AnswerRequest(Shape):
    """Which request, and whether it is agreed to."""

    request: Annotated[UUID, Ask(noop("Request"), widget="hidden")]
    decision: Annotated[Literal["agree", "decline"], Ask(noop("Decision"), widget="hidden")]


class WithdrawRequest(Shape):
    """Which request of one's own is taken back."""

    request: Annotated[UUID, Ask(noop("Request"), widget="hidden")]


@operation(
    label=noop("Ask to unseal"),
    shape=AskUnsealing,
    roles=_ASKERS,
    refusals=(NotFound, NotPermitted, NotSealed, AlreadyAsked),
)
def ask_unsealing(order: Order[AskUnsealing]) -> None:
    """Ask a second person of the team that a case and its home are seen by the department again."""
    case = _case(order, order.data.case)
    if case.team is None:
        raise NotSealed
    ask_second(order, UNSEAL, case)


@operation(
    label=noop("Ask to erase the identity"),
    shape=AskErasure,
    roles=_ASKERS,
    refusals=(
        NotFound,
        NotPermitted,
        NotOfAChild,
        StillOpen,
        AlreadyAsked,
    ),
)
def ask_erasure(order: Order[AskErasure]) -> None:
    """Ask a second person that nobody can tell any more who this child was; the counts stay."""
    case = _case(order, order.data.case)
    if case.register != CHILD:
        raise NotOfAChild
    steps.require_identity(case)
    _require_ended(order, case)
    ask_second(order, ERASE, case, ground=order.data.ground)


@operation(label=noop("Ask to export a long list"), shape=AskExport, roles=_EXPORTERS)
def ask_export(order: Order[AskExport]) -> None:
    """Ask a second person that more than 200 identities leave the service in a file."""
    data = order.data
    wanted = {"register": data.of_register, "state": data.state}
    wanted |= {"ground": data.ground, "risk": data.risk}
    scope = steps.own_scope(order.viewer, "")
    asked = _asked(order, EXPORT, scope, order.id, wanted=wanted)
    order.journal(order.id, scope)
    order.add(asked)
    order.answer["request"] = str(asked.pk)


@operation(
    label=noop("Answer as second person"),
    shape=AnswerRequest,
    roles=sorted(SECOND),
    refusals=(
        NotFound,
        NotPermitted,
        OwnRequest,
        StillOpen,
        OneRecordAlready,
        NumbersDiffer,
        HeldApart,
        AlreadyOpen,
        steps.AlreadyErased,
        steps.StateForbids,
        steps.ChildAway,
    ),
)
def answer_request(order: Order[AnswerRequest]) -> None:
    """Agree to what another person asked for, and it is done at once; or decline it."""
    asked = _open_request(order, order.data.request)
    viewer = order.viewer
    if viewer.employee_id == asked.employee or viewer.account_id == asked.account:
        raise OwnRequest
    if viewer.role == COMMISSIONER and asked.act != EXPORT:
        raise NotPermitted
    agreed = order.data.decision == "agree"
    order.add(
        SecondWord(
            asked=asked,
            subject=asked.subject,
            agreed=agreed,
            employee=viewer.employee_id,
            account=viewer.account_id,
            **order.fact(asked),
        )
    )
    order.journal(asked.subject, asked)
    if not agreed or asked.act == EXPORT:
        return
    case = case_for(viewer, asked.subject)
    steps.require_own_side(order, case)
    if asked.act == UNSEAL:
        _unseal(order, case)
    elif asked.act == MERGE:
        pair = pair_of(order, UUID(asked.wanted["one"]), UUID(asked.wanted["other"]))
        join_records(order, pair, reason=asked.ground, asked=asked.pk)
    else:
        _require_ended(order, case)
        order.after(lambda: _erase(asked.pk))


@operation(
    label=noop("Take a request back"),
    shape=WithdrawRequest,
    roles=_EXPORTERS,
    refusals=(NotFound, NotPermitted),
)
def withdraw_request(order: Order[WithdrawRequest]) -> None:
    """Take back what one asked for, as long as nobody has answered."""
    asked = _open_request(order, order.data.request)
    if asked.account != order.viewer.account_id:
        raise NotPermitted
    order.journal(asked.subject, asked)
    TwoPersons.objects.filter(id=asked.pk, withdrawn_at=None).update(withdrawn_at=order.now)


def finish_erasures() -> None:
    """Take away, also again, every key that went with an erasure.

    The database comes first: where the power fails between the two, or an older copy of the keys
    is put back, this ends it. Raises ``KeysUnusable``.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT keys_gone()")
        keys.take_away(cursor.fetchone()[0])


def _case(order: Order[Any], case_id: UUID) -> Case:
    order.claim(case_id, check_version=False)
    case = case_for(order.viewer, case_id)
    steps.require_own_side(order, case)
    return case


def _require_ended(order: Order[Any], case: Case) -> None:
    if episodes_of(case).filter(state__in=list(OPEN_STATES)).exists():
        raise StillOpen
    # Also one that another department holds, and the asker does not see.
    if departments_answering(order.viewer, [child for child in (case.child_id,) if child]):
        raise StillOpen


def ask_second(order: Order[Any], act: str, case: Case, **told: Any) -> None:  # noqa: ANN401 - columns
    """Hand over a request about a case; raises ``AlreadyAsked`` if the same waits already."""
    waiting = requests_visible_to(order.viewer).filter(subject=case.pk, act=act)
    if waiting.exists():
        raise AlreadyAsked
    asked = _asked(order, act, case, case.pk, **told)
    order.journal(case.pk, case)
    order.add(asked)
    order.answer["request"] = str(asked.pk)


def _asked(order: Order[Any], act: str, scope: Any, subject: UUID, **told: Any) -> TwoPersons:  # noqa: ANN401 - a scoped row, and columns
    return TwoPersons(
        act=act,
        subject=subject,
        reason=order.data.reason,
        employee=order.viewer.employee_id,
        account=order.viewer.account_id,
        until=order.now + WAITS,
        **told,
        **order.fact(scope),
    )


def _open_request(order: Order[Any], request: UUID) -> TwoPersons:
    """A request that nobody has answered, claimed with what it is about; raises ``NotFound``."""
    found = requests_visible_to(order.viewer).filter(id=request).first()
    if found is None:
        raise NotFound("request")
    order.claim(found.subject, check_version=False)
    again = requests_visible_to(order.viewer).filter(id=request).first()
    if again is None:
        raise NotFound("request")
    return again


def _unseal(order: Order[Any], case: Case) -> None:
    """The home is the department's again; whom the team had shut out sees it no more than before."""
    team = case.team
    if team is None:
        return
    subjects = around(case)
    for employee in sorted(access.employees_shut_out(team)):
        order.add(*access.barring(subjects, employee, order.id))
    office = case.office_unit or case.office_district or 0
    order.after(lambda: steps.move_subjects(subjects, office, None))
    order.after(lambda: access.end_team(team))


def _erase(request: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT erase_identity(%s)", [request])
        if cursor.fetchone()[0] is None:
            raise StillOpen
    transaction.on_commit(finish_erasures)
