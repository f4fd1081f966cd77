"""``kamkor secrets renew``: new passwords for the logins of the database."""

from typing import Any

from django.core.management import CommandParser
from django.utils.translation import gettext as _

from kamkor.kernel.credentials import data_folder
from kamkor.kernel.renewal import renew_passwords
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import ShellCommand, tell


class Command(ShellCommand):
    """Draws them, sets them, and writes them into the secrets file."""

    help = at_shell(noop("Draw new passwords for the logins of the database."))

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be asked."""
        parser.add_argument(
            "what", choices=["renew"], help=at_shell(noop("draw and set new passwords"))
        )

    def handle(self, **_options: Any) -> None:  # noqa: ANN401 - Django's own
        """Renew."""
        count = renew_passwords(data_folder())
        tell(
            _("%(count)s passwords are new. Start the desk and the worker anew now.")
            % {"count": count}
        )
