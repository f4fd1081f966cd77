"""``kamkor people``: who may stand in a file or in the register twice; search words made anew."""

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
from kamkor.people.operations.comparing import (
    Compared,
    compare_department,
    departments_due,
    people_of,
)
from kamkor.people.operations.reindexing import reindex
from kamkor.people.rules.matching import Told

TOLD_EACH = 50_000
FEW = 5_000
"""Of so few comparisons, or people, nobody waits for the end."""
TENTH = 10


class Command(ShellCommand):
    """``duplicates`` reads a file and writes a workbook, and asks no database; ``compare`` does at
    once what is done each night; ``reindex`` works on the names of everybody by the owner's login.
    Neither of the two shows a name."""

    help = at_shell(noop("Find who may stand twice, or make search words anew."))

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be asked."""
        kinds = parser.add_subparsers(dest="what", required=True)
        told = noop("after the rules of names have changed; run twice is harmless")
        kinds.add_parser("reindex", help=at_shell(told))
        told = noop("compare all children of each department now, as is done each night")
        alone = kinds.add_parser("compare", help=at_shell(told))
        alone.add_argument("--department", type=int, help=at_shell(noop("one department alone")))
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
        elif options["what"] == "compare":
            _compare(options["department"])
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


def _compare(department: int | None) -> None:
    """Compare department by department; whoever kills it begins again with those left longest."""
    sizes = {one: people_of(one) for one in departments_due() if department in {None, one}}
    if not sizes:
        raise Stopped(WRONG_USE, _("there is no department %(number)s") % {"number": department})
    share = _Share(sum(sizes.values()))
    found = [compare_department(one, share.add) for one in sizes]
    share.end()
    numbers = {name: sum(getattr(one, name) for one in found) for name in Compared._fields}
    text = _(
        "%(children)s children compared: %(pairs)s pairs may be one child,"
        " %(added)s of them new; %(taken)s pairs taken away."
    )
    tell(text % numbers)


class _Share:
    """Tells which part of the work is behind: each person is read, then compared."""

    def __init__(self, people: int) -> None:
        self._people = people
        self._done = 0
        self._told = 0

    def add(self, persons: int) -> None:
        """So many persons more are behind; tells it where that is a tenth of all."""
        self._done += persons
        share = 50 * self._done // self._people if self._people else 0
        if share < 100 and share - self._told >= TENTH and self._people > FEW:
            self._told = share
            self._tell(share)

    def end(self) -> None:
        """All is behind."""
        if self._people > FEW:
            self._tell(100)

    def _tell(self, share: int) -> None:
        tell("  " + _("%(share)s %% of %(of)s people") % {"share": share, "of": self._people})


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
