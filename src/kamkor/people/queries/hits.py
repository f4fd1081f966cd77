"""Who was found, each once: what is found of a record that is read as another one, of that one."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from kamkor.access.rules import Viewer
from kamkor.kernel.kept import asked
from kamkor.kernel.shapes import precision
from kamkor.people.queries import people_visible_to

_EXACTLY: Final = ("day", "month", "year", "estimated")


class Hit(NamedTuple):
    """One who was found, as far as the order of the list needs."""

    person: UUID
    sort_key: str
    born_on: date | None
    precision: str
    sex: str
    pin: str
    read_as: UUID | None
    cost: int

    @property
    def kept(self) -> UUID:
        """The record as which this one is read: nearly always itself."""
        return self.read_as or self.person

    def birth_alike(self, born: str) -> int:
        """How exactly a birth told and the one known agree: 0 to the day, 1 the month, 2 the year,
        3 where it was estimated, 4 where one of them is not known."""
        if not born or self.born_on is None:
            return len(_EXACTLY)
        return max(_EXACTLY.index(precision(born)), _EXACTLY.index(self.precision))


def one_each(
    viewer: Viewer, rows: Iterable[Hit], pin: str, without: UUID | None
) -> dict[UUID, tuple[Hit, set[UUID]]]:
    """By the record as which each is read: the likeliest of what was found of this person, and the
    ids of all records found. ``pin`` is the number asked for, ``without`` who is left out; so is
    everybody whose kept record the viewer may not see."""
    groups: dict[UUID, list[Hit]] = {}
    for row in rows:
        if row.kept != without:
            groups.setdefault(row.kept, []).append(row)
    others = [who for who, found in groups.items() if any(one.person != who for one in found)]
    kept = dict(asked(_kept, viewer, people=others)) if others else {}
    alone = groups.keys() - others
    names = {who: groups[who][0].sort_key for who in alone} | kept
    return {
        who: (
            _likeliest(found, pin)._replace(person=who, sort_key=names[who]),
            {one.person for one in found},
        )
        for who, found in groups.items()
        if who in names
    }


def _likeliest(found: Sequence[Hit], pin: str) -> Hit:
    """Of the records of one person that of least cost, with the number asked for if any bears it."""
    best = min(found, key=lambda one: one.cost)
    return best._replace(pin=pin) if pin in {one.pin for one in found} else best


def _kept(viewer: Viewer, people: Iterable[UUID]) -> QuerySet[Any]:
    rows = people_visible_to(viewer).filter(id__among=people).exclude(shown_name="")
    return rows.values_list("id", "sort_key")
