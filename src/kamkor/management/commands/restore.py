"""``kamkor restore``: puts a backup into an empty data folder, as it was at a moment."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import CommandParser
from django.utils.translation import gettext as _

from kamkor.access.operations.sealing import anchor_path, set_aside_after
from kamkor.kernel import clock
from kamkor.kernel.credentials import data_folder, load_secrets
from kamkor.kernel.restore import Restored, restore
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import WRONG_USE, ShellCommand, Stopped, tell


class Command(ShellCommand):
    """Writes over nothing; what it cannot finish leaves nothing."""

    help = at_shell(
        noop("Restore a backup into an empty KAMKOR_DATA that holds secrets.json and the keys.")
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """From where, and as it was when."""
        parser.add_argument(
            "--from",
            dest="source",
            type=Path,
            required=True,
            metavar="FOLDER",
            help=at_shell(noop("the backup folder")),
        )
        parser.add_argument(
            "--to-time",
            metavar="T",
            help=at_shell(noop("the moment, as 2026-03-02T09:00+06:00; if not said, the newest")),
        )
        parser.add_argument(
            "--unsealed",
            action="store_true",
            help=at_shell(noop("take also the last minutes, which nobody has sealed yet")),
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Restore."""
        if os.environ.get("DATABASE_URL"):
            text = _("a server of your own is restored by its own programs: see docs/operate.md")
            raise Stopped(WRONG_USE, text)
        data, to_time = data_folder(), _moment(options["to_time"])
        tell(_("Comparing the backup with its seals ..."))
        source = options["source"].expanduser().resolve()
        done = restore(
            data, load_secrets(data), source, to_time, tell, unsealed=options["unsealed"]
        )
        _report(done)
        lines, aside = set_aside_after(anchor_path(data), done.last_seal)
        if lines:
            told = {"count": lines, "path": aside}
            text = _("%(count)s seals of the anchor are newer than what was restored: %(path)s")
            tell(text % told)
        tell(_("Now run kamkor migrate --database owner, kamkor doctor and kamkor audit verify."))


def _moment(text: str | None) -> datetime | None:
    """The moment meant; without an offset by the service's own clock."""
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        told = _("%(text)s is no moment: write 2026-03-02T09:00+06:00") % {"text": text}
        raise Stopped(WRONG_USE, told) from None
    return read if read.tzinfo else read.replace(tzinfo=clock.ZONE)


def _report(done: Restored) -> None:
    print(done.base.folder)
    if done.until is not None:
        text = _("The last change that was restored was made at %(moment)s.")
        moment = done.until.astimezone(clock.ZONE).isoformat(timespec="seconds")
        tell(text % {"moment": moment})
    if done.unsealed:
        text = _("%(count)s pieces of log were not sealed yet and left out: --unsealed takes them.")
        tell(text % {"count": done.unsealed})
