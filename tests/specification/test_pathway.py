"""The pathway's expected outcomes, cell by cell, played through the desk by HTTP."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from kamkor.cases.vocabulary import STATE_BEFORE, STEP_OF
from kamkor.kernel.database import Scope, entered
from kamkor.kernel.ids import new_id
from kamkor.kernel.models import JournalEntry
from tests.cast import Cast, Player
from tests.doors.desk import Desk, Page, Typed, typed_as
from tests.factories import (
    a_child,
    identified,
    met,
    proposed,
    received,
    registered,
    seen,
    taken_off,
    transferred,
    visited,
)
from tests.specification.pathway_forms import typed_for


class Cell(NamedTuple):
    """One cell: in this state, this operation with this outcome, by this role."""

    state: str
    operation: str
    outcome: str
    role: str
    next_state: str
    journal: str
    refusal: str

    @property
    def name(self) -> str:
        """How a failure names the cell."""
        act = f"{self.operation}={self.outcome}" if self.outcome else self.operation
        return f"{self.state}-{act}-{self.role}"


with (Path(__file__).parent / "pathway.csv").open(encoding="utf-8", newline="") as file:
    CELLS = [Cell(**row) for row in csv.DictReader(file)]

ROLES = {
    "worker": "aigul",
    "specialist": "bakyt",
    "head": "head",
    "oblast": "oblast",
    "ministry": "daniyar",
    "commissioner": "elmira",
    "receiving_specialist": "specialist2",
    "receiving_head": "head2",
}
WITHOUT_FORM = {"oblast", "ministry", "commissioner"}
# The test's own eye: a scope that sees every unsealed row of the nation.
EVERYTHING = Scope(account=0, post=0, level=4)


@dataclass
class Stage:
    """A state of the pathway, reached by operations, at which its cells are played."""

    cast: Cast
    state: str
    subject: str = ""
    others: dict[str, str] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)


def _reported(cast: Cast) -> str:
    report = received(cast.aigul)
    answer = cast.aigul.do(
        "screen_report", report=report, decision="accept", assign_to=cast.aigul.post
    )
    return str(answer["cases"][0])


def _seen(cast: Cast) -> str:
    case = registered(cast)
    met(cast, case)
    return case


def _offered(cast: Cast) -> str:
    case = registered(cast)
    transferred(cast, case)
    return case


def _proposed(cast: Cast, reason: str = "difficulty_overcome") -> str:
    case = registered(cast, born="2008-01", happened_on=cast.days_ago(40))
    more = {"other_side": "Osh", "other_side_accepted_on": cast.today} if reason == "moved" else {}
    proposed(cast, case, reason, **more)
    return case


def _ending_proposed(cast: Cast) -> str:
    case = identified(cast)
    proposed(cast, case, "died")
    return case


def _closed(cast: Cast) -> str:
    case = taken_off(cast)
    visited(cast, cast.aigul, seen(case), kind="after_leaving")
    return case


def _not_registered(cast: Cast) -> str:
    case = identified(cast)
    data = {"decision": "decline", "reason": "no_difficulty", "happened_on": cast.today}
    cast.bakyt.do("register_child", case=case, **data)
    return case


def _void(cast: Cast) -> str:
    command = new_id()
    answer = cast.aigul.answer("identify_child", command_id=command, **a_child(cast.today))
    cast.aigul.do("take_back", command=str(command))
    return str(answer.answer["case"])


def _merged(cast: Cast) -> str:
    """The later of two open cases, whose children are one."""
    first, case = registered(cast), identified(cast)
    number = cast.bakyt.case(first).number
    why = {"ground": "papers_seen", "reason": "The papers were seen."}
    asked = cast.bakyt.do("merge_people", case=case, case_number=number, **why)["request"]
    cast.head.do("answer_request", request=asked, decision="agree")
    return case


def _family(cast: Cast) -> str:
    answer = cast.aigul.do("identify_child", **a_child(cast.today, family_too=True))
    return str(answer["family"])


def _family_registered(cast: Cast) -> str:
    case = _family(cast)
    grounds = {"grounds": ["low_income_crisis"], "main_ground": "low_income_crisis"}
    data = {"decision": "register", "happened_on": cast.today, **grounds}
    cast.bakyt.do("register_family", case=case, **data)
    met(cast, case)
    return case


def _report(cast: Cast, *acts: tuple[str, str]) -> str:
    report = received(cast.aigul)
    for operation, decision in acts:
        why = {"reason": "no_concern"} if operation == "screen_report" else {"note": "Why."}
        data = {"assign_to": cast.aigul.post} if decision == "accept" else why
        cast.head.do(operation, report=report, decision=decision, **data)
    return report


DECLINED = ("screen_report", "decline")
REACHED: dict[str, Callable[[Cast], str]] = {
    "none": lambda _cast: "",
    "reported": _reported,
    "identified": identified,
    "registered": _seen,
    "transfer_offered": _offered,
    "taking_off_proposed": _proposed,
    "ending_proposed": _ending_proposed,
    "accompaniment": lambda cast: taken_off(cast, "placed_foster"),
    "check_due": taken_off,
    "closed": _closed,
    "not_registered": _not_registered,
    "void": _void,
    "merged": _merged,
    "family_identified": _family,
    "family_registered": _family_registered,
    "report_new": _report,
    "report_accepted": lambda cast: _report(cast, ("screen_report", "accept")),
    "report_declined": lambda cast: _report(cast, DECLINED),
    "report_closed": lambda cast: _report(cast, DECLINED, ("review_declined_report", "uphold")),
}


@pytest.fixture(scope="module")
def stage(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Stage]:
    """The state, reached once for all its cells, in a transaction that is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = Stage(Cast(), request.param)
        made.subject = REACHED[request.param](made.cast)
        if request.param == "taking_off_proposed":
            reasons = {cell.outcome.partition("/")[2] for cell in CELLS} - {""}
            made.others = {reason: _proposed(made.cast, reason) for reason in sorted(reasons)}
        made.cast.time.passes(minutes=5)
        # Signed in here: a session begun in a cell would be undone with it.
        made.desks = {name: Desk(name, made.cast.time) for name in ROLES.values()}
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def savepoint(stage: Stage) -> Iterator[None]:
    """Whatever the cell did is undone after it."""
    point = transaction.savepoint()
    yield
    transaction.savepoint_rollback(point)


