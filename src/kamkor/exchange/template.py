"""An empty file of a register or of posts: the columns, and in a workbook the codes that they take."""

import csv
import io
from collections.abc import Iterator
from datetime import date

from django.utils.translation import get_language, gettext

from kamkor.cases.rules.loading import COLUMNS
from kamkor.exchange import establishment
from kamkor.kernel import clock, rulesets
from kamkor.kernel.words import noop

REGISTER, WORKFORCE = "register", "workforce"
ABOUT: dict[str, str] = {
    "register": noop("child or family"),
    "event": noop("entry or removal"),
    "reference": noop(
        "Your own number of the entry. A removal names the entry by it; loaded again, it is known."
    ),
    "surname": noop("Surname; a name of one part goes into any of the three"),
    "given_name": noop("Given name"),
    "patronymic": noop("Patronymic"),
    "birth_date": noop("21.11.2016, 2016-11-21, 11.2016 or 2016"),
    "birth_date_precision": noop("How exact the birth is: day, month or year; empty: as written"),
    "sex": noop("f, m, or x if not known"),
    "pin": noop("Personal number of 14 digits, or empty"),
    "place": noop("Code or full name of the district, city or village"),
    "ground_main": noop("Main ground: a code of the list below"),
    "grounds": noop("All grounds, parted by semicolons"),
    "date": noop("Day of the entry or the removal"),
    "reason": noop("Of a removal: a code of the list below"),
    "family_reference": noop("Of a child: the reference of its family's entry"),
}


def template_csv(what: str = REGISTER) -> bytes:
    """The names of the columns, as a file that a spreadsheet opens."""
    text = io.StringIO()
    csv.writer(text).writerow(_COLUMNS[what])
    return text.getvalue().encode("utf-8-sig")


def template_xlsx(what: str = REGISTER) -> bytes:
    """The columns on one sheet; on a second what each takes, in the reader's language."""
    columns = _COLUMNS[what]
    import xlsxwriter  # noqa: PLC0415 - large, and few ask for a workbook

    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(what)
        sheet.write_row(0, 0, columns, bold)
        sheet.set_column(0, len(columns) - 1, 18, text)
        sheet.freeze_panes(1, 0)
        second = book.add_worksheet(gettext("About the columns")[:31])
        for number, (name, words) in enumerate(_EXPLAINED[what](clock.today())):
            second.write_string(number, 0, name, bold)
            second.write_string(number, 1, words)
        second.set_column(0, 0, 26)
        second.set_column(1, 1, 90)
    return held.getvalue()


def _explained_posts(_day: date) -> Iterator[tuple[str, str]]:
    for name, about in establishment.ABOUT.items():
        yield name, gettext(about)


def _explained(day: date) -> Iterator[tuple[str, str]]:
    language = get_language() or "en"
    for name in COLUMNS:
        yield name, gettext(ABOUT[name])
    for title, rule_set in (
        (gettext("Grounds"), "grounds"),
        (gettext("Reasons for taking off"), "taking_off_reasons"),
    ):
        yield "", ""
        yield title, ""
        for rule in rulesets.rules(rule_set, day):
            if not rule.get("needs_other_side"):  # which no file can ask
                yield rule.code, rule.word(language)


_COLUMNS = {REGISTER: COLUMNS, WORKFORCE: establishment.COLUMNS}
_EXPLAINED = {REGISTER: _explained, WORKFORCE: _explained_posts}
