"""``kamkor people``: who may stand in a file twice; search words and order made anew."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management import CommandParser
from django.utils.translation import gettext as _

from kamkor.cases.operations.naming import sort_cases_anew
from kamkor.exchange import duplicates
from kamkor.exchange.duplicates import Counts
from kamkor.kernel.errors import Refusal
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import REFUSED, WRONG_USE, ShellCommand, Stopped, tell
from kamkor.people.operations.reindexing import reindex
from kamkor.people.rules.matching import Told

TOLD_EACH = 50_000
FEW = 5_000
"""Of so few comparisons nobody waits for the end."""


class Command(ShellCommand):
    """``duplicates`` reads a file and writes a workbook, and asks no database; ``reindex`` works on
    the names of everybody by the owner's login, and shows none of them."""

    help = at_shell(noop("Find who may stand twice in a file, or make search words anew."))

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be asked."""
        kinds = parser.add_subparsers(dest="what", required=True)
        told = noop("after the rules of names have changed; run twice is harmless")
        kinds.add_parser("reindex", help=at_shell(told))
        twice = kinds.add_parser("duplicates", help=at_shell(noop("who stands in a file twice")))
        twice.add_argument("file", metavar="FILE", type=Path, help=at_shell(noop("CSV or XLSX")))
        told = noop("the workbook to write; it must not be there yet")
        twice.add_argument(
            "--report", metavar="OUT.xlsx", type=Path, required=True, help=at_shell(told)
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Do what was asked, and tell how far it has come."""
        if options["what"] == "reindex":
            _reindex()
        else:
            _find(options["file"], options["report"])


def _reindex() -> None:
    last = 0

    def told(count: int) -> None:
        nonlocal last
        if count - last >= TOLD_EACH:
            last = count
            tell(_("%(count)s people read") % {"count": count})

    done = reindex(sort_cases_anew, told)
    tell(
        _(
            "%(tokens)s search words added, %(sorted)s people sorted otherwise;"
            " %(learnt)s words of names learnt, %(forgotten)s forgotten;"
            " %(pairs)s pairs of records may be one child."
        )
        % done._asdict()
    )


def _find(path: Path, report: Path) -> None:
    """Compare the rows of a file, write the pairs, and say how many there are."""
    if not path.is_file():
        raise Stopped(WRONG_USE, _("%(path)s is no file that can be read") % {"path": path})
    if report.exists() or not report.parent.is_dir():
        text = _("%(path)s is there already, or its folder is not") % {"path": report}
        raise Stopped(WRONG_USE, text)
    counts = Counts()
    try:
        file = duplicates.opened(path)
        people = list(_told(duplicates.people_in(file, counts)))
    except Refusal as refusal:
        fault = refusal.first
        raise Stopped(WRONG_USE, f"{path}: {_(fault.message) % fault.details}") from None
    try:
        pairs = duplicates.pairs_among(people, counts, _compared)
    except duplicates.TooManyPairs:
        limit = {"limit": duplicates.PAIRS_LIMIT}
        raise Stopped(
            REFUSED, _("More than %(limit)s pairs: nothing was written") % limit
        ) from None
    duplicates.write_report(report, file, pairs, counts)
    text = _(
        "%(rows)s rows. Pairs that are one child: %(linked)s. Pairs a person must look at:"
        " %(doubtful)s. Dates that cannot be read: %(unread_dates)s."
    )
    print(text % vars(counts))


def _told(people: Iterable[Told]) -> Iterator[Told]:
    """The same people; says now and then how many were read."""
    for count, one in enumerate(people, 1):
        if count % TOLD_EACH == 0:
            tell("  " + _("%(count)s rows read") % {"count": count})
        yield one


def _compared(done: int, of: int) -> None:
    if of < FEW:
        return
    share = 100 * done // of
    tell("  " + _("%(share)s %% of %(of)s comparisons made") % {"share": share, "of": of})
