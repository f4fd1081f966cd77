"""The kinds of facts: which of their fields may be corrected, and which may be taken back."""

from dataclasses import dataclass
from typing import Annotated, Any

from django.db.models import QuerySet
from pydantic.fields import FieldInfo

from kamkor.access.vocabulary import HEAD, SPECIALIST, WORKER
from kamkor.cases.models import (
    AccompanimentEnd,
    Assignment,
    Identification,
    Interest,
    Need,
    Registration,
    RegistrationGround,
    Removal,
    RemovalEnd,
    ReportChild,
    ReportTold,
    Round,
    SafeContact,
    Screening,
    SecondLook,
    SentInError,
    SiblingLook,
    StateProtection,
    TakingOffDecision,
    TakingOffProposal,
    Task,
    TaskDone,
    TransferAnswer,
    TransferOffer,
    Visit,
    VisitChild,
)
from kamkor.cases.operations.assignment import AssignWorker
from kamkor.cases.operations.house_round import RecordRound
from kamkor.cases.operations.identification import Adult, IdentifyChild, Sibling
from kamkor.cases.operations.interest import DeclareInterest
from kamkor.cases.operations.protection import TO_BE_TOLD, EndRemoval, ProtectNow
from kamkor.cases.operations.registration import (
    SAFE_CONTACT,
    ChangeStateProtection,
    CloseReportedCase,
    RegisterChild,
)
from kamkor.cases.operations.report import MarkSentInError, ReceiveReport, ReportedChild
from kamkor.cases.operations.screening import ReviewDeclinedReport, ScreenReport
from kamkor.cases.operations.taking_off import (
    DecideTakingOff,
    EndAccompaniment,
    ProposeTakingOff,
    ReturnToRegister,
)
from kamkor.cases.operations.task import CompleteTask
from kamkor.cases.operations.transfer import OfferTransfer, ReturnTransfer
from kamkor.cases.operations.visit import ChildSeen, RecordVisit
from kamkor.cases.rules.visit import MIGRANT_FIELDS, QUESTIONS
from kamkor.cases.vocabulary import STEP_OF
from kamkor.kernel import rulesets
from kamkor.kernel.commands import Order
from kamkor.kernel.ids import new_id
from kamkor.kernel.shapes import Ask, Coded, Day, Line, PastDay, Shape, meta_of
from kamkor.kernel.words import noop
from kamkor.people.operations import FACTS as FACTS_OF_PEOPLE


class FactFound(Shape):
    """What is asked of a fact that is written along with another, and so has no form alone."""

    happened_on: Annotated[PastDay, Ask(noop("Day it happened"))]
    ground: Annotated[str, Coded("grounds"), Ask(noop("Ground"))]
    what: Annotated[Line, Ask(noop("What is missing?"))]
    born_on: Annotated[PastDay, Ask(noop("Born"))] | None = None
    precision: Annotated[
        str, Coded("birth_precisions"), Ask(noop("How exact is the date of birth?"))
    ]
    sex: Annotated[str, Coded("sexes"), Ask(noop("Sex"))]
    contact: Annotated[Line, SAFE_CONTACT]
    until: Annotated[Day, Ask(noop("Last day"))] | None = None
    redirect_reason: Annotated[str, Coded("redirect_reasons"), Ask(noop("Reason"))]
    decline_reason: Annotated[str, Coded("decline_reasons"), Ask(noop("Reason"))]


Fields = dict[str, FieldInfo]
FIELD_ROLES = frozenset({WORKER, SPECIALIST, HEAD})


def _asked_in(shape: type[Shape], *names: str) -> Fields:
    """These fields as the form of a shape asks for them."""
    return {name: shape.model_fields[name] for name in names}


