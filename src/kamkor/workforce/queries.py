"""Offices, seats on a day, and who is on duty. No child's data, so these need no viewer."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date

from django.db.models import Q, QuerySet

from kamkor.kernel import clock
from kamkor.workforce.models import DutyTurn, Leave, Office, OfficeTerritory, Post, PostHolding
from kamkor.workforce.rules import Seat, acting_seat, anybody, responsible_seat
from kamkor.workforce.vocabulary import FALLBACK_KINDS

DISTRICT_LEVEL = 2


def in_force(day: date, prefix: str = "") -> Q:
    """The rows whose span of days holds this day."""
    return Q(**{f"{prefix}valid_from__lte": day}) & (
        Q(**{f"{prefix}valid_to__gte": day}) | Q(**{f"{prefix}valid_to__isnull": True})
    )


def seats_of(office: int, day: date) -> dict[int, Seat]:
    """The posts in force of a district's department and its units on a day, by post id."""
    posts = Post.objects.filter(in_force(day)).filter(
        Q(office_id=office) | Q(office__district_id=office)
    )
    return _seats(posts, day)


def seats_by_id(post_ids: Iterable[int], day: date) -> dict[int, Seat]:
    """The seats of certain posts and of the posts that cover them."""
    wanted = set(post_ids)
    covers = Leave.objects.filter(in_force(day), post_id__in=wanted).values_list("cover_id")
    wanted |= {cover for (cover,) in covers}
    return _seats(Post.objects.filter(in_force(day), id__in=wanted), day)


def _seats(posts: QuerySet[Post], day: date) -> dict[int, Seat]:
    rows = list(posts.values_list("id", "kind", "office_id", "office__district_id"))
    ids = [row[0] for row in rows]
    holders = dict(
        PostHolding.objects.filter(in_force(day), post_id__in=ids).values_list(
            "post_id", "employee_id"
        )
    )
    covers = dict(
        Leave.objects.filter(in_force(day), post_id__in=ids).values_list("post_id", "cover_id")
    )
    return {
        post: Seat(post, kind, office, district, holders.get(post), covers.get(post))
        for post, kind, office, district in rows
    }


def fallback_posts(seats: dict[int, Seat]) -> list[int]:
    """The specialists and then the heads of a department, in the order they answer."""
    ordered = sorted(
        (seat for seat in seats.values() if seat.kind in FALLBACK_KINDS),
        key=lambda seat: (FALLBACK_KINDS.index(seat.kind), seat.post_id),
    )
    return [seat.post_id for seat in ordered]


def responsible_on(
    post_id: int,
    department: int,
    day: date,
    may: Callable[[Seat], bool] = anybody,
    others: Sequence[int] = (),
) -> Seat | None:
    """Who answers for a post of a department on a day: holder, cover, specialist, or head.

    Whoever ``may`` not is passed over; ``others`` are posts that answer if nobody else does. The
    post may be another department's, where nobody of this one may see a sealed matter.
    """
    seats = seats_of(department, day)
    fallbacks = [*fallback_posts(seats), *others]
    return responsible_seat(seats_by_id([post_id, *others], day) | seats, post_id, fallbacks, may)


def duty_seats(department: int, day: date) -> list[Seat]:
    """Who is on duty, first, second, third; then the specialist and the head. Never empty
    while the department has anybody in post, so that an alarm always has a name."""
    seats = seats_of(department, day)
    turns = DutyTurn.objects.filter(in_force(day), office_id=department).order_by("rank")
    order = [*turns.values_list("post_id", flat=True), *fallback_posts(seats)]
    found: list[Seat] = []
    for post_id in order:
        seat = acting_seat(seats, post_id)
        if seat is not None and seat not in found:
            found.append(seat)
    return found


def oblast_duty_seat(oblast: int, day: date, shut_out: Collection[int] = ()) -> Seat | None:
    """The oblast's duty person: the first post in force of the oblast's own office whose holder
    is not shut out."""
    seats = _seats(Post.objects.filter(in_force(day), office_id=oblast).order_by("id"), day)
    free = (seat for seat in seats.values() if not seat.held_by(shut_out))
    return next((seat for seat in free if acting_seat(seats, seat.post_id)), None)


def posts_of_employee(employee_id: int, day: date) -> list[Post]:
    """The posts a person holds on a day, for the switch in the header."""
    held = in_force(day, "holdings__") & Q(holdings__employee_id=employee_id)
    return list(
        Post.objects.filter(in_force(day)).filter(held).select_related("office").order_by("id")
    )


