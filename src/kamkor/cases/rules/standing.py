"""Where a case stands, folded from its facts alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from kamkor.cases.rules.visit import NOT_SEEN
from kamkor.cases.vocabulary import ON_REGISTER, OPEN_STATES, PROPOSED, CaseState
from kamkor.kernel import rulesets

SAFETY = ("injury_fear_word", "harmful_person_access", "no_able_adult_tonight")


@dataclass(frozen=True)
class Event:
    """One fact of a case, as the fold reads it."""

    kind: str
    happened_on: date
    order: datetime
    outcome: str = ""
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """Everything about a case that is derived; equal facts give an equal standing.

    ``proposed_from`` is the state to which a refused proposal leads back, ``visit_due_on`` the
    day by which a report wants the first visit, ``met_on`` the last day of this episode on which
    a visit met the child, ``sought`` the days of later visits that did not, each with the next
    one it named; no column holds them.
    """

    state: str = CaseState.VOID
    responsible_id: int = 0
    risk_level: str = ""
    main_ground: str = ""
    identified_on: date | None = None
    registered_on: date | None = None
    taken_off_on: date | None = None
    last_visit_on: date | None = None
    last_seen_on: date | None = None
    not_seen_in_a_row: int = 0
    next_visit_on: date | None = None
    offered_to_id: int | None = None
    transferred_on: date | None = None
    state_protection: bool = False
    away_from_home: bool = False
    proposed_from: str = ""
    visit_due_on: date | None = None
    met_on: date | None = None
    sought: tuple[tuple[date, date], ...] = ()


def _deadline(code: str, on: date) -> int:
    return int(rulesets.value("deadlines", code, on))


def taking_off_outcome(reason: str, on: date) -> str:
    """What agreeing to a reason leads to: ``agree_placed``, ``agree`` or no check at all."""
    rule = rulesets.rule("taking_off_reasons", reason, on)
    if rule.get("opens") == "accompaniment":
        return "agree_placed"
    return "agree" if rule.get("check") else "agree_without_check"


_AFTER_AGREEING = {
    "agree": CaseState.CHECK_DUE,
    "agree_placed": CaseState.ACCOMPANIMENT,
    "agree_without_check": CaseState.CLOSED,
}


def _identification(standing: Standing, event: Event) -> Standing:
    return replace(
        standing,
        state=CaseState.IDENTIFIED,
        identified_on=event.happened_on,
        risk_level=str(event.values["risk_level"]),
    )


def _registration(standing: Standing, event: Event) -> Standing:
    if event.outcome == "register":
        return replace(standing, state=CaseState.REGISTERED, registered_on=event.happened_on)
    return replace(standing, state=CaseState.NOT_REGISTERED)


def _proposal(standing: Standing, event: Event) -> Standing:  # noqa: ARG001 - as the others
    if standing.state in PROPOSED:
        return standing
    listed = on_register(standing.state)
    state = CaseState.TAKING_OFF_PROPOSED if listed else CaseState.ENDING_PROPOSED
    return replace(standing, state=state, proposed_from=standing.state)


def _decision(standing: Standing, event: Event) -> Standing:
    if event.outcome == "refuse":
        before = standing.proposed_from or CaseState.REGISTERED
        return replace(standing, state=before, proposed_from="")
    outcome = taking_off_outcome(event.outcome, event.happened_on)
    rule = rulesets.rule("taking_off_reasons", event.outcome, event.happened_on)
    listed = on_register(standing.state)
    return replace(
        standing,
        state=_AFTER_AGREEING[outcome],
        # Who was not on the register any more, or never, is not taken off it by this.
        taken_off_on=event.happened_on if listed else standing.taken_off_on,
        away_from_home=standing.away_from_home and not rule.get("ends_removal"),
        next_visit_on=None,
        sought=(),
        proposed_from="",
    )


def _visit(standing: Standing, event: Event) -> Standing:
    call = bool(event.values["call"])
    seen = event.values["seen"] != NOT_SEEN and not call
    worry = any(event.values[question] for question in SAFETY)
    checked = event.values["check"] and seen and standing.state == CaseState.CHECK_DUE
    latest = max(event.happened_on, standing.last_visit_on or event.happened_on)
    standing = (
        _next_after_meeting(standing, event) if seen else _next_after_seeking(standing, event)
    )
    return replace(
        standing,
        state=CaseState.CLOSED if checked else standing.state,
        last_visit_on=latest,
        not_seen_in_a_row=0 if seen else standing.not_seen_in_a_row + (not call),
        risk_level="high" if worry else standing.risk_level,
    )


def _next_after_meeting(standing: Standing, event: Event) -> Standing:
    """Who was met is visited again as this visit says; one recorded late moves nothing back."""
    day, given = event.happened_on, event.values["next_on"]
    standing = replace(standing, last_seen_on=max(day, standing.last_seen_on or day))
    if standing.met_on is not None and day < standing.met_on:
        return standing
    return replace(
        standing,
        met_on=day,
        next_visit_on=given if isinstance(given, date) else None,
        sought=tuple(one for one in standing.sought if one[0] > day),
    )


def _next_after_seeking(standing: Standing, event: Event) -> Standing:
    """Who was not met is due as before, or sooner if this visit names an earlier day."""
    day, given = event.happened_on, event.values["next_on"]
    if not isinstance(given, date) or day < (standing.met_on or day):
        return standing
    return replace(standing, sought=(*standing.sought, (day, given)))


def _visit_due(standing: Standing, event: Event) -> Standing:
    due = event.values["due_on"]
    return replace(standing, visit_due_on=due if isinstance(due, date) else None)


def _post(event: Event) -> int:
    post = event.values["post"]
    return post if isinstance(post, int) else 0


def _offer(standing: Standing, event: Event) -> Standing:
    office = event.values["to_office"]
    return replace(
        standing,
        state=CaseState.TRANSFER_OFFERED,
        offered_to_id=office if isinstance(office, int) else None,
    )


def _answer(standing: Standing, event: Event) -> Standing:
    return replace(
        standing,
        state=CaseState.REGISTERED,
        offered_to_id=None,
        transferred_on=event.happened_on if event.outcome == "accept" else standing.transferred_on,
    )


def _carried_on(standing: Standing, event: Event) -> Standing:
    """What of the former episode still holds for the child in the newer one."""
    seen_on = event.values["last_seen_on"]
    return replace(
        standing,
        last_seen_on=seen_on if isinstance(seen_on, date) else None,
        away_from_home=bool(event.values["away_from_home"]),
    )


_CHANGES: dict[str, Callable[[Standing, Event], Standing]] = {
    "carried_on": _carried_on,
    "accepted_report": lambda standing, _: replace(standing, state=CaseState.REPORTED),
    "identification": _identification,
    "registration": _registration,
    "main_ground": lambda standing, event: replace(standing, main_ground=event.outcome),
    "assignment": lambda standing, event: replace(standing, responsible_id=_post(event)),
    "visit_due": _visit_due,
    "visit": _visit,
    "offer": _offer,
    "answer": _answer,
    "proposal": _proposal,
    "decision": _decision,
    "accompaniment_end": lambda standing, _: replace(standing, state=CaseState.CHECK_DUE),
    "returned": lambda standing, _: replace(standing, state=CaseState.CLOSED),
    "state_protection": lambda standing, event: replace(
        standing, state_protection=event.outcome == "given"
    ),
    "removal": lambda standing, _: replace(standing, away_from_home=True),
    "removal_end": lambda standing, _: replace(standing, away_from_home=False),
    "merge": lambda standing, _: replace(standing, state=CaseState.MERGED),
}

# Facts of one command bear one moment; this is the order in which they are meant.
_RANK = {kind: rank for rank, kind in enumerate(_CHANGES)}


def standing_of(events: Iterable[Event]) -> Standing:
    """Fold a case's facts, in the order in which they were first recorded; those of one command
    by what they are, and then by their day."""
    return _with_next_visit(_folded(events))


def standing_before(events: Iterable[Event], kind: str, order: datetime) -> Standing:
    """Where the case stood before a fact of a kind that was first recorded at a moment."""
    return _folded(one for one in events if (one.order, _RANK[one.kind]) < (order, _RANK[kind]))


def _folded(events: Iterable[Event]) -> Standing:
    standing = Standing()
    for event in sorted(events, key=lambda one: (one.order, _RANK[one.kind], one.happened_on)):
        standing = _CHANGES[event.kind](standing, event)
    return standing


def _with_next_visit(standing: Standing) -> Standing:
    if standing.state not in OPEN_STATES:
        return replace(standing, next_visit_on=None)
    due = standing.next_visit_on or _rhythm(standing)
    days = [given for _, given in standing.sought]
    return replace(standing, next_visit_on=min(days if due is None else [*days, due], default=None))


def _rhythm(standing: Standing) -> date | None:
    """When the next visit is due if none of the visits named a day."""
    state = standing.proposed_from or standing.state
    if state == CaseState.CHECK_DUE:
        base, code = standing.taken_off_on, "check_after_leaving_days"
    elif state == CaseState.ACCOMPANIMENT:
        base = max(filter(None, [standing.met_on, standing.taken_off_on]), default=None)
        code = "accompaniment_rhythm_days"
    elif standing.met_on is None:
        return _first_visit(standing)
    else:
        base, code = standing.met_on, f"visit_rhythm_{standing.risk_level or 'medium'}_days"
    return base + timedelta(days=_deadline(code, base)) if base is not None else None


def _first_visit(standing: Standing) -> date | None:
    """The earlier of what the report wants and what follows from the identification."""
    due, found = standing.visit_due_on, standing.identified_on
    days = [] if due is None else [due]
    if found is not None:
        days.append(found + timedelta(days=_deadline("first_visit_days", found)))
    return min(days, default=None)


def on_register(state: str) -> bool:
    """Whether a case in this state stands on its register."""
    return state in ON_REGISTER
