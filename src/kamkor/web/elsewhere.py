"""Asking, from the form of a new child, whether another department knows the child; and what the
department that was asked is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.cases.operations.elsewhere import AskElsewhere, ask_elsewhere
from kamkor.cases.operations.identification import IdentifyChild
from kamkor.cases.queries.elsewhere import MOST, question_of, questions_left
from kamkor.country.kg.telephones import shown
from kamkor.kernel.commands import Command, Operation, carry_out
from kamkor.kernel.errors import RefusedFields
from kamkor.kernel.ids import new_id
from kamkor.kernel.shapes import read_shape
from kamkor.people.queries.alike import people_shown
from kamkor.web import faults
from kamkor.web.alike import called, weigh_typed
from kamkor.web.forms import FormPage, Typed, read_typed
from kamkor.web.operation import who_may
from kamkor.web.options import ViewerOptions
from kamkor.web.words import day, office_name
from kamkor.workforce.queries import offices_by_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kamkor.access.rules import Viewer
    from kamkor.cases.models import Task
    from kamkor.kernel.commands import Answer
    from kamkor.kernel.errors import Fault
    from kamkor.web.door import ViewedRequest

ASK: Final = ask_elsewhere.__name__
_FORM: Final = re.compile(
    r"(/do/identify-child/|/cases/[0-9a-f-]{36}/identify-child/)(\?[\w=&-]*)?"
)
"""The forms from which one asks, and to which one goes back."""
_NOT_TYPED: Final = frozenset(
    {"csrfmiddlewaretoken", "form_for", "command_id", "base_version", "back", "asking", "reason"}
)


def asking(request: ViewedRequest, operation: Operation[Any]) -> HttpResponse:
    """The question with its reason, and its answer; what was typed of the child goes along."""
    if request.viewer.role not in operation.roles:
        return faults.fault_page(request, 403, who_may(operation))
    back = request.POST.get("back", "")
    if not _FORM.fullmatch(back):
        return _page(request, operation, {})
    typed = {key: request.POST.getlist(key) for key in request.POST if key not in _NOT_TYPED}
    going: dict[str, Any] = {"back": back, "typed": _held(typed)}
    child = read_typed(IdentifyChild, typed)
    data = {key: child[key] for key in AskElsewhere.model_fields if key in child}
    data["reason"] = request.POST.get("reason", "").strip()
    if not _is_told(data):
        return _page(request, operation, going | {"untold": True})
    if "asking" in request.POST:
        answer = carry_out(request.viewer, [Command(_id(request), ASK, data)])[0]
        if answer.refusal is None:
            return _page(request, operation, going | _answered(answer))
        found = answer.refusal.faults
        return _page(request, operation, going | _question(request, data, found))
    _beside, unseen = weigh_typed(request.viewer, child, typed, back)
    if unseen:
        return _page(request, operation, going | {"known_here": True})
    return _page(request, operation, going | _question(request, data))


def _is_told(data: dict[str, Any]) -> bool:
    """Whether enough of the child stands in the form to ask about it."""
    try:
        read_shape(AskElsewhere, data | {"reason": "-" * 20})
    except RefusedFields:
        return False
    return True


def _id(request: ViewedRequest) -> UUID:
    try:
        return UUID(request.POST.get("command_id", ""))
    except ValueError:
        return new_id()


def _held(typed: Typed) -> list[dict[str, str]]:
    """What was typed, as hidden inputs."""
    return [{"name": name, "value": value} for name in typed for value in typed[name]]


def _question(
    request: ViewedRequest, data: dict[str, Any], found: Iterable[Fault] = ()
) -> dict[str, Any]:
    """The form that asks for the reason."""
    typed = {"reason": [data["reason"]]}
    page = FormPage(AskElsewhere, typed, ViewerOptions(request.viewer), list(found))
    name = " ".join(data[part] for part in ("surname", "given_name", "patronymic") if part in data)
    return {
        "child": name,
        "left": questions_left(),
        "most": MOST,
        "form": {"fields": page.fields(), "errors": page.errors(), "command_id": new_id()},
    }


def _answered(answer: Answer) -> dict[str, Any]:
    """Yes with whom to call, or no: nothing else."""
    if "department" not in answer.answer:
        return {"answer": "no"}
    office = offices_by_id([answer.answer["department"]])[0]
    return {
        "answer": "yes",
        "office": office_name(office),
        "telephone": shown(office.telephone) if office.telephone else "",
    }


def _page(
    request: ViewedRequest, operation: Operation[Any], context: dict[str, Any]
) -> HttpResponse:
    shared = {"title": _(operation.label), "help_url": "/help/ask-elsewhere/"}
    status = 422 if context.get("form", {}).get("errors") else 200
    return render(request, "people/elsewhere.html", shared | context, status=status)


def question_notes(viewer: Viewer, task: Task) -> list[dict[str, str]]:
    """What a department is told of a question about a child of its own."""
    question = question_of(viewer, task)
    if question is None:
        return []
    children = [question.child] if question.child else []
    people = people_shown(viewer, children)
    offices = offices_by_id([question.from_department])
    told = {
        "office": office_name(offices[0]) if offices else "–",
        "day": day(question.happened_on),
        "child": ", ".join(called(one) for one in people.values()) or "–",
        "telephone": (shown(offices[0].telephone) if offices else "") or "–",
        "reason": question.reason,
    }
    asked = _("%(office)s asked on %(day)s whether you know this child: %(child)s.")
    answered = _("Answered was yes, and the telephone of your department; nothing else.")
    why = _("Reason: %(reason)s")
    call = _("Telephone of that department: %(telephone)s")
    return [{"text": " ".join(one % told for one in (asked, answered, why))}, {"text": call % told}]