def address_of(state: str, subject: str, operation: str = "") -> str:
    """Where the page of a subject stands, or the form of an operation about it."""
    slug = f"{operation.replace('_', '-')}/" if operation else ""
    if state == "none":
        return f"/do/{slug}"
    place = "reports" if state.startswith("report_") else "cases"
    return f"/{place}/{subject}/{slug}"


def filled(desk: Desk, address: str, cell: Cell, values: dict[str, object]) -> Typed:
    """The form as it is sent; whoever is shown no form sends what one can make up.

    That those are shown none, is asked of every address by the tests of access.
    """
    made_up: Typed = {"command_id": [str(new_id())]}
    if cell.role in WITHOUT_FORM or cell.refusal == "not_found":
        return made_up | typed_as(values)
    page = desk.open(address)
    if page.status == 403:
        assert page.refusals == [cell.refusal]
        return made_up | typed_as(values)
    return page.form(cell.operation) | typed_as(values)


def entries(command: str) -> list[str]:
    """The subjects that a command has entries for in the journal."""
    with entered(EVERYTHING):
        found = JournalEntry.objects.filter(command=UUID(command))
        return [str(subject) for subject in found.values_list("subject", flat=True)]


def subject_after(cell: Cell, subject: str, page: Page) -> str:
    """What the cell was about: for a beginning, what it made."""
    if cell.state != "none":
        return subject
    return str(page.response["Location"]).rstrip("/").removesuffix("/received").rpartition("/")[2]


def state_after(stage: Stage, cell: Cell, subject: str) -> str:
    """The state as the page shows it to one who sees the whole nation."""
    report = cell.state.startswith("report_") or cell.operation == "receive_report"
    place = "reports" if report else "cases"
    return stage.desks["elmira"].open(f"/{place}/{subject}/").state


def expected_before(cell: Cell) -> str:
    """The state that the page shows before the cell is played."""
    return cell.state.removeprefix("report_").removeprefix("family_")


@pytest.mark.parametrize(
    ("stage", "cell"),
    [pytest.param(cell.state, cell, id=cell.name) for cell in CELLS],
    indirect=["stage"],
    scope="module",
)
def test_cell(stage: Stage, cell: Cell, savepoint: None) -> None:
    """One cell of the table: the next state with its journal entry, or the refusal.

    What is refused left no entry in the journal, and so no fact.
    """
    player: Player = stage.cast.everybody[ROLES[cell.role]]
    desk = stage.desks[player.username]
    subject = stage.others.get(cell.outcome.partition("/")[2], stage.subject)
    address = address_of(cell.state, subject, cell.operation)
    values = typed_for(cell.operation, cell.outcome, stage.cast, player)
    typed = filled(desk, address, cell, values)
    if cell.operation == "record_visit":
        # A form that has no row for the child is sent with one made up.
        typed.setdefault("children-0-case", [subject])
    page = desk.send(address, typed)
    journal = entries(typed["command_id"][0])
    if cell.refusal:
        assert (page.refusals[:1], journal, cell.next_state) == ([cell.refusal], [], "")
        return
    assert (page.status, page.refusals) == (303, [])
    assert ("yes" if journal else "no") == cell.journal
    if cell.next_state:
        after = subject_after(cell, subject, page)
        assert after in journal
        assert state_after(stage, cell, after) == cell.next_state


