"""The rows of lists, which have too many cells to be written by a template."""

from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from typing import Any

from django.utils.safestring import SafeString

Part = Mapping[str, Any]

_LINK = "govuk-link"
_KINDS = {"numeric": "govuk-table__cell--numeric", "nowrap": "k-nowrap"}


def table_rows(table: Part) -> SafeString:
    """The rows of a table as ``web/table.html`` describes them; everything is escaped."""
    columns = [
        (_attribute("data-label", one["label"]), ["k-screen-only"] if one.get("acts") else [])
        for one in table["columns"]
    ]
    return SafeString("\n".join(_row(row, columns) for row in table["rows"]))


def task_rows(entries: Iterable[Part]) -> SafeString:
    """The items of ``web/tasks.html`` that stand in sight; everything is escaped."""
    return SafeString("\n".join(map(_task_row, entries)))


def task_lines(entries: Iterable[Part]) -> SafeString:
    """Those that unfold, a line each; everything is escaped."""
    return SafeString(
        "\n".join(f"<li>{_task(one, _LINK)} {_due(one)} {_badge(one)}</li>" for one in entries)
    )


def neighbours(fields: Iterable[Part]) -> list[tuple[str, list[Part]]]:
    """The fields of a form in order, neighbours of one group together."""
    return [(name, list(found)) for name, found in groupby(fields, _group)]


def _group(one: Part) -> str:
    return one.get("group") or ""


def _task_row(one: Part) -> str:
    linked = " govuk-task-list__item--with-link" if one.get("url") else ""
    name = _task(one, f"{_LINK} govuk-task-list__link")
    hint = (
        f'<div class="govuk-task-list__hint">{_safe(one["hint"])}</div>' if one.get("hint") else ""
    )
    return (
        f'<li class="govuk-task-list__item{linked}">'
        f'<div class="govuk-task-list__name-and-hint">{name if linked else f"<div>{name}</div>"}{hint}'
        f'</div>\n<div class="govuk-task-list__status">{_due(one)}{_badge(one)}</div></li>'
    )


def _task(one: Part, looks: str) -> str:
    return _link(one, one["title"], looks) if one.get("url") else _safe(one["title"])


def _due(one: Part) -> str:
    return f'<span class="k-task__due">{_safe(one["due"])}</span>' if one.get("due") else ""


def _badge(one: Part) -> str:
    badge = one.get("badge")
    if not badge:
        return ""
    kind = _safe(badge.get("kind") or "plain")
    return f'<span class="k-badge k-badge--{kind}">{_safe(badge["text"])}</span>'


def _row(row: Part, columns: list[tuple[str, list[str]]]) -> str:
    cells, identity = row["cells"], row.get("id")
    parts = [_head(cells[0], row.get("url"))]
    parts += [_cell(cell, *column) for cell, column in zip(cells[1:], columns[1:], strict=False)]
    named = f' id="row-{_safe(identity)}"' if identity else ""
    written = "\n".join(parts)
    return f'<tr role="row"{named}>{written}</tr>'


def _head(cell: Part, url: str | None) -> str:
    kind = " govuk-table__header--numeric" if cell.get("numeric") else ""
    shown = _link({**cell, "url": url}, cell["text"]) if url else _content(cell)
    return (
        f'<th scope="row" role="rowheader" class="govuk-table__header{kind}">'
        f"{shown}{_badges(cell)}</th>"
    )


def _cell(cell: Part, label: str, looks_of_column: list[str]) -> str:
    kinds = [*looks_of_column]
    kinds += [kind for word, kind in _KINDS.items() if cell.get(word)]
    kinds += ["k-blank"] if cell.get("text") == "" else []
    looks = _attribute("class", " ".join(kinds))
    figure = _attribute("data-figure", cell.get("figure"))
    return f'<td role="cell"{looks}{label}{figure}>{_content(cell)}{_badges(cell)}</td>'


def _content(cell: Part) -> str:
    if cell.get("url"):
        return _link(cell, cell["text"])
    text = cell.get("html") or cell.get("text")
    return "" if text is None else _safe(text)


def _link(one: Part, text: object, looks: str = _LINK) -> str:
    about = _attribute("data-operation", one.get("operation"))
    return f'<a class="{looks}" href="{_safe(one["url"])}"{about}>{_safe(text)}</a>'


def _badges(cell: Part) -> str:
    found = [cell, *({"badge": badge} for badge in cell.get("badges") or ())]
    return "".join(f"  {badge}" for badge in map(_badge, found) if badge)


def _attribute(name: str, value: str | None) -> str:
    return f' {name}="{_safe(value)}"' if value else ""


def _safe(value: object) -> str:
    """A value for a page; only what says itself that it is safe is left as it stands."""
    if type(value) is str:  # most are, and none of them says so
        return escape(value)
    return str(value.__html__()) if hasattr(value, "__html__") else escape(str(value))
