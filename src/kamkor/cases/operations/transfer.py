"""Transfer between departments: the sender stays responsible until the other side accepts."""

from collections.abc import Collection
from typing import Annotated, Any
from uuid import UUID

from kamkor.access import operations as access
from kamkor.cases.models import Assignment, Case, TransferAnswer, TransferOffer
from kamkor.cases.operations import steps
from kamkor.cases.operations.answering import InterestedCannotAnswer, require_not_interested
from kamkor.cases.operations.belonging import (
    TRANSFER,
    of_others,
    open_at_home,
    parted,
    parted_for,
    rows_of_all,
    seen_with,
)
from kamkor.cases.operations.lending import (
    HOUSEHOLD,
    end_with_transfer,
    show_to_sender,
    stays_at_home,
)
from kamkor.cases.operations.steps import OfficeUnknown, PostUnknown, step
from kamkor.kernel import clock
from kamkor.kernel.commands import NotPermitted, Order
from kamkor.kernel.errors import FieldRequired, Refusal
from kamkor.kernel.shapes import Ask, Coded, Line, Shape, Text
from kamkor.kernel.words import noop
from kamkor.people.operations import move_household, offices_of_home
from kamkor.people.operations.pairing import compare_anew
from kamkor.territory.operations import TerritoryUnknown
from kamkor.workforce import queries as workforce


class SealedStays(Refusal):
    """A sealed case is handed on between named people, never offered to a whole department."""

    code = "sealed_stays"
    message = noop(
        "A sealed case cannot be offered to a department. Call the oblast's duty person."
    )


class HomeStays(Refusal):
    """A home keeps its address as long as another department answers for others of it."""

    code = "home_stays"
    message = noop(
        "Another department answers for others of this home: its address is theirs to change."
    )


class OfferTransfer(Shape):
    """To which department, and why."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    to_office: Annotated[int, Ask(noop("To which department?"), options="departments")]
    reason: Annotated[str, Coded("transfer_reasons"), Ask(noop("Reason"))]
    note: Annotated[Text, Ask(noop("What must the other side know first?"))]


@step(OfferTransfer, OfficeUnknown, SealedStays)
def offer_transfer(order: Order[OfferTransfer]) -> None:
    """Ask another department to take the case over; it sees it from now on."""
    data, viewer = order.data, order.viewer
    case = steps.claimed_case(order, data.case)
    if case.team is not None:
        raise SealedStays
    office = workforce.departments().filter(id=data.to_office).first()
    if office is None or office.pk == case.office_district:
        raise OfficeUnknown("to_office")
    order.add(
        TransferOffer(
            case=case,
            from_office_id=viewer.district,
            to_office=office,
            reason=data.reason,
            note=data.note,
            **order.fact(case),
        )
    )
    _show(order, case, office.pk)


def _show(order: Order[OfferTransfer], case: Case, office: int) -> None:
    """Lend what would move, and what it refers to, to the other side.

    Where others of the household stay, be it only until they are accepted too, the child is lent
    to them already now: afterwards this side, which alone knows of them, no longer holds the child.
    """
    staying = list(open_at_home(case))
    parts = parted_for(case, staying, office)
    order.add(*access.lent(parts.moving, TRANSFER, order.id, to_office=office))
    order.add(*access.lent(parts.shown, HOUSEHOLD, order.id, to_office=office))
    if staying:
        own = case.office_district
        order.add(*access.lent(parts.missed, HOUSEHOLD, order.id, to_office=own))
        for post in {one.responsible_id for one in staying}:
            order.add(*access.lent(parts.missed, HOUSEHOLD, order.id, to_post=post))


def _offer_to_us(order: Order[Any], case: Case) -> TransferOffer:
    offer = case.offers.filter(withdrawn_at=None).order_by("-first_recorded_at").first()
    if offer is None or offer.to_office_id != order.viewer.district:
        raise NotPermitted
    return offer


class AcceptTransfer(Shape):
    """Who becomes responsible on this side."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    post: Annotated[int, Ask(noop("Who becomes responsible?"), options="loads")]
    territory: (
        Annotated[
            str,
            Ask(
                noop("Where does the child live now?"),
                noop("Needed only if your department has several districts"),
                options="own_territories",
            ),
        ]
        | None
    ) = None
    place: (
        Annotated[
            Line,
            Ask(
                noop("New address of the home, if the family has moved"),
                noop("Village, street, house"),
            ),
        ]
        | None
    ) = None
    note: Annotated[Text, Ask(noop("Note"))] | None = None


