"""One view for every operation: its form, what was typed again after a refusal, what follows."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import RIGHTS
from kamkor.cases.operations import taking_back
from kamkor.kernel.commands import Answer, Command, Operation, carry_out
from kamkor.kernel.errors import Fault, RefusedFields
from kamkor.kernel.ids import new_id
from kamkor.kernel.journal import version_of
from kamkor.kernel.shapes import Shape, read_shape
from kamkor.web import faults, last_act
from kamkor.web.door import ViewedRequest
from kamkor.web.forms import (
    FormPage,
    Typed,
    fault_message,
    fill_typed,
    read_typed,
    row_numbers,
)
from kamkor.web.options import ViewerOptions
from kamkor.web.stale import stale_page

LOOK = "look"
"""A form is begun to look at what its page puts beside it."""


@dataclass(frozen=True)
class Standing:
    """What stands now of the record that a form was filled from, and where that is changed.

    ``mine`` is what stands now with only what I changed put in its place; ``names`` are the
    inputs that hold the record's values.
    """

    address: str
    mine: Typed
    now: Typed
    names: Sequence[str]


@dataclass
class Asked:
    """One operation asked for at one address: about what, how it is first filled, where next.

    The form may have a shape of its own, which ``read`` turns into the command's data and
    ``place`` finds the command's fields in. ``standing`` tells what became of the record that
    filled the form, where it was filled from one. ``weigh`` finds in what was typed what the page
    puts before its reader beside the form, and whether the form is to be shown once more for it.
    """

    operation: Operation[Any]
    subject: UUID | None
    set_by_page: Mapping[str, Any]
    first: Mapping[str, Any] = field(default_factory=dict)
    legends: Mapping[str, list[str]] = field(default_factory=dict)
    fixed_rows: frozenset[str] = frozenset()
    back_url: str = "/"
    context: Mapping[str, Any] = field(default_factory=dict)
    form: type[Shape] | None = None
    read: Callable[[Typed], dict[str, Any]] | None = None
    place: Callable[[str], str] = str
    saved: str = ""
    standing: Callable[[Typed], Standing] | None = None
    register: str = ""
    left_out: Mapping[str, Collection[str]] = field(default_factory=dict)
    weigh: Callable[[Mapping[str, Any], Typed], tuple[dict[str, Any], bool]] | None = None

    @property
    def shape(self) -> type[Shape]:
        """The shape of the form."""
        shape: type[Shape] = self.form or self.operation.shape
        return shape

    def data(self, typed: Typed) -> dict[str, Any]:
        """The command's data in what was typed."""
        read = self.read(typed) if self.read else read_typed(self.shape, typed)
        return read | dict(self.set_by_page)


def operation_named(slug: str) -> Operation[Any]:
    """The operation of an address; raises ``Http404``."""
    found = Operation.registry.get(slug.replace("-", "_"))
    if found is None:
        raise Http404
    return found


def page_code(operation: Operation[Any]) -> str:
    """The code of an operation's page: its room, what it is about, and the verb."""
    room = operation.run.__module__.split(".")[1]
    verb, _split, noun = operation.name.partition("_")
    return f"{room}.{noun}.{verb}"


def who_may(operation: Operation[Any]) -> str:
    """A sentence saying which posts may do this."""
    roles = ", ".join(_(RIGHTS[role].label) for role in sorted(operation.roles))
    return _("This may be done by: %(roles)s.") % {"roles": roles}


def serve(request: ViewedRequest, asked: Asked) -> HttpResponse:
    """Show the form, or carry the command out and go on."""
    if request.viewer.role not in asked.operation.roles:
        return faults.fault_page(request, 403, who_may(asked.operation))
    if request.method != "POST":
        typed = fill_typed(asked.shape, dict(asked.first))
        return _form_page(request, asked, typed, new_id(), _version(asked))
    return _sent(request, asked)


def _version(asked: Asked) -> int | None:
    return version_of(asked.subject) if asked.subject else None


def _sent(request: ViewedRequest, asked: Asked) -> HttpResponse:
    typed: dict[str, list[str]] = {key: request.POST.getlist(key) for key in request.POST}
    command_id = _uuid(request.POST.get("command_id")) or new_id()
    base = _number(request.POST.get("base_version"))
    if "add" in typed or "remove" in typed:
        return _form_page(request, asked, rows_changed(typed), command_id, base)
    if begin := typed.pop("begin", None):
        begun = fill_typed(asked.shape, dict(asked.first)) | typed
        if asked.weigh is not None and begin == [LOOK]:
            beside, _unseen = asked.weigh(asked.data(begun), begun)
            asked = replace(asked, context={**asked.context, **beside})
        return _form_page(request, asked, begun, new_id(), _version(asked))
    if typed.get("stale") == ["edit"]:
        return _form_page(request, asked, typed, command_id, _version(asked))
    data = asked.data(typed)
    if asked.weigh is not None:
        beside, unseen = asked.weigh(data, typed)
        asked = replace(asked, context={**asked.context, **beside})
        if unseen and _readable(asked.operation.shape, data):
            return _form_page(request, asked, typed, command_id, base)
    command = Command(command_id, asked.operation.name, data, base)
    answer = carry_out(request.viewer, [command])[0]
    if answer.refusal is None:
        return _done(request, asked, command, answer)
    code = answer.refusal.first.code
    if code == "not_found":
        return faults.fault_page(request, 404)
    if code == "stale_version" and asked.subject is not None:
        return stale_page(request, asked, typed, command_id)
    found = [replace(one, field=asked.place(one.field)) for one in answer.refusal.faults]
    return _form_page(request, asked, typed, command_id, base, found=found)


