"""``kamkor secrets renew``: new passwords for the logins of the database, a new key of the context."""

from typing import Any

from django.core.management import CommandParser
from django.utils.translation import gettext as _

from kamkor.kernel.credentials import data_folder
from kamkor.kernel.renewal import renew_passwords, renew_signing_key
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import ShellCommand, tell


class Command(ShellCommand):
    """Draws them, sets them, and writes them into the secrets file."""

    help = at_shell(noop("Draw new passwords for the logins of the database, and a new key."))

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be asked."""
        told = noop("renew: passwords and key; renew-key: the key alone, while everybody works")
        parser.add_argument("what", choices=["renew", "renew-key"], help=at_shell(told))

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Renew."""
        renew_signing_key(data_folder())
        tell(_("The key that signs who is looking is new. The one before is taken for an hour."))
        if options["what"] == "renew":
            count = renew_passwords(data_folder())
            tell(
                _("%(count)s passwords are new. Start the desk and the worker anew now.")
                % {"count": count}
            )
