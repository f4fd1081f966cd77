"""The kinds of facts: which of their fields may be corrected, and which may be taken back."""

from dataclasses import dataclass
from typing import Any

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
from kamkor.kernel.commands import Order
from kamkor.kernel.ids import new_id
from kamkor.people.operations import FACTS as FACTS_OF_PEOPLE


@dataclass(frozen=True)
class FactKind:
    """One kind: its table, and the fields that may be corrected with their rule set, if any."""

    model: Any
    fields: dict[str, str]
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


_DAY = {"happened_on": ""}

CORRECTABLE: dict[str, FactKind] = {
    "identification": FactKind(
        Identification,
        _DAY | {"difficulty": "", "risk_level": "risk_levels", "source": "report_sources"},
    ),
    "registration": FactKind(Registration, _DAY | {"note": "", "reason": "not_registered_reasons"}),
    "ground": FactKind(RegistrationGround, _DAY | {"ground": "grounds"}),
    "state_protection": FactKind(StateProtection, _DAY | {"note": ""}),
    "visit": FactKind(
        Visit,
        _DAY | {"changed": "", "words_of_carer": "", "minutes": ""},
        by="household",
    ),
    "visit_child": FactKind(
        VisitChild,
        _DAY
        | {
            "seen": "seen_kinds",
            "not_seen_reason": "not_seen_reasons",
            "injury_fear_word": "",
            "harmful_person_access": "",
            "no_able_adult_tonight": "",
            "basics_missing": "",
            "words_of_child": "",
            "next_on": "",
            "lives_with": "",
            "conditions": "care_conditions",
            "parents_contact": "contact_kinds",
        },
    ),
    "removal": FactKind(
        Removal,
        _DAY
        | {
            "danger": "",
            "ground": "removal_grounds",
            "decider": "removal_deciders",
            "decider_name": "",
            "sleeps_at": "night_places",
            "sleeps_where": "",
            "siblings": "",
            "next_step": "",
        },
    ),
    "safe_contact": FactKind(SafeContact, {"contact": ""}),
    "removal_end": FactKind(RemovalEnd, _DAY | {"note": ""}),
    "proposal": FactKind(TakingOffProposal, _DAY | {"reason": "taking_off_reasons", "note": ""}),
    "decision": FactKind(TakingOffDecision, _DAY | {"reason": "taking_off_reasons", "note": ""}),
    "accompaniment_end": FactKind(AccompanimentEnd, _DAY | {"note": ""}),
    "offer": FactKind(TransferOffer, {"reason": "transfer_reasons", "note": ""}),
    "answer": FactKind(TransferAnswer, {"reason": "transfer_return_reasons", "note": ""}),
    "need": FactKind(Need, {"what": ""}),
    "interest": FactKind(Interest, {"kind": "interest_kinds"}),
    "task_done": FactKind(TaskDone, _DAY | {"proof": ""}, by="subject"),
    "birth": FactKind(
        FACTS_OF_PEOPLE["birth"],
        {"born_on": "", "precision": "birth_precisions", "sex": "sexes"},
        by="child",
    ),
    "member": FactKind(
        FACTS_OF_PEOPLE["member"], _DAY | {"until": "", "relation": "relations"}, by="household"
    ),
    "sibling_look": FactKind(SiblingLook, _DAY | {"looked_at": ""}, by="household"),
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
