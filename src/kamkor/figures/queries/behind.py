"""The cases behind a number, for those who may see them; the others are only counted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connections

from kamkor.access.rules import Viewer
from kamkor.cases.queries.case import whole_cases
from kamkor.figures.queries.asking import sees_numbers_only
from kamkor.figures.queries.kept import FIGURES_LOGIN
from kamkor.figures.queries.statement import listing_statement, values_for
from kamkor.figures.rules.question import Question
from kamkor.figures.vocabulary import FIGURES, Key
from kamkor.kernel.commands import NotPermitted

if TYPE_CHECKING:
    from kamkor.cases.models import Case


@dataclass(frozen=True)
class Behind:
    """The first cases a viewer may see of a number, how many these are in all, of how many
    children, families or homes they are, and how many of these it may not see: now with another
    office.

    Sealed cases are in neither.
    """

    cases: "list[Case]"
    total: int
    counted: int
    others: int


def behind(
    viewer: Viewer, question: Question, figure_name: str, cell: dict[str, str], *, most: int
) -> Behind:
    """The cases behind one cell of a figure that is counted from cases.

    ``cell`` gives the value of each key that divides it; at most ``most`` are read. Raises ``NotPermitted`` for who sees
    numbers only.
    """
    if sees_numbers_only(viewer):
        raise NotPermitted
    figure = FIGURES[figure_name]
    keys = tuple(Key(key) for key in cell)
    conditions = ["NOT sealed"]
    if figure.is_stock:
        conditions.append("day = ANY(%(month_ends)s)" if Key.MONTH in keys else "day = %(on)s")
    conditions += [f"k{number} = %(value{number})s" for number in range(1, len(keys) + 1)]
    statement = listing_statement(figure, question, keys, conditions)
    values = values_for(figure, question, keys) | {
        f"value{number}": value for number, value in enumerate(cell.values(), 1)
    }
    with connections[FIGURES_LOGIN].cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[UUID, UUID]] = list(cursor.fetchall())
    found = whole_cases(viewer).filter(id__in=[case for _, case in rows])
    seen = set(found.values_list("id", flat=True))
    subjects = {subject for subject, _ in rows}
    shown = {subject for subject, case in rows if case in seen}
    cases = list(found.order_by("sort_key", "id")[:most])
    return Behind(cases, len(seen), len(shown), len(subjects - shown))
