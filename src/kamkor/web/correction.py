"""The form that corrects one fact: its fields with the values as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.cases.operations.correction import correct_fact
from kamkor.cases.operations.facts import CORRECTABLE
from kamkor.cases.queries.history import history_of
from kamkor.kernel.commands import Command, Operation, carry_out, version_of
from kamkor.kernel.errors import Fault
from kamkor.kernel.ids import new_id
from kamkor.kernel.words import noop
from kamkor.web import faults
from kamkor.web.case_page import identity_of
from kamkor.web.dates import typed_date_as_iso
from kamkor.web.door import ViewedRequest
from kamkor.web.forms import coded_options, fault_message
from kamkor.web.operation import see_other, who_may
from kamkor.web.page import UNDO_KEY

if TYPE_CHECKING:
    from kamkor.cases.models import Case

LABELS = {
    "happened_on": noop("Day it happened"),
    "difficulty": noop("What is hard for the child?"),
    "risk_level": noop("Risk level"),
    "source": noop("How was the child found?"),
    "note": noop("Note"),
    "reason": noop("Reason"),
    "ground": noop("Ground"),
    "changed": noop("What changed?"),
    "words_of_carer": noop("Own words of the carer"),
    "words_of_child": noop("Own words of the child"),
    "minutes": noop("Minutes"),
    "seen": noop("Was the child seen?"),
    "not_seen_reason": noop("If not seen: why?"),
    "next_on": noop("Next visit"),
    "lives_with": noop("Migrants' child: lives with whom?"),
    "conditions": noop("Migrants' child: conditions"),
    "parents_contact": noop("Migrants' child: contact with the parents since the last visit"),
    "danger": noop("What is the danger?"),
    "decider": noop("Who decided?"),
    "decider_name": noop("Name and office of who decided"),
    "sleeps_at": noop("Where does the child sleep tonight?"),
    "sleeps_where": noop("Address and telephone there"),
    "siblings": noop("Brothers and sisters: where are they?"),
    "contact": noop("Safe way to reach the child"),
    "next_step": noop("What is due next?"),
    "born_on": noop("Born"),
    "precision": noop("How exact is the date of birth?"),
    "sex": noop("Sex"),
}


def serve_correction(
    request: ViewedRequest, case: Case, kind: str, fact_id: UUID, title: str
) -> HttpResponse:
    """Show the fact's values, or record the corrected ones."""
    operation = Operation.registry[correct_fact.__name__]
    if request.viewer.role not in operation.roles:
        return faults.fault_page(request, 403, who_may(operation))
    recorded = [one for one in history_of(request.viewer, case) if one.fact.pk == fact_id]
    if not recorded:
        return faults.fault_page(request, 404)
    fact = recorded[0].fact
    if request.method != "POST":
        return _page(request, case, kind, fact, _as_typed(kind, fact), title=title)
    typed = {key: request.POST.get(key, "") for key in CORRECTABLE[kind].fields}
    answer = carry_out(request.viewer, [_command(request, case, kind, fact, typed)])[0]
    if answer.refusal is not None:
        found = answer.refusal.faults
        return _page(request, case, kind, fact, typed, title=title, found=found)
    request.session[UNDO_KEY] = {"text": _("The entry was corrected; both stay to be seen.")}
    return see_other(f"/cases/{case.pk}/")


def _command(
    request: ViewedRequest,
    case: Case,
    kind: str,
    fact: Any,  # noqa: ANN401 - any fact
    typed: dict[str, str],
) -> Command:
    standing = _as_typed(kind, fact)
    values = {
        name: typed_date_as_iso(text) if _is_date(fact, name) else text
        for name, text in typed.items()
        if text.strip() != standing[name]
    }
    base = request.POST.get("base_version", "")
    data = {
        "case": str(case.pk),
        "kind": kind,
        "fact": str(fact.pk),
        "values": values,
        "reason": request.POST.get("correction_reason", ""),
    }
    try:
        command_id = UUID(request.POST.get("command_id", ""))
    except ValueError:
        command_id = new_id()
    return Command(command_id, correct_fact.__name__, data, int(base) if base.isdigit() else None)


def _is_date(fact: Any, name: str) -> bool:  # noqa: ANN401 - any fact
    return isinstance(fact._meta.get_field(name), models.DateField)  # noqa: SLF001 - Django's public way to its fields


def _as_typed(kind: str, fact: Any) -> dict[str, str]:  # noqa: ANN401 - any fact
    typed = {}
    for name in CORRECTABLE[kind].fields:
        value = getattr(fact, name)
        if _is_date(fact, name):
            typed[name] = f"{value:%d.%m.%Y}" if value else ""
        else:
            typed[name] = "" if value is None else str(value)
    return typed


def _page(
    request: ViewedRequest,
    case: Case,
    kind: str,
    fact: Any,  # noqa: ANN401 - any fact
    typed: dict[str, str],
    *,
    title: str,
    found: list[Fault] | None = None,
) -> HttpResponse:
    wrong = {fault.field.removeprefix("values."): fault for fault in found or ()}
    fields = [
        _field(fact, name, typed[name], rule_set, wrong.get(name))
        for name, rule_set in CORRECTABLE[kind].fields.items()
    ]
    fields.append(_reason(request, wrong.get("reason") or wrong.get("correction_reason")))
    form = {
        "action": request.path,
        "command_id": new_id(),
        "base_version": version_of(case.pk),
        "operation": correct_fact.__name__,
        "fields": fields,
        "errors": [
            {
                "href": "#" + (fault.field.removeprefix("values.") or "main"),
                "message": fault_message(fault),
                "code": fault.code,
            }
            for fault in found or ()
        ],
        "submit_label": title,
        "cancel_url": f"/cases/{case.pk}/",
    }
    context = {
        "form": form,
        "title": title,
        "page_code": "cases.fact.correct",
        "back_url": f"/cases/{case.pk}/",
        "identity": identity_of(request.viewer, case, actions=False),
        "help_url": "/help/correct-fact/",
    }
    return render(request, "cases/operation.html", context, status=422 if found else 200)


def _field(
    fact: Any,  # noqa: ANN401 - any fact
    name: str,
    value: str,
    rule_set: str,
    fault: Fault | None,
) -> dict[str, Any]:
    column = fact._meta.get_field(name)  # noqa: SLF001 - Django's public way to its fields
    kind = "date" if _is_date(fact, name) else "text"
    if isinstance(column, models.TextField):
        kind = "long_text"
    options = []
    if rule_set:
        kind = "choice"
        options = [one | {"checked": str(one["value"]) == value} for one in coded_options(rule_set)]
    return {
        "kind": kind,
        "name": name,
        "id": name,
        "label": _(LABELS.get(name, name)),
        "value": value,
        "options": options,
        "required": True,
        "error": {"message": fault_message(fault), "code": fault.code} if fault else None,
        "limit": column.max_length if kind == "long_text" else None,
    }


def _reason(request: ViewedRequest, fault: Fault | None) -> dict[str, Any]:
    chosen = request.POST.get("correction_reason", "")
    return {
        "kind": "choice",
        "name": "correction_reason",
        "id": "correction_reason",
        "label": _("Why is it corrected?"),
        "options": [
            one | {"checked": one["value"] == chosen} for one in coded_options("correction_reasons")
        ],
        "required": True,
        "error": {"message": fault_message(fault), "code": fault.code} if fault else None,
    }
