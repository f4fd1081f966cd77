"""Every derived column equals what a second, independent reading of the facts alone makes of it."""

from datetime import date, timedelta
from typing import Any

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
    ReportTold,
    Screening,
    SecondLook,
    StateProtection,
    TakingOffDecision,
    TakingOffProposal,
    Task,
    TaskDone,
    TransferAnswer,
    TransferOffer,
    VisitChild,
)
from kamkor.kernel import clock
from kamkor.kernel.database import entered
from tests.cases.acts import everything, play, seed_of_run
from tests.cast import Cast

STEPS = 260

# Written by hand from the rule sets in force in 2026; not read from them.
WITH_CHECK = {"difficulty_overcome", "returned_to_family"}
ACCOMPANIED = {"placed_guardianship", "placed_foster", "adopted"}
RHYTHM = {"low": 60, "medium": 30, "high": 14, "": 30}
FIRST_VISIT, AFTER_LEAVING, ACCOMPANIMENT = 7, 90, 90
CLOSED = {"closed", "not_registered", "void", "merged"}
NOT_SEEN, CALL = "not_seen", "call"

# What a report bears of what it tells now.
TOLD = (
    *("worry", "danger_now", "territory_id", "place", "seen_or_said", "source", "learned_on"),
    *("home_unsafe", "safe_contact", "urgent", "happened_on", "district"),
)

# The order in which facts of one command are meant.
MEANT = (
    "accepted",
    Identification,
    Registration,
    RegistrationGround,
    Assignment,
    VisitChild,
    TransferOffer,
    TransferAnswer,
    TakingOffProposal,
    TakingOffDecision,
    AccompanimentEnd,
    "returned",
    StateProtection,
    Removal,
    RemovalEnd,
    CaseMerge,
)


def _facts(case: Case) -> list[tuple[Any, Any]]:
    """The live facts of a case with their kind, in the order in which they were first recorded."""
    found: list[tuple[Any, Any, Any]] = []
    if case.report is not None:
        found.append((case.report.first_recorded_at, "accepted", case.report))
    for kind in MEANT:
        if isinstance(kind, str):
            continue
        table: Any = kind
        rows = table.objects.filter(case=case, withdrawn_at=None)
        found += [(row.first_recorded_at, kind, row) for row in rows]
    for newer in Case.objects.filter(previous=case):
        back = Registration.objects.filter(case=newer, withdrawn_at=None).first()
        if back is not None:
            found.append((back.first_recorded_at, "returned", back))
    found.sort(key=lambda one: (one[0], MEANT.index(one[1]), one[2].happened_on))
    return [(kind, row) for _, kind, row in found]


def seen(row: VisitChild) -> bool:
    """Nobody is seen by telephone."""
    return row.seen != NOT_SEEN and row.kind != CALL


class Reading:
    """What one reading of the facts, first to last, makes of a case."""

    def __init__(self, facts: list[tuple[Any, Any]], *, away: bool = False) -> None:
        self.state = "void"
        self.before = ""
        self.away = away
        self.risk = ""
        self.begun = 0
        self.off: date | None = None
        self.visits: list[VisitChild] = []
        for kind, row in facts:
            self.read(kind, row)

    def read(self, kind: Any, row: Any) -> None:  # noqa: ANN401 - any fact
        simple = {
            "accepted": "reported",
            TransferOffer: "transfer_offered",
            TransferAnswer: "registered",
            AccompanimentEnd: "check_due",
            "returned": "closed",
            CaseMerge: "merged",
        }
        self.state = simple.get(kind, self.state)
        if kind is Identification:
            self.state, self.risk = "identified", row.risk_level
        elif kind is Registration:
            self.state = "registered" if row.registered else "not_registered"
        elif kind is TakingOffProposal and not self.before:
            listed = self.state == "registered"
            self.before = self.state
            self.state = "taking_off_proposed" if listed else "ending_proposed"
        elif kind is TakingOffDecision and not row.agreed:
            self.state, self.before = self.before, ""
        elif kind is TakingOffDecision:
            if self.before == "registered":
                self.off = row.happened_on
            self.away = self.away and row.reason not in ACCOMPANIED | {"returned_to_family"}
            self.state, self.before, self.begun = self.left(row.reason), "", len(self.visits)
        elif kind in (Removal, RemovalEnd):
            self.away = kind is Removal
        elif kind is VisitChild:
            self.visited(row)

    @staticmethod
    def left(reason: str) -> str:
        if reason in ACCOMPANIED:
            return "accompaniment"
        return "check_due" if reason in WITH_CHECK else "closed"

    def visited(self, row: VisitChild) -> None:
        if row.injury_fear_word or row.harmful_person_access or row.no_able_adult_tonight:
            self.risk = "high"
        was_seen = seen(row)
        if row.kind.startswith("after_leaving") and was_seen and self.state == "check_due":
            self.state = "closed"
        self.visits.append(row)

    def met(self) -> tuple[int, date] | None:
        """The last visit, by its day, at which the child was seen: its place and its day."""
        rows = [(row.happened_on, at) for at, row in enumerate(self.visits) if seen(row)]
        day, at = max(rows, default=(None, 0))
        return (at, day) if day else None

    def told(self) -> tuple[date | None, list[date]]:
        """The next date that the last meeting told, and those of visits in vain after it."""
        last = self.met()
        at, day = last or (-1, date.min)
        told = self.visits[at].next_on if last and at >= self.begun else None
        in_vain = [
            row.next_on
            for number, row in enumerate(self.visits)
            if not seen(row) and number >= self.begun and (row.happened_on, number) > (day, at)
        ]
        return told, [one for one in in_vain if one]


