"""What is shown of a counted cell: small numbers are kept back from who sees numbers only."""

from dataclasses import dataclass, field, replace

TOTAL = "*"
DIFFERENCE = "-"
SMALL = range(1, 5)


@dataclass(frozen=True)
class Number:
    """One number: the figure, its value, and the value of each key (``*`` for all of it).

    ``value`` is ``None`` where it is kept back (``suppressed``) or not known. ``territory`` is
    set where it is not that of the question. ``part`` says ``difference``: between a total and
    the sum of its parts.
    """

    figure: str
    value: int | float | None
    keys: dict[str, str] = field(default_factory=dict)
    suppressed: bool = False
    part: str = ""
    territory: str = ""


@dataclass(frozen=True)
class Cell(Number):
    """A number of whole things: children, families, events."""

    value: int | None


def kept_back(cell: Cell) -> Cell:
    """The cell without its value if that is small: 1 to 4 could tell who is meant."""
    if cell.value is not None and abs(cell.value) in SMALL:
        return replace(cell, value=None, suppressed=True)
    return cell
