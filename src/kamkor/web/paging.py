"""Pages by key: the rows after or before one that is named by its id alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet

PAGE = 25

M = TypeVar("M", bound=Model)
R = TypeVar("R")


@dataclass(frozen=True)
class Page(Generic[R]):
    """One page of a list: its rows, and the ids that the next and the earlier page hang on."""

    rows: list[R]
    after: str = ""
    before: str = ""


def ordered(rows: QuerySet[M], columns: Sequence[str], *, down: bool = False) -> QuerySet[M]:
    """In the order of these columns and the id; unknown values last both ways."""
    order = [
        F(one).desc(nulls_last=True) if down else F(one).asc(nulls_last=True) for one in columns
    ]
    return rows.order_by(*order, "-id" if down else "id")


def first_page(rows: list[M]) -> Page[M]:
    """The first page of a list, given its first rows and one more if there is one."""
    found = rows[:PAGE]
    return Page(found, str(found[-1].pk) if len(rows) > PAGE else "")


def part_of(ids: Sequence[str], after: str, before: str) -> Page[str]:
    """One page of rows that stand in their order by their ids; a mark not among them is as none."""
    mark = before or after
    at = ids.index(mark) + (not before) if mark in ids else 0
    first = max(at - PAGE, 0) if before else at
    found = list(ids[first : first + PAGE])
    return Page(
        found,
        found[-1] if first + PAGE < len(ids) else "",
        found[0] if found and first else "",
    )


def page_of(
    rows: QuerySet[M],
    columns: Sequence[str],
    *,
    down: bool = False,
    after: str = "",
    before: str = "",
    size: int = PAGE,
) -> Page[M]:
    """One page after or before the marked row; a mark that names no row of the list is as none."""
    backwards = bool(before)
    mark = _mark(rows, before or after)
    wanted = ordered(rows, columns, down=down)
    if mark is not None:
        wanted = wanted.filter(_beyond(columns, mark, down=down != backwards, back=backwards))
    if backwards:
        wanted = wanted.reverse()
    found = list(wanted[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page(found)
    has_next, has_previous = (True, more) if backwards else (more, mark is not None)
    return Page(
        found,
        str(found[-1].pk) if has_next else "",
        str(found[0].pk) if has_previous else "",
    )


def _mark(rows: QuerySet[M], given: str) -> M | None:
    try:
        return rows.filter(id=UUID(given)).first()
    except ValueError:
        return None


def _beyond(columns: Sequence[str], mark: Model, *, down: bool, back: bool) -> Q:
    """The rows after the marked one, or before it; unknown values stand last in every order."""
    word = "lt" if down else "gt"
    if not columns:
        return Q(**{f"id__{word}": mark.pk})
    column, value = columns[0], getattr(mark, columns[0])
    further = _beyond(columns[1:], mark, down=down, back=back)
    unknown = Q(**{f"{column}__isnull": True})
    if value is None:
        return ~unknown | further if back else unknown & further
    beyond = Q(**{f"{column}__{word}": value}) | Q(**{column: value}) & further
    return beyond if back else beyond | unknown
