"""Finding who may be known already, though the name was typed otherwise or with a letter wrong.

A word typed fits a word of a name that is the same, begins like it, or is one letter apart. Words
one letter apart are looked up among those of the whole nation, which tell nothing of who bears
them; everything else is asked of the viewer's scope alone, by comparisons that leak nothing.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from operator import add, or_
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Case, Exists, F, Min, OuterRef, Q, QuerySet, Value, When

from kamkor.access.rules import Viewer
from kamkor.kernel.kept import asked as asked_for
from kamkor.kernel.shapes import first_day, precision
from kamkor.people.models import Household, HouseholdMember, NameToken, Person, WordingToken
from kamkor.people.names import words_of_place
from kamkor.people.queries import (
    households_visible_to,
    people_visible_to,
    scope_filter,
    scope_parts,
)
from kamkor.people.queries.hits import Hit, one_each
from kamkor.people.queries.words import BEGINS, MISSING, NEAR, Word, words_of_name

MOST: Final = 500
"""So many are put into their order; of more the number is told."""
_MOST_MISSING: Final = 4
_OF_ANY_PLACE: Final = words_of_place("село айыл айылы кыштагы шаары улица көчөсү дом үй")
UNTOLD: Final = ("", "unknown")


@dataclass(frozen=True)
class PersonAsked:
    """Whom somebody looks for: any part may be empty. ``born`` is a year, year and month, or date."""

    name: str = ""
    born: str = ""
    sex: str = ""
    place: str = ""
    mother: str = ""
    pin: str = ""

    def is_empty(self) -> bool:
        """Whether nothing was told that a person can be found by."""
        return not (self.name or self.born or self.mother or self.pin)


_ESTIMATED_YEARS: Final = 2
"""An estimated birth may have been so many years earlier or later."""


@dataclass(frozen=True)
class Found:
    """Who was found, the likeliest first, at most ``MOST``; how many in all; by which words; of
    them those whose home stands at the place told, or has the mother told; and by which records,
    where one person has several."""

    hits: list[Hit]
    total: int
    words: list[Word]
    homes: Mapping[str, Collection[UUID]] = field(default_factory=dict)
    records: Mapping[UUID, Collection[UUID]] = field(default_factory=dict)


class _Marked(NamedTuple):
    """A word of a kept question: each part is told when it is asked."""

    word: Any
    end: Any
    near: Any

    @property
    def begins(self) -> Q:
        return Q(token__gte=self.word, token__lt=self.end)


def _near_any(words: Sequence[Word]) -> list[str]:
    return sorted({word for one in words for word in one.near})


def _bearing(
    viewer: Viewer,
    words: Sequence[Word | _Marked],
    near: Any,  # noqa: ANN401 - words, or a mark of them
) -> QuerySet[Any]:
    """Persons with what the words cost in their names: all, or all but one, fit."""
    fits = [*(one.begins for one in words), Q(token__among=near)]
    # Said of the offices and the teams with each word: so an index answers both, and none of the
    # nation's rows is read but those of the scope. Those lent are few: their names are read whole.
    held, lent = scope_parts(viewer, "person_id")
    parts = [part & fit for part in held for fit in fits] + lent
    costs = [
        Min(
            Case(
                When(token=one.word, then=0),
                When(one.begins, then=BEGINS),
                When(token__among=one.near, then=NEAR),
                default=MISSING,
            )
        )
        for one in words
    ]
    most = min(len(words), _MOST_MISSING) * NEAR + NEAR - 1
    return (
        NameToken.objects.filter(reduce(or_, parts))
        .filter(_unbarred(viewer))
        .values("person_id")
        .annotate(cost=reduce(add, costs))
        .filter(cost__lte=most)
    )


def _unbarred(viewer: Viewer) -> Q:
    return ~Q(person_id__among=viewer.barred) if viewer.barred else Q()


def people_named(viewer: Viewer, typed: str) -> QuerySet[Person]:
    """Persons whose names hold all, or all but one, of the words typed; nobody where none is.

    Of records that are one person the kept one, by every spelling of all of them.
    """
    bearers = _people(viewer, words_of_name(typed)).values(kept=_read_as("", "id"))
    return people_visible_to(viewer).exclude(shown_name="").filter(id__in=bearers)


def _read_as(at: str, who: str) -> Case:
    """The id of the record as which one is read; as a case, which leaks nothing."""
    return Case(When(**{f"{at}same_as__isnull": True, "then": F(who)}), default=F(f"{at}same_as"))


def _people(viewer: Viewer, words: Sequence[Word]) -> QuerySet[Person]:
    if not words:
        return Person.objects.none()
    # A description that turned out to be of somebody known bears no name any more.
    known = people_visible_to(viewer).exclude(shown_name="")
    return known.filter(id__in=_bearing(viewer, words, _near_any(words)).values("person_id"))


def households_named(viewer: Viewer, typed: str) -> QuerySet[Household]:
    """Households of which a member, whom the home may be called after, bears the name typed."""
    members = HouseholdMember.objects.filter(scope_filter(viewer, subject="household_id")).filter(
        # Who lives there keeps its record, also one that is read as another.
        person__in=_people(viewer, words_of_name(typed)),
        withdrawn_at=None,
    )
    return households_visible_to(viewer).filter(id__in=members.values("household_id"))


def people_found(viewer: Viewer, asked: PersonAsked, without: UUID | None = None) -> Found:
    """Who may be meant, the likeliest first; ``without`` somebody who is not looked for.

    What is told narrows: whoever is known to be otherwise is left out, whoever nothing is known
    of stays. A number finds its bearer whatever the name. The order is that of the names, then of
    births, sex and homes.
    """
    words = words_of_name(asked.name)
    if asked.is_empty() or (asked.name and not words and not asked.pin):
        return Found([], 0, words)
    if words and without is None and asked == PersonAsked(name=asked.name):
        hits = _named_alone(viewer, words)
    else:
        order = ("cost", "person__sort_key", "person_id") if words else ("sort_key", "id")
        rows = _narrowed(viewer, asked, words, without).order_by(*order)
        hits = [Hit(*row) for row in rows[:MOST]]
    bearers = _bearers(viewer, asked.pin) if asked.pin else []
    people = one_each(viewer, hits + bearers, asked.pin, without)
    total = len(people)
    if len(hits) == MOST:
        more = people.keys() - {one.kept for one in hits}
        total = _count(viewer, asked, words, without) + len(more)
    records = {who: found for who, (_, found) in people.items()}
    homes = _homes_that_fit(viewer, asked, records)
    return Found(
        _ranked(asked, [one for one, _ in people.values()], homes), total, words, homes, records
    )


def _named_alone(viewer: Viewer, words: Sequence[Word]) -> list[Hit]:
    """What is asked most, by a name alone, is put into SQL once for each number of words."""
    told: dict[str, Any] = {"near": _near_any(words)}
    for number, one in enumerate(words):
        told |= {f"word{number}": one.word, f"end{number}": one.end}
        told[f"near{number}"] = list(one.near)
    return [Hit(*row) for row in asked_for(_rows_named, viewer, len(words), **told)]


def _rows_named(viewer: Viewer, number: int, **told: Any) -> QuerySet[Any]:  # noqa: ANN401 - marks
    # Django compares what stands in a condition that is counted by: places are alike, marks never.
    places = {name: mark.resolve_expression() for name, mark in told.items()}
    words = [
        _Marked(*(places[f"{part}{place}"] for part in _Marked._fields)) for place in range(number)
    ]
    rows = _bearing(viewer, words, places["near"]).exclude(person__shown_name="")
    columns = (f"person__{one}" for one in _COLUMNS)
    rows = rows.values_list("person_id", *columns, "cost")
    return rows.order_by("cost", "person__sort_key", "person_id")[:MOST]


_COLUMNS: Final = ("sort_key", "born_on", "birth_precision", "sex", "pin", "same_as")


def born_otherwise(
    viewer: Viewer, asked: PersonAsked, found: Found, without: UUID | None = None
) -> int:
    """How many more would be found if the birth were not told."""
    if not (asked.born and found.words):
        return 0
    anytime = replace(asked, born="")
    return _count(viewer, anytime, found.words, without) - found.total


def _count(viewer: Viewer, asked: PersonAsked, words: Sequence[Word], without: UUID | None) -> int:
    """How many persons fit, however many records each has."""
    rows = _narrowed(viewer, asked, words, without)
    kept = _read_as("person__", "person_id") if words else _read_as("", "id")
    return int(rows.order_by().values(kept=kept).distinct().count())


def people_of(viewer: Viewer, ids: Iterable[str]) -> dict[str, Person]:
    """The persons of these ids, by id."""
    wanted = [UUID(one) for one in ids]
    return {str(one.pk): one for one in asked_for(_people_of, viewer, people=wanted)}


def _people_of(viewer: Viewer, people: Iterable[UUID]) -> QuerySet[Person]:
    return people_visible_to(viewer).filter(id__among=people)


def _narrowed(
    viewer: Viewer, asked: PersonAsked, words: Sequence[Word], without: UUID | None
) -> QuerySet[Any]:
    """The columns of ``Hit`` of those who fit."""
    if words:
        rows, at = _bearing(viewer, words, _near_any(words)), "person__"
    else:
        rows, at = people_visible_to(viewer).annotate(cost=Value(0)), ""
        if not (asked.born or asked.mother):
            rows = rows.none()
    rows = rows.exclude(**{f"{at}shown_name": ""}).filter(_told(asked, at))
    who = "person_id" if words else "id"
    if without is not None:
        rows = rows.exclude(**{who: without}).exclude(**{f"{at}same_as": without})
    if asked.place:
        homes = _homes_at(viewer, asked.place)
        rows = rows.filter(_in_home(viewer, who, homes) | ~_in_home(viewer, who))
    if asked.mother:
        homes = _homes_of_adults(viewer, words_of_name(asked.mother))
        fits = _in_home(viewer, who, homes)
        # By a mother alone whoever has none would be everybody of whom she is not known.
        rows = rows.filter(
            fits | ~_in_home(viewer, who, _homes_of_adults(viewer)) if words else fits
        )
    return rows.values_list(who, *(at + one for one in _COLUMNS), "cost")


def _told(asked: PersonAsked, at: str) -> Q:
    """What is told of a person fits or is not known."""
    fits = Q()
    if asked.born:
        fits &= _born(asked.born, at) | (
            Q(**{f"{at}born_on": None}) if asked.name else Q(pk__in=[])
        )
    if asked.sex not in UNTOLD:
        fits &= Q(**{f"{at}sex__in": [asked.sex, *UNTOLD]})
    if asked.pin:
        # A number with doubts may have been misread.
        fits &= Q(**{f"{at}pin__in": ["", asked.pin]}) | ~Q(**{f"{at}pin_doubts": ""})
    return fits


def _born(born: str, at: str = "") -> Q:
    """Births that may be the same: what is known of both leaves a day that fits."""
    first, last = first_day(born), _last_day(born)
    since = {"day": first, "month": first.replace(day=1), "year": first.replace(month=1, day=1)}
    fits = [
        Q(**{f"{at}birth_precision": exactly, f"{at}born_on__gte": day})
        for exactly, day in since.items()
    ]
    about = Q(**{f"{at}birth_precision": "estimated"})
    about &= Q(**{f"{at}born_on__year__gte": first.year - _ESTIMATED_YEARS})
    about &= Q(**{f"{at}born_on__year__lte": last.year + _ESTIMATED_YEARS})
    return reduce(or_, fits) & Q(**{f"{at}born_on__lte": last}) | about


def _last_day(born: str) -> date:
    first = first_day(born)
    if precision(born) == "year":
        return first.replace(month=12, day=31)
    return first.replace(day=monthrange(first.year, first.month)[1]) if len(born) == 7 else first


def members_now(viewer: Viewer) -> QuerySet[HouseholdMember]:
    """Who belongs to a home now, in the viewer's scope."""
    held = HouseholdMember.objects.filter(scope_filter(viewer, subject="household_id"))
    return held.filter(withdrawn_at=None)


