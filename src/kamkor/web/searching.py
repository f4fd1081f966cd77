"""Searches for people: sent by POST alone, so that what is typed stands in no address."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import Field

from kamkor.kernel.errors import Fault, FieldRequired, RefusedFields
from kamkor.kernel.shapes import Ask, Coded, Line, PartialDay, Shape, read_shape
from kamkor.kernel.words import noop
from kamkor.people.names import NAME_LIMIT
from kamkor.people.operations import Pin
from kamkor.web.conditions import MORE
from kamkor.web.forms import FormPage, read_typed
from kamkor.web.paging import Page

# A whole name: surname, given name and patronymic.
WholeName = Annotated[str, Field(max_length=3 * NAME_LIMIT)]


class NameSearch(Shape):
    """Of whom a list is wanted, or which case."""

    name: Annotated[WholeName, Ask(noop("Case number, or name in any spelling"))] | None = None


class PersonSearch(Shape):
    """Who may be known already: a name, a birth as exactly as it is known, or what else is told."""

    name: Annotated[WholeName, Ask(noop("Name, in any spelling"))] | None = None
    born: (
        Annotated[
            PartialDay, Ask(noop("Born"), noop("The year alone is enough"), widget="partial_date")
        ]
        | None
    ) = None
    sex: Annotated[str, Coded("sexes"), Ask(noop("Sex"), group=MORE)] | None = None
    place: Annotated[Line, Ask(noop("Village or street"), group=MORE)] | None = None
    mother: (
        Annotated[
            WholeName, Ask(noop("Mother's name"), noop("Or of who cares for the child"), MORE)
        ]
        | None
    ) = None
    pin: Annotated[Pin, Ask(noop("Personal number"), group=MORE, widget="pin")] | None = None


FINDS = ("name", "born", "mother", "pin")
"""By one of these at least somebody can be found."""


@dataclass(frozen=True)
class Search:
    """What was searched for and how it was typed; whoever only opens the page has not ``sent``."""

    shape: type[Shape]
    typed: dict[str, list[str]]
    sent: bool
    told: Mapping[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name that was typed."""
        return self.told.get("name", "")

    @property
    def asked(self) -> bool:
        """Whether something is searched for that can be read."""
        return self.sent and not self.faults

    def form(self) -> dict[str, Any]:
        """The fields as they were typed, and what is wrong with them."""
        page = FormPage(self.shape, self.typed, lambda _kind: [], self.faults)
        return {"fields": page.fields(), "errors": page.errors()}

    def turning(self, action: str, page: Page[Any], **carried: str) -> dict[str, Any] | None:
        """What the form needs that turns the pages of this search; nothing if there is one page."""
        if not (page.after or page.before):
            return None
        typed = [{"name": key, "value": held[0]} for key, held in self.typed.items()]
        typed += [{"name": key, "value": value} for key, value in carried.items() if value]
        return {"action": action, "hidden": typed, "after": page.after, "before": page.before}


def search_of(request: HttpRequest, shape: type[Shape], *, needed: Collection[str] = ()) -> Search:
    """What a request searches for; refused where nothing is told of which one is ``needed``."""
    names = {
        key
        for field in FormPage(shape, {}, lambda _kind: []).fields()
        for key in (field["name"], *(f"{field['name']}-{part}" for part in field.get("parts", ())))
    }
    typed = {key: request.POST.getlist(key) for key in request.POST if key in names}
    data = read_typed(shape, typed)
    sent = bool(data) or (bool(needed) and bool(typed))
    missing = bool(needed) and data.keys().isdisjoint(needed)
    wrong = FieldRequired("name").faults if sent and missing else []
    try:
        read_shape(shape, data)
    except RefusedFields as refused:
        wrong = refused.faults
    if wrong:
        return Search(shape, typed, sent, faults=wrong)
    return Search(shape, typed, sent, data)


def summary_title() -> str:
    """What stands above the faults of a search."""
    return _("This cannot be searched for yet")
