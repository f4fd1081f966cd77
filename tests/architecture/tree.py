"""How the checks of the house read a tree of source files."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "kamkor"
ROOMS_TOP_DOWN = (
    "synth",
    "demo",
    "web",
    "exchange",
    "figures",
    "cases",
    "people",
    "access",
    "workforce",
    "territory",
    "kernel",
    "country",
)
_LEFT_OUT = {"node_modules", "__pycache__"}


@dataclass(frozen=True)
class Source:
    """One Python file of a tree: where it stands from the tree's root, and what it says."""

    path: str
    text: str

    @property
    def syntax(self) -> ast.Module:
        """The parsed file."""
        return _parsed(self.text)

    @property
    def module(self) -> tuple[str, ...]:
        """The dotted name inside the package as parts, such as ``("cases", "queries")``."""
        parts = Path(self.path).with_suffix("").parts
        inside = parts[parts.index(PACKAGE) + 1 :] if PACKAGE in parts else parts
        return inside[:-1] if inside[-1:] == ("__init__",) else inside

    @property
    def room(self) -> str:
        """The room the file belongs to; empty at the package's top."""
        return self.module[0] if len(self.module) > 0 else ""

    @property
    def layer(self) -> str:
        """The layer inside the room, such as ``queries``; empty where there is none."""
        return self.module[1] if len(self.module) > 1 else ""

    def at(self, node: ast.AST) -> str:
        """Where a node stands, as ``path:line``."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


@lru_cache(maxsize=1024)
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def files(root: Path, *folders: str, suffixes: tuple[str, ...] = (".py",)) -> Iterator[Path]:
    """The files of some folders of a tree, sorted, without hidden and fetched ones."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            parts = path.relative_to(root).parts
            hidden = any(part.startswith(".") or part in _LEFT_OUT for part in parts)
            if path.is_file() and path.suffix in suffixes and not hidden:
                yield path


def sources(root: Path, *folders: str) -> Iterator[Source]:
    """The Python files of some folders of a tree."""
    for path in files(root, *folders):
        yield Source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))


def plant(root: Path, path: str, text: str) -> Path:
    """Write one made-up file into a tree, for a control."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return root


def dotted(node: ast.AST) -> str:
    """A name with its attributes as written, such as ``timezone.now``; empty for the rest."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""
