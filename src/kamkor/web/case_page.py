"""The page of a case: who it is, who is responsible, what is next, and everything that happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import HEAD, SPECIALIST, Action
from kamkor.cases.operations.lending import home_is_anothers
from kamkor.cases.queries.around import Around, around
from kamkor.cases.queries.case import case_for
from kamkor.cases.queries.next_step import is_own_side, refused_to
from kamkor.cases.queries.responsible import responsible_now
from kamkor.cases.rules.visit import act_due, comes_first
from kamkor.cases.vocabulary import (
    CHILD,
    FAMILY,
    OF_OTHER_SIDE,
    OPEN_STATES,
    STATE_LABELS,
    STEPS,
    CaseState,
    Step,
)
from kamkor.country.kg.telephones import shown
from kamkor.kernel import clock
from kamkor.kernel.commands import NotFound, Operation
from kamkor.web import faults, last_act, merged
from kamkor.web.ages import age_and_birth, age_now
from kamkor.web.back import way_back
from kamkor.web.candidates import candidates_summary
from kamkor.web.case_report import notices_owed, report_of
from kamkor.web.case_safety import safety_of
from kamkor.web.door import ViewedRequest
from kamkor.web.due import due_of_case
from kamkor.web.operation import see_other
from kamkor.web.timeline import correcting, posts_in
from kamkor.web.unsafe_home import warning_of
from kamkor.web.words import coded, day, moment, place_name, raised
from kamkor.workforce import queries as workforce
from kamkor.workforce.rules import Seat

if TYPE_CHECKING:
    from kamkor.cases.models import Case

FIRST_ACTS = ("identify_child", "register_child", "register_family", "record_visit")
NOT_AS_BUTTON = frozenset({"identify_child"})


def case_page(request: ViewedRequest, case_id: UUID) -> HttpResponse:
    """One case; the same 404 for what does not exist and for what is hidden."""
    viewer = request.viewer
    try:
        case = case_for(viewer, case_id)
    except NotFound:
        return faults.fault_page(request, 404)
    if case.state == CaseState.MERGED and (address := merged.leads_to(viewer, case)):
        return see_other(address)
    beside, acts = around(viewer, case, whole=True), acts_of(viewer, case)
    beside = replace(beside, history=merged.whole_history(viewer, case, beside))
    last_act.forget_if_built_upon(request, beside.history)
    office, posts = case.office_district or 0, posts_in(beside.history)
    seats, names = workforce.seats_and_names(office, clock.today(), posts, as_of=viewer.workforce)
    identity = identity_of(viewer, case, beside, seats, actions=acts) | {"url": ""}
    is_open = case.state in OPEN_STATES
    context = {
        "case": case,
        "identity": identity,
        "tasks": due_of_case(viewer, case, beside.tasks, unsafe="warning" in identity),
        # What was a danger is told by the history where the case has ended.
        "safety": safety_of(viewer, case, beside) if case.register == CHILD and is_open else None,
        "reported": report_of(case, beside),
        "notices": notices_owed(viewer, case, beside),
        "household": household_of(viewer, case, beside),
        "candidates": candidates_summary(viewer, case),
        "timeline": merged.joint_timeline(request, case, beside, names),
        "more_acts": acts,
        "episodes": episodes_of(case, beside),
        "back_url": way_back(request, "/register/" if viewer.role != "worker" else "/"),
        "help_url": "/help/case/",
        "printed": {"at": moment(clock.now()), "filter": case.number},
    }
    return render(request, "cases/case.html", context)


def name_of(case: Case) -> str:
    """The child's name, or the family's."""
    if case.register == FAMILY:
        name = case.household.shown_name if case.household else ""
        return _("Family: %(name)s") % {"name": name}
    if case.child is None:
        return ""
    return case.child.shown_name or raised(_("identity erased"))


def age_of(case: Case) -> str:
    """The child's age today, with the birth as exactly as it is known."""
    child = case.child
    # The day of birth of whom was erased is for the counts alone.
    if child is None or not child.shown_name:
        return age_and_birth(None, "")
    return age_and_birth(child.born_on, child.birth_precision)


def short_age_of(case: Case) -> str:
    """The child's age today, for a column."""
    child = case.child
    return age_now(child.born_on, child.birth_precision) if child else age_now(None, "")


def badges_of(case: Case) -> list[dict[str, str]]:
    """What must be seen at once."""
    found = [{"kind": "info", "text": raised(_(STATE_LABELS[case.state]))}]
    if case.team is not None:
        found.append({"kind": "sealed", "text": _("Sealed")})
    if case.risk_level == "high" and case.state in OPEN_STATES:
        found.append({"kind": "high_risk", "text": _("High risk")})
    if case.state_protection:
        found.append({"kind": "urgent", "text": _("State protection")})
    if case.away_from_home and case.state in OPEN_STATES:
        found.append({"kind": "urgent", "text": _("Away from home")})
    if visit_is_late(case):
        found.append({"kind": "overdue", "text": _("Visit overdue")})
    return found


