"""Identification: a child in difficulty is found and protected on the spot."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import Field

from kamkor.cases.models import Case, Identification, SiblingLook
from kamkor.cases.operations import steps
from kamkor.cases.operations.belonging import follow_responsible, join_home
from kamkor.cases.operations.candidates import (
    InterestInChild,
    doubts_about_identity,
    refuse_interested,
)
from kamkor.cases.operations.known import become_known
from kamkor.cases.operations.opening import AlreadyOpen, new_case, refuse_second
from kamkor.cases.operations.registration import SAFE_CONTACT
from kamkor.cases.operations.same_child import AlikeAnswer, identity_of, keep_said
from kamkor.cases.operations.sealing import keep_safe_contact
from kamkor.cases.operations.settling import settle_names
from kamkor.cases.operations.steps import BeforeBirth, step
from kamkor.cases.queries.case import died_among
from kamkor.cases.vocabulary import CHILD, FAMILY, OPEN_STATES
from kamkor.country.kg.telephones import to_e164
from kamkor.kernel.commands import NotFound, Order
from kamkor.kernel.errors import Refusal
from kamkor.kernel.shapes import Ask, Coded, Line, Name, PartialDay, PastDay, Shape, Text, as_known
from kamkor.kernel.telephones import Telephone, TelephoneUnreadable
from kamkor.kernel.words import noop
from kamkor.people.merging import kept_id, records_of
from kamkor.people.operations import (
    Identity,
    Pin,
    PinUnreadable,
    call_after,
    identify_person,
    join_household,
    new_household,
    new_person,
    place_household,
)
from kamkor.people.queries import households_visible_to, members_of, people_visible_to
from kamkor.territory.operations import PlaceCode, TerritoryUnknown

if TYPE_CHECKING:
    from kamkor.people.models import Household, Person

CHILD_GROUP = noop("The child")
HOME_GROUP = noop("The home")
WORRY_GROUP = noop("What is hard")


class ChildDied(Refusal):
    """Nobody is found who is known to have died; if that is wrong, it is corrected first."""

    code = "child_died"
    message = noop(
        "This child's case ended on %(day)s because the child died."
        " If that is wrong, correct that decision first."
    )


class Adult(Shape):
    """An adult of the household."""

    given_name: Annotated[Name, Ask(noop("Given name"))]
    surname: Annotated[Name, Ask(noop("Surname"))] | None = None
    relation: Annotated[str, Coded("relations"), Ask(noop("Relation to the child"))]
    telephone: Annotated[Telephone, Ask(noop("Telephone"), widget="telephone")] | None = None


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
            Pin,
            Ask(noop("Personal number"), noop("Leave empty if not known"), CHILD_GROUP, "pin"),
        ]
        | None
    ) = None
    household: Annotated[UUID, Ask(noop("Household known already"), widget="hidden")] | None = None
    territory: Annotated[
        PlaceCode, Ask(noop("District or city"), group=HOME_GROUP, options="territories")
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
    risk_level: Annotated[str, Coded("risk_levels"), Ask(noop("Risk level"), group=WORRY_GROUP)]
    family_too: Annotated[
        bool, Ask(noop("Is the whole family in difficulty?"), group=WORRY_GROUP)
    ] = False
    safe_contact: (
        Annotated[Line, Ask(SAFE_CONTACT.label, SAFE_CONTACT.hint, WORRY_GROUP)] | None
    ) = None
    alike: Annotated[list[AlikeAnswer], Field(max_length=10)] = []


@step(
    IdentifyChild,
    AlreadyOpen,
    ChildDied,
    TerritoryUnknown,
    PinUnreadable,
    TelephoneUnreadable,
    BeforeBirth,
    steps.NoChild,
    InterestInChild,
    NotFound,
)
def identify_child(order: Order[IdentifyChild]) -> None:
    """A child in difficulty was found: it is protected from this moment."""
    data = order.data
    identity = identity_of(data)
    if identity.born_on is not None and data.happened_on < identity.born_on:
        raise BeforeBirth("happened_on", born=as_known(identity.born_on, identity.precision))
    steps.require_child(data.happened_on, identity.born_on, identity.precision, "born")
    refuse_interested(identity, "given_name")
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
    if data.safe_contact:
        keep_safe_contact(order, case, data.safe_contact)
    household = case.household
    if household is not None:
        order.answer["household"] = str(household.pk)
        _others_at_home(order, case, household)
    if data.family_too and household is not None:
        _identify_family(order, case, household)
    doubts_about_identity(order, case)
    if not all(sibling.looked_at for sibling in data.siblings):
        due = steps.due_in("siblings_days")
        steps.open_task(order, case, "siblings_to_look_at", due, for_role="worker")
    order.after(lambda: settle_names(case))
    keep_said(order, case, data.alike)
    join_home(order, case)
    follow_responsible(order, case.pk)


def _reported_case(order: Order[IdentifyChild], identity: Identity) -> Case:
    case = steps.claimed_case(order, order.data.case or UUID(int=0))
    seen = case.visits.filter(withdrawn_at=None).order_by("happened_on").first()
    if seen is not None and identity.born_on is not None and seen.happened_on < identity.born_on:
        raise BeforeBirth("born", born=as_known(identity.born_on, identity.precision))
    child, home = _known_child(order, identity), _known_home(order)
    described = case.child.shown_name if case.child else ""
    if child is not None or home is not None:
        become_known(order, case, child, home)
    if child is None and case.child is not None:
        identify_person(order, case.child, identity)
    if home is None and case.household is not None:
        home = case.household
        order.add(*place_household(home, order.data.territory, order.data.place))
        if case.child is not None and home.shown_name == described:
            call_after(home, case.child)
        order.change(home, HOME_FIELDS)
    return case


HOME_FIELDS = ["place", "territory", "shown_name", "sort_key"]


def _case_on_the_spot(order: Order[IdentifyChild], identity: Identity) -> Case:
    data, viewer = order.data, order.viewer
    scope: Any = steps.own_scope(viewer, data.territory)
    household = _known_home(order)
    if household is not None and household.team is not None:
        # Whoever is found in a sealed home is sealed with it.
        scope = household
    child = _known_child(order, identity) or new_person(order, scope, identity)
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


def _known_home(order: Order[IdentifyChild]) -> "Household | None":
    if order.data.household is None:
        return None
    home = households_visible_to(order.viewer).filter(id=order.data.household).first()
    if home is None:
        raise NotFound("household")
    return home


def _known_child(order: Order[IdentifyChild], identity: Identity) -> "Person | None":
    if order.data.child is None:
        return None
    wanted = kept_id(order.data.child)
    order.claim(wanted, check_version=False)
    child = people_visible_to(order.viewer).filter(id=wanted).first()
    # Who was erased is nobody who can be found.
    if child is None or not child.shown_name:
        raise NotFound("child")
    refuse_second(order, child.pk, "child")
    died_on = next(iter(died_among(order.viewer, records_of(child)).values()), None)
    if died_on is not None:
        raise ChildDied("child", day=f"{died_on:%d.%m.%Y}")
    identify_person(order, child, identity)
    return child


def _others_at_home(order: Order[IdentifyChild], case: Case, household: "Household") -> None:
    """New rows stand where the case does: the home may only be lent, and then takes none.

    A home is called after the first adult it is told of, and keeps that name.
    """
    data = order.data
    for number, adult in enumerate(data.adults):
        telephone = to_e164(adult.telephone or "") or ""
        who = Identity(adult.given_name, adult.surname or "", telephone=telephone)
        person = new_person(order, case, who)
        join_household(order, household, person, adult.relation, data.happened_on)
        if data.household is None and number == 0 and _called_after(household, case):
            call_after(household, person)
    for row in data.siblings:
        who = Identity(row.given_name, row.surname or "", born=row.born or "", sex=row.sex)
        person = new_person(order, case, who)
        join_household(order, household, person, "sibling", data.happened_on)
        order.add(
            SiblingLook(
                household=household,
                person=person,
                looked_at=row.looked_at,
                **order.fact(case, data.happened_on),
            )
        )


def _called_after(household: "Household", case: Case) -> bool:
    return case.child is not None and household.shown_name == case.child.shown_name


def _identify_family(order: Order[IdentifyChild], child_case: Case, household: "Household") -> None:
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