def covered_posts(post_id: int, day: date) -> list[int]:
    """The posts that this post acts for today, because their holders are away."""
    leaves = Leave.objects.filter(in_force(day), cover_id=post_id)
    return list(leaves.values_list("post_id", flat=True))


def departments() -> QuerySet[Office]:
    """All departments of districts and cities, by name."""
    return Office.objects.filter(level=DISTRICT_LEVEL).order_by("name_en", "id")


def departments_covering(soate: str, day: date | None = None) -> QuerySet[Office]:
    """The department that answers for a district or city."""
    return departments().filter(
        in_force(day or clock.today(), "covers__"), covers__territory_id=soate
    )


def territories_of(office_id: int, day: date) -> list[str]:
    """The codes of the districts and cities an office covers on a day, in its own order."""
    covers = OfficeTerritory.objects.filter(in_force(day), office_id=office_id)
    return list(covers.order_by("id").values_list("territory_id", flat=True))


def territories_of_oblast(oblast_id: int, day: date) -> list[str]:
    """The codes of the districts and cities that the departments of an oblast cover on a day."""
    covers = OfficeTerritory.objects.filter(in_force(day), office__oblast_id=oblast_id)
    return sorted(covers.values_list("territory_id", flat=True).distinct())


def office(office_id: int) -> Office:
    """One office; raises ``Office.DoesNotExist``."""
    return Office.objects.get(id=office_id)


def people_in_posts(department: int, day: date) -> QuerySet[PostHolding]:
    """Who holds which post of a department and its units, by name."""
    return (
        PostHolding.objects.filter(in_force(day), in_force(day, "post__"))
        .filter(Q(post__office_id=department) | Q(post__office__district_id=department))
        .select_related("post", "post__office", "employee")
        .order_by("employee__sort_key", "post_id")
    )


def people_of_oblast(oblast: int, day: date) -> QuerySet[PostHolding]:
    """Who holds which post of an oblast's departments and their units, by office and name."""
    return (
        PostHolding.objects.filter(in_force(day), in_force(day, "post__"))
        .filter(post__office__oblast_id=oblast)
        .exclude(post__office__district=None)
        .select_related("post", "post__office", "employee")
        .order_by("post__office__district_id", "employee__sort_key", "post_id")
    )


def department_of_post(post_id: int) -> int | None:
    """The department that a post belongs to."""
    found = Post.objects.filter(id=post_id).values_list("office__district_id", flat=True)
    return found.first()


def holder_names(post_ids: Iterable[int], day: date) -> dict[int, str]:
    """The names of the holders of certain posts on a day."""
    rows = PostHolding.objects.filter(in_force(day), post_id__in=set(post_ids)).values_list(
        "post_id", "employee__given_name", "employee__surname"
    )
    return {post: f"{given} {surname}".strip() for post, given, surname in rows}


def roster(department: int, day: date) -> QuerySet[DutyTurn]:
    """The turns of duty from a day on."""
    return (
        DutyTurn.objects.filter(office_id=department, valid_to__gte=day)
        .select_related("post")
        .order_by("valid_from", "rank")
    )


def leaves(department: int, day: date) -> QuerySet[Leave]:
    """Leave that has not ended, with its cover."""
    return (
        Leave.objects.filter(valid_to__gte=day)
        .filter(Q(post__office_id=department) | Q(post__office__district_id=department))
        .select_related("post", "cover")
        .order_by("valid_from")
    )


def seat_of_post(post_id: int, day: date) -> Seat | None:
    """One post's seat on a day."""
    return seats_by_id([post_id], day).get(post_id)


def scope_of_office(office_id: int) -> tuple[int | None, int | None, int | None]:
    """The scope columns of an office: unit, district, oblast."""
    return Office.objects.values_list("unit_id", "district_id", "oblast_id").get(id=office_id)


def employee_of_post(post_id: int, day: date) -> int | None:
    """Who holds a post on a day."""
    return (
        PostHolding.objects.filter(in_force(day), post_id=post_id)
        .values_list("employee_id", flat=True)
        .first()
    )


def units_of_posts(post_ids: Iterable[int]) -> tuple[int, ...]:
    """The units in which certain posts stand."""
    units = Post.objects.filter(id__in=list(post_ids)).values_list("office__unit_id", flat=True)
    return tuple(sorted({unit for unit in units if unit is not None}))


def offices_by_id(office_ids: Iterable[int]) -> QuerySet[Office]:
    """Certain offices, by name."""
    return Office.objects.filter(id__in=list(office_ids)).order_by("name_en", "id")
