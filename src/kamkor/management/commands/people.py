"""``kamkor people duplicates FILE --report OUT.xlsx``: who may stand in a file twice."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management import CommandParser
from django.utils.translation import gettext as _

from kamkor.exchange import duplicates
from kamkor.exchange.duplicates import Counts
from kamkor.kernel.errors import Refusal
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import REFUSED, WRONG_USE, ShellCommand, Stopped, tell
from kamkor.people.rules.matching import Told

TOLD_EACH = 50_000
FEW = 5_000
"""Of so few comparisons nobody waits for the end."""


class Command(ShellCommand):
    """Reads a file and writes a workbook; no database is asked."""

    help = at_shell(noop("Find people who may stand twice in a file: duplicates FILE."))

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said beside the command."""
        parser.add_argument("what", choices=["duplicates"])
        parser.add_argument("file", metavar="FILE", type=Path, help=at_shell(noop("CSV or XLSX")))
        told = noop("the workbook to write; it must not be there yet")
        parser.add_argument(
            "--report", metavar="OUT.xlsx", type=Path, required=True, help=at_shell(told)
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Compare the rows, write the pairs, and say how many there are."""
        path, report = options["file"], options["report"]
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
