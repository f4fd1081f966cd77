"""``kamkor doctor``: checks that the house stands as it must, one line each."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from kamkor.kernel.health import checks
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import REFUSED, ShellCommand, Stopped


class Command(ShellCommand):
    """The project's own check; Django's is ``check``."""

    help = at_shell(noop("check logins, row security, migrations, keys and room on the disk"))

    def handle(self, **options: Any) -> None:  # noqa: ANN401, ARG002 - Django's own
        """Print each check's line; ends with 1 if one of them found a fault."""
        faults = 0
        for check in checks(settings.KAMKOR_DATA):
            found = _("FAULT") if check.faults else _("ok")
            print(f"{found:6} {check.about}", flush=True)
            for fault in check.faults:
                print(f"       {fault}")
            faults += bool(check.faults)
        if faults:
            raise Stopped(REFUSED, _("%(count)s checks found a fault") % {"count": faults})
