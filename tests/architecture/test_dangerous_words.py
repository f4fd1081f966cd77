"""Places of the source that are easily got wrong: patterns, locks and digests, scripts."""

import ast
import re
from collections.abc import Iterator
from re import _constants as words  # type: ignore[attr-defined]  # the parser of patterns itself
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from tests.architecture.tree import ROOT

SOURCE = ROOT / "src" / "kamkor"
# Each module that locks, signs, digests or draws, with the words of its row in docs/operate.md.
CRYPTOGRAPHY = {
    "access/models.py": "sessions",
    "access/operations/account.py": "passwords",
    "access/operations/factor.py": "recovery codes",
    "access/operations/factor_secrets.py": "secrets of second steps",
    "access/operations/sealing.py": "seals of log and journal",
    "cases/operations/entering.py": "digests of commands",
    "cases/operations/loaded_before.py": "rows that were loaded",
    "cases/operations/report.py": "receipt codes",
    "kernel/archive.py": "seals of backups",
    "kernel/backup.py": "seals of backups",
    "kernel/credentials.py": "logins of the database",
    "kernel/database.py": "who is looking",
    "kernel/digests.py": "digests of commands",
    "kernel/ids.py": "operating system's own source",
    "kernel/journal.py": "places in order",
    "kernel/keys.py": "texts",
    "kernel/postmaster.py": "socket's folder",
    "kernel/renewal.py": "logins of the database",
    "kernel/rowsecurity.py": "who is looking",
    "kernel/service.py": "operating system's own source",
    "kernel/stolen.py": "stolen passwords",
    "management/commands/account.py": "passwords",
    "management/commands/synth.py": "passwords",
    "web/faults.py": "operating system's own source",
    "web/held.py": "what the site signs",
    "web/packing.py": "operating system's own source",
    "web/sessions.py": "sessions",
    "web/state_provider.py": "answers of the state's sign-in",
    "web/tallies.py": "wrong tries",
    "demo/offices.py": "passwords",
}
USES = {
    "hashlib", "hmac", "secrets", "ssl", "cryptography", "jwt", "django.utils.crypto",
    "django.core.signing", "allauth.socialaccount.internal",
}  # fmt: skip
UNBOUNDED = (words.MAX_REPEAT, words.MIN_REPEAT)


def imported(text: str) -> set[str]:
    """The modules that a source imports."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def locks(text: str) -> bool:
    """Whether a source does anything with keys, digests or drawn numbers that are secret."""
    return any(name == use or name.startswith(f"{use}.") for name in imported(text) for use in USES)


def test_every_use_of_cryptography_stands_in_the_table() -> None:
    held = {
        str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if locks(path.read_text())
    }
    assert held == set(CRYPTOGRAPHY)
    page = (ROOT / "docs" / "operate.md").read_text("utf-8")
    table = page[page.index("## Keys and algorithms") : page.index("## What it talks to")]
    assert [one for one in CRYPTOGRAPHY.values() if one not in table] == []


def test_control_a_use_of_cryptography_is_found() -> None:
    assert locks("from hashlib import md5")
    assert locks("import cryptography.fernet")
    assert not locks("import json")


def patterns(text: str) -> Iterator[str]:
    """The patterns that a source gives to ``re``."""
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            held = node.args[0].value
            yield held.decode() if isinstance(held, bytes) else str(held)


def takes_for_ever(pattern: str) -> bool:
    """Whether something that repeats without an end stands within something that does, or a choice
    of words does: only then can the tries of Python's matcher grow as a power of the length."""
    return _within(parser.parse(pattern), endless=False)


def _within(parsed: Any, *, endless: bool) -> bool:  # noqa: ANN401 - a tree of re's own
    for kind, held in parsed:
        if kind in UNBOUNDED:
            _least, most, inner = held
            without_end = most == words.MAXREPEAT
            if (endless and without_end) or _within(inner, endless=endless or without_end):
                return True
        elif kind is words.BRANCH:
            if endless or any(_within(one, endless=endless) for one in held[1]):
                return True
        elif kind is words.SUBPATTERN and _within(held[3], endless=endless):
            return True
    return False


def test_no_pattern_takes_for_ever() -> None:
    found = [
        (path.name, one) for path in SOURCE.rglob("*.py") for one in patterns(path.read_text())
    ]
    assert len(found) > 20
    assert [one for one in found if takes_for_ever(one[1])] == []


@pytest.mark.parametrize("slow", ["(a+)+$", "(?:a|ab)*c", "(x*y*)*", "((?:a{2,})?b)*", "(a+?)+"])
def test_control_a_pattern_that_takes_for_ever_is_found(slow: str) -> None:
    assert takes_for_ever(slow)
    assert not takes_for_ever(r"[a-z]+(?:-[a-z]{1,4}){0,3}(?:one|two)")
    assert list(patterns(f"import re\nx = re.compile({slow!r})")) == [slow]


# A name of a page's element may stand for one of the document's; a text from elsewhere, used as a
# name, may reach what all objects share.
LOOSE = (
    re.compile(r"__proto__|(?<!HTMLFormElement\.)\bprototype\b|\.constructor\b"),
    re.compile(
        r"\bdocument\.(?!querySelector|createElement|addEventListener|body\b|title\b"
        r"|documentElement|getElementById|hidden\b|visibilityState|activeElement"
        r"|importNode|adoptNode|execCommand|createRange|head\b|cookie\b|dispatchEvent|contains)\w+"
    ),
    re.compile(r"\bfor \((?:const|let|var) \w+ in "),
    re.compile(r"\bvar \b|\bwith \(|\beval\(|new Function"),
    re.compile(r"\bwindow\.\w+ ?=[^=]"),
)
ALONE = re.compile(r"\A(?:\s*//.*\n)*\s*(?:\(\(\) => \{\s*'use strict'|document\.querySelector\()")


def loose(text: str) -> list[str]:
    """What a script does that a page's names or a text from elsewhere can turn against it."""
    found = [one.group() for rule in LOOSE for one in rule.finditer(text)]
    return found if ALONE.match(text) else [*found, "not closed in itself"]


def test_scripts_take_no_names_of_the_page_for_their_own() -> None:
    held = {path.name: loose(path.read_text("utf-8")) for path in SOURCE.rglob("*.js")}
    assert len(held) >= 4
    assert {name: found for name, found in held.items() if found} == {}


@pytest.mark.parametrize(
    "line",
    [
        "settings.__proto__.x = 1", "document.myForm.submit()", "for (const one in told) f(one)",
        "var x = 1", "window.kamkor = {}", "Object.prototype.x = 1",
    ],
)  # fmt: skip
def test_control_a_loose_script_is_found(line: str) -> None:
    assert len(loose(f"(() => {{\n  'use strict'\n  {line}\n}})()")) == 1
    assert loose("let x = 1") == ["not closed in itself"]
