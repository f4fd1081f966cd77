"""Whoever is shown a person comes through the door that writes a look, at the desk or elsewhere."""

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, plant, sources

# Without a context the database shows nothing, so whoever enters one elsewhere says why.
ENTERS = {
    "access.operations.looks": "writes the look of what was read inside",
    "cases.operations.loading": "writes that a load was broken off; reads no record of a person",
    "demo.stage": "plays invented lives before anybody can sign in",
    "kernel.database": "makes the door",
    "people.operations.comparing": "compares the children of a department; shows none",
}
# The login that row security does not bind.
AS_OWNER = {
    "access.operations.factor_secrets": "locks second steps with a new key; reads no person",
    "access.operations.sealing": "reads log and journal for the shell's audit, and no record",
    "cases.operations.naming": "sorts cases by the keys of their children anew; shows none",
    "demo.building": "offices, posts and accounts of invented staff",
    "demo.offices": "as above",
    "demo.villages": "villages",
    "kernel.database": "counts rows for the planner",
    "kernel.health": "asks the catalogue",
    "kernel.incarnation": "ends sessions and codes after a restore; reads no person",
    "kernel.relocking": "locks each text anew; shows none",
    "kernel.renewal": "gives logins new passwords, the context a new key; reads no table",
    "kernel.service": "asks the catalogue",
    "management.commands.account": "staff and accounts",
    "management.commands.demo": "migrations",
    "management.commands.keys": "counts texts, and names rows by their ids",
    "management.commands.load": "villages; registers are loaded for a viewer",
    "management.commands.serve": "migrations",
    "management.commands.synth": "migrations",
    "people.operations.reindexing": "makes search words and sort keys of all names anew; shows none",
    "settings.base": "names the logins",
    "synth.building": "invented people in an empty database",
    "synth.country": "as above",
    "synth.tables": "as above",
}


def _said(node: ast.AST) -> str:
    """What a node does that only some modules may."""
    if isinstance(node, ast.Constant) and node.value == "owner":
        return "owner"
    if isinstance(node, ast.alias) and node.name in {"entered", "OWNER"}:
        return "owner" if node.name == "OWNER" else "entered"
    if isinstance(node, ast.FunctionDef) and node.name == "entered":
        return "entered"
    return "entered" if isinstance(node, ast.Attribute) and node.attr == "entered" else ""


def places(root: Path, what: str) -> dict[str, str]:
    """The modules that enter a context by themselves, or that work as the owner, and where."""
    return {
        ".".join(source.module): source.at(node)
        for source in sources(root, "src")
        if source.room != "migrations"
        for node in ast.walk(source.syntax)
        if _said(node) == what
    }


def test_every_door_to_persons_writes_a_look() -> None:
    """Pages, jobs, commands of the shell and loads alike: a new one goes through ``looking``."""
    assert sorted(places(ROOT, "entered")) == sorted(ENTERS)


def test_who_works_as_the_owner_is_listed() -> None:
    assert sorted(places(ROOT, "owner")) == sorted(AS_OWNER)


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("entered", "from kamkor.kernel.database import entered\n"),
        ("entered", "from kamkor.kernel import database\n\nopened = database.entered\n"),
        ("owner", "from kamkor.cases.models import Case\n\nrows = Case.objects.using('owner')\n"),
        ("owner", "from kamkor.demo.offices import OWNER\n"),
    ],
)
def test_the_check_notices(tmp_path: Path, what: str, text: str) -> None:
    plant(tmp_path, "src/kamkor/management/commands/people.py", text)
    assert list(places(tmp_path, what)) == ["management.commands.people"]
