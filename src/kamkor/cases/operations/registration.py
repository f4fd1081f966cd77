"""Identification on the spot, and the specialist's decision to register or not."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from kamkor.access.vocabulary import WORKER
from kamkor.cases.models import (
    Case,
    Identification,
    Registration,
    RegistrationGround,
    SiblingLook,
    StateProtection,
)
from kamkor.cases.operations import steps
from kamkor.cases.operations.opening import follow_assignment, new_case
from kamkor.cases.operations.sealing import seal_case
from kamkor.cases.operations.steps import BeforeBirth, TerritoryUnknown, step
from kamkor.cases.queries.case import cases_of_people
from kamkor.cases.vocabulary import CHILD, FAMILY, OPEN_STATES
from kamkor.kernel import rulesets
from kamkor.kernel.commands import NotFound, Order
from kamkor.kernel.errors import FieldRequired, Refusal
from kamkor.kernel.shapes import Ask, Coded, Line, Name, PartialDay, PastDay, Shape, Text
from kamkor.kernel.words import noop
from kamkor.people.models import Household, Person
from kamkor.people.operations import (
    Identity,
    PinUnreadable,
    identify_person,
    join_household,
    new_household,
    new_person,
)
from kamkor.people.queries import (
    households_visible_to,
    members_of,
    people_visible_to,
    people_with_pin,
)
from kamkor.territory.queries import territory_exists

CHILD_GROUP = noop("The child")
HOME_GROUP = noop("The home")
WORRY_GROUP = noop("What is hard")


class AlreadyOpen(Refusal):
    """A child has one open episode at most."""

    code = "already_open"
    message = noop("This child already has an open case: %(number)s.")


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


class Adult(Shape):
    """An adult of the household."""

    given_name: Annotated[Name, Ask(noop("Given name"))]
    surname: Annotated[Name, Ask(noop("Surname"))] | None = None
    relation: Annotated[str, Coded("relations"), Ask(noop("Relation to the child"))]
    telephone: Annotated[Line, Ask(noop("Telephone"), widget="telephone")] | None = None


class Sibling(Shape):
    """Another child of the household, and whether it has been looked at."""

    given_name: Annotated[Name, Ask(noop("Given name"))]
    surname: Annotated[Name, Ask(noop("Surname"))] | None = None
    born: Annotated[PartialDay, Ask(noop("Born"), widget="partial_date")] | None = None
    sex: Annotated[str, Coded("sexes"), Ask(noop("Sex"))] = "unknown"
    looked_at: Annotated[bool, Ask(noop("Looked at?"))]


class IdentifyChild(Shape):
    """Who the child is, where it lives, what is hard; as much as is known on the spot."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")] | None = None
    child: Annotated[UUID, Ask(noop("Child known already"), widget="hidden")] | None = None
    given_name: Annotated[Name, Ask(noop("Given name"), group=CHILD_GROUP)]
    surname: Annotated[Name, Ask(noop("Surname"), group=CHILD_GROUP)] | None = None
    patronymic: Annotated[Name, Ask(noop("Patronymic"), group=CHILD_GROUP)] | None = None
    born: (
        Annotated[
            PartialDay,
            Ask(
                noop("Born"),
                noop("The year alone is enough"),
                CHILD_GROUP,
                widget="partial_date",
            ),
        ]
        | None
    ) = None
    sex: Annotated[str, Coded("sexes"), Ask(noop("Sex"), group=CHILD_GROUP)]
    pin: (
        Annotated[
            Line,
            Ask(noop("Personal number"), noop("Leave empty if not known"), CHILD_GROUP, "pin"),
        ]
        | None
    ) = None
    household: Annotated[UUID, Ask(noop("Household known already"), widget="hidden")] | None = None
    territory: Annotated[
        str, Ask(noop("District or city"), group=HOME_GROUP, options="territories")
    ]
    place: Annotated[Line, Ask(noop("Village, street, house"), group=HOME_GROUP)]
    adults: Annotated[
        list[Adult], Field(max_length=8), Ask(noop("Adults at home"), group=HOME_GROUP)
    ] = []
    siblings: Annotated[
        list[Sibling], Field(max_length=14), Ask(noop("Other children at home"), group=HOME_GROUP)
    ] = []
    happened_on: Annotated[PastDay, Ask(noop("Day of identification"), group=WORRY_GROUP)]
    source: Annotated[
        str, Coded("report_sources"), Ask(noop("How was the child found?"), group=WORRY_GROUP)
    ]
    difficulty: Annotated[Text, Ask(noop("What is hard for the child?"), group=WORRY_GROUP)]
    risk_level: Annotated[
        str, Coded("risk_levels"), Ask(noop("Risk level"), group=WORRY_GROUP)
    ]
    family_too: Annotated[
        bool, Ask(noop("Is the whole family in difficulty?"), group=WORRY_GROUP)
    ] = False


