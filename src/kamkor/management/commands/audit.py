"""``kamkor audit``: verifies the log of looks and the journal, prints the head for paper."""

import sys
from pathlib import Path
from typing import Any

from django.core.management import CommandParser
from django.utils.translation import gettext as _

from kamkor.access.operations.sealing import (
    AnchorUnreadable,
    anchor_path,
    last_line,
    unsealed,
    verified,
)
from kamkor.kernel.credentials import data_folder
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import REFUSED, WRONG_USE, ShellCommand, Stopped, tell

GROUPS = 8


class Command(ShellCommand):
    """Reads what the worker sealed; it changes nothing."""

    help = at_shell(
        noop("Verify the log of looks and the journal, or print the newest head for paper.")
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be asked."""
        parser.add_argument(
            "what",
            choices=["verify", "anchor"],
            help=at_shell(noop("verify: each entry against the anchor; anchor: the newest head")),
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Verify or print."""
        path = anchor_path(data_folder())
        try:
            (_verify if options["what"] == "verify" else _print_head)(path)
        except AnchorUnreadable as found:
            text = _("Line %(line)s of the anchor %(path)s cannot be read.")
            raise Stopped(WRONG_USE, text % {"line": found.line, "path": found.path}) from None


def _verify(path: Path) -> None:
    """Name the first entry of each batch that is not as it was sealed."""
    faults = 0
    for fault in verified(path):
        faults += 1
        at = _("entry %(place)s") % {"place": fault.place} if fault.place else ""
        told = [_("batch %(number)s") % {"number": fault.batch}, at, fault.entry, _(fault.what)]
        sys.stdout.write(": ".join(filter(None, told)) + "\n")
    line = last_line(path)
    tell(
        _("The anchor %(path)s holds %(count)s seals.")
        % {"path": path, "count": line.number if line else 0}
    )
    tell(_("%(count)s entries are not sealed yet.") % {"count": unsealed()})
    if faults:
        raise Stopped(REFUSED, _("The log is not as it was sealed."))
    tell(_("Every sealed entry is as it was."))


def _print_head(path: Path) -> None:
    """The newest head in groups that can be read out and written down."""
    line = last_line(path)
    if line is None:
        raise Stopped(REFUSED, _("Nothing is sealed yet."))
    digits = line.head.hex()
    groups = [digits[at : at + GROUPS] for at in range(0, len(digits), GROUPS)]
    sys.stdout.write(f"{line.number}  {' '.join(groups)}\n")