@dataclass(frozen=True)
class FactKind:
    """One kind: its table, and the fields that may be corrected, as they were asked for first.

    ``step`` is the step that records it, ``by`` what it hangs on: the ``case``, its ``child`` or
    ``household``, the ``report``, or a ``round`` that stands alone.
    """

    model: Any
    fields: Fields
    step: str
    by: str = "case"

    @property
    def about(self) -> frozenset[str]:
        """What a correction names: the case, the report, or nothing but the round itself."""
        if self.by == "subject":
            return frozenset({"case", "report"})
        return frozenset({self.by if self.by in {"report", "round"} else "case"})

    @property
    def roles(self) -> frozenset[str]:
        """Who may correct it: who works with children and may take the step that records it."""
        return STEP_OF[self.step].roles & FIELD_ROLES if self.step in STEP_OF else FIELD_ROLES

    def belonging_to(self, subject: Any) -> QuerySet[Any]:  # noqa: ANN401 - a case, report or round
        """The facts of this kind about a case, a report or a round, corrected ones too."""
        facts: QuerySet[Any] = self.model.objects.all()
        if self.by == "report":
            return facts.filter(report_id=subject.pk)
        if self.by == "round":
            return facts.filter(id=subject.pk)
        if self.by == "child":
            return facts.filter(person_id=subject.child_id)
        if self.by == "household":
            return facts.filter(household_id=subject.household_id)
        if self.by == "subject":
            return facts.filter(subject=subject.pk, stopped=False)
        return facts.filter(case_id=subject.pk)

    def newest(self, fact: Any) -> Any:  # noqa: ANN401 - any fact
        """The fact that stands in the place of this one, through any number of corrections."""
        while (newer := self.model.objects.filter(corrects=fact.pk).first()) is not None:
            fact = newer
        return fact

    def asked_of(self, fact: Any) -> Fields:  # noqa: ANN401 - any fact
        """The fields that may be corrected of one fact: of a decision only what it was asked."""
        fields = dict(self.fields)
        if isinstance(fact, Registration) and fact.registered:
            fields.pop("reason")
            if fact.reason:
                fields |= _asked_in(ReturnToRegister, "reason")
        if isinstance(fact, TransferAnswer) and fact.accepted:
            fields.pop("reason")
        if isinstance(fact, TakingOffDecision) and not fact.agreed:
            fields.pop("reason")
        if isinstance(fact, Screening):
            fields.pop("reason", None)
            if fact.decision != "accept":
                fields |= _asked_in(FactFound, f"{fact.decision}_reason")
                fields["reason"] = fields.pop(f"{fact.decision}_reason")
        return fields

    def column(self, name: str) -> str:
        """The attribute of a fact that holds a field."""
        found: str = self.model._meta.get_field(name).attname  # noqa: SLF001 - Django's public way to its fields
        return found

    def rule_set(self, name: str) -> str:
        """The rule set whose codes a field holds; empty if it holds none."""
        notes = meta_of(self.fields[name])
        return next((note.rule_set for note in notes if isinstance(note, Coded)), "")


def is_of_migrants(visit: Visit | VisitChild) -> bool:
    """Whether a visit is the check of a child of migrant parents."""
    return bool(rulesets.rule("visit_kinds", visit.kind, visit.happened_on).get("migrant"))