def _last(facts: list[tuple[Any, Any]], kind: Any, column: str, default: Any = None) -> Any:  # noqa: ANN401 - any fact
    rows = [row for of, row in facts if of is kind]
    return getattr(rows[-1], column) if rows else default


def _next_visit(reading: Reading, identified: date | None, due: list[date]) -> date | None:
    if reading.state in CLOSED:
        return None
    told, in_vain = reading.told()
    days = [told or _rhythm(reading, identified, due), *in_vain]
    return min(filter(None, days), default=None)


def _rhythm(reading: Reading, identified: date | None, due: list[date]) -> date | None:
    met = reading.met()
    visited = met[1] if met else None
    state = reading.before or reading.state
    after, base = {
        "check_due": (AFTER_LEAVING, reading.off),
        "accompaniment": (ACCOMPANIMENT, max(filter(None, [visited, reading.off]), default=None)),
    }.get(state, (RHYTHM[reading.risk], visited))
    if state not in {"check_due", "accompaniment"} and visited is None:
        first = [identified + timedelta(days=FIRST_VISIT)] if identified else []
        return min(first + due, default=None)
    return base + timedelta(days=after) if base is not None else None


def expected(case: Case) -> dict[str, Any]:
    """Each derived column of a case, from its facts alone."""
    facts = _facts(case)
    former = expected(case.previous) if case.previous else {}
    reading = Reading(facts, away=former.get("away_from_home", False))
    visits = reading.visits
    seen_on = [row.happened_on for row in visits if seen(row)]
    seen_on += [former["last_seen_on"]] if former.get("last_seen_on") else []
    unseen = 0
    for row in visits:
        unseen = 0 if seen(row) else unseen + (row.kind != CALL)
    wanted = Task.objects.filter(case=case, kind="visit_due", withdrawn_at=None)
    due = [clock.local_day(one.due_at) for one in wanted]
    visited = max((row.happened_on for row in visits), default=None)
    registrations = [row for of, row in facts if of is Registration and row.registered]
    grounds = [row for of, row in facts if of is RegistrationGround and row.main]
    offered = [(kind, row) for kind, row in facts if kind in (TransferOffer, TransferAnswer)]
    stands = bool(offered) and offered[-1][0] is TransferOffer
    identified = _last(facts, Identification, "happened_on")
    return {
        "state": reading.state,
        "risk_level": reading.risk,
        "responsible_id": _last(facts, Assignment, "post_id", case.responsible_id),
        "main_ground": grounds[-1].ground if grounds else "",
        "identified_on": identified,
        "registered_on": registrations[-1].happened_on if registrations else None,
        "taken_off_on": reading.off,
        "last_visit_on": visited,
        "last_seen_on": max(seen_on, default=None),
        "not_seen_in_a_row": unseen,
        "next_visit_on": _next_visit(reading, identified, due),
        "offered_to_id": offered[-1][1].to_office_id if stands else None,
        "state_protection": _last(facts, StateProtection, "given", default=False),
        "away_from_home": reading.away,
        "sort_key": (case.child or case.household).sort_key,  # type: ignore[union-attr]
    }


def _report_state(report: Report) -> str:
    became = {"accept": "accepted", "redirect": "new", "decline": "declined"}
    found = [
        (one.first_recorded_at, became[one.decision])
        for one in Screening.objects.filter(report=report, withdrawn_at=None)
    ]
    found += [
        (one.first_recorded_at, "closed" if one.upheld else "new")
        for one in SecondLook.objects.filter(report=report, withdrawn_at=None)
    ]
    return max(found)[1] if found else "new"


def test_after_any_day_every_derived_column_is_what_the_facts_say(cast: Cast) -> None:
    seed = seed_of_run()
    repeat = f"repeat with: make test k=every_derived_column SEED={seed}"
    done = play(cast, seed, STEPS)
    assert sum(done.values()) > STEPS / 4, (repeat, done)
    with clock.clock_at(cast.time.moment), entered(everything()):
        cases = list(Case.objects.select_related("child", "household", "report"))
        for case in cases:
            wanted = expected(case)
            assert {name: getattr(case, name) for name in wanted} == wanted, repeat
        reports = list(Report.objects.all())
        assert [one.state for one in reports] == [_report_state(one) for one in reports], repeat
        for report in reports:
            told = ReportTold.objects.get(report=report, withdrawn_at=None)
            wanted = {name: getattr(told, name) for name in TOLD}
            assert {name: getattr(report, name) for name in TOLD} == wanted, repeat
        proven = set(TaskDone.objects.filter(withdrawn_at=None).values_list("task", flat=True))
        settled = set(Task.objects.filter(settled=True).values_list("id", flat=True))
        assert settled == proven, repeat
    assert len(cases) > 5, repeat
    assert settled, repeat
