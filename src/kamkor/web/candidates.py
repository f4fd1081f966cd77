"""Who may be one and the same child, on the page of a case and where it is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from kamkor.cases.queries.candidates import candidates_of
from kamkor.web.words import birth

if TYPE_CHECKING:
    from kamkor.access.rules import Viewer
    from kamkor.cases.models import Case


def candidates_summary(viewer: Viewer, case: Case) -> dict[str, Any] | None:
    """With whom the child may be one and the same person, if that is to be settled."""
    found = candidates_of(viewer, case)
    if found is None:
        return None
    rows: list[dict[str, Any]] = [
        {
            "label": other.shown_name,
            "value": known.number if known else _("no case yet"),
            "url": f"/cases/{known.pk}/" if known else "",
            "badge": {"kind": "info", "text": _born(other)},
        }
        for other, known in found
    ]
    return {
        "heading": _("Perhaps one and the same person"),
        "rows": rows or [{"label": _("Personal number"), "value": _nobody(case)}],
    }


def candidates_notes(viewer: Viewer, case: Case) -> list[dict[str, str]]:
    """The same as sentences above the form that settles it."""
    found = candidates_of(viewer, case)
    if found is None:
        return []
    told = [
        " – ".join(filter(None, [other.shown_name, _born(other), known.number if known else ""]))
        for other, known in found
    ]
    if not told:
        return [{"text": _nobody(case)}]
    return [{"text": _("The same personal number: %(who)s") % {"who": one}} for one in told]


def _born(person: Any) -> str:  # noqa: ANN401 - a person
    return birth(person.born_on, person.birth_precision) if person.born_on else ""


def _nobody(case: Case) -> str:
    if case.child is not None and case.child.pin_doubts:
        return _("The number does not agree with itself, the birth or the sex. Ask for the paper.")
    return _("Nobody whom your post may see bears this number now. Ask the head.")
