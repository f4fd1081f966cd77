"""The addresses of operations: about a case, a report, a due item, or nothing yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from kamkor.access.vocabulary import WORKER
from kamkor.cases.operations.identification import IdentifyChild
from kamkor.cases.operations.steps import require_own
from kamkor.cases.queries.around import safe_contact_of
from kamkor.cases.queries.case import case_for, cases_of_household
from kamkor.cases.queries.history import history_of
from kamkor.cases.queries.report import report_for
from kamkor.cases.queries.task import open_task_for, open_tasks_of
from kamkor.cases.rules.visit import faults_of_kind
from kamkor.cases.vocabulary import (
    ASKED_ELSEWHERE,
    CANDIDATE,
    CHILD,
    OPEN_STATES,
    STEP_OF,
    CaseState,
)
from kamkor.kernel import clock, rulesets
from kamkor.kernel.commands import NotFound, NotPermitted, Operation
from kamkor.kernel.shapes import Ask, Line, as_typed
from kamkor.kernel.words import noop
from kamkor.people.queries import households_visible_to, people_visible_to
from kamkor.territory.operations import PlaceCode
from kamkor.web import elsewhere, emergency, faults, merged
from kamkor.web.again import signed_in_lately
from kamkor.web.alike import alike_notes, called, weigh_typed
from kamkor.web.candidates import candidates_notes
from kamkor.web.case_page import identity_of
from kamkor.web.door import ViewedRequest
from kamkor.web.forms import Typed
from kamkor.web.operation import Asked, operation_named, serve, who_may
from kamkor.web.register import in_words
from kamkor.web.register_list import Filters
from kamkor.web.two_persons import ADDRESS, FOLLOWS, SENSITIVE, filters_wanted
from kamkor.web.words import coded, day, hinted, place_name
from kamkor.web.written import address_of
from kamkor.workforce.queries import holder_names

if TYPE_CHECKING:
    from kamkor.access.rules import Viewer
    from kamkor.cases.models import Case, Task
    from kamkor.people.models import Person

ABOUT_CASE = frozenset(
    {*STEP_OF, "record_name", "give_safe_contact", "ask_unsealing", "ask_erasure", "undo_merge"}
)
EXPORT = "ask_export"
START = frozenset(
    {"receive_report", "record_round", "identify_child", EXPORT, emergency.OPEN, elsewhere.ASK}
)
OFFICE = frozenset({"set_duty_turn", "record_leave", "set_office_telephone"})
STAFFING = frozenset({"set_programme", "open_post", "set_post_state"})


def begin(request: ViewedRequest, slug: str) -> HttpResponse:
    """An operation that is about nothing recorded yet, or about the office."""
    operation = operation_named(slug)
    if operation.name not in START | OFFICE | STAFFING:
        raise Http404
    first: dict[str, Any] = {}
    if "happened_on" in operation.shape.model_fields and operation.name != "receive_report":
        first["happened_on"] = clock.today()
    back = "/roster/" if operation.name in OFFICE else "/"
    if operation.name in STAFFING:
        back = "/staffing/"
    if operation.name == "record_round":
        back = "/rounds/"
    if operation.name == EXPORT:
        asking: HttpResponse = _ask_export(request, operation)
        return asking
    if operation.name == emergency.OPEN:
        opening: HttpResponse = emergency.opening_form(request, operation)
        return opening
    if operation.name == elsewhere.ASK:
        return elsewhere.asking(request, operation)
    set_by_page = _known_person(request) if operation.name == "identify_child" else {}
    home = _at_known_home(request, set_by_page)
    first |= _names_of(request, set_by_page)
    set_by_page |= home.pop("where", {})
    if operation.name == "identify_child":
        home["weigh"] = _weighing(request)
        home["context"] = home.get("context", {}) | {"elsewhere": "child" not in set_by_page}
    return serve(request, Asked(operation, None, set_by_page, first, back_url=back, **home))


def _weighing(
    request: ViewedRequest, own: UUID | None = None
) -> Callable[[Mapping[str, Any], Typed], Any]:
    return lambda data, typed: weigh_typed(request.viewer, data, typed, request.path, own)


@signed_in_lately
def _ask_export(request: ViewedRequest, operation: Operation[Any]) -> HttpResponse:
    """The form by which a second person is asked for the list of the address."""
    filters = Filters.of(request)
    context = {"lead": in_words(filters), "notes": [{"text": _(FOLLOWS["export"])}]}
    wanted = filters_wanted(filters)
    wanted["of_register"] = wanted.pop("register")
    return serve(request, Asked(operation, None, wanted, back_url=ADDRESS, context=context))


class IdentifyAtHome(IdentifyChild):
    """The form where the home is known: it stands where it stands, and is not asked for."""

    territory: Annotated[PlaceCode, Ask(noop("District or city"), widget="hidden")]
    place: Annotated[Line, Ask(noop("Village, street, house"), widget="hidden")]


def _at_known_home(request: ViewedRequest, known: Mapping[str, Any]) -> dict[str, Any]:
    """What the form says of a home that is known: where it stands, and the way to another."""
    if "household" not in known:
        return {}
    home = households_visible_to(request.viewer).filter(id=known["household"]).first()
    if home is None:
        raise Http404
    if not home.place:
        return {}
    other = urlencode({key: known[key] for key in known if key == "child"})
    told = _("The child is entered at the home that is known: %(where)s.")
    note = {
        "text": told % {"where": address_of(home.territory_id, home.place)},
        "url": f"{request.path}?{other}",
        "act": _("The child lives elsewhere: enter another home"),
    }
    return {
        "form": IdentifyAtHome,
        "where": {"territory": home.territory_id, "place": home.place},
        "context": {"notes": [note]},
    }


def _known_person(request: ViewedRequest) -> dict[str, Any]:
    """The child and the household chosen among those found, by id in the address."""
    found = {}
    for key in ("child", "household"):
        if key in request.GET:
            try:
                found[key] = str(UUID(request.GET[key]))
            except ValueError:
                raise Http404 from None
    return found


def _names_of(request: ViewedRequest, known: Mapping[str, Any]) -> dict[str, Any]:
    if "child" not in known:
        return {}
    child = people_visible_to(request.viewer).filter(id=known["child"]).first()
    if child is None:
        raise Http404
    name = child.names.order_by("-recorded_at").first()
    parts = ("given_name", "surname", "patronymic")
    first = {part: getattr(name, part) for part in parts} if name else {}
    return first | {
        "sex": child.sex or "unknown",
        "born": as_typed(child.born_on, child.birth_precision),
    }


def about_case(request: ViewedRequest, case_id: UUID, slug: str) -> HttpResponse:
    """An operation about one case."""
    operation = operation_named(slug)
    if operation.name not in ABOUT_CASE or "case" not in _subject_fields(operation):
        raise Http404
    try:
        case = case_for(request.viewer, case_id)
    except NotFound:
        return faults.fault_page(request, 404)
    if request.viewer.role not in operation.roles:
        return faults.fault_page(request, 403, who_may(operation))
    if operation.name == "undo_merge":
        shared = {"back_url": f"/cases/{case.pk}/", "context": {}}
        return merged.undo_form(request, case, shared)
    show = signed_in_lately(serve) if operation.name in SENSITIVE else serve
    response: HttpResponse = show(request, _asked_about(request, operation, case))
    return response


def _subject_fields(operation: Operation[Any]) -> set[str]:
    names = set(operation.shape.model_fields)
    return names | ({"case"} if operation.name == "record_visit" else set())


def _asked_about(request: ViewedRequest, operation: Operation[Any], case: Case) -> Asked:
    shared: dict[str, Any] = {
        "back_url": f"/cases/{case.pk}/",
        "register": case.register,
        "context": {"identity": identity_of(request.viewer, case)},
    }
    first: dict[str, Any] = {}
    if "happened_on" in operation.shape.model_fields:
        first["happened_on"] = clock.today()
    if operation.name == "record_visit":
        return _asked_for_visit(request, operation, case, shared)
    set_by_page = {"case": str(case.pk)}
    if operation.name == "merge_people" and "with" in request.GET:
        other = _record_with(request)
        set_by_page |= {"other": str(other.pk), "case_number": ""}
        told = _("The other record: %(name)s. No number is needed.") % {"name": called(other)}
        shared["context"]["notes"] = [{"text": told}]
    if operation.name == "register_child" and case.child_id is not None:
        shared["context"]["notes"] = alike_notes(request.viewer, case.child_id)
    if operation.name == "decide_taking_off":
        shared["context"]["notes"] = [
            {"text": text} for text in _what_to_weigh(request.viewer, case)
        ]
    if operation.name in {"accept_transfer", "move_household"} and case.household is not None:
        shared["context"]["notes"] = [{"text": _where_the_home_stands(operation.name, case)}]
    if operation.name == "identify_child":
        first |= {
            "territory": case.territory_id,
            "source": case.report.source if case.report else "",
        }
        first |= {"place": case.household.place if case.household else ""}
        known = _known_person(request)
        at_home = _at_known_home(request, known)
        shared["context"] |= at_home.pop("context", {})
        first |= _names_of(request, known)
        set_by_page |= known | at_home.pop("where", {})
        shared |= at_home
        if case.state in STEP_OF["identify_child"].from_states:
            shared |= {"weigh": _weighing(request, case.child_id)}
            shared["context"] |= {"elsewhere": "child" not in known}
    return Asked(operation, case.pk, set_by_page, _kept(first), **shared)


def _record_with(request: ViewedRequest) -> Person:
    """The record that was chosen among those found, by its id in the address."""
    try:
        wanted = UUID(request.GET["with"])
    except ValueError:
        raise Http404 from None
    found = people_visible_to(request.viewer).filter(id=wanted).exclude(shown_name="").first()
    if found is None:
        raise Http404
    return found


def _where_the_home_stands(operation: str, case: Case) -> str:
    home = case.household
    where = address_of(home.territory_id, home.place) if home else ""
    if operation == "accept_transfer":
        told = _("The home stands at: %(where)s. It stays there unless you write a new address.")
        return told % {"where": where}
    told = _("The home stands at: %(where)s. The case goes on counting in: %(district)s.")
    return told % {"where": where, "district": place_name(case.territory_id)}


def _what_to_weigh(viewer: Viewer, case: Case) -> Iterator[str]:
    """What was proposed, by whom and why; and what is still due about the child."""
    proposals = [
        one.fact
        for one in history_of(viewer, case)
        if one.kind == "proposal" and one.fact.withdrawn_at is None
    ]
    if proposals:
        last = max(proposals, key=lambda fact: fact.first_recorded_at)
        names = holder_names([last.by_post], last.happened_on, as_of=viewer.workforce)
        told = {
            "who": names.get(last.by_post, "–"),
            "day": day(last.happened_on),
            "reason": coded(last.reason, "taking_off_reasons"),
        }
        yield f"{_('Proposed by %(who)s on %(day)s: %(reason)s.') % told} {last.note}"
    due = [coded(task.kind, "task_kinds") for task in open_tasks_of(viewer, case)]
    if due:
        yield _("Still due: %(what)s") % {"what": ", ".join(dict.fromkeys(due))}


def _kept(first: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in first.items() if value != ""}


def _asked_for_visit(
    request: ViewedRequest, operation: Operation[Any], case: Case, shared: dict[str, Any]
) -> Asked:
    if case.household_id is None:
        raise Http404
    at_home = cases_of_household(request.viewer, case.household_id)
    visited = [one for one in at_home if one.state in OPEN_STATES]
    children = [one for one in visited if one.register == CHILD]
    children.sort(key=lambda one: (one.pk != case.pk, one.sort_key))
    rows = [{"case": str(one.pk)} for one in children]
    legends = {"children": [one.child.shown_name if one.child else "" for one in children]}
    return Asked(
        operation,
        None,
        {"household": str(case.household_id)},
        {"happened_on": clock.today(), "children": rows},
        legends=legends,
        fixed_rows=frozenset({"children"}),
        left_out={"kind": _kinds_refused(request.viewer, case, visited)},
        **shared,
    )


def _kinds_refused(viewer: Viewer, case: Case, visited: Iterable[Case]) -> set[str]:
    """The kinds of visit that would be refused today at the home of these cases."""
    today, due = clock.today(), any(one.state == CaseState.CHECK_DUE for one in visited)
    unsafe = safe_contact_of(viewer, case) is not None
    kinds = [rule.code for rule in rulesets.rules("visit_kinds", today)]
    return {one for one in kinds if any(faults_of_kind(one, today, unsafe=unsafe, check_due=due))}


def about_report(request: ViewedRequest, report_id: UUID, slug: str) -> HttpResponse:
    """An operation about one report."""
    operation = operation_named(slug)
    if "report" not in operation.shape.model_fields:
        raise Http404
    try:
        report = report_for(request.viewer, report_id)
    except NotFound:
        return faults.fault_page(request, 404)
    first: dict[str, Any] = {}
    if operation.name == "screen_report" and request.viewer.role == WORKER:
        # Who screens goes on with the child, unless somebody else is chosen.
        first["assign_to"] = request.viewer.post_id
    lead = f"{coded(report.worry, 'report_worries')} – {report.place}"
    return serve(
        request,
        Asked(
            operation,
            report.pk,
            {"report": str(report.pk)},
            first,
            back_url=f"/reports/{report.pk}/",
            context={"lead": lead},
        ),
    )


def _case_begun_at(request: ViewedRequest, task: Task) -> Case | None:
    """The case from whose page a notice about its report is marked as done, if it was from one."""
    try:
        case = case_for(request.viewer, UUID(request.GET.get("case", "")))
    except (ValueError, NotFound):
        return None
    return case if case.report_id == task.report_id else None


def about_task(request: ViewedRequest, task_id: UUID) -> HttpResponse:
    """Marking a due item as done."""
    try:
        task = open_task_for(request.viewer, task_id)
        require_own(request.viewer, task)
    except NotFound:
        return faults.fault_page(request, 404)
    except NotPermitted:
        return faults.fault_page(request, 403, who_may(operation_named("complete-task")))
    case = task.case or _case_begun_at(request, task)
    back = f"/cases/{case.pk}/" if case else f"/reports/{task.report_id}/"
    hint = hinted(task.kind, "task_kinds")
    context: dict[str, Any] = {
        "lead": coded(task.kind, "task_kinds"),
        "notes": [{"text": hint}] if hint else [],
    }
    if task.case is not None:
        context["identity"] = identity_of(request.viewer, task.case)
        if task.kind == CANDIDATE:
            context["notes"] += candidates_notes(request.viewer, task.case)
        if task.kind == ASKED_ELSEWHERE:
            context["notes"] += elsewhere.question_notes(request.viewer, task)
    return serve(
        request,
        Asked(
            operation_named("complete-task"),
            None,
            {"task": str(task.pk)},
            {"happened_on": clock.today()},
            back_url=back,
            context=context,
        ),
    )
