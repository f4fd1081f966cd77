"""What waits for a second person, and what one asked for oneself: agreed to, declined, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.access.vocabulary import Action
from kamkor.cases.queries.case import cases_visible_to
from kamkor.cases.queries.two_persons import (
    ERASE,
    EXPORT,
    MERGE,
    UNSEAL,
    asked_by,
    may_export,
    records_asked,
    waiting_for_second,
)
from kamkor.kernel import clock
from kamkor.kernel.commands import Command, carry_out
from kamkor.kernel.ids import new_id
from kamkor.kernel.words import noop
from kamkor.web import faults, last_act
from kamkor.web.accounts import told
from kamkor.web.again import signed_in_lately
from kamkor.web.operation import see_other
from kamkor.web.register_list import Filters
from kamkor.web.words import coded, moment
from kamkor.workforce.queries import holder_names

if TYPE_CHECKING:
    from kamkor.access.rules import Viewer
    from kamkor.cases.models import TwoPersons
    from kamkor.web.door import ViewedRequest

ADDRESS = "/second-person/"
ACTS = {
    UNSEAL: noop("Unseal a case"),
    ERASE: noop("Erase an identity"),
    EXPORT: noop("Export a long list"),
    MERGE: noop("Two records are one child"),
}
FOLLOWS = {
    UNSEAL: noop("The department sees the child and the home again, at once."),
    ERASE: noop(
        "Names, address, telephones and what was told are gone for good, at once. Nobody can bring"
        " them back. The counts stay as they are."
    ),
    MERGE: noop(
        "The two are read as one child from now on, and counted once. Of two open cases one goes"
        " on. It can be undone at any time."
    ),
    EXPORT: noop("The asker may export just this list for 24 hours."),
}
_GROUNDS = {ERASE: "erasure_grounds", MERGE: "merge_grounds"}
SENSITIVE = frozenset(
    {
        *("ask_unsealing", "ask_erasure", "ask_export", "answer_request", "withdraw_request"),
        "open_in_emergency",
    }
)
"""Operations before which one says again who one is."""


@signed_in_lately
def second_person(request: ViewedRequest) -> HttpResponse:
    """The requests that wait, with what each would do; an answer is one click."""
    viewer = request.viewer
    if not viewer.may(Action.SEE_IDENTITY):
        return faults.not_for(request, Action.SEE_IDENTITY)
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        answer = carry_out(viewer, [_command(request)])[0]
        if answer.refusal is None:
            last_act.tell(request, _SAID[request.POST.get("decision", "")])
            return see_other(ADDRESS)
        errors = told(answer.refusal)
    context = {
        "waiting": _listed(viewer, waiting_for_second(viewer)),
        "own": _listed(viewer, asked_by(viewer)),
        "form": {"errors": errors},
        "back_url": "/",
        "help_url": "/help/answer-request/",
    }
    return render(request, "cases/two_persons.html", context, status=422 if errors else 200)


class _Said(dict[str, str]):
    """What is said after an answer, in the reader's language."""

    def __missing__(self, decision: str) -> str:
        return {
            "agree": _("Agreed to. It is done."),
            "decline": _("Declined. Nothing was done."),
        }.get(decision, _("Your request was taken back."))


_SAID = _Said()


def waiting_entries(viewer: Viewer) -> list[dict[str, Any]]:
    """What waits for the viewer as second person, as lines of a task list."""
    return [
        {
            "title": f"{_('As second person')}: {_(ACTS[one.act])}",
            "url": ADDRESS,
            "operation": "answer_request",
        }
        for one in waiting_for_second(viewer)
    ]


def filters_wanted(filters: Filters) -> dict[str, str]:
    """The filters of a list as a request for its export holds them."""
    names = ("register", "state", "ground", "risk")
    return {name: getattr(filters, name) for name in names}


def is_agreed(viewer: Viewer, filters: Filters) -> bool:
    """Whether a second person agreed that the viewer exports this list now."""
    return may_export(viewer, filters_wanted(filters))


def _command(request: ViewedRequest) -> Command:
    decision, named = request.POST.get("decision", ""), request.POST.get("request", "")
    try:
        command = UUID(request.POST.get("command_id", ""))
    except ValueError:
        command = new_id()
    if decision == "withdraw":
        return Command(command, "withdraw_request", {"request": named})
    return Command(command, "answer_request", {"request": named, "decision": decision})


def _listed(viewer: Viewer, found: list[TwoPersons]) -> list[dict[str, Any]]:
    cases = cases_visible_to(viewer).filter(id__in=[one.subject for one in found])
    numbers = {case.pk: case.number for case in cases}
    names = holder_names([one.by_post for one in found], clock.today(), as_of=viewer.workforce)
    return [
        {
            "id": one.pk,
            "command_id": new_id(),
            "act": _(ACTS[one.act]),
            "follows": _(FOLLOWS[one.act]),
            "case": numbers.get(one.subject, ""),
            "case_url": f"/cases/{one.subject}/" if one.subject in numbers else "",
            "list": _list(one),
            "ground": coded(one.ground, _GROUNDS[one.act]) if one.ground else "",
            "records": records_asked(viewer, one),
            "reason": one.reason,
            "by": names.get(one.by_post, "–"),
            "at": moment(one.recorded_at),
            "until": moment(one.until),
        }
        for one in found
    ]


def _list(one: TwoPersons) -> str:
    """An export in the words of the list's filters."""
    if one.act != EXPORT:
        return ""
    from kamkor.web.register import in_words  # noqa: PLC0415 - the register asks here before it exports

    return in_words(Filters(**one.wanted))
