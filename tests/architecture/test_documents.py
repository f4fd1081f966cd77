"""The made pages of docs/ say what the code does, and refusals are declared where they arise."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from kamkor.cases.operations import correction, steps
from kamkor.cases.rules.standing import SAFETY, Event, standing_of
from kamkor.cases.vocabulary import STATE_BEFORE, STEP_OF, STEPS, CaseState
from kamkor.kernel import clock
from kamkor.kernel.commands import Operation
from kamkor.kernel.errors import Refusal
from kamkor.kernel.shapes import read_shape
from tests.architecture.tree import ROOT, plant, sources
from tools import documents, documents_commands, documents_pathway
from tools.documents_commands import GENERAL
from tools.documents_examples import ANSWERS, EXAMPLES

DOCS = ROOT / "docs"
OPERATIONS = documents_commands.in_order()
NAMES = [operation.name for operation in OPERATIONS]
ROW_OF_REFUSAL = re.compile(r"^\| `([a-z0-9_]+)` \| (.+?) \| ", re.MULTILINE)


def test_every_page_is_as_the_code_makes_it() -> None:
    assert documents.faults(DOCS) == []


def test_control_a_changed_page_is_found(tmp_path: Path) -> None:
    documents.write(tmp_path)
    page = tmp_path / "pathway.md"
    page.write_text(page.read_text(encoding="utf-8").replace("accompaniment", "escort"))
    found = documents.faults(tmp_path)
    assert len(found) == 1
    assert "pathway.md" in found[0]
    assert "escort" in found[0]


def _refusals_on_page() -> dict[str, str]:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    parts = text.split("| code | message | when |")[1:]
    tables = [part.split("\n\n", maxsplit=1)[0] for part in parts]
    return dict(pair for part in tables for pair in ROW_OF_REFUSAL.findall(part))


def test_every_refusal_on_the_page_exists_and_none_is_missing() -> None:
    known = {code: one.message for code, one in Refusal.catalogue.items() if _ours(one)}
    assert _refusals_on_page() == known


def _ours(refusal: type[Refusal]) -> bool:
    """Refusals of commands; those of questions stand in the rooms that ask, those of files on the
    page of loads, those of plans on theirs, those of accounts on the administrator's pages."""
    asks = refusal.__module__.startswith("kamkor.figures.") or ".queries" in refusal.__module__
    loads = ".loading" in refusal.__module__
    plans = refusal.__module__.startswith(("kamkor.workforce.rules.", "kamkor.exchange.children"))
    accounts = refusal.__module__ == "kamkor.access.operations.account"
    return refusal.__module__.startswith("kamkor.") and not (asks or loads or plans or accounts)


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_every_example_can_be_read(name: str) -> None:
    read_shape(Operation.registry[name].shape, EXAMPLES[name])


def test_no_example_outlives_its_operation() -> None:
    assert set(EXAMPLES) == set(NAMES)
    assert set(ANSWERS) <= set(NAMES)


def _answered(node: ast.AST) -> Iterator[str]:
    """The keys that one statement puts into an order's answer."""
    held = node.targets[0] if isinstance(node, ast.Assign) else None
    if isinstance(held, ast.Subscript) and ast.unparse(held.value) == "order.answer":
        yield ast.literal_eval(held.slice)
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "order.answer.update":
        for given in node.args:
            assert isinstance(given, ast.Dict), ast.unparse(node)
            yield from (ast.literal_eval(key) for key in given.keys if key is not None)


def test_every_key_of_an_answer_is_told() -> None:
    answered = {
        key
        for source in sources(ROOT, "src")
        for node in ast.walk(source.syntax)
        for key in _answered(node)
    }
    assert answered == {key for found in ANSWERS.values() for key in found}


def _functions_and_classes(function: Callable[..., Any]) -> Iterator[object]:
    """What a function's names and raised classes stand for, where that can be told by reading."""
    plain = inspect.unwrap(function)
    tree = ast.parse(textwrap.dedent(inspect.getsource(plain)))
    inside = getattr(plain, "__globals__", {})
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield inside.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield getattr(inside.get(node.value.id), node.attr, None)


def raised_by(function: Callable[..., Any]) -> set[type[Refusal]]:
    """The refusals named in a function or in any function of the house that it names."""
    found: set[type[Refusal]] = set()
    waiting: list[Callable[..., Any]] = [function]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        for held in _functions_and_classes(one):
            if isinstance(held, type) and issubclass(held, Refusal) and held.code:
                found.add(held)
            elif isinstance(held, FunctionType) and held.__module__.startswith("kamkor."):
                waiting.append(held)
            elif isinstance(held, dict):
                found |= {value for value in held.values() if _is_refusal(value)}
    return found