CORRECTABLE: dict[str, FactKind] = {
    "report": FactKind(
        ReportTold,
        _asked_in(ReceiveReport, "happened_on", "worry", "danger_now", "territory", "place")
        | _asked_in(ReceiveReport, "seen_or_said", "source", "learned_on", "safe_contact"),
        "receive_report",
        by="report",
    ),
    "report_child": FactKind(
        ReportChild, _asked_in(ReportedChild, "description", "age"), "receive_report", by="report"
    ),
    "screening": FactKind(
        Screening, _asked_in(ScreenReport, "reason", "note"), "screen_report", by="report"
    ),
    "second_look": FactKind(
        SecondLook, _asked_in(ReviewDeclinedReport, "note"), "review_declined_report", by="report"
    ),
    "error_mark": FactKind(
        SentInError, _asked_in(MarkSentInError, "note"), "mark_sent_in_error", by="report"
    ),
    "round": FactKind(
        Round,
        _asked_in(RecordRound, "happened_on", "territory", "area", "visited")
        | _asked_in(RecordRound, "nobody_home", "refused", "no_concern"),
        "record_round",
        by="round",
    ),
    "identification": FactKind(
        Identification,
        _asked_in(IdentifyChild, "happened_on", "difficulty", "risk_level", "source"),
        "identify_child",
    ),
    "registration": FactKind(
        Registration,
        _asked_in(CloseReportedCase, "happened_on", "reason") | _asked_in(RegisterChild, "note"),
        "register_child",
    ),
    "ground": FactKind(
        RegistrationGround, _asked_in(FactFound, "happened_on", "ground"), "register_child"
    ),
    "state_protection": FactKind(
        StateProtection,
        _asked_in(ChangeStateProtection, "happened_on", "note"),
        "change_state_protection",
    ),
    "assignment": FactKind(
        Assignment, _asked_in(AssignWorker, "happened_on", "post"), "assign_worker"
    ),
    "visit": FactKind(
        Visit,
        _asked_in(RecordVisit, "happened_on", "kind", "changed", "words_of_carer", "next_on")
        | _asked_in(RecordVisit, "minutes"),
        "record_visit",
        by="household",
    ),
    "visit_child": FactKind(
        VisitChild,
        _asked_in(RecordVisit, "happened_on")
        | _asked_in(ChildSeen, "seen", "not_seen_reason", *QUESTIONS, "words_of_child")
        | _asked_in(RecordVisit, "next_on")
        | _asked_in(ChildSeen, *MIGRANT_FIELDS),
        "record_visit",
    ),
    "need": FactKind(Need, _asked_in(FactFound, "happened_on", "what"), "record_visit"),
    "removal": FactKind(
        Removal,
        _asked_in(ProtectNow, "happened_on", "danger", "ground", "decider", "decider_name")
        | _asked_in(ProtectNow, "sleeps_at", "sleeps_where", "siblings", "next_step")
        | _asked_in(ProtectNow, *(f"{who}_told_at" for who in TO_BE_TOLD)),
        "protect_now",
    ),
    "safe_contact": FactKind(SafeContact, _asked_in(FactFound, "contact"), "protect_now"),
    "removal_end": FactKind(
        RemovalEnd, _asked_in(EndRemoval, "happened_on", "note"), "end_removal"
    ),
    "proposal": FactKind(
        TakingOffProposal,
        _asked_in(ProposeTakingOff, "happened_on", "reason", "note")
        | _asked_in(ProposeTakingOff, "other_side", "other_side_accepted_on"),
        "propose_taking_off",
    ),
    "decision": FactKind(
        TakingOffDecision,
        _asked_in(DecideTakingOff, "happened_on", "note") | _asked_in(ProposeTakingOff, "reason"),
        "decide_taking_off",
    ),
    "accompaniment_end": FactKind(
        AccompanimentEnd,
        _asked_in(EndAccompaniment, "happened_on", "note"),
        "end_accompaniment",
    ),
    "offer": FactKind(TransferOffer, _asked_in(OfferTransfer, "reason", "note"), "offer_transfer"),
    "answer": FactKind(
        TransferAnswer, _asked_in(ReturnTransfer, "reason", "note"), "accept_transfer"
    ),
    "interest": FactKind(Interest, _asked_in(DeclareInterest, "kind"), "declare_interest"),
    "task_done": FactKind(
        TaskDone, _asked_in(CompleteTask, "happened_on", "proof"), "complete_task", by="subject"
    ),
    "birth": FactKind(
        FACTS_OF_PEOPLE["birth"],
        _asked_in(FactFound, "born_on", "precision", "sex"),
        "identify_child",
        by="child",
    ),
    "member": FactKind(
        FACTS_OF_PEOPLE["member"],
        _asked_in(FactFound, "happened_on", "until") | _asked_in(Adult, "relation"),
        "identify_child",
        by="household",
    ),
    "sibling_look": FactKind(
        SiblingLook,
        _asked_in(FactFound, "happened_on") | _asked_in(Sibling, "looked_at"),
        "identify_child",
        by="household",
    ),
}

WITHDRAWABLE: tuple[Any, ...] = (
    Identification,
    Registration,
    RegistrationGround,
    StateProtection,
    SiblingLook,
    Visit,
    VisitChild,
    Need,
    Assignment,
    TakingOffProposal,
    TakingOffDecision,
    AccompanimentEnd,
    TransferOffer,
    TransferAnswer,
    RemovalEnd,
    Task,
    TaskDone,
    Round,
    *FACTS_OF_PEOPLE.values(),
)


def copied(order: Order[Any], old: Any, reason: str = "") -> Any:  # noqa: ANN401 - any fact
    """A new fact like the old one, which it corrects; it keeps its place in the order.

    The reason is the one given, else the command's own.
    """
    values = {field.attname: getattr(old, field.attname) for field in old._meta.concrete_fields}  # noqa: SLF001 - Django's public way to its fields
    values.update(
        id=new_id(),
        recorded_at=order.now,
        corrects=old.pk,
        withdrawn_at=None,
        command=order.id,
        by_post=order.viewer.post_id,
        correction_reason=reason or order.data.reason,
    )
    return type(old)(**values)
