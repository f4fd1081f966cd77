"""Cases opened in an emergency: one's own, and those one must know of as second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.access.vocabulary import RIGHTS, Action
from kamkor.cases.operations.emergency import (
    end_emergency,
    open_in_emergency,
    see_emergency,
)
from kamkor.cases.queries.case import cases_visible_to
from kamkor.cases.queries.emergency import (
    OPENERS,
    SECOND,
    own_open,
    seen_and_open,
    unseen,
)
from kamkor.kernel import clock
from kamkor.kernel.commands import Command, Operation, carry_out
from kamkor.kernel.ids import new_id
from kamkor.web import faults, last_act
from kamkor.web.accounts import told
from kamkor.web.again import signed_in_lately
from kamkor.web.operation import Asked, see_other, serve
from kamkor.web.words import moment, office_name, raised
from kamkor.workforce.queries import offices_by_id, posts_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kamkor.access.rules import Viewer
    from kamkor.cases.models import EmergencyOpening
    from kamkor.web.door import ViewedRequest

ADDRESS = "/emergency/"
OPEN = open_in_emergency.__name__
HELP = "/help/open-in-emergency/"
ANSWERS = (see_emergency.__name__, end_emergency.__name__)


def emergencies(request: ViewedRequest) -> HttpResponse:
    """What waits to be seen, what is still open, and one's own; an answer is one click."""
    viewer = request.viewer
    if not viewer.may(Action.SEE_IDENTITY):
        return faults.not_for(request, Action.SEE_IDENTITY)
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        command = _command(request)
        answer = carry_out(viewer, [command])[0]
        if answer.refusal is None:
            last_act.tell(request, _said(command.operation))
            return see_other(ADDRESS if viewer.role in SECOND else "/")
        errors = told(answer.refusal)
    context = {
        "waiting": _listed(viewer, unseen(viewer)),
        "open": _listed(viewer, seen_and_open(viewer)),
        "own": _listed(viewer, own_open(viewer)),
        "second": viewer.role in SECOND,
        "opener": viewer.role in OPENERS,
        "form": {"errors": errors},
        "back_url": "/",
        "help_url": HELP,
    }
    return render(request, "cases/emergency.html", context, status=422 if errors else 200)


@signed_in_lately
def opening_form(request: ViewedRequest, operation: Operation[Any]) -> HttpResponse:
    """The form by which a case is opened in an emergency, and what follows from it."""
    follows = (
        _("You may read this one case, and change nothing. Who reported is not shown."),
        _("A second person is told at once: your name, your reason, and until when."),
        _("Every page you open stands in the log of looks as one of an emergency."),
    )
    context = {"notes": [{"text": " ".join(follows)}]}
    saved = _("The case is open for you to read. A second person has been told.")
    asked = Asked(operation, None, {}, {"hours": 3}, back_url="/", context=context, saved=saved)
    return serve(request, asked)


def in_an_emergency(viewer: Viewer) -> dict[str, str] | None:
    """The way on where a search found nothing, for those who may go it."""
    if viewer.role not in OPENERS:
        return None
    return {
        "text": _("In an emergency:"),
        "label": _("open a child's case by its number"),
        "url": "/do/open-in-emergency/",
        "operation": OPEN,
    }


def _said(operation: str) -> str:
    if operation == end_emergency.__name__:
        return _("It has ended: nobody reads the case by it any longer.")
    return _("You have seen it. The next in line is told no more.")


def _command(request: ViewedRequest) -> Command:
    act, named = request.POST.get("act", ""), request.POST.get("opening", "")
    try:
        command = UUID(request.POST.get("command_id", ""))
    except ValueError:
        command = new_id()
    return Command(command, act if act in ANSWERS else ANSWERS[0], {"opening": named})


def _listed(viewer: Viewer, found: Iterable[EmergencyOpening]) -> list[dict[str, Any]]:
    openings = list(found)
    if not openings:
        return []
    cases = cases_visible_to(viewer).filter(id__in=[one.subject for one in openings])
    numbers = dict(cases.values_list("id", "number"))
    posts = posts_named([one.by_post for one in openings], clock.today())
    offices = offices_by_id(post.office_id for post in posts.values())
    where = {office.pk: office_name(office) for office in offices}
    return [
        {
            "id": one.pk,
            "command_id": new_id(),
            "case": numbers.get(one.subject, ""),
            "case_url": f"/cases/{one.subject}/",
            "reason": one.reason,
            "by": posts[one.by_post].holder,
            "post": raised(_(RIGHTS[posts[one.by_post].kind].label)),
            "office": where.get(posts[one.by_post].office_id, ""),
            "at": moment(one.recorded_at),
            "until": moment(one.until),
            "over": one.until <= clock.now() or one.ends.filter(withdrawn_at=None).exists(),
        }
        for one in openings
    ]
