"""How the made pages write tables, codes and roles in Markdown."""

from collections.abc import Iterable, Sequence

from kamkor.access.vocabulary import RIGHTS

MADE = "<!-- Made from the code by tools/documents.py. Change the code, then make it anew. -->"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of one table; a bar inside a cell is escaped."""
    lines = [_line(heads), "|" + "---|" * len(heads)]
    return [*lines, *(_line(row) for row in rows), ""]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def codes(found: Iterable[str]) -> str:
    """Codes as they are written, one after another."""
    return ", ".join(f"`{code}`" for code in found)


def roles(found: Iterable[str]) -> str:
    """Roles in the order of the table of rights."""
    held = set(found)
    return ", ".join(role for role in RIGHTS if role in held)


def raised(text: str) -> str:
    """A text with its first letter large."""
    return text[:1].upper() + text[1:]
