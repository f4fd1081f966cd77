"""Two records beside each other, thing by thing, with what differs marked; and who may be the child
that is being identified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from kamkor.cases.operations.same_child import record_typed
from kamkor.cases.queries.case import latest_cases_of
from kamkor.cases.vocabulary import OPEN_STATES, STATE_LABELS
from kamkor.kernel.words import noop
from kamkor.people.queries import last_homes_of
from kamkor.people.queries.alike import alike_to, record_for
from kamkor.people.rules.plainly import ORDER, beside, by_word
from kamkor.people.vocabulary import (
    COMPARED,
    LIKENESS,
    NEARLY,
    OTHER,
    PLAINLY,
    SAME,
    words_of_line,
)
from kamkor.web.forms import Typed, coded_options, row_numbers
from kamkor.web.words import birth, coded, day, raised

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from kamkor.access.rules import Viewer
    from kamkor.cases.models import Case
    from kamkor.people.models import HouseholdMember, Person
    from kamkor.people.rules.plainly import Beside, Letters
    from kamkor.people.rules.records import Likeness, Record

TYPED: Final = UUID(int=0)
"""Stands for a child that is not written yet."""
ROWS: Final = "alike"
_BADGES: Final = {NEARLY: "info", OTHER: "high"}
_OF_YEARS: Final = frozenset({"date_first", "date_january"})
"""What a date without a day is compared as, which is no date that anybody told."""
_KNOWN_SEXES: Final = frozenset({"male", "female"})


def told_beside(like: Likeness, places: Mapping[UUID, str]) -> list[Beside]:
    """Each thing of two records with the word for how they compare."""
    one, other = like.one, like.other
    return beside(
        like,
        births=(birth(one.born_on, one.precision), birth(other.born_on, other.precision)),
        places=(places.get(one.person, ""), places.get(other.person, "")),
        sexes=(_sex(one), _sex(other)),
    )


def _sex(record: Record) -> str:
    return coded(record.sex, "sexes") if record.sex in _KNOWN_SEXES else ""


def compared_table(found: Sequence[Beside], heads: tuple[str, str]) -> dict[str, Any]:
    """Two records beside each other: a word for each thing, the letters that differ marked."""
    return {
        "caption": _("Comparison"),
        "columns": [{"label": one} for one in (_("What"), *heads, _("Comparison"))],
        "rows": [{"cells": _cells(one)} for one in found],
    }


def _cells(one: Beside) -> list[dict[str, Any]]:
    if one.about == ORDER:
        said = raised(_(LIKENESS["name_order_turned"]))
        blank = {"text": ""}
        return [{"text": _(COMPARED[ORDER])}, blank, blank, _word(said, one.word)]
    said = raised(_(PLAINLY[one.word]))
    if one.other_letters:
        said = _("%(word)s, in other letters") % {"word": said}
    held = [{"html": _letters(pieces), "text": "–"} for pieces in one.letters]
    return [{"text": _(COMPARED[one.about])}, *held, _word(said, one.word)]


def _word(said: str, word: str) -> dict[str, Any]:
    kind = _BADGES.get(word)
    return {"text": "", "badge": {"kind": kind, "text": said}} if kind else {"text": said}


def _letters(pieces: Letters) -> SafeString:
    return format_html_join(
        "",
        "{}",
        ((format_html("<mark>{}</mark>", text) if differs else text,) for text, differs in pieces),
    )


def sentence(found: Sequence[Beside]) -> str:
    """Why two records may be one child, in one line: what is the same, what is not."""
    parts = [
        _("%(word)s: %(things)s")
        % {"word": _(PLAINLY[word]), "things": ", ".join(map(_thing, held))}
        for word, held in by_word(list(found)).items()
    ]
    return raised("; ".join(parts)) + "."


def _thing(one: Beside) -> str:
    about = _(COMPARED[one.about])
    small = about[:1].lower() + about[1:]
    return _("%(thing)s (in other letters)") % {"thing": small} if one.other_letters else small


def weighed_table(like: Likeness) -> dict[str, Any]:
    """What each line of the comparison weighs, and the sum."""
    rows = [_weighed(code, weight, like) for code, weight in like.weighed.lines]
    whole = [{"text": _("Sum")}, {"text": ""}, _weight(like.weighed.total)]
    return {
        "caption": _("How this was weighed"),
        "columns": [
            {"label": _("What")},
            {"label": _("Comparison")},
            {"label": _("Weight"), "numeric": True},
        ],
        "rows": [{"cells": cells} for cells in (*rows, whole)],
    }


def _weighed(code: str, weight: float, like: Likeness) -> list[dict[str, Any]]:
    about, said = words_of_line(code)
    if code in _OF_YEARS and not like.one.precision == like.other.precision == "day":
        said = noop("only the year equal")
    return [{"text": _(about)}, {"text": raised(_(said))}, _weight(weight)]


def _weight(weight: float) -> dict[str, Any]:
    return {"text": f"{weight:+.1f}", "numeric": True, "nowrap": True}


def places_of(homes: Mapping[UUID, HouseholdMember]) -> dict[UUID, str]:
    """Where each of these lives, as it was told."""
    return {who: one.household.place for who, one in homes.items()}


def standing(case: Case | None) -> str:
    """A case in few words: its number, its state, since when."""
    if case is None:
        return _("no case yet")
    return f"{case.number}, {_(STATE_LABELS[case.state])}, {day(case.opened_on)}"


def called(person: Person) -> str:
    """A child's name and birth."""
    born = birth(person.born_on, person.birth_precision)
    return f"{person.shown_name} ({born})" if born else person.shown_name


