"""The form that corrects one fact: asked as the form that first recorded it asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from kamkor.access.vocabulary import RIGHTS
from kamkor.cases.operations import added_concern
from kamkor.cases.operations.correction import CorrectFact, correct_fact, may_correct
from kamkor.cases.operations.facts import CORRECTABLE, FactKind
from kamkor.cases.operations.house_round import concerns_of
from kamkor.cases.queries.case import case_for
from kamkor.cases.queries.history import Recorded
from kamkor.cases.queries.report import report_for
from kamkor.cases.queries.round import round_for
from kamkor.kernel.commands import NotFound, Operation
from kamkor.kernel.shapes import Shape, shape_of
from kamkor.web import faults
from kamkor.web.case_page import identity_of
from kamkor.web.door import ViewedRequest
from kamkor.web.forms import Typed, fill_typed, read_typed
from kamkor.web.operation import Asked, Standing, serve, who_may
from kamkor.web.rounds import concerns_summary
from kamkor.web.timeline import correction_address, names_in
from kamkor.web.words import day
from kamkor.web.written import written

if TYPE_CHECKING:
    from kamkor.access.rules import Viewer

# Some facts have a reason of their own.
REASON = "correction_reason"


def correct(request: ViewedRequest, case_id: UUID, kind: str, fact_id: UUID) -> HttpResponse:
    """Correcting one fact of a case."""
    return _about(request, "case", kind, case_id, fact_id)


def correct_report(
    request: ViewedRequest, report_id: UUID, kind: str, fact_id: UUID
) -> HttpResponse:
    """Correcting one fact of a report."""
    return _about(request, "report", kind, report_id, fact_id)


def correct_round(request: ViewedRequest, fact_id: UUID) -> HttpResponse:
    """Correcting a round from house to house."""
    return _about(request, "round", "round", fact_id, fact_id)


def add_concern(request: ViewedRequest, fact_id: UUID) -> HttpResponse:
    """Adding a concern that a round left out: by whoever may correct the round."""
    return _about(request, "round", "round", fact_id, fact_id, serve_it=_serve_concern)


READ: dict[str, Callable[[Viewer, UUID], Any]] = {
    "case": case_for,
    "report": report_for,
    "round": round_for,
}


def _about(
    request: ViewedRequest,
    what: str,
    kind: str,
    subject_id: UUID,
    fact_id: UUID,
    *,
    serve_it: Callable[[ViewedRequest, _Corrected], HttpResponse] | None = None,
) -> HttpResponse:
    """The form for a fact of something that the viewer sees; else the same 404 for all."""
    kind = kind.replace("-", "_")
    found = CORRECTABLE.get(kind)
    if found is None or what not in found.about:
        raise Http404
    try:
        subject = READ[what](request.viewer, subject_id)
    except NotFound:
        return faults.fault_page(request, 404)
    fact = found.belonging_to(subject).filter(id=fact_id).first()
    if fact is None:
        return faults.fault_page(request, 404)
    operation = Operation.registry[correct_fact.__name__]
    if request.viewer.role not in operation.roles:
        return faults.fault_page(request, 403, who_may(operation))
    if not may_correct(request.viewer, found, subject):
        return faults.fault_page(request, 403, _who_may(found))
    return (serve_it or _serve)(request, _Corrected(what, kind, subject, fact))


def _who_may(kind: FactKind) -> str:
    roles = ", ".join(_(RIGHTS[role].label) for role in sorted(kind.roles))
    return _("This entry is corrected by those who answer for it: %(roles)s.") % {"roles": roles}


@dataclass(frozen=True)
class _Corrected:
    """One fact to be corrected, and what it is about."""

    what: str
    kind: str
    subject: Any
    fact: Any

    @property
    def back(self) -> str:
        if self.what == "round":
            return "/rounds/"
        return f"/{self.what}s/{self.subject.pk}/"

    def address(self, fact: Any) -> str:  # noqa: ANN401 - any fact
        if self.what == "round":
            return f"/rounds/{fact.pk}/correct/"
        return correction_address(self.back, self.kind, fact)


def _serve(request: ViewedRequest, corrected: _Corrected) -> HttpResponse:
    """Show the fact's values, or record the corrected ones."""
    kind, fact = CORRECTABLE[corrected.kind], corrected.fact
    form = form_of(corrected.kind, fact)
    first = _values(form, kind, fact)

    def standing(typed: Typed) -> Standing:
        newest = kind.newest(fact)
        now = fill_typed(form, _values(form, kind, newest))
        changed = _changed(form, typed, first)
        inputs = [name for name in fill_typed(form, first) | now if name != REASON]
        kept = {name: now.get(name, [""]) for name in inputs if name.split("-")[0] not in changed}
        return Standing(corrected.address(newest), {**typed, **kept}, now, _names(form))

    def read(typed: Typed) -> dict[str, Any]:
        reason = read_typed(form, typed).get(REASON, "")
        return {"values": _changed(form, typed, first), "reason": reason}

    about = {} if corrected.what == "round" else {corrected.what: str(corrected.subject.pk)}
    context: dict[str, Any] = {"lead": _lead(corrected)}
    if corrected.what == "case":
        context["identity"] = identity_of(request.viewer, corrected.subject)
    if corrected.what == "round":
        context["notes"] = [{"text": _opened_reports(fact)}]
        context["summary"] = concerns_summary(request.viewer, fact.pk)
    asked = Asked(
        Operation.registry[correct_fact.__name__],
        corrected.subject.pk,
        about | {"kind": corrected.kind, "fact": str(fact.pk)},
        first,
        back_url=corrected.back,
        context=context,
        form=form,
        read=read,
        place=lambda field: REASON if field == "reason" else field.removeprefix("values."),
        saved=_("The entry was corrected; both stay to be seen."),
        standing=standing,
        register=getattr(corrected.subject, "register", ""),
    )
    return serve(request, asked)


