"""Facts in words: what was recorded, line by line, as a timeline and a correction show it."""

from collections.abc import Callable
from typing import Any, TypeAlias

from django.utils.translation import gettext as _

from kamkor.cases.queries.history import Recorded
from kamkor.cases.rules.visit import QUESTIONS, by_telephone
from kamkor.kernel import rulesets
from kamkor.web.ages import about_years
from kamkor.web.words import birth, coded, day, moment, office_name, place_name

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
    called = by_telephone(fact.kind, fact.happened_on)
    seen = coded(fact.seen, "spoken_kinds" if called else "seen_kinds")
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
        lines += [line for line in _whole_visit(visit)[1] if line]
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


def _died(fact: AnyFact) -> bool:
    rule = rulesets.rule("taking_off_reasons", fact.reason, fact.happened_on)
    return rule.get("opens") == "death_review"


def _proposal(fact: AnyFact) -> tuple[str, list[str]]:
    lines = [coded(fact.reason, "taking_off_reasons"), fact.note]
    if fact.other_side:
        lines.append(f"{fact.other_side}, {day(fact.other_side_accepted_on)}")
    if _died(fact):
        return _("The child died: end of the case proposed"), lines
    if _ends(fact):
        return _("End of the case proposed"), lines
    return _("Taking off the register proposed"), lines


def _decision(fact: AnyFact) -> tuple[str, list[str]]:
    title = _("Taken off the register") if fact.agreed else _("Taking off refused")
    if _ends(fact):
        title = _("The case ends") if fact.agreed else _("End of the case refused")
    if _died(fact) and fact.agreed:
        title = _("The child died: the case ends")
    return title, [coded(fact.reason, "taking_off_reasons"), fact.note]


def _offer(fact: AnyFact) -> tuple[str, list[str]]:
    to_office = _("to %(office)s") % {"office": office_name(fact.to_office)}
    return _("Transfer offered"), [to_office, coded(fact.reason, "transfer_reasons"), fact.note]


def _answer(fact: AnyFact) -> tuple[str, list[str]]:
    title = _("Transfer accepted") if fact.accepted else _("Transfer returned")
    if not fact.accepted and not fact.reason:
        # Whoever returns a case says why; the sender needs not.
        title = _("Offer of a transfer taken back by the sender")
    moved = f"{_('Lives now in')}: {place_name(fact.moved_to)}" if fact.moved_to else ""
    return title, [coded(fact.reason, "transfer_return_reasons"), moved, fact.note]


def _birth(fact: AnyFact) -> tuple[str, list[str]]:
    exact = coded(fact.precision, "birth_precisions")
    return _("Birth and sex recorded"), [
        f"{birth(fact.born_on, fact.precision)} ({exact})",
        coded(fact.sex, "sexes"),
    ]


def _told(fact: AnyFact) -> tuple[str, list[str]]:
    place = place_name(fact.territory_id)
    lines = [
        coded(fact.worry, "report_worries"),
        f"{_('In danger now')}: {_('Yes') if fact.danger_now else _('No')}",
        f"{_('Where')}: {place}, {fact.place}",
        fact.seen_or_said,
        f"{_('Who reports')}: {coded(fact.source, 'report_sources')}",
    ]
    if fact.learned_on:
        lines.append(f"{_('Learned of it on')}: {day(fact.learned_on)}")
    if fact.safe_contact:
        lines.append(_("Safe contact: %(how)s") % {"how": fact.safe_contact})
    return _("What was told"), lines


def described(fact: AnyFact) -> str:
    """A child of a report as it was described, with the age if that was said."""
    told = about_years(fact.age) if fact.age is not None else ""
    return ", ".join(filter(None, [fact.description, told]))


def _screening(fact: AnyFact) -> tuple[str, list[str]]:
    title = {
        "accept": _("Accepted"),
        "redirect": _("Redirected"),
        "decline": _("Declined"),
    }[fact.decision]
    reason = coded(fact.reason, f"{fact.decision}_reasons") if fact.reason else ""
    return title, [reason, fact.note]


def _second_look(fact: AnyFact) -> tuple[str, list[str]]:
    title = _("Second look: rightly declined") if fact.upheld else _("Second look: opened again")
    return title, [fact.note]


def _round(fact: AnyFact) -> tuple[str, list[str]]:
    place = place_name(fact.territory_id)
    counts = (
        (_("Households visited"), fact.visited),
        (_("Nobody home"), fact.nobody_home),
        (_("Refused to talk"), fact.refused),
        (_("No concern"), fact.no_concern),
    )
    return f"{_('Round from house to house')}: {fact.area}", [
        place,
        "; ".join(f"{label}: {count}" for label, count in counts),
    ]


def _member(fact: AnyFact) -> tuple[str, list[str]]:
    person = getattr(fact, "person", None)
    relation = _("Child") if fact.relation == "child" else coded(fact.relation, "relations")
    until = [f"{_('Last day')}: {day(fact.until)}"] if fact.until else []
    return _("Lives in the household: %(name)s") % {"name": person.shown_name if person else ""}, [
        relation,
        *until,
    ]


def _move(fact: AnyFact) -> tuple[str, list[str]]:
    return _("New address of the home"), [
        address_of(fact.moved_to, fact.place),
        _("Until then: %(where)s") % {"where": address_of(fact.moved_from, fact.former_place)},
    ]


def address_of(territory: str, place: str) -> str:
    """A district or city, and the village, street and house in it as they were told."""
    return ", ".join(filter(None, [place_name(territory), place]))


def _look(fact: AnyFact) -> tuple[str, list[str]]:
    person = getattr(fact, "person", None)
    return _("Brother or sister: %(name)s") % {"name": person.shown_name if person else ""}, [
        _("looked at") if fact.looked_at else _("not looked at yet")
    ]


def _whole_visit(fact: AnyFact) -> tuple[str, list[str]]:
    lines = [fact.changed]
    lines += [f"{_('The carer')}: {fact.words_of_carer}"] if fact.words_of_carer else []
    lines += [f"{_('Minutes')}: {fact.minutes}"] if fact.minutes is not None else []
    lines += [f"{_('Next visit')}: {day(fact.next_on)}"] if fact.next_on else []
    return coded(fact.kind, "visit_kinds"), lines


WRITTEN: dict[str, Callable[[Any], tuple[str, list[str]]]] = {
    "report": _told,
    "report_child": lambda fact: (f"{_('Child')}: {described(fact)}", []),
    "read": lambda _fact: (_("Read"), []),
    "screening": _screening,
    "second_look": _second_look,
    "error_mark": lambda fact: (_("Marked as sent in error"), [fact.note]),
    "round": _round,
    "member": _member,
    "sibling_look": _look,
    "move": _move,
    "visit": _whole_visit,
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
    "merge": lambda _fact: (
        _("Two records are one child: this case ended"),
        [_("It goes on in the child's other case.")],
    ),
    "task_done": lambda fact: (
        f"{_('Done')}: {coded(fact.task.kind, 'task_kinds')}",
        [fact.proof],
    ),
}


def written(one: Recorded, names: dict[int, str]) -> tuple[str, list[str]]:
    """A fact in words: what it is, and what it says line by line; names are those of posts."""
    if one.kind == "assignment":
        return _("Responsible: %(name)s") % {"name": names.get(one.fact.post_id, "")}, []
    title, lines = WRITTEN[one.kind](one.fact)
    return title, [line for line in lines if line]
