"""Why somebody was found, and what would tell most where too many were."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from kamkor.access.rules import Viewer
from kamkor.people.names import words_of_place
from kamkor.people.queries import name_tokens_of
from kamkor.people.queries.search import UNTOLD, Found, PersonAsked, members_now
from kamkor.people.queries.words import BEGINS, MISSING, NEAR

_BIRTHS: Final = ("born_day", "born_month", "born_year", "born_about", "born_unknown")


def reasons_for(
    viewer: Viewer, asked: PersonAsked, found: Found, shown: Collection[UUID]
) -> dict[UUID, list[str]]:
    """Why each of these was found, the likeliest first; a code for each reason."""
    records = [one for who in shown for one in found.records.get(who, ())]
    held = name_tokens_of(viewer, records) if found.words else {}
    return {
        one.person: [
            *(["pin"] if asked.pin and one.pin == asked.pin else []),
            *(_of_names(found, [held.get(record, set()) for record in found.records[one.person]])),
            *([_BIRTHS[one.birth_alike(asked.born)]] if asked.born else []),
            *(what for what in ("mother", "place") if one.person in found.homes[what]),
        ]
        for one in found.hits
        if one.person in shown
    }


def _of_names(found: Found, held: Sequence[Collection[str]]) -> list[str]:
    """Of several records of one person the one whose name fits best."""
    if not found.words:
        return []
    return _of_name(min(([one.cost_of(name) for one in found.words] for name in held), key=sum))


def _of_name(costs: Sequence[int]) -> list[str]:
    if not any(costs):
        return ["name"]
    found = ["name_near" if costs.count(NEAR) == 1 else "names_near"] if NEAR in costs else []
    found += ["name_begins"] if BEGINS in costs else []
    return found + (["name_missing"] if MISSING in costs else [])


def would_help(viewer: Viewer, asked: PersonAsked, found: Found) -> tuple[str, int] | None:
    """Which part that was not told would leave the fewest, and about how many."""
    places: dict[UUID, str] = {}
    if not asked.place:
        told = members_now(viewer).filter(person_id__among=[one.person for one in found.hits])
        places = {
            who: _told_place(at) for who, at in told.values_list("person_id", "household__place")
        }
    groups: dict[str, list[Any]] = {
        "born": [one.born_on.year if one.born_on else None for one in found.hits],
        "sex": [one.sex if one.sex not in UNTOLD else None for one in found.hits],
        "place": [places.get(one.person) for one in found.hits],
    }
    left = {what: _left(values) for what, values in groups.items() if not getattr(asked, what)}
    if not left or not found.hits:
        return None
    best = min(left, key=lambda what: left[what])
    share = left[best] / len(found.hits)
    return (best, max(1, round(share * found.total))) if share < 1 else None


def _told_place(place: str) -> str:
    return " ".join(sorted(one for one in words_of_place(place) if not one.isdigit()))


def _left(values: Sequence[Any]) -> float:
    """How many are left on average when one of them is told; who has none is always left."""
    known = Counter(one for one in values if one is not None)
    unknown = len(values) - known.total()
    return sum(size * (size + unknown) for size in known.values()) / (known.total() or 1) or unknown