@pytest.mark.parametrize(
    "stage", [state for state in REACHED if state != "none"], indirect=True, scope="module"
)
def test_buttons(stage: Stage) -> None:
    """The page of each state offers each role exactly the steps that its cells carry out."""
    of_pathway = {cell.operation for cell in CELLS}
    wrong = {}
    for role, username in ROLES.items():
        cells = [cell for cell in CELLS if (cell.state, cell.role) == (stage.state, role)]
        page = stage.desks[username].open(address_of(stage.state, stage.subject))
        if page.status == 404:
            continue
        may = {cell.operation for cell in cells if not cell.refusal}
        if page.operations & of_pathway != may:
            wrong[role] = page.operations & of_pathway ^ may
    assert wrong == {}


# Which outcome of the product's own table a typed outcome stands for.
OUTCOMES = {
    **dict.fromkeys(("agree/difficulty_overcome", "agree/returned_to_family"), "agree"),
    **dict.fromkeys(
        ("agree/placed_guardianship", "agree/placed_foster", "agree/adopted"), "agree_placed"
    ),
    **dict.fromkeys(
        ("agree/moved", "agree/reached_18", "agree/died", "agree/entered_in_error"),
        "agree_without_check",
    ),
    **dict.fromkeys(("home", "call", "joint", "migrant_check", "not_seen"), ""),
    "after_leaving_not_seen": "",
}

# The states of the register, and the one in which the end of a case beside it was proposed.
LISTED = {"registered", "transfer_offered", "taking_off_proposed"}
PROPOSED_FROM = "identified"


def disagreements() -> Iterator[tuple[str, str]]:
    """The cells that the product's table, which screens and documents read, tells otherwise."""
    for cell in CELLS:
        step, state = STEP_OF[cell.operation], expected_before(cell)
        outcome = OUTCOMES.get(cell.outcome, cell.outcome)
        if cell.operation == "propose_taking_off":
            outcome = "" if state in LISTED else "not_on_register"
        if (state, outcome) == ("ending_proposed", "refuse"):
            outcome = "refuse_end"
        if cell.outcome == "after_leaving":
            outcome = "check" if state == "check_due" else ""
        if cell.refusal == "state_forbids" and state in step.from_states:
            yield cell.name, f"{state} is a state it begins from"
        if cell.refusal or cell.state == "none":
            continue
        after = step.leads_to[outcome] or state
        if after == STATE_BEFORE:
            after = PROPOSED_FROM
        if (
            state in step.from_states,
            cell.role.removeprefix("receiving_") in step.roles,
            after,
        ) != (
            True,
            True,
            cell.next_state,
        ):
            yield cell.name, f"leads to {after}"


def test_the_products_table_says_the_same() -> None:
    """The table of the product and this one agree on states, roles and what follows."""
    assert list(disagreements()) == []


def test_every_state_operation_and_role_has_its_cells() -> None:
    """The table leaves nothing out: each operation of a kind is tried from each of its states."""
    tried = {(cell.state, cell.operation, cell.role) for cell in CELLS}
    kinds: dict[bool, set[str]] = {True: set(), False: set()}
    for state, operation, _ in tried:
        if state != "none":
            kinds[state.startswith("report_")].add(operation)
    missing = [
        (state, operation, role)
        for state in REACHED
        if state != "none"
        for operation in kinds[state.startswith("report_")]
        for role in list(ROLES)[:6]
        if (state, operation, role) not in tried
    ]
    assert missing == []
    assert len({cell.name for cell in CELLS}) == len(CELLS)


def test_the_states_of_the_table_are_those_of_the_pathway() -> None:
    """No state of the product stays outside the table."""
    states = {expected_before(cell) for cell in CELLS} - {"none"}
    assert states == {
        *("reported", "identified", "registered", "transfer_offered", "taking_off_proposed"),
        "ending_proposed",
        *("accompaniment", "check_due", "closed", "not_registered", "void", "merged"),
        *("new", "accepted", "declined", "closed"),
    }
