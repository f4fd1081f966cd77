"""The form that corrects one fact: asked as the form that first recorded it asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from kamkor.cases.operations.correction import CorrectFact, correct_fact
from kamkor.cases.operations.facts import CORRECTABLE
from kamkor.cases.queries.history import Recorded, history_of
from kamkor.kernel.commands import Operation
from kamkor.kernel.shapes import Shape, shape_of
from kamkor.web import faults
from kamkor.web.case_page import identity_of
from kamkor.web.conditions import OF_MIGRANTS, migrant_kinds
from kamkor.web.door import ViewedRequest
from kamkor.web.forms import Typed, fill_typed, read_typed
from kamkor.web.operation import Asked, Standing, serve

if TYPE_CHECKING:
    from kamkor.cases.models import Case

# Some facts have a reason of their own.
REASON = "correction_reason"


def serve_correction(request: ViewedRequest, case: Case, kind: str, fact_id: UUID) -> HttpResponse:
    """Show the fact's values, or record the corrected ones."""
    recorded = {one.fact.pk: one for one in history_of(request.viewer, case)}
    if fact_id not in recorded:
        return faults.fault_page(request, 404)
    fact = recorded[fact_id].fact
    form = form_of(kind, fact)
    first = _values(form, fact)

    def standing(typed: Typed) -> Standing:
        newest = _newest(history_of(request.viewer, case), fact_id)
        now = fill_typed(form, _values(form, newest))
        changed = _changed(form, typed, first)
        kept = {name: now.get(name, [""]) for name in _names(form) if name not in changed}
        address = f"/cases/{case.pk}/correct/{kind}/{newest.pk}/"
        return Standing(address, {**typed, **kept}, now, _names(form))

    def read(typed: Typed) -> dict[str, Any]:
        reason = read_typed(form, typed).get(REASON, "")
        return {"values": _changed(form, typed, first), "reason": reason}

    asked = Asked(
        Operation.registry[correct_fact.__name__],
        case.pk,
        {"case": str(case.pk), "kind": kind, "fact": str(fact.pk)},
        first,
        back_url=f"/cases/{case.pk}/",
        context={"identity": identity_of(request.viewer, case)},
        form=form,
        read=read,
        place=lambda field: REASON if field == "reason" else field.removeprefix("values."),
        saved=_("The entry was corrected; both stay to be seen."),
        standing=standing,
        register=case.register,
    )
    return serve(request, asked)


def form_of(kind: str, fact: Any) -> type[Shape]:  # noqa: ANN401 - any fact
    """The fields of a fact as they were first asked for, and why they are corrected."""
    fields = {
        name: info
        for name, info in CORRECTABLE[kind].fields.items()
        if name not in OF_MIGRANTS or getattr(fact, "kind", "") in migrant_kinds()
    }
    return shape_of(kind, fields | {REASON: CorrectFact.model_fields["reason"]})


def _names(form: type[Shape]) -> list[str]:
    return [name for name in form.model_fields if name != REASON]


def _newest(history: Sequence[Recorded], fact_id: UUID) -> Any:  # noqa: ANN401 - any fact
    """The fact that stands in the place of this one, through any number of corrections."""
    recorded = {one.fact.pk: one for one in history}
    one = recorded[fact_id]
    while one.corrected_by is not None:
        one = recorded[one.corrected_by.pk]
    return one.fact


def _values(form: type[Shape], fact: Any) -> dict[str, Any]:  # noqa: ANN401 - any fact
    held = {name: getattr(fact, name) for name in _names(form)}
    return {name: value for name, value in held.items() if value not in (None, "")}


def _changed(form: type[Shape], typed: Typed, standing: Mapping[str, Any]) -> dict[str, Any]:
    """The values in what was typed that differ from those that stand."""
    wanted, before = read_typed(form, typed), read_typed(form, fill_typed(form, standing))
    return {
        name: wanted.get(name, "")
        for name in _names(form)
        if _lines(wanted.get(name, "")) != _lines(before.get(name, ""))
    }


def _lines(value: Any) -> Any:  # noqa: ANN401 - any value
    """A text with its lines ended as they are stored; a browser ends them in its own way."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