def _in_home(viewer: Viewer, who: str, homes: QuerySet[Any] | None = None) -> Exists:
    """Whether somebody belongs to one of these homes, or to any."""
    members = members_now(viewer).filter(person_id=OuterRef(who))
    return Exists(members if homes is None else members.filter(household_id__in=homes))


def _homes_at(viewer: Viewer, place: str) -> QuerySet[Any]:
    """Homes of whose place one of the words was told that are not said of every place."""
    words = {one for one in words_of_place(place) if not one.isdigit()}
    telling = words - _OF_ANY_PLACE or words
    rows = WordingToken.objects.filter(
        scope_filter(viewer, subject="subject"), wording=F("subject")
    )
    fits = [Word(one).begins for one in sorted(telling)]
    return rows.filter(reduce(or_, fits) if fits else Q(pk__in=[])).values("subject")


def _homes_of_adults(viewer: Viewer, words: Sequence[Word] | None = None) -> QuerySet[Any]:
    """Homes with somebody who cares for children there, of this name or of any."""
    adults = members_now(viewer).exclude(relation__in=["child", "sibling"])
    if words is not None:
        adults = adults.filter(person__in=_people(viewer, words))
    return adults.values("household_id")


def _bearers(viewer: Viewer, pin: str) -> list[Hit]:
    """Who bears a personal number, whatever the name."""
    rows = people_visible_to(viewer).filter(pin=pin).exclude(pin="").exclude(shown_name="")
    told = rows.annotate(cost=Value(MISSING)).values_list("id", *_COLUMNS, "cost")
    return [Hit(*row) for row in told]


def _ranked(
    asked: PersonAsked, hits: list[Hit], homes: Mapping[str, Collection[UUID]]
) -> list[Hit]:
    def place(one: Hit) -> tuple[Any, ...]:
        return (
            not asked.pin or one.pin != asked.pin,
            one.cost,
            one.birth_alike(asked.born),
            asked.sex not in UNTOLD and one.sex != asked.sex,
            one.person not in homes["mother"],
            one.person not in homes["place"],
            one.sort_key,
            one.person,
        )

    return sorted(hits, key=place)


def _homes_that_fit(
    viewer: Viewer, asked: PersonAsked, records: Mapping[UUID, Collection[UUID]]
) -> dict[str, set[UUID]]:
    kept = {one: who for who, found in records.items() for one in (who, *found)}
    members = members_now(viewer).filter(person_id__among=list(kept))
    wanted = {
        "place": _homes_at(viewer, asked.place) if asked.place else None,
        "mother": _homes_of_adults(viewer, words_of_name(asked.mother)) if asked.mother else None,
    }
    return {
        what: {
            kept[one]
            for one in members.filter(household_id__in=homes).values_list("person_id", flat=True)
        }
        if homes is not None and kept
        else set()
        for what, homes in wanted.items()
    }
