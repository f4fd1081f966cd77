"""Which words the program speaks: read from its Python files and its templates."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment
from jinja2.ext import extract_from_ast

TEMPLATE_SUFFIXES = {".html", ".txt"}
# Each marking function, and what stands at its first places.
PLACES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop", "noop"], ("singular",)),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], ("singular", "plural")),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ("context", "singular")),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ("context", "singular", "plural")),
}


class UnreadableMark(Exception):
    """A marked text that is no plain string, so that no catalogue could hold it."""


@dataclass(frozen=True, order=True)
class Word:
    """One text to translate: its English, its English plural and its context, if any."""

    singular: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What a catalogue finds the text by."""
        return self.singular, self.context


def extract(root: Path) -> list[Word]:
    """Every marked text under a folder, sorted; one with a plural stands for both.

    Raises ``UnreadableMark`` naming the file and line of a mark around no plain string.
    """
    found: dict[tuple[str, str], Word] = {}
    for path in sorted(root.rglob("*")):
        for word in _words_of(path):
            held = found.get(word.key)
            if held is None or not held.plural:
                found[word.key] = word
    return sorted(found.values())


def _words_of(path: Path) -> Iterator[Word]:
    if path.suffix == ".py":
        tree = ast.parse(path.read_text(encoding="utf-8"))
        _refuse_unreadable(tree, path)
        yield from _marked(tree)
    elif path.suffix in TEMPLATE_SUFFIXES and "templates" in path.parts:
        yield from _read(path.read_text(encoding="utf-8"))


def _marked(tree: ast.Module) -> Iterator[Word]:
    """The marks of a Python file; those inside an f-string, which Babel passes over, as well."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _mark_of(call) in PLACES:
            given = [one.value if isinstance(one, ast.Constant) else None for one in call.args]
            word = _word(_mark_of(call), given)
            if word is not None and word.singular:
                yield word


def _mark_of(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def _read(page: str) -> Iterator[Word]:
    """The marks of a template."""
    read = Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 - nothing is written by it
    for _line, mark, held in extract_from_ast(read.parse(page), [*PLACES]):
        word = _word(mark, held if isinstance(held, tuple) else (held,))
        if word is not None and word.singular:
            yield word


def _word(mark: str, given: Iterable[object]) -> Word | None:
    """The text a mark holds; nothing where a door translates what was marked elsewhere."""
    texts = [value if isinstance(value, str) else "" for value in given]
    named = dict(zip(PLACES[mark], texts, strict=False))
    complete = len(named) == len(PLACES[mark]) and all(named.values())
    return Word(**named) if complete else None


def _refuse_unreadable(tree: ast.Module, path: Path) -> None:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        mark = _mark_of(node)
        built = isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
        if mark in PLACES and (built or (mark == "noop" and not _is_text(node.args[0]))):
            where = f"{path.as_posix()}:{node.lineno}"
            raise UnreadableMark(f"{where}: {mark} needs a plain text")


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
