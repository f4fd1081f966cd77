"""``kamkor secrets``: new passwords for the logins of the database, a new key of the context, new
keys of what lasts."""

from typing import Any

from django.core.management import CommandParser
from django.utils.translation import gettext as _

from kamkor.access.operations.factor_secrets import lock_secrets_anew
from kamkor.kernel.credentials import data_folder
from kamkor.kernel.renewal import renew_lasting_keys, renew_passwords, renew_signing_key
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import REFUSED, ShellCommand, Stopped, tell


class Command(ShellCommand):
    """Draws them, sets them, and writes them into the secrets file."""

    help = at_shell(noop("Draw new passwords for the logins of the database, and new keys."))

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be asked."""
        told = noop(
            "renew: passwords and the key that signs who is looking; renew-key: that key alone,"
            " while everybody works; renew-lasting: that key and those of digests, backups, sessions"
            " and second steps, while everybody works, goes on where it was broken off"
        )
        choices = ["renew", "renew-key", "renew-lasting"]
        parser.add_argument("what", choices=choices, help=at_shell(told))

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
        if options["what"] == "renew-lasting":
            _renew_lasting()


def _renew_lasting() -> None:
    done = renew_lasting_keys(data_folder(), lock_secrets_anew)
    tell(
        _("The lasting keys are new. Second steps locked with them: %(count)s.")
        % {"count": done.done}
    )
    tell(_("Make a copy of secrets.json now: an older one no longer opens all."))
    if done.unopened:
        text = _("second steps that no key of this installation opens: %(count)s")
        raise Stopped(REFUSED, text % {"count": done.unopened})
