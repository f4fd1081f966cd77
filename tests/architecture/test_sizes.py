"""Files and functions stay small enough to be read whole."""

import ast
from pathlib import Path

from tests.architecture.tree import ROOT, files, plant, sources

FILE_LINES = 400
FUNCTION_LINES = 60
FOLDERS = ("src", "field", "tests", "tools", "bench")


def long_files(root: Path) -> list[str]:
    """Own files of more than 400 lines; migrations are written by Django and exempt."""
    counted = [
        (path.relative_to(root).as_posix(), len(path.read_text(encoding="utf-8").splitlines()))
        for path in files(root, *FOLDERS, suffixes=(".py", ".ts", ".sh"))
        if "migrations" not in path.parts
    ]
    return [f"{path}: {lines} lines" for path, lines in counted if lines > FILE_LINES]


def long_functions(root: Path) -> list[str]:
    """Functions of more than 60 lines, decorators not counted; migrations exempt."""
    found = []
    for source in sources(root, *FOLDERS):
        if "migrations" in source.module:
            continue
        for node in ast.walk(source.syntax):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    found.append(f"{source.at(node)} {node.name}: {lines} lines")
    return found


def test_files_are_short() -> None:
    assert long_files(ROOT) == []


def test_functions_are_short() -> None:
    assert long_functions(ROOT) == []


def test_control_a_long_file_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "src/kamkor/cases/rules.py", "x = 1\n" * 401)
    plant(tmp_path, "src/kamkor/cases/queries.py", "x = 1\n" * 400)
    plant(tmp_path, "src/kamkor/migrations/0001_initial.py", "x = 1\n" * 401)
    assert long_files(tmp_path) == ["src/kamkor/cases/rules.py: 401 lines"]


def test_control_a_long_function_is_found(tmp_path: Path) -> None:
    body = "    x = 1\n"
    plant(tmp_path, "tools/long.py", "@made\ndef long():\n" + body * 60)
    plant(tmp_path, "tests/test_short.py", "@made\ndef short():\n" + body * 59)
    assert long_functions(tmp_path) == ["tools/long.py:2 long: 61 lines"]
