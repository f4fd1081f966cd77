"""The specialist's decision to register or not, its grounds, and the status of protection."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from kamkor.cases.models import Case, Registration, RegistrationGround, StateProtection
from kamkor.cases.operations import steps
from kamkor.cases.operations.sealing import keep_safe_contact, seal_case
from kamkor.cases.operations.steps import step
from kamkor.cases.vocabulary import BOTH, CHILD, FAMILY
from kamkor.kernel import rulesets
from kamkor.kernel.commands import Order
from kamkor.kernel.errors import FieldRequired, Refusal
from kamkor.kernel.shapes import Ask, Coded, Line, PastDay, Shape, Text
from kamkor.kernel.words import noop
from kamkor.people.operations.pairing import compare_after

SAFE_CONTACT = Ask(
    noop("Safe way to reach the child"), noop("Fill in if the home must not be contacted")
)


class MainGroundMissing(Refusal):
    """Exactly one of the grounds is the main one."""

    code = "main_ground_missing"
    message = noop("Choose one of the ticked grounds as the main one.")


class GroundOfOtherRegister(Refusal):
    """A ground of families cannot register a child, nor the other way round."""

    code = "ground_of_other_register"
    message = noop("One of the grounds belongs to the other register.")


class WrongRegister(Refusal):
    """The case is one of the other register."""

    code = "wrong_register"
    message = noop("This entry belongs to the other register.")


class RegisterEntry(Shape):
    """Put on the register, or not, with why."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    decision: Annotated[
        Literal["register", "decline"], Ask(noop("Decision"), options="registrations")
    ]
    happened_on: Annotated[PastDay, Ask(noop("Day of the decision"))]
    reason: Annotated[str, Coded("not_registered_reasons"), Ask(noop("If not: why?"))] | None = None
    safe_contact: Annotated[Line, SAFE_CONTACT] | None = None
    note: Annotated[Text, Ask(noop("Note"))] | None = None


class RegisterChild(RegisterEntry):
    """Registration of a child, with its grounds and the status of state protection."""

    grounds: Annotated[list[str], Coded("grounds"), Field(max_length=14), Ask(noop("Grounds"))] = []
    main_ground: Annotated[str, Coded("grounds"), Ask(noop("Main ground"))] | None = None
    state_protection: Annotated[bool, Ask(noop("Child in need of state protection?"))] = False


class RegisterFamily(RegisterEntry):
    """Registration of a family, with its grounds."""

    grounds: Annotated[list[str], Coded("grounds"), Field(max_length=14), Ask(noop("Grounds"))] = []
    main_ground: Annotated[str, Coded("grounds"), Ask(noop("Main ground"))] | None = None


def _register(order: Order[Any], case: Case) -> None:
    data = order.data
    steps.not_before(data.happened_on, case.identified_on)
    registered = data.decision == "register"
    if not registered and data.reason is None:
        raise FieldRequired("reason")
    order.add(
        Registration(
            case=case,
            registered=registered,
            reason="" if registered else data.reason,
            note=data.note or "",
            **order.fact(case, data.happened_on),
        )
    )
    if registered:
        record_grounds(order, case)
    else:
        steps.stop_with_case(order, case)


def record_grounds(order: Order[Any], case: Case) -> None:
    """Hand over the grounds of an entry, one of them main; one marked violence seals the case.

    Raises ``FieldRequired``, ``MainGroundMissing``, ``GroundOfOtherRegister``.
    """
    data = order.data
    grounds = list(dict.fromkeys(data.grounds))
    if not grounds:
        raise FieldRequired("grounds")
    if data.main_ground not in grounds:
        raise MainGroundMissing("main_ground")
    found = [rulesets.rule("grounds", one, data.happened_on) for one in grounds]
    if any(rule.get("register") not in {case.register, BOTH} for rule in found):
        raise GroundOfOtherRegister("grounds")
    for one in grounds:
        order.add(
            RegistrationGround(
                case=case,
                ground=one,
                main=one == data.main_ground,
                **order.fact(case, data.happened_on),
            )
        )
    if any(rule.get("seals") for rule in found):
        seal_case(order, case, data.safe_contact)
    elif data.safe_contact:
        keep_safe_contact(order, case, data.safe_contact)


REGISTER_REFUSALS = (
    FieldRequired,
    MainGroundMissing,
    GroundOfOtherRegister,
    WrongRegister,
    steps.BeforeBeginning,
)


@step(RegisterChild, *REGISTER_REFUSALS, steps.NoChild, steps.ChildAway)
def register_child(order: Order[RegisterChild]) -> None:
    """The specialist puts an identified child on the register, or not, with why."""
    case = steps.claimed_case(order, order.data.case)
    if case.register != CHILD:
        raise WrongRegister
    child = case.child
    if order.data.decision != "register":
        steps.require_at_home(case, "decision")
    elif child is not None and case.identified_on is not None:
        # Who comes of age afterwards was found as a child; a birth may be corrected, too.
        steps.require_child(case.identified_on, child.born_on, child.birth_precision, "decision")
    _register(order, case)
    if child is not None:
        # Who decides sees the whole department, whoever identified the child perhaps one unit.
        compare_after(order, child.pk)
    if order.data.decision == "register" and order.data.state_protection:
        order.add(
            StateProtection(case=case, given=True, **order.fact(case, order.data.happened_on))
        )


@step(RegisterFamily, *REGISTER_REFUSALS)
def register_family(order: Order[RegisterFamily]) -> None:
    """The specialist puts an identified family on its register, or not, with why."""
    case = steps.claimed_case(order, order.data.case)
    if case.register != FAMILY:
        raise WrongRegister
    _register(order, case)


class CloseReportedCase(Shape):
    """Why nobody is identified after a report was accepted."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    happened_on: Annotated[PastDay, Ask(noop("Day of the decision"))]
    reason: Annotated[str, Coded("not_registered_reasons"), Ask(noop("Reason"))]
    note: Annotated[Text, Ask(noop("What was found, and by whom?"))]


@step(CloseReportedCase, steps.BeforeBeginning, steps.ChildAway)
def close_reported_case(order: Order[CloseReportedCase]) -> None:
    """Close the case of an accepted report without an identification: it counts as none."""
    data = order.data
    case = steps.claimed_case(order, data.case)
    steps.not_before(data.happened_on, case.opened_on)
    steps.require_at_home(case, "reason")
    order.add(
        Registration(
            case=case,
            registered=False,
            reason=data.reason,
            note=data.note,
            **order.fact(case, data.happened_on),
        )
    )
    steps.stop_with_case(order, case)


class ChangeStateProtection(Shape):
    """The status "child in need of state protection" is given or lifted."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    given: Annotated[bool, Ask(noop("Is the child in need of state protection?"))]
    happened_on: Annotated[PastDay, Ask(noop("Day of the decision"))]
    note: Annotated[Text, Ask(noop("Why"))]


class StatusUnchanged(Refusal):
    """The status is already as it would become."""

    code = "status_unchanged"
    message = noop("The status already is so.")


@step(ChangeStateProtection, StatusUnchanged, WrongRegister, steps.BeforeBeginning)
def change_state_protection(order: Order[ChangeStateProtection]) -> None:
    """Give or lift the status; it stands apart from the grounds."""
    data = order.data
    case = steps.claimed_case(order, data.case)
    if case.register != CHILD:
        raise WrongRegister
    if case.state_protection == data.given:
        raise StatusUnchanged("given")
    steps.not_before(data.happened_on, case.registered_on)
    order.add(
        StateProtection(
            case=case, given=data.given, note=data.note, **order.fact(case, data.happened_on)
        )
    )