def _is_refusal(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Refusal)


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_declares_what_it_refuses(name: str) -> None:
    operation = Operation.registry[name]
    raised = {one.code for one in raised_by(operation.run) - GENERAL}
    declared = {one.code for one in set(operation.refusals) - GENERAL}
    assert raised <= declared


def _hidden_refusal() -> None:
    if clock.today() > date.max:
        raise steps.StateForbids
    correction.correct_fact(None)  # type: ignore[arg-type] # only read, never called


def test_control_an_undeclared_refusal_is_found() -> None:
    found = {one.code for one in raised_by(_hidden_refusal)}
    assert found >= {"state_forbids", "nothing_changed", "ground_of_other_register"}


def test_the_exception_of_the_diagram_is_true() -> None:
    """Only a check after leaving closes a case; in another state the same visit changes none."""
    beginnings: dict[str, list[tuple[str, str, dict[str, object]]]] = {
        CaseState.IDENTIFIED: [("identification", "", {"risk_level": "low"})],
        CaseState.CHECK_DUE: [
            ("identification", "", {"risk_level": "low"}),
            ("decision", "difficulty_overcome", {}),
        ],
    }
    visit: dict[str, object] = {"seen": "alone", "check": True, "call": False, "next_on": None}
    visit |= dict.fromkeys(SAFETY, False)
    after: dict[str, str] = {}
    for state, facts in beginnings.items():
        told = [*facts, ("visit", "", visit)]
        events = [
            Event(kind, date(2025, 3, day), clock.day_starts(date(2025, 3, day)), outcome, values)
            for day, (kind, outcome, values) in enumerate(told, 1)
        ]
        assert standing_of(events[:-1]).state == state
        after[state] = standing_of(events).state
    assert after == {CaseState.IDENTIFIED: "identified", CaseState.CHECK_DUE: "closed"}
    assert documents_pathway.ONLY_FROM["record_visit", "check"] == {"check_due"}


LIVES: dict[str, list[tuple[str, str, dict[str, object]]]] = {
    CaseState.IDENTIFIED: [("identification", "", {"risk_level": "low"})],
    CaseState.REGISTERED: [
        ("identification", "", {"risk_level": "low"}),
        ("registration", "register", {}),
    ],
}


@pytest.mark.parametrize(
    ("state", "outcome", "refused"),
    [(CaseState.IDENTIFIED, "not_on_register", "refuse_end"), (CaseState.REGISTERED, "", "refuse")],
)
def test_the_proposals_of_the_diagram_are_true(state: str, outcome: str, refused: str) -> None:
    """Where a proposal leads, and a refusal after it, hangs on the state it is made from."""
    told = [*LIVES[state], ("proposal", "", {}), ("decision", "refuse", {})]
    events = [
        Event(kind, date(2025, 3, day), clock.day_starts(date(2025, 3, day)), decided, values)
        for day, (kind, decided, values) in enumerate(told, 1)
    ]
    waits, back = standing_of(events[:-1]).state, standing_of(events).state
    propose, decide = STEP_OF["propose_taking_off"], STEP_OF["decide_taking_off"]
    only = documents_pathway.ONLY_FROM
    assert (waits, back) == (propose.leads_to[outcome], state)
    assert state in only["propose_taking_off", outcome]
    assert decide.leads_to[refused] in {back, STATE_BEFORE}
    assert only["decide_taking_off", refused] == {waits}


def test_every_step_stands_on_the_page() -> None:
    text = (DOCS / "pathway.md").read_text(encoding="utf-8")
    assert [step.operation for step in STEPS if f"[`{step.operation}`]" not in text] == []


def decisions_out_of_form(docs: Path) -> list[str]:
    """Decision pages that lack a part or bear a number twice or out of turn."""
    pages = sorted((docs / "decisions").glob("*.md"))
    parts = ("## Context", "## Decision", "## Consequences")
    found = [
        f"{page.name}: {part}"
        for page in pages
        for part in parts
        if part not in page.read_text(encoding="utf-8")
    ]
    numbers = [page.name[:4] for page in pages]
    wanted = [f"{number:04}" for number in range(1, len(pages) + 1)]
    return found if numbers == wanted else [*found, f"numbers: {numbers}"]


def test_decisions_are_in_form() -> None:
    assert decisions_out_of_form(DOCS) == []


def test_control_a_decision_out_of_form_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "decisions/0002-rows.md", "# Rows\n\n## Context\n\n## Decision\n")
    assert decisions_out_of_form(tmp_path) == [
        "0002-rows.md: ## Consequences",
        "numbers: ['0002']",
    ]
