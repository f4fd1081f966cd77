"""Two records beside each other, line by line, with what differs marked; and who may be the child
that is being identified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext as _

from kamkor.cases.operations.same_child import record_typed
from kamkor.cases.queries.case import latest_cases_of
from kamkor.cases.vocabulary import OPEN_STATES, STATE_LABELS
from kamkor.kernel.words import noop
from kamkor.people.queries import last_homes_of
from kamkor.people.queries.alike import alike_to, record_for
from kamkor.people.vocabulary import SAME, words_of_line
from kamkor.web.forms import Typed, coded_options, row_numbers
from kamkor.web.words import birth, coded, day, raised

if TYPE_CHECKING:
    from kamkor.access.rules import Viewer
    from kamkor.cases.models import Case
    from kamkor.people.models import HouseholdMember, Person
    from kamkor.people.rules.records import Likeness, Name, Record

TYPED: Final = UUID(int=0)
"""Stands for a child that is not written yet."""
ROWS: Final = "alike"
_SAME: Final = frozenset({"equal", "first", "kept", "municipality", "missing"})
"""The last words of lines in which nothing is known that differs."""
_OF_YEARS: Final = frozenset({"date_first", "date_january"})
"""What a date without a day is compared as, which is no date that anybody told."""
_PARTS: Final = {"surname": "surname", "given": "given_name", "father": "patronymic"}


def weighed_table(like: Likeness, places: Mapping[UUID, str]) -> dict[str, Any]:
    """How two records compare, and what each line weighs."""
    table = compared_table(like, (_("First record"), _("Second record")), places)
    weights = [weight for _code, weight in like.weighed.lines]
    for row, weight in zip(table["rows"], weights, strict=False):
        row["cells"].append(_weight(f"{weight:+.1f}"))
    for row in table["rows"][len(weights) :]:
        row["cells"].append({"text": ""})
    whole = [{"text": _("Sum")}, *[{"text": ""}] * 3, _weight(f"{like.weighed.total:+.1f}")]
    return table | {
        "columns": [*table["columns"], {"label": _("Weight"), "numeric": True}],
        "rows": [*table["rows"], {"cells": whole}],
    }


def compared_table(
    like: Likeness, heads: tuple[str, str], places: Mapping[UUID, str]
) -> dict[str, Any]:
    """How two records compare: what stands in each, and what that means; what differs is marked."""
    sides = [(like.one, like.names[0]), (like.other, like.names[1])]
    rows = [_row(code, sides, places) for code, _weighs in like.weighed.lines]
    if like.one_number:
        pins = [{"text": record.pin, "nowrap": True} for record, _name in sides]
        said = {"text": "", "badge": {"kind": "info", "text": _("equal")}}
        rows.append({"cells": [{"text": _("Personal number")}, *pins, said]})
    return {
        "caption": _("Comparison"),
        "columns": [{"label": one} for one in (_("What"), *heads, _("Comparison"))],
        "rows": rows,
    }


def _weight(text: str) -> dict[str, Any]:
    return {"text": text, "numeric": True, "nowrap": True}


def _row(
    code: str, sides: Sequence[tuple[Record, Name]], places: Mapping[UUID, str]
) -> dict[str, Any]:
    about, said = words_of_line(code)
    if code in _OF_YEARS and any(record.precision != "day" for record, _name in sides):
        said = noop("only the year equal")
    held = [{"text": _value(code, record, name, places)} for record, name in sides]
    compared: dict[str, Any] = {"text": raised(_(said))}
    if code.rpartition("_")[2] not in _SAME:
        compared = {"text": "", "badge": {"kind": "high", "text": raised(_(said))}}
    return {"cells": [{"text": _(about)}, *held, compared]}


def _value(code: str, record: Record, name: Name, places: Mapping[UUID, str]) -> str:
    about = code.rpartition("_")[0]
    if about in _PARTS:
        return str(getattr(name, _PARTS[about])) or "–"
    if about == "date":
        return birth(record.born_on, record.precision) or "–"
    if about == "place":
        return places.get(record.person, "") or "–"
    return coded(record.sex, "sexes") if about == "sex" else ""


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
        cards.append(
            {
                "id": str(person.pk),
                "name": called(person),
                "standing": standing(case),
                "table": compared_table(like, (_("Typed here"), _("Known")), places),
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
