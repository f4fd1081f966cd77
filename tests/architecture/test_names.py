"""Names of files, modules and tables: the field's words, each once."""

import ast
from collections import defaultdict
from pathlib import Path

from tests.architecture.tree import ROOT, Source, plant, sources

FORBIDDEN = {"common", "utils", "helpers", "services", "managers"}


def forbidden_names(root: Path) -> list[str]:
    """Folders and modules named after no subject; *service* is what a family receives."""
    return [
        source.path
        for source in sources(root, "src", "tests", "tools", "bench")
        if FORBIDDEN.intersection(Path(source.path).with_suffix("").parts)
    ]


def doubled_tables(root: Path) -> list[str]:
    """Names of models that stand in two places; one Django app knows a name once."""
    places: dict[str, list[str]] = defaultdict(list)
    for source in sources(root, "src"):
        if source.layer == "models":
            for node in source.syntax.body:
                if isinstance(node, ast.ClassDef) and node.bases:
                    places[node.name.lower()].append(source.at(node))
    return [f"{name}: {', '.join(at)}" for name, at in sorted(places.items()) if len(at) > 1]


def _holds_tests(source: Source) -> bool:
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        for node in ast.walk(source.syntax)
    )


def uncollected_tests(root: Path) -> list[str]:
    """Files with tests that pytest would pass over because of their name."""
    return [
        source.path
        for source in sources(root, "tests")
        if _holds_tests(source) and not Path(source.path).name.startswith("test_")
    ]


def modules_without_a_first_sentence(root: Path) -> list[str]:
    """Modules that do not open with one sentence saying what they hold; migrations exempt."""
    return [
        source.path
        for source in sources(root, "src", "tests", "tools", "bench")
        if source.text.strip()
        and "migrations" not in source.module
        and not ast.get_docstring(source.syntax)
    ]


def test_no_module_is_named_after_nothing() -> None:
    assert forbidden_names(ROOT) == []


def test_each_table_has_its_own_name() -> None:
    assert doubled_tables(ROOT) == []


def test_every_test_is_collected() -> None:
    assert uncollected_tests(ROOT) == []


def test_every_module_says_what_it_holds() -> None:
    assert modules_without_a_first_sentence(ROOT) == []


def test_control_a_forbidden_name_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "src/kamkor/cases/helpers.py", "")
    plant(tmp_path, "src/kamkor/services/__init__.py", "")
    plant(tmp_path, "src/kamkor/cases/queries/services_of_child.py", "")
    assert forbidden_names(tmp_path) == [
        "src/kamkor/cases/helpers.py",
        "src/kamkor/services/__init__.py",
    ]


def test_control_a_doubled_table_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "src/kamkor/cases/models.py", "class Visit(Model):\n    pass\n")
    plant(tmp_path, "src/kamkor/people/models/child.py", "class Visit(Model):\n    pass\n")
    assert doubled_tables(tmp_path) == [
        "visit: src/kamkor/cases/models.py:1, src/kamkor/people/models/child.py:1"
    ]


def test_control_an_uncollected_test_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "tests/cases/visits.py", "def test_visit():\n    pass\n")
    plant(tmp_path, "tests/cases/cast.py", "def worker():\n    pass\n")
    assert uncollected_tests(tmp_path) == ["tests/cases/visits.py"]


def test_control_a_silent_module_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "src/kamkor/cases/rules.py", "x = 1\n")
    plant(tmp_path, "src/kamkor/cases/__init__.py", "")
    plant(tmp_path, "src/kamkor/cases/queries.py", '"""What may be asked."""\n')
    assert modules_without_a_first_sentence(tmp_path) == ["src/kamkor/cases/rules.py"]
