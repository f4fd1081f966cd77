"""``kamkor backup``: makes a base backup, and seals the log that the server has archived."""

import os
from pathlib import Path
from typing import Any

from django.core.management import CommandParser
from django.utils.translation import gettext as _

from kamkor.kernel.archive import FOLDER, backup_folder, seal_log
from kamkor.kernel.backup import make_base
from kamkor.kernel.credentials import data_folder, load_secrets
from kamkor.kernel.server import running_server
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import WRONG_USE, ShellCommand, Stopped, tell


class Command(ShellCommand):
    """Nobody has to stop working meanwhile."""

    help = at_shell(noop("Make a backup of the database while all work goes on."))

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument(
            "--to",
            type=Path,
            default=backup_folder(),
            metavar="FOLDER",
            help=at_shell(noop("the backup folder; if not said, the one of KAMKOR_BACKUP")),
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Make it."""
        if os.environ.get("DATABASE_URL"):
            text = _("a server of your own is backed up by its own programs: see docs/operate.md")
            raise Stopped(WRONG_USE, text)
        if options["to"] is None:
            raise Stopped(WRONG_USE, _("say --to FOLDER, or set %(name)s") % {"name": FOLDER})
        data, folder = data_folder(), options["to"].expanduser().resolve()
        facts = running_server(data)
        if facts is None:
            raise Stopped(WRONG_USE, _("the database has gone: try again"))
        tell(_("Copying the database to %(folder)s ...") % {"folder": folder})
        base = make_base(data, facts, folder, tell)
        seal_log(folder, load_secrets(data))
        tell(_("Keep secrets.json and the keys elsewhere: without them this backup is of no use."))
        print(base.folder)
