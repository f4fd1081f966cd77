"""``kamkor keys``: locks all texts with new keys, tells whether each opens, drops old keys."""

import sys
from collections.abc import Callable
from typing import Any

from django.core.management import CommandParser
from django.utils.translation import gettext as _

from kamkor.kernel import keys
from kamkor.kernel.locked import prove
from kamkor.kernel.relocking import OWNER, drop_older, rotate, unopened, versions_held
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import REFUSED, ShellCommand, Stopped, tell

TOLD_EACH = 100_000


class Command(ShellCommand):
    """Works on all texts by the owner's login, and shows none of them."""

    help = at_shell(noop("Lock all texts with new keys, try to open each, or drop old keys."))

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be asked."""
        parser.add_argument(
            "what",
            choices=["check", "rotate", "drop"],
            help=at_shell(
                noop(
                    "check: does every text open; rotate: new keys for all, goes on where it was"
                    " broken off; drop: old keys that only backups still need"
                )
            ),
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Check, rotate or drop."""
        {"check": _check, "rotate": _rotate, "drop": _drop}[options["what"]]()


def _check() -> None:
    prove(keys.current(), OWNER)
    for version, count in sorted(versions_held().items()):
        sys.stdout.write(_("keys %(version)s: %(count)s texts") % _told(version, count) + "\n")
    faults = 0
    for place in unopened(_now_and_then(_("%(count)s texts opened"))):
        faults += 1
        sys.stdout.write(_("does not open: %(place)s") % {"place": place} + "\n")
    if faults:
        raise Stopped(REFUSED, _("%(count)s texts do not open") % {"count": faults})
    tell(_("Every text opens."))


def _rotate() -> None:
    newest = rotate(_now_and_then(_("%(count)s texts locked anew")))
    tell(
        _("Every text is locked with keys %(version)s. Make a copy of the keys now.")
        % {"version": newest}
    )


def _drop() -> None:
    gone = drop_older()
    for version in gone:
        sys.stdout.write(_("keys %(version)s dropped") % {"version": version} + "\n")
    if not gone:
        tell(_("There are no old keys that no text needs."))


def _told(version: int, count: int) -> dict[str, int]:
    return {"version": version, "count": count}


def _now_and_then(text: str) -> Callable[[int], None]:
    """Tell at the shell how far it has come, not after every part."""
    last = 0

    def told(count: int) -> None:
        nonlocal last
        if count - last >= TOLD_EACH:
            last = count
            tell(text % {"count": count})

    return told
