"""Mutants of the access rules: one small change each, put into the running program."""

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from kamkor.access import queries as access
from kamkor.access.queries import account
from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import RIGHTS, WORKER, Action, Level
from kamkor.cases.operations import correction
from kamkor.cases.queries import case, loading, next_step, report, task
from kamkor.figures.queries import asking
from kamkor.kernel.commands import Operation
from kamkor.people import queries as people
from kamkor.web import page
from tests.doors.locks import forget_questions

# What asks after a rule: what is seen, pages, or commands; and at which doors or by which
# operations alone.
SEEN, PAGES, DONE = "seen", "pages", "done"
_CASES = ("GET /cases/{case}/", "GET /register/?register=child&state=all")
_REPORTS = ("GET /reports/{report}/",)
_OF_REPORTS = (
    *("read_report", "screen_report", "review_declined_report", "mark_sent_in_error"),
    *("complete_task", "correct_fact"),
)
RULES: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (Viewer.may, "", ()),
    (Viewer.level.fget, SEEN, ()),  # type: ignore[attr-defined]
    (Viewer.offices.fget, SEEN, ()),  # type: ignore[attr-defined]
    (people.scope_filter, SEEN, ()),
    (people.scope_parts, SEEN, ()),
    (people._not_barred, SEEN, ()),
    (people._within, SEEN, ()),
    (case.cases_visible_to, SEEN, _CASES),
    (report.reports_visible_to, SEEN, _REPORTS),
    (report.reporter_of, SEEN, _REPORTS),
    (report._may_know_reporter, SEEN, _REPORTS),
    (report._received_in, SEEN, _REPORTS),
    (access.viewer_for, SEEN, ()),
    (access._viewer, SEEN, ()),
    (access._scope, SEEN, ()),
    (Viewer.answers_alarms.fget, PAGES, ()),  # type: ignore[attr-defined]
    (loading.may_load, PAGES, ()),
    (account.manages_accounts, PAGES, ()),
    (asking.territories_counted_by, PAGES, ()),
    (page.navigation, PAGES, ()),
    (next_step.is_own_side, DONE, ()),
    (next_step.acts_on, DONE, _OF_REPORTS),
    (next_step._about, DONE, _OF_REPORTS),
    (next_step._goes_on, DONE, _OF_REPORTS),
    (correction.may_correct, DONE, ("correct_fact", "add_concern")),
    (task.open_tasks, DONE, ("complete_task",)),
)
_OTHER_COMPARISON = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Gt: ast.LtE,
}


@dataclass(frozen=True)
class Mutant:
    """One change: where it stands, and how it is put in and taken out again.

    ``role``, ``kind`` and ``about`` say who alone is asked and what; empty: anybody, all.
    """

    name: str
    applied: Callable[[], Any]
    role: str = ""
    kind: str = ""
    about: tuple[str, ...] = ()


def mutants() -> Iterator[Mutant]:
    """All of them: of the rules' code, of the table of rights, of who may which operation."""
    for rule, kind, about in RULES:
        for made in _of_code(rule):
            yield replace(made, kind=kind, about=about)
    yield from _of_rights()
    yield from _of_operations()


def controls() -> tuple[Mutant, Mutant]:
    """One that changes nothing and must survive, and one that must be killed."""
    nothing = replace(RIGHTS[WORKER])
    everything = {"actions": frozenset(Action), "level": Level.NATION}
    return (
        Mutant("control: nothing changed", _with(RIGHTS, WORKER, nothing), WORKER),
        Mutant("control: the worker may all", _with_right(WORKER, **everything), WORKER),
    )


def _of_code(rule: FunctionType) -> Iterator[Mutant]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(rule)))
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.decorator_list = []
    function.returns = None
    for argument in function.args.args:
        argument.annotation = None
    number = sum(1 for _ in ast.walk(function))
    for place in range(number):
        for way in range(2):
            changed = copy.deepcopy(tree)
            node = list(ast.walk(changed.body[0]))[place]
            told = _change(changed, node, way)
            if told:
                name = f"{rule.__module__}.{rule.__name__}: {told}"
                yield Mutant(name, _putting(rule, ast.fix_missing_locations(changed)))


def _change(tree: ast.AST, node: ast.AST, way: int) -> str:
    """Change one node in one of at most two ways; what was done, or nothing."""
    before = ast.unparse(node) if not isinstance(node, ast.operator | ast.cmpop) else ""
    line = getattr(node, "lineno", 0)
    if isinstance(node, ast.BoolOp) and way == 0:
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in _OTHER_COMPARISON and way == 0:
        node.ops[0] = _OTHER_COMPARISON[type(node.ops[0])]()
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        _swap(tree, node, (node.left, node.right)[way])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert) and way == 0:
        _swap(tree, node, node.operand)
    elif isinstance(node, ast.If | ast.IfExp):
        node.test = ast.Constant(value=way == 0)
    elif isinstance(node, ast.AugAssign) and way == 0:
        _swap(tree, node, ast.Pass())
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and way == 0:
        if not isinstance(node.value.value, bool):
            return ""
        node.value = ast.Constant(value=not node.value.value)
    else:
        return ""
    after = ast.unparse(ast.fix_missing_locations(tree)).splitlines()
    return f"line {line}, way {way}: {before.splitlines()[0]}" if after else ""


def _swap(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    class Swapping(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:  # noqa: ANN401 - as ast has it
            return new if node is old else self.generic_visit(node)

    Swapping().visit(tree)


def _putting(rule: FunctionType, tree: ast.Module) -> Callable[[], Any]:
    @contextmanager
    def applied() -> Iterator[None]:
        made: dict[str, Any] = {}
        exec(compile(tree, f"<{rule.__name__}>", "exec"), rule.__globals__, made)  # noqa: S102
        before = rule.__code__
        rule.__code__ = made[rule.__name__].__code__
        forget_questions()
        try:
            yield
        finally:
            rule.__code__ = before
            forget_questions()

    return applied


def _of_rights() -> Iterator[Mutant]:
    for role, right in RIGHTS.items():
        for action in Action:
            name = f"RIGHTS: {role} {'loses' if action in right.actions else 'gains'} {action}"
            changed = _with_right(role, actions=right.actions ^ {action})
            yield Mutant(name, changed, role)
        for level in Level:
            if level != right.level:
                changed = _with_right(role, level=level)
                yield Mutant(f"RIGHTS: {role} at {level.name}", changed, role)


def _with_right(role: str, **changed: Any) -> Callable[[], Any]:  # noqa: ANN401 - of a right
    return _with(RIGHTS, role, replace(RIGHTS[role], **changed))


def _of_operations() -> Iterator[Mutant]:
    for name, one in sorted(Operation.registry.items()):
        for role in RIGHTS:
            told = f"{name}: {role} {'may not' if role in one.roles else 'may'}"
            changed = replace(one, roles=one.roles ^ {role})
            yield Mutant(told, _with(Operation.registry, name, changed), role, DONE, (name,))


def _with(table: dict[str, Any], key: str, changed: Any) -> Callable[[], Any]:  # noqa: ANN401 - as the table has it
    @contextmanager
    def applied() -> Iterator[None]:
        before = table[key]
        table[key] = changed
        forget_questions()
        try:
            yield
        finally:
            table[key] = before
            forget_questions()

    return applied