@step(
    AcceptTransfer,
    HomeStays,
    NotPermitted,
    PostUnknown,
    InterestedCannotAnswer,
    TerritoryUnknown,
    FieldRequired,
)
def accept_transfer(order: Order[AcceptTransfer]) -> None:
    """Take a case over; from today this department answers for it, earlier facts stay counted
    where they happened."""
    data, viewer = order.data, order.viewer
    case = steps.claimed_case(order, data.case)
    offer = _offer_to_us(order, case)
    seat = steps.seat_in_post(viewer, data.post, clock.local_day(order.now), "post")
    require_not_interested(order, case, seat, "post")
    district = _district_from_now(order, case)
    order.add(
        TransferAnswer(
            case=case,
            offer=offer,
            accepted=True,
            moved_to=district,
            note=data.note or "",
            **order.fact(case),
        ),
        Assignment(case=case, post_id=seat.post_id, **order.fact(case)),
    )
    if district != case.territory_id:
        case.territory_id = district
        order.change(case, ["territory"])
    offered = access.lent_by(offer.command, TRANSFER, to_office=offer.to_office_id)
    moving, shown = _what_moves(order, case, offer, offered)
    _place_home(order, case, district, moving)
    order.add(*access.lent(shown, HOUSEHOLD, order.id, to_post=seat.post_id))
    order.add(*access.lent(shown, HOUSEHOLD, order.id, to_office=offer.to_office_id))
    home, seen = case.household_id, seen_with(case, offer.from_office_id)

    def take_over() -> None:
        steps.move_subjects(moving, seat.office_id, None)
        access.end_lending([*moving, *offered], TRANSFER)
        compare_anew([case.child_id] if case.child_id else [])
        if home is not None and home in moving:
            show_to_sender(home, offer.from_office_id, seen, order.id)
        end_with_transfer(case, offer.from_office_id)

    order.after(take_over)


def _what_moves(
    order: Order[AcceptTransfer], case: Case, offer: TransferOffer, offered: Collection[UUID]
) -> tuple[list[UUID], list[UUID]]:
    """What comes over with a case that is accepted, and what it refers to that does not.

    Where the department that holds a home offers all its open cases of it to this one, the home
    comes with the first of them that is accepted; as long as one is not offered, it stays. Who
    lives there and is of another department stays of that one, and is shown.
    """
    home, sender, office = case.household_id, offer.from_office_id, offer.to_office_id
    if home is None:
        return list(offered), []
    parts = parted(case, alone=False)
    moving, others = dict.fromkeys(parts.moving), []
    carried = access.lent_with(home, TRANSFER, to_office=office)
    is_senders = carried and sender in offices_of_home(home)
    if is_senders and not stays_at_home(home, sender, office):
        there = [one for one in open_at_home(case) if one.office_district != office]
        others = of_others(order.viewer, case)
        theirs = {*rows_of_all(there), *others}
        moving |= dict.fromkeys(row for row in carried if row not in theirs)
    shown = [*access.lent_by(offer.command, HOUSEHOLD, to_office=office), *parts.shown, *others]
    return list(moving), [row for row in dict.fromkeys(shown) if row not in moving]


def _place_home(
    order: Order[AcceptTransfer], case: Case, district: str, moving: Collection[UUID]
) -> None:
    """Put the home at its new address, where it goes along; else it stays where it was known."""
    if order.data.place is None:
        return
    home = case.household
    if home is None:
        raise HomeStays("place")
    if home.pk not in moving and order.viewer.district not in offices_of_home(home.pk):
        raise HomeStays("place")
    if (home.territory_id, home.place) != (district, order.data.place):
        move_household(order, home, district, order.data.place, clock.local_day(order.now))


def _district_from_now(order: Order[AcceptTransfer], case: Case) -> str:
    """The district or city the child counts in from today: one of those the department covers."""
    ours = workforce.territories_of(order.viewer.district, clock.local_day(order.now))
    chosen = order.data.territory
    if chosen is not None:
        if chosen not in ours:
            raise TerritoryUnknown("territory")
        return chosen
    if case.territory_id in ours:
        return case.territory_id
    if len(ours) != 1:
        raise FieldRequired("territory")
    return ours[0]


class ReturnTransfer(Shape):
    """Why the case goes back."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    reason: Annotated[str, Coded("transfer_return_reasons"), Ask(noop("Reason"))]
    note: Annotated[Text, Ask(noop("Note"))] | None = None


@step(ReturnTransfer, NotPermitted)
def return_transfer(order: Order[ReturnTransfer]) -> None:
    """Return an offered case; the sender, who was responsible all along, keeps it."""
    data = order.data
    case = steps.claimed_case(order, data.case)
    offer = _offer_to_us(order, case)
    order.add(
        TransferAnswer(
            case=case,
            offer=offer,
            accepted=False,
            reason=data.reason,
            note=data.note or "",
            **order.fact(case),
        )
    )
    order.after(lambda: access.end_lending_of_command(offer.command))
