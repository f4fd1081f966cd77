"""The kinds of facts: which of their fields may be corrected, and which may be taken back."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic.fields import FieldInfo

from kamkor.cases.models import (
    AccompanimentEnd,
    Assignment,
    Case,
    Identification,
    Interest,
    Need,
    Registration,
    RegistrationGround,
    Removal,
    RemovalEnd,
    Round,
    SafeContact,
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
from kamkor.cases.operations.identification import Adult, IdentifyChild, Sibling
from kamkor.cases.operations.interest import DeclareInterest
from kamkor.cases.operations.protection import EndRemoval, ProtectNow
from kamkor.cases.operations.registration import (
    SAFE_CONTACT,
    ChangeStateProtection,
    RegisterChild,
)
from kamkor.cases.operations.taking_off import (
    DecideTakingOff,
    EndAccompaniment,
    ProposeTakingOff,
)
from kamkor.cases.operations.task import CompleteTask
from kamkor.cases.operations.transfer import OfferTransfer, ReturnTransfer
from kamkor.cases.operations.visit import ChildSeen, RecordVisit
from kamkor.cases.rules.visit import QUESTIONS
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


Fields = dict[str, FieldInfo]


def _asked_in(shape: type[Shape], *names: str) -> Fields:
    """These fields as the form of a shape asks for them."""
    return {name: shape.model_fields[name] for name in names}


@dataclass(frozen=True)
class FactKind:
    """One kind: its table, and the fields that may be corrected, as they were asked for first."""

    model: Any
    fields: Fields
    by: str = "case"

    def belongs_to(self, case: Case) -> dict[str, object]:
        """The filter that keeps a correction to facts of this case."""
        if self.by == "child":
            return {"person_id": case.child_id}
        if self.by == "household":
            return {"household_id": case.household_id}
        if self.by == "subject":
            return {"subject": case.pk, "stopped": False}
        return {"case_id": case.pk}

    def rule_set(self, name: str) -> str:
        """The rule set whose codes a field holds; empty if it holds none."""
        notes = meta_of(self.fields[name])
        return next((note.rule_set for note in notes if isinstance(note, Coded)), "")


CORRECTABLE: dict[str, FactKind] = {
    "identification": FactKind(
        Identification,
        _asked_in(IdentifyChild, "happened_on", "difficulty", "risk_level", "source"),
    ),
    "registration": FactKind(
        Registration, _asked_in(RegisterChild, "happened_on", "note", "reason")
    ),
    "ground": FactKind(RegistrationGround, _asked_in(FactFound, "happened_on", "ground")),
    "state_protection": FactKind(
        StateProtection, _asked_in(ChangeStateProtection, "happened_on", "note")
    ),
    "visit": FactKind(
        Visit,
        _asked_in(RecordVisit, "happened_on", "changed", "words_of_carer", "minutes"),
        by="household",
    ),
    "visit_child": FactKind(
        VisitChild,
        _asked_in(RecordVisit, "happened_on")
        | _asked_in(ChildSeen, "seen", "not_seen_reason", *QUESTIONS, "words_of_child")
        | _asked_in(RecordVisit, "next_on")
        | _asked_in(ChildSeen, "lives_with", "conditions", "parents_contact"),
    ),
    "removal": FactKind(
        Removal,
        _asked_in(ProtectNow, "happened_on", "danger", "ground", "decider", "decider_name")
        | _asked_in(ProtectNow, "sleeps_at", "sleeps_where", "siblings", "next_step"),
    ),
    "safe_contact": FactKind(SafeContact, _asked_in(FactFound, "contact")),
    "removal_end": FactKind(RemovalEnd, _asked_in(EndRemoval, "happened_on", "note")),
    "proposal": FactKind(
        TakingOffProposal, _asked_in(ProposeTakingOff, "happened_on", "reason", "note")
    ),
    "decision": FactKind(
        TakingOffDecision,
        _asked_in(DecideTakingOff, "happened_on", "note") | _asked_in(ProposeTakingOff, "reason"),
    ),
    "accompaniment_end": FactKind(
        AccompanimentEnd, _asked_in(EndAccompaniment, "happened_on", "note")
    ),
    "offer": FactKind(TransferOffer, _asked_in(OfferTransfer, "reason", "note")),
    "answer": FactKind(TransferAnswer, _asked_in(ReturnTransfer, "reason", "note")),
    "need": FactKind(Need, _asked_in(FactFound, "what")),
    "interest": FactKind(Interest, _asked_in(DeclareInterest, "kind")),
    "task_done": FactKind(TaskDone, _asked_in(CompleteTask, "happened_on", "proof"), by="subject"),
    "birth": FactKind(
        FACTS_OF_PEOPLE["birth"],
        _asked_in(FactFound, "born_on", "precision", "sex"),
        by="child",
    ),
    "member": FactKind(
        FACTS_OF_PEOPLE["member"],
        _asked_in(FactFound, "happened_on", "until") | _asked_in(Adult, "relation"),
        by="household",
    ),
    "sibling_look": FactKind(
        SiblingLook,
        _asked_in(FactFound, "happened_on") | _asked_in(Sibling, "looked_at"),
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


def copied(order: Order[Any], old: Any) -> Any:  # noqa: ANN401 - any fact
    """A new fact like the old one, which it corrects; it keeps its place in the order."""
    values = {field.attname: getattr(old, field.attname) for field in old._meta.concrete_fields}  # noqa: SLF001 - Django's public way to its fields
    values.update(
        id=new_id(),
        recorded_at=order.now,
        corrects=old.pk,
        withdrawn_at=None,
        command=order.id,
        by_post=order.viewer.post_id,
    )
    return type(old)(**values)