def weigh_typed(
    viewer: Viewer, data: Mapping[str, Any], typed: Typed, address: str, own: UUID | None = None
) -> tuple[dict[str, Any], bool]:
    """Who may be the child that is typed into a form, for its page; and whether one of them was not
    shown yet. ``address`` is where the form stands, ``own`` the child that it is about already."""
    record = None if data.get("child") else record_typed(TYPED, data)
    if record is None:
        return {}, False
    found = alike_to(viewer, record, own)
    people = [person.pk for _like, person in found]
    homes, cases = last_homes_of(viewer, people), latest_cases_of(viewer, people)
    places = places_of(homes) | {TYPED: str(data.get("place", ""))}
    said = {
        typed.get(f"{ROWS}-{row}-child", [""])[0]: typed.get(f"{ROWS}-{row}-answer", [""])[0]
        for row in row_numbers(typed, ROWS)
    }
    cards = []
    for row, (like, person) in enumerate(found):
        case, home = cases.get(person.pk), homes.get(person.pk)
        known = {"child": person.pk} | ({"household": home.household_id} if home else {})
        is_open = case is not None and case.state in OPEN_STATES
        told = told_beside(like, places)
        cards.append(
            {
                "id": str(person.pk),
                "name": called(person),
                "standing": standing(case),
                "why": sentence(told),
                "table": compared_table(told, (_("Typed here"), _("Known"))),
                "open_url": f"/cases/{case.pk}/" if case and is_open else "",
                "same_url": f"{address}?{urlencode(known)}",
                "field": _field(row, said.get(str(person.pk), "")),
            }
        )
    return {"alike": cards} if cards else {}, any(one["id"] not in said for one in cards)


def alike_notes(viewer: Viewer, child: UUID) -> list[dict[str, str]]:
    """Before a child is registered: who of the department may be the same one, and the way to
    compare them."""
    record = record_for(viewer, child)
    found = alike_to(viewer, record) if record is not None else []
    if not found:
        return []
    names = "; ".join(called(person) for _like, person in found)
    return [
        {
            "text": _("Perhaps this child is known already: %(names)s") % {"names": names},
            "url": f"/duplicates/?child={child}",
            "act": _("Compare before you decide"),
        }
    ]


def _field(row: int, chosen: str) -> dict[str, Any]:
    """The question of one of those known: is it another child, or is that not sure?"""
    name = f"{ROWS}-{row}-answer"
    return {
        "row": f"{ROWS}-{row}-child",
        "name": name,
        "id": name,
        "label": _("Is it one child?"),
        "required": True,
        "options": [
            one | {"checked": one["value"] == chosen}
            for one in coded_options("same_child_answers")
            if one["value"] != SAME
        ],
    }