def badges_in_list(case: Case) -> list[dict[str, str]]:
    """What must be seen at once in a list, where being on the register is nothing special."""
    return badges_of(case)[1 if case.state == CaseState.REGISTERED else 0 :]


def next_visit_of(case: Case) -> date | None:
    """The day of the next visit; a family's is that of its household."""
    return case.next_visit_on


def visit_is_late(case: Case) -> bool:
    """Whether the next visit lies in the past."""
    next_on = next_visit_of(case)
    return next_on is not None and next_on < clock.today()


def responsible_name(
    viewer: Viewer, case: Case, beside: Around, seats: dict[int, Seat] | None = None
) -> str:
    """Who answers for the case today: holder, cover, specialist or head."""
    seat = responsible_now(viewer, case, beside.shut_out, seats=seats)
    return (seat.name if seat else "") or _("nobody")


def identity_of(
    viewer: Viewer,
    case: Case,
    beside: Around | None = None,
    seats: dict[int, Seat] | None = None,
    *,
    actions: Iterable[dict[str, Any]] = (),
) -> dict[str, Any]:
    """The identity bar: name, number, responsible, last seen, next step."""
    beside = beside or around(viewer, case)
    safe = beside.contact
    facts: list[dict[str, Any]] = [
        {"label": _("Case"), "value": case.number, "copyable": case.number},
        {"label": _("Responsible"), "value": responsible_name(viewer, case, beside, seats)},
        {"label": _("Last seen"), "value": day(case.last_seen_on)},
        {"label": _("Next step"), "value": next_step_of(case, beside, unsafe=safe is not None)},
    ]
    if case.register == CHILD:
        facts.insert(1, {"label": _("Age"), "value": age_of(case)})
    bar: dict[str, Any] = {
        "name": name_of(case),
        "url": f"/cases/{case.pk}/",
        "badges": badges_of(case),
        "facts": facts,
    }
    if safe is not None:
        bar |= warning_of(viewer, case, safe)
    bar["actions"] = [act for act in actions if act["first"]]
    return bar


def next_step_of(case: Case, beside: Around, *, unsafe: bool) -> str:
    """The next thing due with its date and act; of an unsafe home the notices owed go first."""
    found = [(clock.local_day(task.due_at), task.kind) for task in beside.tasks]
    next_on = next_visit_of(case)
    if next_on is not None:
        found.append((next_on, "visit_due"))
    if not found:
        return _("nothing is due")
    due, kind = min(found, key=lambda one: (not comes_first(one[1], unsafe=unsafe), one[0]))
    return f"{day(due)}: {coded(act_due(kind, unsafe=unsafe), 'task_kinds')}"


def steps_open(viewer: Viewer, case: Case) -> Iterable[Step]:
    """The steps of the pathway that this viewer may take from the case's state.

    None where it is only shown the case, none that another person must take.
    """
    refused = refused_to(viewer, case)
    ours = case.offered_to_id is not None and case.offered_to_id == viewer.district
    for step in STEPS:
        if step.on != "case" or viewer.role not in step.roles:
            continue
        if case.state not in step.from_states or not _fits(step.operation, case):
            continue
        answering = step.operation in OF_OTHER_SIDE
        if not answering and (step.operation in refused or not is_own_side(viewer, case)):
            continue
        if answering == ours:
            yield step


def _fits(operation: str, case: Case) -> bool:
    only = {
        "register_child": CHILD,
        "register_family": FAMILY,
        "identify_child": CHILD,
        "change_state_protection": CHILD,
        "merge_people": CHILD,
    }
    if operation in {"end_removal", "protect_now"}:
        # One removal stands at a time.
        return case.register == CHILD and case.away_from_home == (operation == "end_removal")
    if operation == "propose_taking_off" and case.state != CaseState.REGISTERED:
        return case.register == CHILD
    if operation == "offer_transfer" and case.team is not None:
        return False
    if operation == "return_to_register" and case.taken_off_on is None:
        return False
    if operation == "move_household" and home_is_anothers(case):
        return False
    return only.get(operation, case.register) == case.register


