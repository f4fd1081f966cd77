"""Where tables may be read and written, and that every question is asked for a viewer."""

import ast
from pathlib import Path

from tests.architecture.tree import ROOMS_TOP_DOWN, ROOT, Source, dotted, plant, sources

# merging: what several records of a person are, for the operations of all rooms.
LAYERS_WITH_TABLES = {"models", "queries", "operations", "merging"}
# The demo writes its offices and accounts as the owner; everything else it does by operations.
# What synth prints is held equal to what the operations write.
# The door with its signed context, the journal that every command is written into, the one
# statement that writes many rows, and kept questions.
KERNEL_WITH_TABLES = {"database", "journal", "commands", "kept", "locked", "relocking", "writing"}
ROW_DOORS = {"objects", "_default_manager", "_base_manager", "raw", "extra", "select_for_update"}
SQL_NAMES = {"RawSQL", "RunSQL"}
CONNECTIONS = {"connection", "connections"}

# Questions that are not asked for a viewer: the module or function, and why.
WITHOUT_VIEWER: dict[str, str] = {
    "access.queries.account_named": "asked at sign-in, before there is a viewer",
    "access.queries.account_of_post": "for a job or the demo, before there is a viewer",
    "access.queries.account_of_session": "who is signed in, before there is a viewer",
    "access.queries.open_session": "as above",
    "access.queries.accounts_with_posts": "accounts for the shell; no child's data",
    "access.queries.session.open_sessions": "as above",
    "access.queries.session.session_exists": "as above",
    "access.queries.tally.remembered": "what is counted before there is a viewer; of nobody",
    "access.queries.account.addresses_for_notices": "asked by a job that acts for nobody; staff",
    "access.queries.account.names_of": "of accounts that were asked for a viewer",
    "access.queries.account.open_reset": "asked by the operation that checks the viewer",
    "access.queries.account.reset_to_use": "asked at sign-in, before there is a viewer",
    "access.queries.factor.factors_of_account": "as above",
    "access.queries.factor.has_factor": "whether an account has one; asked for the own alone",
    "access.queries.barred_from": "staff by the ids of what they may not see; no child",
    "access.queries.named_in": "posts of the service; a team says nothing of what it is about",
    "access.queries.shut_out_of": "staff by the ids of what they may not see; no child",
    "access.queries.teams_formed": "for work that acts for nobody; ids that say nothing",
    "access.queries.viewer_for": "makes the viewer",
    "access.queries.viewer_of_user": "makes the viewer of whoever is signed in",
    "cases.queries.case.among": "the same as what was asked for a viewer",
    "cases.queries.case.counts_of": "counts what was asked for a viewer",
    "cases.queries.case.in_list": "narrows what was asked for a viewer",
    "cases.queries.case.on_ground": "as above",
    "cases.queries.elsewhere.questions_left": "counted for who acts in the transaction; no child",
    "cases.queries.emergency.unseen_by_anybody": "asked by a job that acts for nobody; no case",
    "cases.queries.history.in_order": "orders what was asked for a viewer",
    "cases.queries.history.newest_first": "as above",
    "cases.queries.report.receipt_state": "asked by an informant, who has no account; one word",
    "figures.queries.kept": "numbers of a question that was put for a viewer; no person",
    "figures.queries.statement": "puts a statement together and asks nothing",
    "people.queries.records": "for comparison alone, of those asked for a viewer or by the owner",
    "people.queries.standing_members": "keeps to what was asked for a viewer",
    "people.queries.words": "words of the nation, told of nobody, for comparison alone",
    "territory.queries": "names and codes of places; they hold no person",
    "workforce.queries": "beneath the room that knows viewers; staff and offices, no child",
}


def _may_touch_tables(source: Source) -> bool:
    if source.room == "kernel":
        return source.layer in KERNEL_WITH_TABLES | {"models"}
    return source.room in {"migrations", "demo", "synth"} or source.layer in LAYERS_WITH_TABLES


def _touches(node: ast.AST) -> str:
    """What in a node reaches a table without a query of the room; empty if nothing does."""
    if isinstance(node, ast.Name | ast.alias):
        name = node.id if isinstance(node, ast.Name) else node.name
        return name if name in SQL_NAMES else ""
    if not isinstance(node, ast.Attribute):
        return ""
    if node.attr in ROW_DOORS | SQL_NAMES:
        return f".{node.attr}"
    if node.attr in {"cursor", "execute_wrapper"}:
        held = node.value.value if isinstance(node.value, ast.Subscript) else node.value
        return f"connection.{node.attr}" if dotted(held).split(".")[-1] in CONNECTIONS else ""
    return ""