@step(IdentifyChild, AlreadyOpen, TerritoryUnknown, PinUnreadable, BeforeBirth)
def identify_child(order: Order[IdentifyChild]) -> None:
    """A child in difficulty was found: it is protected from this moment."""
    data, viewer = order.data, order.viewer
    if not territory_exists(data.territory):
        raise TerritoryUnknown("territory")
    identity = _identity(data)
    if identity.born_on is not None and data.happened_on < identity.born_on:
        raise BeforeBirth("happened_on", born=f"{identity.born_on:%d.%m.%Y}")
    if data.case is not None:
        case = _reported_case(order, identity)
    else:
        case = _case_on_the_spot(order, identity)
    order.answer["case"] = str(case.pk)
    order.add(
        Identification(
            case=case,
            difficulty=data.difficulty,
            risk_level=data.risk_level,
            source=data.source,
            **order.fact(case, data.happened_on),
        )
    )
    household = case.household
    if household is not None:
        _others_at_home(order, household)
    if data.family_too and household is not None:
        _identify_family(order, case, household)
    _doubts_about_identity(order, case, identity)
    steps.stop_tasks(order, case.pk, "visit_due")
    if viewer.role == WORKER and data.case is None:
        _rows_follow(order, case)


def _identity(data: IdentifyChild) -> Identity:
    return Identity(
        given_name=data.given_name,
        surname=data.surname or "",
        patronymic=data.patronymic or "",
        born=data.born or "",
        sex=data.sex,
        pin=data.pin or "",
    )


def _reported_case(order: Order[IdentifyChild], identity: Identity) -> Case:
    case = steps.claimed_case(order, order.data.case or UUID(int=0))
    if case.child is not None:
        identify_person(order, case.child, identity, "pin")
    if case.household is not None:
        home = case.household
        home.place, home.territory_id = order.data.place, order.data.territory
        if case.child is not None:
            home.shown_name, home.sort_key = case.child.shown_name, case.child.sort_key
        order.after(lambda: home.save(update_fields=HOME_FIELDS))
    return case


HOME_FIELDS = ["place", "territory", "shown_name", "sort_key"]


def _case_on_the_spot(order: Order[IdentifyChild], identity: Identity) -> Case:
    data, viewer = order.data, order.viewer
    scope = steps.own_scope(viewer)
    child = _known_child(order, identity) or new_person(order, scope, identity, "pin")
    household = None
    if data.household is not None:
        household = households_visible_to(viewer).filter(id=data.household).first()
        if household is None:
            raise NotFound("household")
    if household is None:
        household = new_household(order, scope, data.territory, data.place)
    member = members_of(viewer, [household.pk]).filter(person_id=child.pk).exists()
    if not member:
        join_household(order, household, child, "child", data.happened_on)
    return new_case(
        order,
        register=CHILD,
        child=child,
        household=household,
        territory_id=data.territory,
        opened_on=data.happened_on,
        post_id=viewer.post_id,
        scope=scope,
    )


def _known_child(order: Order[IdentifyChild], identity: Identity) -> Person | None:
    if order.data.child is None:
        return None
    order.claim(order.data.child, check_version=False)
    child = people_visible_to(order.viewer).filter(id=order.data.child).first()
    if child is None:
        raise NotFound("child")
    standing = cases_of_people(order.viewer, [child.pk]).filter(state__in=list(OPEN_STATES))
    already = standing.first()
    if already is not None:
        raise AlreadyOpen("child", number=already.number)
    identify_person(order, child, identity, "pin")
    return child


def _others_at_home(order: Order[IdentifyChild], household: Household) -> None:
    data = order.data
    for adult in data.adults:
        who = Identity(adult.given_name, adult.surname or "", telephone=adult.telephone or "")
        person = new_person(order, household, who)
        join_household(order, household, person, adult.relation, data.happened_on)
    for row in data.siblings:
        who = Identity(row.given_name, row.surname or "", born=row.born or "", sex=row.sex)
        person = new_person(order, household, who)
        join_household(order, household, person, "sibling", data.happened_on)
        order.add(
            SiblingLook(
                household=household,
                person=person,
                looked_at=row.looked_at,
                **order.fact(household, data.happened_on),
            )
        )


