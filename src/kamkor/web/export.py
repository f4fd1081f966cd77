"""Lists as CSV and XLSX: formula-safe, with who, when and which filter beside the rows."""

import csv
import io
from collections.abc import Sequence

from django.http import HttpResponse
from django.utils.translation import gettext as _

from kamkor.kernel import clock

RISKY = ("=", "+", "-", "@", "\t", "\r")


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula; a lone dash is none."""
    return f"'{text}" if text.startswith(RISKY) and text != "-" else text


def _named(name: str, kind: str, content: bytes, media: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    stamp = clock.today().isoformat()
    response["Content-Disposition"] = f'attachment; filename="kamkor-{name}-{stamp}.{kind}"'
    return response


def as_csv(
    name: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str | int]],
    about: Sequence[tuple[str, str]],
) -> HttpResponse:
    """UTF-8 with BOM, so that a spreadsheet reads Kyrgyz letters; what it is stands below."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([safe(head) for head in heads])
    writer.writerows(
        [[safe(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    )
    writer.writerow([])
    writer.writerows([[safe(label), safe(value)] for label, value in about])
    return _named(name, "csv", text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8")


def as_xlsx(
    name: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str | int]],
    about: Sequence[tuple[str, str]],
) -> HttpResponse:
    """The rows on one sheet, what they are on a second."""
    import xlsxwriter  # noqa: PLC0415 - large, and few ask for a workbook

    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(_("List")[:31])
        sheet.write_row(0, 0, heads, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                else:
                    sheet.write_string(number, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(heads), 22)
        second = book.add_worksheet(_("About this list")[:31])
        for number, (label, value) in enumerate(about):
            second.write_string(number, 0, label, bold)
            second.write_string(number, 1, value)
        second.set_column(0, 1, 40)
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _named(name, "xlsx", held.getvalue(), media)
