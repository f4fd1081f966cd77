"""Rebuilding what is derived about cases and reports, from their facts alone."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from kamkor.cases.models import (
    AccompanimentEnd,
    Assignment,
    Case,
    CaseMerge,
    Identification,
    Registration,
    RegistrationGround,
    Removal,
    RemovalEnd,
    Report,
    Screening,
    SecondLook,
    StateProtection,
    TakingOffDecision,
    TakingOffProposal,
    Task,
    TransferAnswer,
    TransferOffer,
    VisitChild,
)
from kamkor.cases.operations.lending import end_with_case, show_again
from kamkor.cases.rules.standing import SAFETY, Event, Standing, standing_before, standing_of
from kamkor.cases.vocabulary import FAMILY, OPEN_STATES, ReportState
from kamkor.kernel import clock, rulesets
from kamkor.kernel.locked import locked_in


def settle_cases(subjects: Iterable[UUID]) -> None:
    """Rebuild the derived columns of those subjects that are cases or reports.

    An episode goes before the newer one that it is carried on in.
    """
    wanted = list(subjects)
    for report in Report.objects.filter(id__in=wanted):
        told = what_it_tells(report)
        Report.objects.filter(id=report.pk).update(
            state=report_state(report), **locked_in(report, told)
        )
    known = Case.objects.filter(id__in=wanted).select_related("child", "report")
    if cases := list(known.order_by("id")):
        live = LiveFacts(cases)
        for case in cases:
            apply_standing(case, standing_of(events_of(case, live)))
        newer = Case.objects.filter(previous__in=cases).exclude(id__in=wanted)
        settle_cases(newer.values_list("id", flat=True))


def apply_standing(case: Case, standing: Standing) -> None:
    """Write a standing into the case's derived columns, its name for sorting and, where it was
    reported, the day of the report."""
    derived = asdict(standing)
    for without_column in ("proposed_from", "visit_due_on", "met_on", "sought"):
        del derived[without_column]
    if not derived["responsible_id"]:
        del derived["responsible_id"]
    derived["sort_key"] = _sort_key(case)
    if case.report is not None:
        derived["opened_on"] = case.report.happened_on
    Case.objects.filter(id=case.pk).update(**derived)
    was_open, is_open = case.state in OPEN_STATES, standing.state in OPEN_STATES
    if was_open and not is_open:
        end_with_case(case)
    if is_open and not was_open:
        show_again(case)


def _sort_key(case: Case) -> str:
    named = case.child or case.household
    return named.sort_key if named else ""


def settle_names(case: Case) -> None:
    """Sort the other entries of the same child, or of its home, by the name now known."""
    same = Q(register=FAMILY, household_id=case.household_id or case.pk)
    if case.child_id is not None:
        same |= Q(child_id=case.child_id)
    for other in Case.objects.filter(same).select_related("child", "household"):
        Case.objects.filter(id=other.pk).update(sort_key=_sort_key(other))


# Most cases have no fact of these kinds: one question instead of one for each.
_SELDOM: dict[str, Any] = {
    "offer": TransferOffer,
    "answer": TransferAnswer,
    "proposal": TakingOffProposal,
    "decision": TakingOffDecision,
    "accompaniment_end": AccompanimentEnd,
    "state_protection": StateProtection,
    "removal": Removal,
    "removal_end": RemovalEnd,
    "returned": Case,
    "merge": CaseMerge,
}
_WHICH_OF_THEM = """
SELECT 'offer' WHERE EXISTS (SELECT FROM kamkor_transferoffer WHERE case_id = ANY(%(cases)s))
UNION ALL SELECT 'answer'
WHERE EXISTS (SELECT FROM kamkor_transferanswer WHERE case_id = ANY(%(cases)s))
UNION ALL SELECT 'proposal'
WHERE EXISTS (SELECT FROM kamkor_takingoffproposal WHERE case_id = ANY(%(cases)s))
UNION ALL SELECT 'decision'
WHERE EXISTS (SELECT FROM kamkor_takingoffdecision WHERE case_id = ANY(%(cases)s))
UNION ALL SELECT 'accompaniment_end'
WHERE EXISTS (SELECT FROM kamkor_accompanimentend WHERE case_id = ANY(%(cases)s))
UNION ALL SELECT 'state_protection'
WHERE EXISTS (SELECT FROM kamkor_stateprotection WHERE case_id = ANY(%(cases)s))
UNION ALL SELECT 'removal'
WHERE EXISTS (SELECT FROM kamkor_removal WHERE case_id = ANY(%(cases)s))
UNION ALL SELECT 'removal_end'
WHERE EXISTS (SELECT FROM kamkor_removalend WHERE case_id = ANY(%(cases)s))
UNION ALL SELECT 'returned'
WHERE EXISTS (SELECT FROM kamkor_case WHERE previous_id = ANY(%(cases)s))
UNION ALL SELECT 'merge'
WHERE EXISTS (SELECT FROM kamkor_casemerge WHERE case_id = ANY(%(cases)s))
"""


class LiveFacts:
    """The facts that stand about certain cases, each kind read for all of them at once.

    ``corrected`` are facts not written yet, read in place of those they correct; those of the
    command ``without`` are left out.
    """

    def __init__(
        self, cases: Iterable[Case], corrected: Iterable[Any] = (), *, without: UUID | None = None
    ) -> None:
        self._corrected = {fact.corrects: fact for fact in corrected}
        self._without = without
        self._cases = [case.pk for case in cases]
        self._read: dict[Any, dict[UUID, list[Any]]] = {}
        with connection.cursor() as cursor:
            cursor.execute(_WHICH_OF_THEM, {"cases": self._cases})
            there = {kind for (kind,) in cursor.fetchall()}
        self._read |= {kind: {} for name, kind in _SELDOM.items() if name not in there}

    def of(self, kind: Any, case: Case) -> list[Any]:  # noqa: ANN401 - any fact of a case
        """The facts of one kind about one of the cases."""
        if kind not in self._read:
            rows = self._read[kind] = {}
            facts = kind.objects.filter(case_id__in=self._cases, withdrawn_at=None)
            if self._without is not None:
                facts = facts.exclude(command=self._without)
            for fact in facts:
                rows.setdefault(fact.case_id, []).append(self._corrected.get(fact.pk, fact))
        return self._read[kind].get(case.pk, [])

    def returns_of(self, case: Case) -> list[Any]:
        """The registrations of the newer episodes that a case returned in."""
        if Case not in self._read:
            rows = self._read[Case] = {}
            newer = Registration.objects.filter(
                case__previous_id__in=self._cases, withdrawn_at=None
            )
            for fact in newer.exclude(case__state="void").select_related("case"):
                if fact.case.previous_id is not None:
                    rows.setdefault(fact.case.previous_id, []).append(fact)
        return self._read[Case].get(case.pk, [])


def _event(kind: str, fact: Any, outcome: str = "", **values: object) -> Event:  # noqa: ANN401 - any fact
    return Event(kind, fact.happened_on, fact.first_recorded_at, outcome, values)


def events_of(case: Case, live: LiveFacts) -> Iterable[Event]:
    """The live facts of a case as the fold reads them."""
    if case.previous_id:
        yield from _carried_on(case.previous_id)
    if case.report_id:
        # The report itself may be another post's to see; it comes before everything else.
        yield Event("accepted_report", case.opened_on, datetime.min.replace(tzinfo=UTC))
    for fact in live.of(Identification, case):
        yield _event("identification", fact, risk_level=fact.risk_level)
    for fact in live.of(Registration, case):
        yield _event("registration", fact, "register" if fact.registered else "decline")
    for fact in live.of(RegistrationGround, case):
        if fact.main:
            yield _event("main_ground", fact, fact.ground)
    for fact in live.of(Assignment, case):
        yield _event("assignment", fact, post=fact.post_id)
    if case.report_id or case.previous_id:
        yield from _visits_wanted(case, live)
    for fact in live.of(VisitChild, case):
        yield _visit_event(fact)
    yield from _later_events(case, live)


def _carried_on(previous: UUID) -> Iterable[Event]:
    columns = ("opened_on", "last_seen_on", "away_from_home")
    for day, seen_on, away in Case.objects.filter(id=previous).values_list(*columns):
        values = {"last_seen_on": seen_on, "away_from_home": away}
        yield Event("carried_on", day, datetime.min.replace(tzinfo=UTC), "", values)


def _visits_wanted(case: Case, live: LiveFacts) -> Iterable[Event]:
    for fact in live.of(Task, case):
        if fact.kind == "visit_due":
            yield _event("visit_due", fact, due_on=clock.local_day(fact.due_at))


def _visit_event(fact: VisitChild) -> Event:
    rule = rulesets.rule("visit_kinds", fact.kind, fact.happened_on)
    answers = {question: getattr(fact, question) for question in SAFETY}
    return _event(
        "visit",
        fact,
        seen=fact.seen,
        check=bool(rule.get("check")),
        call=bool(rule.get("by_telephone")),
        next_on=fact.next_on,
        **answers,
    )


def _later_events(case: Case, live: LiveFacts) -> Iterable[Event]:
    for fact in live.of(TransferOffer, case):
        yield _event("offer", fact, to_office=fact.to_office_id)
    for fact in live.of(TransferAnswer, case):
        yield _event("answer", fact, "accept" if fact.accepted else "return")
    for fact in live.of(TakingOffProposal, case):
        yield _event("proposal", fact)
    for fact in live.of(TakingOffDecision, case):
        yield _event("decision", fact, fact.reason if fact.agreed else "refuse")
    for fact in live.of(AccompanimentEnd, case):
        yield _event("accompaniment_end", fact)
    for fact in live.of(StateProtection, case):
        yield _event("state_protection", fact, "given" if fact.given else "lifted")
    for fact in live.of(Removal, case):
        yield _event("removal", fact)
    for fact in live.of(RemovalEnd, case):
        yield _event("removal_end", fact)
    yield from _ended_elsewhere(case, live)


def _ended_elsewhere(case: Case, live: LiveFacts) -> Iterable[Event]:
    """What ended a case in another one of its child."""
    for fact in live.returns_of(case):
        yield _event("returned", fact)
    for fact in live.of(CaseMerge, case):
        yield _event("merge", fact)


def standing_from_facts(case: Case, corrected: Iterable[Any] = ()) -> Standing:
    """Where a case stands, from its live facts; with facts that correct some of them."""
    return standing_of(events_of(case, LiveFacts([case], corrected)))


def stood_before(case: Case, kind: str, moment: datetime) -> Standing:
    """Where a case stood when a fact of a kind was first recorded at a moment."""
    return standing_before(events_of(case, LiveFacts([case])), kind, moment)


def state_before(case: Case, kind: str, moment: datetime) -> str:
    """The state a case was in when a fact of a kind was first recorded at a moment."""
    return stood_before(case, kind, moment).state


# What of a report follows what it tells now.
FOLLOWS = (
    *("worry", "danger_now", "territory_id", "place", "seen_or_said", "source", "learned_on"),
    *("home_unsafe", "safe_contact", "urgent", "happened_on", "district"),
)


def what_it_tells(report: Report) -> dict[str, Any]:
    """What a report tells as it stands, told first or corrected since."""
    told = report.tellings.filter(withdrawn_at=None)
    return {name: getattr(told[0], name) for name in FOLLOWS}


def report_state(report: Report) -> str:
    """What became of a report: the latest of its screenings and second looks."""
    screenings = Screening.objects.filter(report=report, withdrawn_at=None)
    looks = SecondLook.objects.filter(report=report, withdrawn_at=None)
    outcomes = [
        *((one.first_recorded_at, _SCREENED[one.decision]) for one in screenings),
        *(
            (one.first_recorded_at, ReportState.CLOSED if one.upheld else ReportState.NEW)
            for one in looks
        ),
    ]
    return max(outcomes)[1] if outcomes else ReportState.NEW


_SCREENED = {
    "accept": ReportState.ACCEPTED,
    "redirect": ReportState.NEW,
    "decline": ReportState.DECLINED,
}
