"""What a page of figures was asked: codes and days of its address, and the panel to choose them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kamkor.figures.queries.asking import (
    districts_together,
    question_for,
    territories_counted_by,
)
from kamkor.figures.vocabulary import FIGURES, KEY_LABELS, Key
from kamkor.kernel import clock
from kamkor.kernel.errors import FieldInvalid
from kamkor.territory.queries import COUNTRY_LEVEL, all_units, names_on
from kamkor.web.dates import typed_date_as_iso
from kamkor.web.forms import select_of

if TYPE_CHECKING:
    from kamkor.access.rules import Viewer
    from kamkor.figures.rules.question import Question
    from kamkor.web.door import ViewedRequest

FIRST_FIGURE = "children_on_register"
OWN = "own"
"""Stands in place of a code: all districts of the reader's department."""


@dataclass(frozen=True)
class Asked:
    """A question as the address holds it: codes and days only."""

    figure: str
    place: str
    first: str
    last: str
    on: str
    known_on: str
    by: tuple[str, ...]

    @classmethod
    def of(cls, request: ViewedRequest) -> Asked:
        """The question of an address."""
        given = request.GET
        return cls(
            given.get("figure") or FIRST_FIGURE,
            given.get("territory", ""),
            given.get("from", ""),
            given.get("to", ""),
            given.get("on", ""),
            given.get("known_on", ""),
            tuple(word for word in (*given.getlist("by"), given.get("by2", "")) if word),
        )

    def address(self, base: str = "/figures/", **changed: str) -> str:
        """The address of the same question, with some of it changed."""
        first, second = (*self.by, "", "")[:2]
        held = {
            "figure": self.figure,
            "territory": self.place,
            "from": self.first,
            "to": self.last,
            "on": self.on,
            "known_on": self.known_on,
            "by": first,
            "by2": second,
            **changed,
        }
        return f"{base}?" + urlencode({key: value for key, value in held.items() if value})

    def question(self, viewer: Viewer) -> Question:
        """The question itself; raises the refusal of what cannot be asked."""
        own = self.place in {"", OWN}
        return question_for(
            viewer,
            place="" if own else self.place,
            department=own,
            first=typed_day(self.first, "from"),
            last=typed_day(self.last, "to"),
            on=typed_day(self.on, "on"),
            known_on=typed_day(self.known_on, "known_on"),
            by=self.by,
            figures=(self.figure,),
        )

    @staticmethod
    def key_label(key: Key) -> str:
        """What a breakdown is called, in English, to be translated."""
        return KEY_LABELS[key]


def typed_day(typed: str, field: str) -> date | None:
    """The day that was typed into a field of the address; raises ``FieldInvalid``."""
    if not typed:
        return None
    try:
        return date.fromisoformat(typed_date_as_iso(typed))
    except ValueError:
        raise FieldInvalid(field) from None


def panel(viewer: Viewer, asked: Asked, question: Question | None = None) -> dict[str, Any]:
    """The fields to ask with; only places that the post may count."""
    place = asked.place
    if question is not None:
        place = OWN if question.department else question.territory
    first, second = (*asked.by, "", "")[:2]
    keys = [option("", _("nothing"))]
    keys += [option(str(key), _(label)) for key, label in KEY_LABELS.items()]
    figures = [option(name, _(figure.label)) for name, figure in FIGURES.items()]
    return {
        "action": "/figures/",
        "heading": _("Ask"),
        "submit_label": _("Count"),
        "open": True,
        "clear_url": "/figures/",
        "fields": [
            select_of("figure", _("Figure"), figures, asked.figure),
            select_of("territory", _("Place"), places(viewer), place),
            date_field("from", _("From"), asked.first),
            date_field("to", _("To"), asked.last),
            date_field("on", _("State of"), asked.on),
            date_field("known_on", _("As known on"), asked.known_on),
            select_of("by", _("Broken down by"), keys, first),
            select_of("by2", _("and by"), keys, second),
        ],
    }


def option(value: str, label: str) -> dict[str, Any]:
    """One option of a choice."""
    return {"value": value, "label": label}


def places(viewer: Viewer) -> list[dict[str, Any]]:
    """The places that a post may count, each oblast followed by its own."""
    allowed = territories_counted_by(viewer)
    names = names_on(clock.today(), get_language() or "en")
    units = [unit for unit in all_units() if allowed is None or unit.soate in allowed]
    shown = [option(unit.soate, f"{_INDENT * unit.level}{names[unit.soate]}") for unit in units]
    if districts_together(viewer):
        return [option(OWN, _("My department")), *shown]
    if any(unit.level == COUNTRY_LEVEL for unit in units):
        return shown
    return [option("", "–"), *shown]


_INDENT = "\u2003"


def date_field(name: str, label: str, typed: str) -> dict[str, Any]:
    """A day that narrows a question."""
    return {
        "kind": "date",
        "name": name,
        "id": name,
        "label": label,
        "required": True,
        "value": typed,
    }
