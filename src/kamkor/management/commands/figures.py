"""``kamkor figures``: counts the register, or posts, for any place, period and day."""

import csv
import io
import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.management import CommandParser
from django.utils.translation import get_language, gettext

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import Action
from kamkor.demo import folder
from kamkor.figures.operations import differences, keep_months
from kamkor.figures.queries.asking import question_for, territories_counted_by
from kamkor.figures.queries.counting import counted
from kamkor.figures.queries.staffing import ACCOMPANIMENT, Staffing, staffing
from kamkor.figures.queries.wording import PROVISIONAL_WORD, Wording
from kamkor.figures.rules.disclosure import Number
from kamkor.figures.rules.question import OutsideYourTerritory, Question
from kamkor.figures.vocabulary import EVERY_FIGURE, FIGURES, STAFFING, Key
from kamkor.kernel.commands import NotPermitted
from kamkor.kernel.credentials import data_folder
from kamkor.kernel.errors import Refusal
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import (
    NOT_PERMITTED,
    REFUSED,
    WRONG_USE,
    ShellCommand,
    Stopped,
    tell,
    viewer_named,
)
from kamkor.territory.queries import country
from kamkor.web.export import safe
from kamkor.web.words import day, raised
from kamkor.workforce.vocabulary import STAFF_KINDS

FORBIDDEN = (NotPermitted, OutsideYourTerritory)
DEMO_VIEWER = "daniyar"


