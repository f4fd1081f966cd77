"""What the search before create tells beside its list: why somebody was found, what would tell more
where too many were, and a form begun with what was typed."""

from collections.abc import Collection
from dataclasses import fields, replace
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.kernel.words import noop
from kamkor.people.names import fold
from kamkor.people.queries import explained
from kamkor.people.queries.search import MOST, Found, PersonAsked, people_found
from kamkor.people.rules.misspelling import other_layout, parts_of
from kamkor.web.forms import Typed
from kamkor.web.paging import PAGE
from kamkor.web.searching import Search
from kamkor.web.words import raised

REASONS: Final = {
    "pin": noop("the same personal number"),
    "name": noop("the name is the same"),
    "name_near": noop("name one letter apart"),
    "names_near": noop("names each one letter apart"),
    "name_begins": noop("a name begins like this"),
    "name_missing": noop("one of the names is another"),
    "born_day": noop("born the same day"),
    "born_month": noop("born the same month"),
    "born_year": noop("born the same year"),
    "born_about": noop("birth estimated"),
    "born_unknown": noop("birth not known"),
    "mother": noop("the mother's name"),
    "place": noop("lives there"),
}
HELPFUL: Final = {
    "born": noop("The year of birth would tell most: about %(left)s would be left."),
    "sex": noop("The sex would tell most: about %(left)s would be left."),
    "place": noop("The village or street would tell most: about %(left)s would be left."),
}
_CARRIED: Final = ("born-day", "born-month", "born-year", "sex", "place", "pin")


def asked_in(search: Search) -> PersonAsked:
    """Whom a search looks for."""
    told = {one.name: search.told.get(one.name, "") for one in fields(PersonAsked)}
    return PersonAsked(**told)


def looked_for(
    viewer: Viewer, asked: PersonAsked, without: UUID | None
) -> tuple[PersonAsked, Found, str]:
    """Who was found; where nobody was, by what the same keys write in the other alphabet.

    Told is then also that the keyboard may have stood in another language.
    """
    found = people_found(viewer, asked, without)
    meant = other_layout(asked.name)
    if found.total or not fold(meant):
        return asked, found, ""
    other = replace(asked, name=meant)
    again = people_found(viewer, other, without)
    if not again.total:
        return asked, found, ""
    text = _(
        "Nobody is called “%(typed)s” here. Was the keyboard in another language? Found for “%(meant)s”:"
    )
    return other, again, text % {"typed": asked.name, "meant": meant}


def reasons_for(
    viewer: Viewer, asked: PersonAsked, found: Found, shown: Collection[UUID]
) -> dict[UUID, str]:
    """Why each of these was found, in words."""
    told = explained.reasons_for(viewer, asked, found, shown)
    return {who: raised("; ".join(_(REASONS[one]) for one in why)) for who, why in told.items()}


def too_many(viewer: Viewer, asked: PersonAsked, found: Found) -> str:
    """Where more were found than a page shows: which part would leave the fewest."""
    if found.total <= PAGE:
        return ""
    helpful = explained.would_help(viewer, asked, found)
    told = [_(HELPFUL[helpful[0]]) % {"left": helpful[1]}] if helpful else []
    if found.total > MOST:
        told.insert(0, _("Only the first %(most)s are listed.") % {"most": MOST})
    return " ".join(told)


def begun_with(typed: Typed, asked: PersonAsked) -> list[dict[str, Any]]:
    """The inputs of a form about a child with what was typed here; a person reads them again."""
    held = {name: typed[name][0] for name in _CARRIED if typed.get(name)}
    given = parts_of(asked.name) | held
    if asked.mother:
        parts = parts_of(asked.mother)
        given |= {
            f"adults-0-{part}": parts[part] for part in ("given_name", "surname") if part in parts
        }
        given["adults-0-relation"] = "mother"
    return [{"name": name, "value": value} for name, value in given.items() if value]