def _serve_concern(request: ViewedRequest, corrected: _Corrected) -> HttpResponse:
    """Show the form of a concern, or add it to the round."""
    made = corrected.fact
    asked = Asked(
        Operation.registry[added_concern.add_concern.__name__],
        made.pk,
        {"round": str(made.pk)},
        back_url=corrected.back,
        context={"lead": _("It belongs to: %(what)s, %(day)s, recorded by %(who)s.") % _told(made)},
    )
    return serve(request, asked)


def _lead(corrected: _Corrected) -> str:
    """Which entry it is that is corrected."""
    told = _told(corrected.fact, corrected.kind)
    return _("You correct: %(what)s, %(day)s, recorded by %(who)s.") % told


def _told(fact: Any, kind: str = "round") -> dict[str, str]:  # noqa: ANN401 - any fact
    """An entry in words: what, of which day, and recorded by whom."""
    recorded = Recorded(kind, fact)
    names = names_in([recorded])
    title, _lines = written(recorded, names)
    return {"what": title, "day": day(fact.happened_on), "who": names.get(fact.by_post, "–")}


def _opened_reports(made: Any) -> str:  # noqa: ANN401 - a round
    """That the concerns of a round are reports now, and what that asks of its counts."""
    told = {"count": concerns_of(made)}
    return _("Reports that this round opened: %(count)s. They stay; as many are left over.") % told


def form_of(kind: str, fact: Any) -> type[Shape]:  # noqa: ANN401 - any fact
    """The fields of a fact as they were first asked for, and why they are corrected."""
    fields = CORRECTABLE[kind].asked_of(fact)
    return shape_of(kind, fields | {REASON: CorrectFact.model_fields["reason"]})


def _names(form: type[Shape]) -> list[str]:
    return [name for name in form.model_fields if name != REASON]


def _values(form: type[Shape], kind: FactKind, fact: Any) -> dict[str, Any]:  # noqa: ANN401 - any fact
    held = {name: getattr(fact, kind.column(name)) for name in _names(form)}
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
