"""Counts of registers as they stand now, the same for everybody who may see them."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connections

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import Action, Level
from kamkor.workforce.queries import offices_by_id

if TYPE_CHECKING:
    from kamkor.workforce.models import Office

FIGURES = "figures"

# Sealed cases count in the total of an oblast or the nation, and in no department's line.
ON_REGISTER = """
    SELECT office_district, team IS NOT NULL, count(*)
    FROM kamkor_case
    WHERE register = 'child'
      AND state IN ('registered', 'transfer_offered', 'taking_off_proposed')
      AND (%(oblast)s::int IS NULL OR office_oblast = %(oblast)s::int)
    GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Counted:
    """Children on the register: in all, and by department without sealed cases."""

    total: int
    departments: list[tuple["Office", int]]


def children_on_register_by_department(viewer: Viewer) -> Counted:
    """Children on the register now, in the viewer's oblast or the nation.

    Counted by the figures login. Below oblast sealed cases are in no number.
    """
    if not viewer.may(Action.SEE_NUMBERS):
        return Counted(0, [])
    oblast = viewer.oblast if viewer.level == Level.OBLAST else None
    with connections[FIGURES].cursor() as cursor:
        cursor.execute(ON_REGISTER, {"oblast": oblast})
        rows = cursor.fetchall()
    open_rows: Counter[int] = Counter()
    for department, sealed, number in rows:
        if not sealed:
            open_rows[department] += number
    offices = offices_by_id(open_rows)
    return Counted(sum(row[2] for row in rows), [(one, open_rows[one.pk]) for one in offices])
