"""The rows of a list. A list has many cells, and Django's templates look up each word of each."""

from collections.abc import Mapping
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString

register = template.Library()

Part = Mapping[str, Any]

_KINDS = {"numeric": "govuk-table__cell--numeric", "nowrap": "k-nowrap"}


@register.simple_tag
def table_rows(table: Part) -> SafeString:
    """The rows of a table as ``web/table.html`` describes them; everything is escaped."""
    labels = [_attribute("data-label", column["label"]) for column in table["columns"]]
    return SafeString("\n".join(_row(row, labels) for row in table["rows"]))


def _row(row: Part, labels: list[str]) -> str:
    cells, identity = row["cells"], row.get("id")
    parts = [_head(cells[0], row.get("url"))]
    parts += [_cell(cell, label) for cell, label in zip(cells[1:], labels[1:], strict=False)]
    named = f' id="row-{_safe(identity)}"' if identity else ""
    written = "\n".join(parts)
    return f'<tr role="row"{named}>{written}</tr>'


def _head(cell: Part, url: str | None) -> str:
    kind = " govuk-table__header--numeric" if cell.get("numeric") else ""
    shown = _link({**cell, "url": url}) if url else _content(cell)
    return (
        f'<th scope="row" role="rowheader" class="govuk-table__header{kind}">'
        f"{shown}{_badges(cell)}</th>"
    )


def _cell(cell: Part, label: str) -> str:
    kinds = [kind for word, kind in _KINDS.items() if cell.get(word)]
    kinds += ["k-blank"] if cell.get("text") == "" else []
    looks = _attribute("class", " ".join(kinds))
    figure = _attribute("data-figure", cell.get("figure"))
    return f'<td role="cell"{looks}{label}{figure}>{_content(cell)}{_badges(cell)}</td>'


def _content(cell: Part) -> str:
    if cell.get("url"):
        return _link(cell)
    text = cell.get("html") or cell.get("text")
    return "" if text is None else _safe(text)


def _link(cell: Part) -> str:
    about = _attribute("data-operation", cell.get("operation"))
    return f'<a class="govuk-link" href="{_safe(cell["url"])}"{about}>{_safe(cell["text"])}</a>'


def _badges(cell: Part) -> str:
    found = [cell["badge"]] if cell.get("badge") else []
    found += cell.get("badges") or ()
    return "".join(
        f'  <span class="k-badge k-badge--{_safe(badge.get("kind") or "plain")}">'
        f"{_safe(badge['text'])}</span>"
        for badge in found
    )


def _attribute(name: str, value: str | None) -> str:
    return f' {name}="{_safe(value)}"' if value else ""


def _safe(value: object) -> str:
    """A value for a page; only what says itself that it is safe is left as it stands."""
    return str(value.__html__()) if hasattr(value, "__html__") else escape(str(value))
