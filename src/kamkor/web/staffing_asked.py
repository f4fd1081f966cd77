"""What a page of posts was asked, and what stands on each of them: the fields, the filter in words."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.figures.queries.staffing import ACCOMPANIMENT, Staffing, staffing
from kamkor.figures.queries.wording import PROVISIONAL_WORD, Wording
from kamkor.kernel.commands import NotPermitted, Operation
from kamkor.kernel.errors import Refusal
from kamkor.web import faults
from kamkor.web.figures_asked import OWN, date_field, option, places, typed_day
from kamkor.web.forms import select_of
from kamkor.web.words import day, raised
from kamkor.workforce.vocabulary import STAFF_KINDS, STAFF_STATES

if TYPE_CHECKING:
    from kamkor.access.rules import Viewer
    from kamkor.web.door import ViewedRequest

ADDRESS: Final = "/staffing/"
LIST: Final = "/staffing/posts/"
ACTS: Final = ("set_post_state", "open_post", "set_programme")


@dataclass(frozen=True)
class Asked:
    """What the address asks: codes and days only."""

    kind: str
    territory: str
    on: str
    known_on: str
    state: str
    after: str

    @classmethod
    def of(cls, request: ViewedRequest) -> Asked:
        """The question of an address."""
        given = {one.name: request.GET.get(one.name, "") for one in fields(cls)}
        return cls(**given | {"kind": given["kind"] or ACCOMPANIMENT})

    def address(self, base: str = ADDRESS, **changed: str) -> str:
        """The address of the same question, with some of it changed."""
        held = {one.name: getattr(self, one.name) for one in fields(self)} | {"after": ""} | changed
        told = urlencode({name: text for name, text in held.items() if text})
        return f"{base}?{told}"

    def answer(self, viewer: Viewer, *, parted: bool = False) -> Staffing:
        """What was counted, also place by place; raises the refusal of what cannot be asked."""
        own = self.territory in {"", OWN}
        return staffing(
            viewer,
            kind=self.kind,
            place="" if own else self.territory,
            department=own,
            on=typed_day(self.on, "on"),
            known_on=typed_day(self.known_on, "known_on"),
            parted=parted,
        )


def refused(request: ViewedRequest, asked: Asked, refusal: Refusal, template: str) -> HttpResponse:
    """The panel with what cannot be counted; what was asked stays in it."""
    if isinstance(refusal, NotPermitted):
        return faults.fault_page(request, 403)
    fault = refusal.first
    context = shared(request.viewer, asked, None) | {
        "refused": {"code": fault.code, "message": _(fault.message) % fault.details},
    }
    return render(request, template, context, status=422)


def shared(viewer: Viewer, asked: Asked, found: Staffing | None) -> dict[str, Any]:
    """What each of these pages holds."""
    return {"help_url": "/help/staffing/", "filters": panel(viewer, asked, found)}


def panel(
    viewer: Viewer, asked: Asked, found: Staffing | None, *, of_list: bool = False
) -> dict[str, Any]:
    """The fields to ask with; only places that the post may count."""
    kinds = [option(code, raised(_(label))) for code, label in STAFF_KINDS.items()]
    place = asked.territory
    if found is not None:
        place = OWN if found.question.department else found.question.territory
    shown = [
        select_of("kind", _("Kind of post"), kinds, asked.kind),
        select_of("territory", _("Place"), places(viewer), place),
        date_field("on", _("State of"), asked.on),
        date_field("known_on", _("As known on"), asked.known_on),
    ]
    if of_list:
        states = [option(code, raised(_(label))) for code, label in STAFF_STATES.items()]
        shown.append(select_of("state", _("State"), [option("", _("all")), *states], asked.state))
    address = LIST if of_list else ADDRESS
    return {
        "action": address,
        "heading": _("Ask"),
        "submit_label": _("Count"),
        "open": True,
        "clear_url": address,
        "fields": shown,
    }


def acts_of(viewer: Viewer) -> list[dict[str, str]]:
    """What the reader may do about posts."""
    found = [Operation.registry[name] for name in ACTS]
    return [
        {
            "operation": one.name,
            "label": _(one.label),
            "url": f"/do/{one.name.replace('_', '-')}/",
        }
        for one in found
        if viewer.role in one.roles
    ]


def number_of(value: float | None) -> str:
    """A number as it is shown; a dash where it is not known."""
    return "–" if value is None else str(value)


def about(found: Staffing) -> str:
    """Of which posts the numbers are, and from which count of children and which norm."""
    told = [raised(_(STAFF_KINDS[found.kind])) + "."]
    if found.children is not None:
        count = {"day": day(found.children.day), "children": found.children.children}
        told.append(_("%(children)s children were counted on %(day)s.") % count)
    if found.norm is not None:
        told.append(_("Norm: one post for %(norm)s children.") % {"norm": found.norm})
    if found.question.known_on:
        told.append(_("As known on %(day)s") % {"day": day(found.question.known_on)} + ".")
    if found.question.provisional:
        told.append(raised(_(PROVISIONAL_WORD)) + ".")
    return " ".join(told)


def filter_of(found: Staffing, wording: Wording) -> str:
    """The question in words, for prints and exports."""
    return f"{wording.where(found.question)}, {day(found.question.on)}; {about(found)}"


def exports_of(asked: Asked, what: str) -> list[dict[str, str]]:
    """Where the figures, or the posts, are exported."""
    return [
        {"label": kind.upper(), "url": asked.address(f"{ADDRESS}{what}.{kind}")}
        for kind in ("csv", "xlsx")
    ]