def acts_of(viewer: Viewer, case: Case) -> list[dict[str, Any]]:
    """The acts as links; those of the moment stand in the bar, the others below."""
    decides = {
        "register_child", "register_family", "identify_child", "decide_taking_off",
        "accept_transfer", "return_transfer", "record_visit", "protect_now",
    }  # fmt: skip
    acts = []
    for step in steps_open(viewer, case):
        style = {"protect_now": "warning", "return_transfer": "secondary"}.get(step.operation, "")
        acts.append(
            {
                "label": _(step.label),
                "url": f"/cases/{case.pk}/{step.operation.replace('_', '-')}/",
                "operation": step.operation,
                "style": style,
                "first": step.operation in decides,
                "follows": _(step.follows),
            }
        )
    own = is_own_side(viewer, case)
    if case.state == CaseState.REPORTED and viewer.may(Action.RECORD) and own:
        acts.insert(
            0,
            {
                "label": _("Is the child known already?"),
                "url": f"/find/?case={case.pk}",
                "operation": "find_person",
                "style": "secondary",
                "first": True,
                "follows": _("Search first: a child has one case, under one name."),
            },
        )
    if viewer.role in {SPECIALIST, HEAD} and own:
        acts += [_asking(case, one) for one in _may_be_asked(case)]
        if merged.is_one_of_several(case):
            acts.append(_asking(case, Operation.registry["undo_merge"]))
    if case.register == CHILD and viewer.may(Action.RECORD) and own:
        acts.append(
            {
                "label": _("Correct or add a name"),
                "url": f"/cases/{case.pk}/record-name/",
                "operation": "record_name",
                "style": "",
                "first": False,
                "follows": _("Every spelling known stays searchable."),
            }
        )
    return acts


def _may_be_asked(case: Case) -> Iterable[Operation[Any]]:
    """What two persons do to a case: unseal it, or erase who the child was once it has ended."""
    if case.team is not None:
        yield Operation.registry["ask_unsealing"]
    named = case.child is not None and bool(case.child.shown_name)
    if case.register == CHILD and case.state not in OPEN_STATES and named:
        yield Operation.registry["ask_erasure"]


def _asking(case: Case, operation: Operation[Any]) -> dict[str, Any]:
    return {
        "label": _(operation.label),
        "url": f"/cases/{case.pk}/{operation.name.replace('_', '-')}/",
        "operation": operation.name,
        "style": "",
        "first": False,
        "follows": "" if operation.name == "undo_merge" else _("A second person must confirm it."),
    }


def household_of(viewer: Viewer, case: Case, beside: Around) -> dict[str, Any] | None:
    """Who lives there, where, and which brothers and sisters have been looked at."""
    if case.household is None:
        return None
    home = case.household
    correct = correcting(viewer, case)
    # The newest episode of each, which is the open one if there is one.
    others = {
        one.child_id: one
        for one in reversed(beside.near)
        if one.child_id and one.household_id == case.household_id
    }
    rows: list[dict[str, Any]] = [
        {
            "label": _("Home"),
            "lines": [beside.place.get(get_language() or "en", ""), home.place],
            "badge": _doubt_of_home(case),
        }
    ]
    for member in beside.members:
        person = member.person
        row: dict[str, Any] = {
            "label": _("Child")
            if member.relation == "child"
            else coded(member.relation, "relations"),
            "value": person.shown_name or raised(_("identity erased")),
            "actions": correct("member", member, _("Correct")),
        }
        if person.telephone:
            row["value"] = f"{person.shown_name}, {shown(person.telephone)}"
            row["copyable"] = person.telephone
        if person.pk in others and person.pk != case.child_id:
            row["url"] = f"/cases/{others[person.pk].pk}/"
        if member.relation in {"sibling", "child"} and person.pk != case.child_id:
            look = beside.looks.get(person.pk)
            row["badge"] = (
                {"kind": "done", "text": _("looked at")}
                if look and look.looked_at
                else {"kind": "overdue", "text": _("not looked at yet")}
            )
            if look is not None:
                row["actions"] += correct("sibling_look", look, _("Correct: looked at"))
        rows.append(row)
    return {"heading": _("Household"), "rows": rows}


def _doubt_of_home(case: Case) -> dict[str, str] | None:
    """What makes the address doubtful: the case went to another district and the home did not."""
    if case.household is None or case.household.territory_id == case.territory_id:
        return None
    text = _("Counted in %(place)s: this address may be the former one")
    return {"kind": "overdue", "text": text % {"place": place_name(case.territory_id)}}


def episodes_of(case: Case, beside: Around) -> list[dict[str, Any]]:
    """The other episodes of this child, and the family's entry."""
    found = [one for one in beside.near if one.child_id and one.child_id == case.child_id]
    found += merged.other_records(case, beside)
    found += [
        one
        for one in beside.near
        if one.register == FAMILY and one.household_id == case.household_id
    ]
    seen = {case.pk}
    rows = []
    for one in found:
        if one.pk in seen:
            continue
        seen.add(one.pk)
        if one.state == CaseState.MERGED:
            # Its address leads here.
            continue
        rows.append(
            {
                "url": f"/cases/{one.pk}/",
                "text": f"{name_of(one)} – {one.number}",
                "state": raised(_(STATE_LABELS[one.state])),
                "opened": day(one.opened_on),
            }
        )
    return rows
