"""A case's facts as a timeline: what happened, by whom, and what was corrected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import Action
from kamkor.cases.operations.facts import CORRECTABLE
from kamkor.cases.queries.history import Recorded
from kamkor.cases.rules.visit import QUESTIONS
from kamkor.kernel import clock, rulesets
from kamkor.web.templatetags.words import birth, coded, day, moment, office_name
from kamkor.workforce.queries import holder_names

if TYPE_CHECKING:
    from kamkor.cases.models import Case

SHOWN = 15
"""How many entries stand in sight; the earlier ones unfold."""

AnyFact: TypeAlias = Any
"""Any fact of a case; each function below reads one kind."""


def _identification(fact: AnyFact) -> tuple[str, list[str]]:
    return _("Identified"), [
        fact.difficulty,
        f"{_('Risk level')}: {coded(fact.risk_level, 'risk_levels')}",
        f"{_('Found through')}: {coded(fact.source, 'report_sources')}",
    ]


def _registration(fact: AnyFact) -> tuple[str, list[str]]:
    if fact.registered:
        return _("Put on the register"), [coded(fact.reason, "return_reasons"), fact.note]
    return _("Not registered"), [coded(fact.reason, "not_registered_reasons"), fact.note]


def _ground(fact: AnyFact) -> tuple[str, list[str]]:
    title = _("Main ground") if fact.main else _("Ground")
    return f"{title}: {coded(fact.ground, 'grounds')}", []


def _visit(fact: AnyFact) -> tuple[str, list[str]]:
    seen = coded(fact.seen, "seen_kinds")
    lines = []
    if fact.not_seen_reason:
        lines.append(coded(fact.not_seen_reason, "not_seen_reasons"))
    lines += [
        f"{_('Yes')}: {coded(name, 'visit_questions')}" for name in QUESTIONS if getattr(fact, name)
    ]
    # The home's visit may no longer be shown, or be another unit's; the child's row is whole.
    visit = getattr(fact, "visit", None)
    if fact.words_of_child:
        lines.append(f"{_('The child')}: {fact.words_of_child}")
    if visit is not None:
        lines += [text for text in (visit.changed,) if text]
        lines += [f"{_('The carer')}: {visit.words_of_carer}"] if visit.words_of_carer else []
    if fact.lives_with:
        lines.append(
            f"{_('Lives with')}: {fact.lives_with}, {coded(fact.conditions, 'care_conditions')}"
        )
        lines.append(
            f"{_('Contact with the parents')}: {coded(fact.parents_contact, 'contact_kinds')}"
        )
    return f"{coded(fact.kind, 'visit_kinds')}: {seen}", lines


def _removal(fact: AnyFact) -> tuple[str, list[str]]:
    lines = [
        fact.danger,
        f"{_('Decided by')}: {coded(fact.decider, 'removal_deciders')}, {fact.decider_name}",
        f"{_('Ground')}: {coded(fact.ground, 'removal_grounds')}",
        f"{_('Sleeps at')}: {coded(fact.sleeps_at, 'night_places')}, {fact.sleeps_where}",
    ]
    for who, label in (
        ("prosecutor", _("Prosecutor told")),
        ("parents", _("Parents told")),
        ("doctor", _("Doctor told")),
    ):
        told = getattr(fact, f"{who}_told_at")
        lines.append(f"{label}: {moment(told) if told else _('not yet')}")
    return _("Protective removal"), [*lines, fact.siblings, fact.next_step]


def _ends(fact: AnyFact) -> bool:
    """Whether the reason ends a case also where the child is not on the register."""
    rule = rulesets.rule("taking_off_reasons", fact.reason, fact.happened_on)
    return bool(rule.get("anywhere"))


def _proposal(fact: AnyFact) -> tuple[str, list[str]]:
    lines = [coded(fact.reason, "taking_off_reasons"), fact.note]
    if fact.other_side:
        lines.append(f"{fact.other_side}, {day(fact.other_side_accepted_on)}")
    if _ends(fact):
        return _("End of the case proposed"), lines
    return _("Taking off the register proposed"), lines


def _decision(fact: AnyFact) -> tuple[str, list[str]]:
    title = _("Taken off the register") if fact.agreed else _("Taking off refused")
    if _ends(fact):
        title = _("The case ends") if fact.agreed else _("End of the case refused")
    return title, [coded(fact.reason, "taking_off_reasons"), fact.note]


def _offer(fact: AnyFact) -> tuple[str, list[str]]:
    to_office = _("to %(office)s") % {"office": office_name(fact.to_office)}
    return _("Transfer offered"), [to_office, coded(fact.reason, "transfer_reasons"), fact.note]


def _answer(fact: AnyFact) -> tuple[str, list[str]]:
    title = _("Transfer accepted") if fact.accepted else _("Transfer returned")
    return title, [coded(fact.reason, "transfer_return_reasons"), fact.note]


def _birth(fact: AnyFact) -> tuple[str, list[str]]:
    exact = coded(fact.precision, "birth_precisions")
    return _("Birth and sex recorded"), [
        f"{birth(fact.born_on, fact.precision)} ({exact})",
        coded(fact.sex, "sexes"),
    ]


WRITTEN: dict[str, Callable[[Any], tuple[str, list[str]]]] = {
    "identification": _identification,
    "registration": _registration,
    "ground": _ground,
    "visit_child": _visit,
    "removal": _removal,
    "proposal": _proposal,
    "decision": _decision,
    "offer": _offer,
    "answer": _answer,
    "birth": _birth,
    "state_protection": lambda fact: (
        _("State protection given") if fact.given else _("State protection lifted"),
        [fact.note],
    ),
    "need": lambda _fact: (_("Need opened"), [coded("basics_missing", "visit_questions")]),
    "removal_end": lambda fact: (_("Protective removal ended"), [fact.note]),
    "accompaniment_end": lambda fact: (_("Accompaniment ended"), [fact.note]),
    "safe_contact": lambda fact: (
        _("Do not contact the home"),
        [_("Safe contact: %(how)s") % {"how": fact.contact}] if fact.contact else [],
    ),
    "interest": lambda fact: (_("Interest declared"), [coded(fact.kind, "interest_kinds")]),
    "task_done": lambda fact: (
        f"{_('Done')}: {coded(fact.task.kind, 'task_kinds')}",
        [fact.proof],
    ),
}


def timeline_of(viewer: Viewer, case: Case, history: Sequence[Recorded]) -> dict[str, Any]:
    """The timeline of a case by windows of time, newest first."""
    posts = {one.fact.by_post for one in history}
    posts |= {one.fact.post_id for one in history if one.kind == "assignment"}
    names = holder_names(posts, clock.today())
    entries = [_entry(viewer, case, one, names) for one in history]
    return {
        "heading": _("What happened"),
        "entries": entries[:SHOWN],
        "others": entries[SHOWN:],
        "empty": _("Nothing has been recorded yet."),
    }


def _entry(viewer: Viewer, case: Case, one: Recorded, names: dict[int, str]) -> dict[str, Any]:
    fact = one.fact
    title, body = written(one, names)
    withdrawn = fact.withdrawn_at is not None
    entry: dict[str, Any] = {
        "window": window_of(fact.happened_on),
        "when": day(fact.happened_on),
        "title": title,
        "body": body,
        "by": names.get(fact.by_post, ""),
        "withdrawn": withdrawn,
        "journal": str(fact.command),
    }
    late = (clock.local_day(fact.first_recorded_at) - fact.happened_on).days
    if late > 1:
        recorded = _("recorded on %(day)s") % {"day": day(clock.local_day(fact.recorded_at))}
        entry["when"] += f" ({recorded})"
    if one.corrected_by is not None:
        when = moment(one.corrected_by.recorded_at)
        entry["corrected_by"] = {"text": _("Corrected on %(when)s") % {"when": when}}
    if one.kind in CORRECTABLE and not withdrawn and viewer.may(Action.RECORD):
        entry["actions"] = [
            {
                "label": _("Correct"),
                "url": f"/cases/{case.pk}/correct/{one.kind}/{fact.pk}/",
                "operation": "correct_fact",
            }
        ]
    return entry


def written(one: Recorded, names: dict[int, str]) -> tuple[str, list[str]]:
    """A fact in words: what it is, and what it says line by line; names are those of posts."""
    if one.kind == "assignment":
        return _("Responsible: %(name)s") % {"name": names.get(one.fact.post_id, "")}, []
    title, lines = WRITTEN[one.kind](one.fact)
    return title, [line for line in lines if line]


def window_of(happened_on: date) -> str:
    """Which window of time a day belongs to."""
    days = (clock.today() - happened_on).days
    if days <= 7:
        return _("Last seven days")
    if days <= 31:
        return _("Last month")
    if days <= 366:
        return _("Last year")
    return _("Earlier")