def _day(typed: str) -> date:
    """A day as it is typed; argparse prints the text of what is raised."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        text = gettext("“%(typed)s” is no day. Write it as 2026-11-21.") % {"typed": typed}
        raise ArgumentTypeError(text) from None


class Command(ShellCommand):
    """Prints the figures of the register or of posts, each with its definition, as it was asked."""

    help = at_shell(
        noop(
            "Count the register, or posts (staffing): --territory --from --to --on --known-on --by"
            " --format --as."
        )
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be asked."""
        parser.add_argument(
            "what",
            choices=["register", "staffing", "cube"],
            help=at_shell(noop("cube: keep the counts of closed months, so that years are quick")),
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help=at_shell(noop("with cube: compare what is kept with the count as it is now")),
        )
        parser.add_argument(
            "--territory", default="", help=at_shell(noop("SOATE, ISO code or full name"))
        )
        for name, dest, about in (
            (
                "from",
                "first",
                noop("first day of the period (default: 1 January of its last year)"),
            ),
            ("to", "last", noop("last day of the period (default: --on, else today)")),
            ("on", "on", noop("the day whose state is counted (default: --to)")),
            ("known-on", "known_on", noop("as known at the end of this day (default: now)")),
        ):
            parser.add_argument(
                f"--{name}",
                dest=dest,
                type=_day,
                metavar="YYYY-MM-DD",
                help=at_shell(about),
            )
        parser.add_argument(
            "--by",
            default="",
            help=at_shell(noop("of: %(keys)s; order is nesting")) % {"keys": ", ".join(Key)},
        )
        parser.add_argument(
            "--kind",
            choices=sorted(STAFF_KINDS),
            default=ACCOMPANIMENT,
            help=at_shell(noop("with staffing: the kind of post")),
        )
        parser.add_argument("--figure", action="append", help=at_shell(noop("only these figures")))
        parser.add_argument("--format", choices=["table", "csv", "json"], default="table")
        parser.add_argument(
            "--as", dest="username", metavar="USERNAME", help=at_shell(noop("who asks"))
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Count and print; the result alone goes to stdout."""
        viewer = viewer_named(options["username"] or _demo_viewer())
        if options["what"] == "cube":
            _keep(viewer, check=options["check"])
            return
        try:
            sys.stdout.write(_counted(viewer, options))
        except Refusal as refusal:
            fault = refusal.first
            status = NOT_PERMITTED if isinstance(refusal, FORBIDDEN) else WRONG_USE
            where = f"--{fault.field.replace('_', '-')}: " if fault.field else ""
            raise Stopped(status, where + gettext(fault.message) % fault.details) from None


def _counted(viewer: Viewer, options: dict[str, Any]) -> str:
    """The answer in the form that was asked for; raises the refusal of the question."""
    asked = {
        "place": options["territory"],
        "first": options["first"],
        "known_on": options["known_on"],
        "by": tuple(word.strip() for word in options["by"].split(",") if word.strip()),
    }
    write = _FORMATS[options["format"]]
    if options["what"] == "staffing":
        on, figures = options["on"] or options["last"], tuple(options["figure"] or STAFFING)
        found = staffing(viewer, kind=options["kind"], on=on, figures=figures, **asked)
        wording = Wording(found.question.on, get_language() or "en")
        return write(found.question, found.cells, wording, told_of_posts(found))
    figures = tuple(options["figure"] or FIGURES)
    question = question_for(
        viewer, last=options["last"], on=options["on"], figures=figures, **asked
    )
    wording = Wording(question.on, get_language() or "en")
    return write(question, counted(viewer, question), wording, "")


def told_of_posts(found: Staffing) -> str:
    """Of which posts the figures are, and from which count of children."""
    told = [raised(gettext(STAFF_KINDS[found.kind])) + "."]
    if found.children is not None:
        count = {"day": day(found.children.day), "children": found.children.children}
        told.append(gettext("%(children)s children were counted on %(day)s.") % count)
    if found.norm is not None:
        told.append(gettext("Norm: one post for %(norm)s children.") % {"norm": found.norm})
    return " ".join(told)


def _keep(viewer: Viewer, *, check: bool) -> None:
    """Count anew what is missing or stale, or compare; a difference ends with a failed check."""
    if territories_counted_by(viewer) is not None or not viewer.may(Action.SEE_NUMBERS):
        raise Stopped(NOT_PERMITTED, gettext("Only who counts the whole nation keeps its counts."))
    if not check:
        months = keep_months(country().soate)
        tell(gettext("%(months)s months were counted anew.") % {"months": len(months)})
        return
    found = list(differences(country().soate))
    for line in found:
        sys.stdout.write(f"{line}\n")
    tell(gettext("%(cells)s cells differ from the count as it is now.") % {"cells": len(found)})
    if found:
        raise Stopped(REFUSED, gettext("The kept counts are wrong."))


def _demo_viewer() -> str:
    if not folder.is_demo(data_folder()):
        raise Stopped(WRONG_USE, gettext("say who asks: --as USERNAME"))
    return DEMO_VIEWER


def as_objects(
    question: Question, cells: Sequence[Number], wording: Wording, about: str = ""
) -> list[dict[str, Any]]:
    """The figures as the contract writes them down; ``about`` stands behind each definition."""
    shown = []
    told = f" ({gettext(PROVISIONAL_WORD)})" if question.provisional else ""
    for cell in cells:
        figure = EVERY_FIGURE[cell.figure]
        place = cell.territory or question.territory
        row: dict[str, Any] = {
            "figure": cell.figure,
            "value": cell.value,
            "unit": figure.unit,
            "territory": place,
            "territory_name": wording.place(place),
            "from": question.first.isoformat(),
            "to": question.last.isoformat(),
            "on": question.on.isoformat(),
            "known_on": question.known_on.isoformat() if question.known_on else None,
            "definition": " ".join(filter(None, [gettext(figure.definition), about])) + told,
            **cell.keys,
        }
        if cell.suppressed:
            row["suppressed"] = True
        if cell.part:
            row["part"] = cell.part
        shown.append(row)
    return shown


def _json(question: Question, cells: Sequence[Number], wording: Wording, about: str) -> str:
    rows = as_objects(question, cells, wording, about)
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _csv(question: Question, cells: Sequence[Number], wording: Wording, about: str) -> str:
    rows = as_objects(question, cells, wording, about)
    names = [*dict.fromkeys(name for row in rows for name in row if name not in _LAST), *_LAST]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows(
        [safe(value) if isinstance(value := row.get(name, ""), str) else value for name in names]
        for row in rows
    )
    return "\ufeff" + text.getvalue()


_LAST = ("suppressed", "part")


def _table(question: Question, cells: Sequence[Number], wording: Wording, about: str) -> str:
    state = [gettext("State of %(day)s") % {"day": day(question.on)}]
    if question.known_on:
        state.append(gettext("As known on %(day)s") % {"day": day(question.known_on)})
    lines = [
        f"{wording.place(question.territory)}, {day(question.first)} – {day(question.last)}",
        "; ".join(state),
        *([about] if about else []),
    ]
    if question.provisional:
        lines.append(raised(gettext(PROVISIONAL_WORD)))
    for cell in cells:
        keys = [
            wording.of(key, value, cell.figure) for key, value in cell.keys.items() if value != "*"
        ]
        place = f"{wording.place(cell.territory)}: " if cell.territory else ""
        label = place + (" / ".join(keys) if keys else gettext(EVERY_FIGURE[cell.figure].label))
        value = "–" if cell.value is None else str(cell.value)
        lines.append(f"{'    ' if keys else ''}{label}: {value}")
    return "\n".join(lines) + "\n"


_FORMATS = {"json": _json, "csv": _csv, "table": _table}
