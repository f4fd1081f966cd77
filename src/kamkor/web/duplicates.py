"""The queue of records that may be one child: side by side, the likeliest first, never joined here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kamkor.cases.operations.same_child import answer_same_child
from kamkor.cases.queries.case import latest_cases_of
from kamkor.cases.queries.same_child import pairs_to_compare
from kamkor.kernel import clock
from kamkor.kernel.commands import Command, Operation, carry_out
from kamkor.kernel.ids import new_id
from kamkor.people.queries import last_homes_of
from kamkor.people.queries.alike import (
    alike_to,
    compared,
    last_answers,
    names_told,
    people_shown,
    record_for,
)
from kamkor.people.vocabulary import DIFFERENT, NOT_SURE, SAME
from kamkor.web import faults, last_act
from kamkor.web.accounts import told
from kamkor.web.alike import (
    called,
    compared_table,
    places_of,
    sentence,
    standing,
    told_beside,
    weighed_table,
)
from kamkor.web.operation import see_other, who_may
from kamkor.web.paging import Page, page_of
from kamkor.web.words import coded, day
from kamkor.workforce.queries import holder_names

if TYPE_CHECKING:
    from kamkor.access.rules import Viewer
    from kamkor.cases.models import Case
    from kamkor.people.models import Person, PersonName, SameChildAnswer
    from kamkor.people.rules.records import Likeness
    from kamkor.web.door import ViewedRequest

ADDRESS: Final = "/duplicates/"
TOGETHER: Final = 10
"""How many pairs stand on a page."""
ORDER: Final = ("one_number", "weight")
"""Equal numbers first, then the likeliest."""
Pair = tuple[UUID, UUID]
_ANSWER: Final = Operation.registry[answer_same_child.__name__]


def duplicates(request: ViewedRequest) -> HttpResponse:
    """The pairs of the department, or those of one child; an answer is one click."""
    if request.viewer.role not in _ANSWER.roles:
        return faults.fault_page(request, 403, who_may(_ANSWER))
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        answer = carry_out(request.viewer, [_command(request)])[0]
        if answer.refusal is None:
            last_act.tell(request, _("Saved."))
            return see_other(_goes_on(request))
        if answer.refusal.first.code == "not_found":
            return faults.fault_page(request, 404)
        errors = told(answer.refusal)
    child = _child(request)
    page, total = _of_child(request.viewer, child) if child else _queue(request)
    context = {
        "pairs": _cards(request.viewer, page.rows),
        "total": total,
        "of_child": child,
        "form": {"errors": errors},
        "table": {
            "caption": _("Double records"),
            "next_url": f"{ADDRESS}?after={page.after}" if page.after else "",
            "previous_url": f"{ADDRESS}?before={page.before}" if page.before else "",
        },
        "address": request.get_full_path(),
        "help_url": "/help/answer-same-child/",
    }
    return render(request, "people/duplicates.html", context, status=422 if errors else 200)


def _child(request: ViewedRequest) -> UUID | None:
    try:
        return UUID(request.GET["child"]) if "child" in request.GET else None
    except ValueError:
        raise Http404 from None


def _of_child(viewer: Viewer, child: UUID) -> tuple[Page[Pair], int]:
    """The pairs of one child, found now."""
    record = record_for(viewer, child)
    if record is None:
        raise Http404
    pairs = [(like.one.person, like.other.person) for like, _person in alike_to(viewer, record)]
    return Page(pairs), len(pairs)


def _queue(request: ViewedRequest) -> tuple[Page[Pair], int]:
    wanted = pairs_to_compare(request.viewer)
    marks = {name: request.GET.get(name, "") for name in ("after", "before")}
    page = page_of(wanted, ORDER, down=True, size=TOGETHER, **marks)
    rows = [(row.one_id, row.other_id) for row in page.rows]
    return Page(rows, page.after, page.before), wanted.count()


def _command(request: ViewedRequest) -> Command:
    sent = request.POST
    try:
        command = UUID(sent.get("command_id", ""))
    except ValueError:
        command = new_id()
    data = {name: sent.get(name, "") for name in ("one", "other", "answer")}
    return Command(command, _ANSWER.name, data)


def _goes_on(request: ViewedRequest) -> str:
    """One child: on to joining, from the case of either. Else back to the list."""
    pair = [UUID(request.POST["one"]), UUID(request.POST["other"])]
    if request.POST.get("answer") == SAME:
        cases = latest_cases_of(request.viewer, pair)
        for one, other in (pair, reversed(pair)):
            if one in cases:
                return f"/cases/{cases[one].pk}/merge-people/?with={other}"
    return ADDRESS


def _cards(viewer: Viewer, pairs: Sequence[tuple[UUID, UUID]]) -> list[dict[str, Any]]:
    found = compared(viewer, pairs)
    order = {pair: at for at, pair in enumerate(pairs)}
    found.sort(key=lambda like: order[like.one.person, like.other.person])
    who = {one for pair in pairs for one in pair}
    people, names = people_shown(viewer, who), names_told(viewer, who)
    cases, places = latest_cases_of(viewer, who), places_of(last_homes_of(viewer, who))
    answers = last_answers(viewer, who)
    posts = holder_names(
        [one.by_post for one in answers.values()], clock.today(), as_of=viewer.workforce
    )
    return [
        {
            "number": number,
            "command_id": new_id(),
            "sides": [
                _side(people[one], names.get(one, []), cases.get(one))
                for one in (like.one.person, like.other.person)
            ],
            "zone": _zone(like),
            "twins": like.weighed.never == "twins",
            "said": _said(answers.get((like.one.person, like.other.person)), posts),
            "choices": _choices(),
        }
        | _tables(like, places)
        for number, like in enumerate(found, 1)
    ]


def _tables(like: Likeness, places: Mapping[UUID, str]) -> dict[str, Any]:
    """How two records compare, in a sentence, thing by thing, and in numbers."""
    found = told_beside(like, places)
    heads = _("First record"), _("Second record")
    return {
        "why": sentence(found),
        "table": compared_table(found, heads),
        "weights": weighed_table(like),
    }


def _side(person: Person, names: Sequence[PersonName], case: Case | None) -> dict[str, Any]:
    return {
        "id": str(person.pk),
        "name": called(person),
        "standing": standing(case),
        "url": f"/cases/{case.pk}/" if case else "",
        "names": [
            f"{' '.join(filter(None, (one.surname, one.given_name, one.patronymic)))}"
            f" – {coded(one.kind, 'name_kinds')}, {day(clock.local_day(one.recorded_at))}"
            for one in names
        ],
    }


def _zone(like: Likeness) -> dict[str, str]:
    if like.weighed.zone == "link":
        return {"kind": "high", "text": _("Very much alike")}
    return {"kind": "info", "text": _("A person must look")}


def _said(answer: SameChildAnswer | None, posts: dict[int, str]) -> str:
    if answer is None:
        return ""
    by = {"name": posts.get(answer.by_post, "–"), "day": day(answer.happened_on)}
    words = {"answer": coded(answer.answer, "same_child_answers")}
    return _("Answered last: %(answer)s – %(name)s, %(day)s") % (words | by)


def _choices() -> list[dict[str, str]]:
    return [
        {"value": SAME, "label": _("One child: go on to joining"), "style": ""},
        {"value": DIFFERENT, "label": _("Two children"), "style": "govuk-button--secondary"},
        {"value": NOT_SURE, "label": _("Not sure"), "style": "govuk-button--secondary"},
    ]