def _readable(shape: type[Shape], data: Mapping[str, Any]) -> bool:
    try:
        read_shape(shape, dict(data))
    except RefusedFields:
        return False
    return True


def rows_changed(typed: dict[str, list[str]]) -> dict[str, list[str]]:
    """What was typed with one row more, or with one row taken out."""
    changed = {key: value for key, value in typed.items() if key not in {"add", "remove"}}
    for name in typed.get("add", []):
        numbers = row_numbers(changed, name)
        changed.setdefault(f"{name}-0-", [""])
        changed[f"{name}-{max(numbers, default=-1) + 1}-"] = [""]
    for name in typed.get("remove", []):
        changed = {key: value for key, value in changed.items() if not key.startswith(f"{name}-")}
    return changed


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _form_page(
    request: ViewedRequest,
    asked: Asked,
    typed: Typed,
    command_id: UUID,
    base: int | None,
    *,
    found: list[Fault] | None = None,
) -> HttpResponse:
    page = FormPage(
        asked.shape,
        typed,
        ViewerOptions(request.viewer),
        found or (),
        asked.legends,
        asked.fixed_rows,
        asked.register,
        asked.left_out,
    )
    form = {
        "action": request.get_full_path(),
        "command_id": command_id,
        "base_version": base,
        "operation": asked.operation.name,
        "fields": page.fields(),
        "errors": page.errors(),
        "submit_label": _(asked.operation.label),
        "cancel_url": asked.back_url,
        "style": "warning" if asked.operation.name == "protect_now" else "",
    }
    context = {
        "form": form,
        "page_code": page_code(asked.operation),
        "title": _(asked.operation.label),
        "back_url": asked.back_url,
        "help_url": f"/help/{asked.operation.name.replace('_', '-')}/",
        **asked.context,
    }
    return render(request, "cases/operation.html", context, status=422 if found else 200)


def _done(request: ViewedRequest, asked: Asked, command: Command, answer: Answer) -> HttpResponse:
    name = asked.operation.name
    goes_on = next_address(request.viewer, asked, command.data, answer)
    # Also after a double click: the second answer is the one that is shown.
    until = taking_back.until_when(request.viewer, command, answer)
    if until is not None:
        last_act.offer(request, command, until, back=asked.back_url, seen_at=goes_on)
    else:
        text = asked.saved or last_act.saved(name)
        last_act.tell(request, text, report=answer.answer.get("report", ""))
    return see_other(goes_on)


def next_address(viewer: Viewer, asked: Asked, data: Mapping[str, Any], answer: Answer) -> str:
    """Where one goes after saving: to what was made, else back to what it was about."""
    made = answer.answer
    if asked.operation.name == "receive_report":
        return f"/reports/{made['report']}/received/"
    if asked.operation.name == "declare_interest":
        own = data.get("post") in {None, "", str(viewer.post_id)}
        return "/" if own else asked.back_url
    if asked.operation.name == "return_transfer" or data.get("decision") == "redirect":
        return "/"
    if asked.operation.name in {"identify_child", "return_to_register", "open_in_emergency"}:
        return f"/cases/{made['case']}/"
    return asked.back_url


def see_other(address: str) -> HttpResponse:
    """Go on by GET, so that Back and F5 do not send the form again."""
    return HttpResponseRedirect(address, status=303)


def take_back(request: HttpRequest) -> HttpResponse:
    """Take an own act back by one click, or offer it no longer; the next page says what became
    of it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    target = request.POST.get("next") or "/"
    target = target if target.startswith("/") and not target.startswith("//") else "/"
    command = request.POST.get("command")
    last = last_act.held(request)
    if request.method != "POST" or not command:
        return see_other("/")
    if last.get("command") == command:
        last_act.forget(request)
    if "close" in request.POST:
        return see_other(target)
    command_id = _uuid(request.POST.get("command_id")) or new_id()
    wanted = Command(command_id, taking_back.take_back.__name__, {"command": command})
    answer = carry_out(viewer, [wanted])[0]
    if answer.refusal is not None:
        fault = answer.refusal.first
        last_act.tell(request, fault_message(fault), code=fault.code)
        return see_other(target)
    last_act.tell(request, _("It was taken back."))
    back = last.get("back") if last.get("command") == command else target
    return see_other(back or "/")
