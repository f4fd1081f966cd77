"""``kamkor people reindex``: makes the search words and sort keys of all names anew."""

from typing import Any

from django.core.management import CommandParser
from django.utils.translation import gettext as _

from kamkor.cases.operations.naming import sort_cases_anew
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import ShellCommand, tell
from kamkor.people.operations.reindexing import reindex

TOLD_EACH = 50_000


class Command(ShellCommand):
    """Works on the names of everybody by the owner's login, and shows none of them."""

    help = at_shell(noop("Make the search words and the order of all names anew."))

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be asked."""
        told = noop("reindex: after the rules of names have changed; run twice is harmless")
        parser.add_argument("what", choices=["reindex"], help=at_shell(told))

    def handle(self, **_options: Any) -> None:  # noqa: ANN401 - Django's own
        """Reindex, and tell how far it has come."""
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
                " %(learnt)s words of names learnt, %(forgotten)s forgotten."
            )
            % done._asdict()
        )
