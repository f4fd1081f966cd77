"""How safe a child is now: where it sleeps, when it was last seen, and what was answered then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.cases.queries.around import Around
from kamkor.cases.queries.history import Recorded, safety_facts
from kamkor.cases.rules.standing import SAFETY
from kamkor.cases.rules.visit import QUESTIONS, was_met
from kamkor.kernel import rulesets
from kamkor.web.timeline import correcting
from kamkor.web.words import coded, day

if TYPE_CHECKING:
    from kamkor.cases.models import Case, TakingOffDecision, VisitChild


def safety_of(viewer: Viewer, case: Case, beside: Around) -> dict[str, Any]:
    """Safety now: where a child who was taken out of danger sleeps, and the answers of the last
    visit at which it was seen, be it in a former episode."""
    visits, removals = safety_facts(viewer, case, beside.history)
    seen = [fact for fact in visits if was_met(fact.kind, fact.seen, fact.happened_on)]
    away = _where_it_sleeps(viewer, case, beside, removals)
    if not seen:
        return {
            "heading": _("Safety now"),
            "rows": [*away, {"label": _("Last seen"), "value": _("not seen yet")}],
        }
    last = max(seen, key=lambda fact: (fact.happened_on, fact.first_recorded_at))
    rows: list[dict[str, Any]] = [
        *away,
        {
            "label": _("Last seen"),
            "value": f"{day(last.happened_on)}, {coded(last.seen, 'seen_kinds')}",
        },
        *_answers_of(last),
    ]
    return {"heading": _("Safety now"), "rows": rows}


def _where_it_sleeps(
    viewer: Viewer, case: Case, beside: Around, removals: list[Any]
) -> list[dict[str, Any]]:
    """Where a child sleeps who was taken out of danger, or was placed since."""
    last = max(removals, key=lambda fact: fact.first_recorded_at, default=None)
    row: dict[str, Any] = {"label": _("Where the child sleeps")}
    if last is not None and case.away_from_home:
        where = f"{coded(last.sleeps_at, 'night_places')}, {last.sleeps_where}"
        here = last.case_id == case.pk
        acts = correcting(viewer, case)("removal", last, _("Sleeps elsewhere now")) if here else []
        return [row | {"value": where, "actions": acts}]
    placed = placement_of(beside.history)
    if placed is None or (last and last.first_recorded_at > placed.first_recorded_at):
        return []
    where = f"{coded(placed.reason, 'taking_off_reasons')}, {day(placed.happened_on)}"
    return [row | {"value": where}]


def _answers_of(fact: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a child's row of a visit
    """The four answers: each concern by itself, first; one line for all that was denied."""
    answers = {question: getattr(fact, question) for question in QUESTIONS}
    if not any(answer is not False for answer in answers.values()):
        return [
            {
                "label": _("Four questions: yes means concern"),
                "badge": {"kind": "done", "text": _("None of these four")},
            }
        ]
    ordered = sorted(answers.items(), key=lambda one: one[1] is not True)
    return [
        {
            "label": coded(question, "visit_questions"),
            "value": "" if answer is None else (_("Yes") if answer else _("No")),
            "badge": {"kind": "urgent", "text": _("Concern")} if answer else None,
        }
        for question, answer in ordered
    ]


def placement_of(history: Sequence[Recorded]) -> TakingOffDecision | None:
    """The decision by which a child was placed in this episode, of which this is the history."""
    for one in history:
        fact = one.fact
        if one.kind == "decision" and fact.withdrawn_at is None and fact.agreed:
            rule = rulesets.rule("taking_off_reasons", fact.reason, fact.happened_on)
            if rule.get("opens") == "accompaniment":
                return cast("TakingOffDecision", fact)
    return None


def found_safe(history: Sequence[Recorded], since: date) -> date | None:
    """When a visit last saw the child of a case and found it in no danger; nothing if none has
    since a day, or one found a danger after it. ``history`` is the case's, newest first."""
    for one in history:
        if one.kind != "visit_child" or one.fact.withdrawn_at is not None:
            continue
        visit: VisitChild = one.fact
        if visit.happened_on < since or any(getattr(visit, question) for question in SAFETY):
            return None
        if was_met(visit.kind, visit.seen, visit.happened_on):
            return visit.happened_on
    return None
