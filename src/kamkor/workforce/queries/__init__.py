"""Offices, seats on a day, and who is on duty. No child's data, so these need no viewer."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from kamkor.kernel import clock
from kamkor.kernel.kept import ANYONE, Anyone, asked
from kamkor.workforce.models import DutyTurn, Leave, Office, OfficeTerritory, Post, PostHolding
from kamkor.workforce.queries.seats import (
    AND_COVERS,
    OF_DEPARTMENT,
    OF_OFFICE,
    OF_POSTS,
    names_of,
    seats_where,
)
from kamkor.workforce.rules import (
    Days,
    Seat,
    acting_seat,
    anybody,
    first_day_without,
    responsible_seat,
)
from kamkor.workforce.vocabulary import FALLBACK_KINDS

DISTRICT_LEVEL = 2


def in_force(day: date, prefix: str = "") -> Q:
    """The rows whose span of days holds this day."""
    return Q(**{f"{prefix}valid_from__lte": day}) & (
        Q(**{f"{prefix}valid_to__gte": day}) | Q(**{f"{prefix}valid_to__isnull": True})
    )


def seats_of(office: int, day: date, *, as_of: UUID | None = None) -> dict[int, Seat]:
    """The posts in force of a district's department and its units on a day, by post id.

    Here and below ``as_of`` is the version of the workforce that the viewer of a page has read: it
    may be told what was read at that before. Whatever changes something asks without it, anew.
    """
    return seats_where(OF_DEPARTMENT, office, day, as_of=as_of)


def seats_and_names(
    office: int, day: date, posts: Collection[int], *, as_of: UUID | None = None
) -> tuple[dict[int, Seat], dict[int, str]]:
    """The same, and the names of who holds those posts and these on a day, by post."""
    own = seats_of(office, day, as_of=as_of)
    others = set(posts) - own.keys()
    beside = seats_where(OF_POSTS, others, day, as_of=as_of) if others else {}
    return own, {seat.post_id: seat.name for seat in (own | beside).values() if seat.name}


def seats_by_id(
    post_ids: Iterable[int], day: date, *, as_of: UUID | None = None
) -> dict[int, Seat]:
    """The seats of certain posts and of the posts that cover them."""
    return seats_where(AND_COVERS, set(post_ids), day, as_of=as_of)


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
    *,
    seats: dict[int, Seat] | None = None,
    as_of: UUID | None = None,
) -> Seat | None:
    """Who answers for a post of a department on a day: holder, cover, specialist, or head.

    Whoever ``may`` not is passed over; ``others`` are posts that answer if nobody else does. The
    post may be another department's, where nobody of this one may see a sealed matter. ``seats``
    of the department, if they are known.
    """
    seats = seats_of(department, day, as_of=as_of) if seats is None else seats
    fallbacks = [*fallback_posts(seats), *others]
    wanted = {post_id, *others}
    wanted |= {seat.cover_post_id for seat in seats.values() if seat.cover_post_id is not None}
    if wanted - seats.keys():
        seats = seats_by_id(wanted, day, as_of=as_of) | seats
    return responsible_seat(seats, post_id, fallbacks, may)


def duty_seats(
    department: int, day: date, *, without: UUID | None = None, as_of: UUID | None = None
) -> list[Seat]:
    """Who is on duty, first, second, third; then the specialist and the head. Never empty
    while the department has anybody in post, so that an alarm always has a name.

    ``without`` a turn: as it would be if that one were not there.
    """
    seats = seats_where(
        OF_DEPARTMENT, department, day, as_of=as_of, roster=department, without=without
    )
    turns = [seat for seat in seats.values() if seat.duty_rank is not None]
    turns.sort(key=lambda seat: seat.duty_rank or 0)
    order = [*(seat.post_id for seat in turns), *fallback_posts(seats)]
    found: list[Seat] = []
    for post_id in order:
        seat = acting_seat(seats, post_id)
        if seat is not None and seat not in found:
            found.append(seat)
    return found


def oblast_duty_seat(oblast: int, day: date, shut_out: Collection[int] = ()) -> Seat | None:
    """The oblast's duty person: the first post in force of the oblast's own office whose holder
    is not shut out."""
    seats = seats_where(OF_OFFICE, oblast, day)
    free = (seat for seat in seats.values() if not seat.held_by(shut_out))
    return next((seat for seat in free if acting_seat(seats, seat.post_id)), None)


def posts_of_employee(employee_id: int, day: date) -> list[Post]:
    """The posts a person holds on a day, for the switch in the header."""
    held = in_force(day, "holdings__") & Q(holdings__employee_id=employee_id)
    return list(
        Post.objects.filter(in_force(day)).filter(held).select_related("office").order_by("id")
    )


def employees_in_post(day: date, *, without: QuerySet[Any, Any]) -> list[tuple[int, str]]:
    """Who holds a post on a day, with the name, but for certain ones; by name."""
    held = PostHolding.objects.filter(in_force(day)).filter(in_force(day, "post__"))
    rows = held.exclude(employee_id__in=without).order_by("employee__sort_key", "employee_id")
    names = rows.values_list("employee_id", "employee__given_name", "employee__surname")
    return [(one, f"{given} {surname}".strip()) for one, given, surname in dict.fromkeys(names)]


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


def territories_served(day: date) -> list[str]:
    """The codes of all districts and cities that some department covers on a day."""
    serving = departments().filter(in_force(day, "covers__"))
    return sorted(serving.values_list("covers__territory_id", flat=True).distinct())


def territories_of_oblast(oblast_id: int, day: date) -> list[str]:
    """The codes of the districts and cities that the departments of an oblast cover on a day."""
    covers = OfficeTerritory.objects.filter(in_force(day), office__oblast_id=oblast_id)
    return sorted(covers.values_list("territory_id", flat=True).distinct())


def departments_of_oblast(oblast_id: int) -> list[int]:
    """The departments of an oblast."""
    found = Office.objects.filter(level=DISTRICT_LEVEL, oblast_id=oblast_id).order_by("id")
    return list(found.values_list("id", flat=True))


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


def holder_names(
    post_ids: Iterable[int], day: date, *, as_of: UUID | None = None
) -> dict[int, str]:
    """The names of who holds these posts on a day, by post."""
    return names_of(set(post_ids), day, as_of=as_of)


def _turns(department: int) -> QuerySet[DutyTurn]:
    return DutyTurn.objects.filter(office_id=department, withdrawn_at=None)


def roster(department: int, day: date) -> QuerySet[DutyTurn]:
    """The turns of duty from a day on."""
    return _turns(department).filter(valid_to__gte=day).order_by("valid_from", "rank")


def turns_of_rank(department: int, rank: int, days: Days) -> QuerySet[DutyTurn]:
    """The turns of one rank that share a day with these days."""
    return _turns(department).filter(rank=rank, valid_from__lte=days[1], valid_to__gte=days[0])


def turn_of(department: int, turn_id: UUID) -> DutyTurn | None:
    """A turn of a department by its id, also one that was withdrawn."""
    return DutyTurn.objects.filter(office_id=department, id=turn_id).first()


def first_day_without_turn(department: int, day: date) -> date:
    """The first day from this one on for which nobody stands on the roster."""
    spans = roster(department, day).values_list("valid_from", "valid_to")
    return first_day_without(spans, day)


def _leaves_of(department: int) -> QuerySet[Leave]:
    ours = Q(post__office_id=department) | Q(post__office__district_id=department)
    return Leave.objects.filter(ours).select_related("post", "cover")


def leaves(department: int, day: date) -> QuerySet[Leave]:
    """Leave that has not ended, with its cover."""
    return (
        _leaves_of(department).filter(valid_to__gte=day, withdrawn_at=None).order_by("valid_from")
    )


def away_on(department: int, day: date) -> list[Leave]:
    """The leave of one day, with its cover."""
    return asked(_away_on, ANYONE, department=department, on=day)


def _away_on(_asker: Anyone, department: int, on: date) -> QuerySet[Leave]:
    return leaves(department, on).filter(valid_from__lte=on)


def leave_of(department: int, leave_id: UUID) -> Leave | None:
    """A leave of a department by its id, also one that was withdrawn."""
    return _leaves_of(department).filter(id=leave_id).first()


def is_away(post_id: int, days: Days) -> bool:
    """Whether the holder of a post is on leave on one of these days."""
    there = Leave.objects.filter(post_id=post_id, withdrawn_at=None)
    return there.filter(valid_from__lte=days[1], valid_to__gte=days[0]).exists()


@dataclass(frozen=True)
class PostInForce:
    """A post on a day: its number, kind, the names of its office by language, and its holder."""

    number: int
    kind: str
    offices: dict[str, str]
    holder: str


@dataclass(frozen=True)
class PostNamed:
    """A post with its kind, its office, and who holds it on a day."""

    kind: str
    office_id: int
    holder: str


def posts_named(post_ids: Iterable[int], day: date) -> dict[int, PostNamed]:
    """Certain posts of any office, by post."""
    wanted = sorted(set(post_ids))
    names = holder_names(wanted, day)
    rows = Post.objects.filter(id__in=wanted).values_list("id", "kind", "office_id")
    return {post: PostNamed(kind, office, names.get(post, "–")) for post, kind, office in rows}


def holders_of_kind(kind: str, day: date, office: int | None = None) -> list[int]:
    """The employees who hold posts of a kind on a day, in an office or anywhere."""
    held = PostHolding.objects.filter(in_force(day), in_force(day, "post__"), post__kind=kind)
    if office is not None:
        held = held.filter(post__office_id=office)
    return sorted(set(held.values_list("employee_id", flat=True)))


def posts_in_force(day: date) -> list[PostInForce]:
    """All posts in force on a day, by office."""
    posts = Post.objects.filter(in_force(day)).select_related("office").order_by("office_id", "id")
    found = list(posts)
    names = holder_names([post.pk for post in found], day)
    return [
        PostInForce(
            post.pk,
            post.kind,
            {code: getattr(post.office, f"name_{code}") for code in ("ky", "ru", "kk", "en")},
            names.get(post.pk, ""),
        )
        for post in found
    ]


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


def name_of_office(office_id: int) -> str:
    """What an office is called, in the language in force."""
    names = Office.objects.filter(id=office_id).values_list(f"name_{get_language() or 'en'}")
    return "".join(name for (name,) in names)


def telephone_of(office_id: int) -> str:
    """The number under which an office is called, in E.164; empty where none is known."""
    numbers = Office.objects.filter(id=office_id).values_list("telephone", flat=True)
    return "".join(numbers)


def offices_by_id(office_ids: Iterable[int]) -> QuerySet[Office]:
    """Certain offices, by name."""
    return Office.objects.filter(id__in=list(office_ids)).order_by("name_en", "id")