def reads_past_the_queries(root: Path) -> list[str]:
    """Rows and SQL outside queries, operations, models, migrations and the kernel's door."""
    return [
        f"{source.at(node)} {touched}"
        for source in sources(root, "src")
        if not _may_touch_tables(source)
        for node in ast.walk(source.syntax)
        if (touched := _touches(node))
    ]


def _dotted_place(source: Source, function: str) -> str:
    return ".".join([*source.module, function])


def _excepted(place: str) -> bool:
    return any(place == known or place.startswith(f"{known}.") for known in WITHOUT_VIEWER)


def _asks_for_viewer(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    positional = [*function.args.posonlyargs, *function.args.args]
    keywords = {arg.arg for arg in function.args.kwonlyargs}
    return "viewer" in keywords or (bool(positional) and positional[0].arg == "viewer")


def _public_questions(root: Path) -> list[tuple[Source, ast.FunctionDef | ast.AsyncFunctionDef]]:
    return [
        (source, node)
        for source in sources(root, "src")
        if source.room in ROOMS_TOP_DOWN and source.layer == "queries"
        for node in source.syntax.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
    ]


def questions_without_viewer(root: Path) -> list[str]:
    """Public functions of queries without ``viewer``, first or by keyword, and not excepted."""
    return [
        f"{source.at(node)} {node.name}"
        for source, node in _public_questions(root)
        if not _asks_for_viewer(node) and not _excepted(_dotted_place(source, node.name))
    ]


def unused_exceptions(root: Path) -> list[str]:
    """Exceptions that no longer stand for any function."""
    places = [_dotted_place(source, node.name) for source, node in _public_questions(root)]
    return [
        known
        for known in WITHOUT_VIEWER
        if not any(place == known or place.startswith(f"{known}.") for place in places)
    ]


def test_tables_are_reached_through_queries_and_operations() -> None:
    assert reads_past_the_queries(ROOT) == []


def test_every_question_is_asked_for_a_viewer() -> None:
    assert questions_without_viewer(ROOT) == []


def test_no_exception_outlives_its_function() -> None:
    assert unused_exceptions(ROOT) == []


def test_control_each_way_past_the_queries_is_found(tmp_path: Path) -> None:
    text = "\n".join(
        [
            "from django.db.models.expressions import RawSQL",
            "rows = Child.objects.all()",
            "with connection.cursor() as cursor: pass",
            "with connections['web'].cursor() as cursor: pass",
            "with db.connection.cursor() as cursor: pass",
            "rows = manager.raw('SELECT 1')",
            "step = migrations.RunSQL('SELECT 1')",
            "rows = Child._base_manager.all()",
        ]
    )
    plant(tmp_path, "src/kamkor/web/views.py", text)
    plant(tmp_path, "src/kamkor/cases/rules.py", "rows = Child.objects.all()")
    plant(tmp_path, "src/kamkor/cases/queries.py", text)
    plant(tmp_path, "src/kamkor/cases/operations/visit.py", text)
    plant(tmp_path, "src/kamkor/kernel/database.py", text)
    plant(tmp_path, "src/kamkor/kernel/rulesets.py", "rows = Child.objects.all()")
    plant(tmp_path, "src/kamkor/migrations/0001_initial.py", text)
    lines = sorted(place.rsplit(" ", 1)[0] for place in reads_past_the_queries(tmp_path))
    assert lines == [
        "src/kamkor/cases/rules.py:1",
        "src/kamkor/kernel/rulesets.py:1",
        *[f"src/kamkor/web/views.py:{line}" for line in range(1, 9)],
    ]


def test_control_a_question_without_viewer_is_found(tmp_path: Path) -> None:
    text = "\n".join(
        [
            "def everybody(): pass",
            "def children_of(household, viewer): pass",
            "def children_visible_to(viewer, purpose): pass",
            "def child(child_id, *, viewer): pass",
            "def _inner(rows): pass",
        ]
    )
    plant(tmp_path, "src/kamkor/people/queries/children.py", text)
    plant(tmp_path, "src/kamkor/territory/queries.py", text)
    assert questions_without_viewer(tmp_path) == [
        "src/kamkor/people/queries/children.py:1 everybody",
        "src/kamkor/people/queries/children.py:2 children_of",
    ]


def test_control_an_unused_exception_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "src/kamkor/people/queries.py", "def child(viewer): pass")
    assert unused_exceptions(tmp_path) == list(WITHOUT_VIEWER)