def _identify_family(order: Order[IdentifyChild], child_case: Case, household: Household) -> None:
    data, viewer = order.data, order.viewer
    standing = Case.objects.filter(
        register=FAMILY, household=household, state__in=list(OPEN_STATES)
    )
    if standing.exists():
        return
    family = new_case(
        order,
        register=FAMILY,
        child=None,
        household=household,
        territory_id=data.territory,
        opened_on=data.happened_on,
        post_id=child_case.responsible_id or viewer.post_id,
        scope=child_case,
    )
    order.answer["family"] = str(family.pk)
    order.add(
        Identification(
            case=family,
            difficulty=data.difficulty,
            risk_level=data.risk_level,
            source=data.source,
            **order.fact(family, data.happened_on),
        )
    )


def _doubts_about_identity(order: Order[Any], case: Case, identity: Identity) -> None:
    if not identity.pin:
        return
    others = people_with_pin(order.viewer, identity.pin).exclude(id=case.child_id)
    doubted = bool(case.child and case.child.pin_doubts)
    if doubted or others.exists():
        steps.open_task(order, case, "identity_candidate", steps.due_in("registration_days"))


def _rows_follow(order: Order[Any], case: Case) -> None:
    if case.team is None and case.household_id is not None:
        subjects = [*steps.subjects_of_case(case), case.household_id]
        follow_assignment(order, subjects, case.responsible_id, order.viewer.district)


class RegisterEntry(Shape):
    """Put on the register, or not, with why."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    decision: Annotated[
        Literal["register", "decline"], Ask(noop("Decision"), options="registrations")
    ]
    happened_on: Annotated[PastDay, Ask(noop("Day of the decision"))]
    reason: (
        Annotated[str, Coded("not_registered_reasons"), Ask(noop("If not: why?"))] | None
    ) = None
    note: Annotated[Text, Ask(noop("Note"))] | None = None


class RegisterChild(RegisterEntry):
    """Registration of a child, with its grounds and the status of state protection."""

    grounds: Annotated[
        list[str], Coded("grounds"), Field(max_length=14), Ask(noop("Grounds"), options="child")
    ] = []
    main_ground: (
        Annotated[str, Coded("grounds"), Ask(noop("Main ground"), options="child")] | None
    ) = None
    state_protection: Annotated[
        bool, Ask(noop("Child in need of state protection?"))
    ] = False


class RegisterFamily(RegisterEntry):
    """Registration of a family, with its grounds."""

    grounds: Annotated[
        list[str], Coded("grounds"), Field(max_length=14), Ask(noop("Grounds"), options="family")
    ] = []
    main_ground: (
        Annotated[str, Coded("grounds"), Ask(noop("Main ground"), options="family")] | None
    ) = None


def _register(order: Order[Any], case: Case) -> None:
    data = order.data
    steps.not_before(data.happened_on, case.identified_on)
    steps.not_before_birth(data.happened_on, case)
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
        _grounds(order, case)
    else:
        steps.stop_tasks(order, case.pk)


def _grounds(order: Order[Any], case: Case) -> None:
    data = order.data
    if not data.grounds:
        raise FieldRequired("grounds")
    if data.main_ground not in data.grounds:
        raise MainGroundMissing("main_ground")
    found = [rulesets.rule("grounds", one, data.happened_on) for one in data.grounds]
    if any(rule.get("register") not in {case.register, "both"} for rule in found):
        raise GroundOfOtherRegister("grounds")
    for one in data.grounds:
        order.add(
            RegistrationGround(
                case=case,
                ground=one,
                main=one == data.main_ground,
                **order.fact(case, data.happened_on),
            )
        )
    if case.team is None and any(rule.get("seals") for rule in found):
        seal_case(order, case)


REGISTER_REFUSALS = (
    FieldRequired,
    MainGroundMissing,
    GroundOfOtherRegister,
    WrongRegister,
    steps.BeforeBeginning,
    BeforeBirth,
)


@step(RegisterChild, *REGISTER_REFUSALS)
def register_child(order: Order[RegisterChild]) -> None:
    """The specialist puts an identified child on the register, or not, with why."""
    case = steps.claimed_case(order, order.data.case)
    if case.register != CHILD:
        raise WrongRegister
    _register(order, case)
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

