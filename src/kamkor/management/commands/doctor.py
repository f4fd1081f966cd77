"""``kamkor doctor``: checks that the house stands as it must, one line each."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import CommandParser
from django.utils.translation import gettext as _

from kamkor.access.operations.sealing import anchor_path
from kamkor.kernel import clock
from kamkor.kernel.health import Check, checks
from kamkor.kernel.service import DUTIES, Place, undone
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import REFUSED, ShellCommand, Stopped
from kamkor.people.operations.comparing import departments_overdue
from kamkor.workforce.queries import name_of_office

COMPARED_WITHIN = timedelta(days=2)


class Command(ShellCommand):
    """The project's own check; Django's is ``check``."""

    help = at_shell(noop("check logins, row security, migrations, keys and room on the disk"))

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said beside the command."""
        parser.add_argument(
            "--service",
            action="store_true",
            help=at_shell(noop("whether real people may be served: code: what: cure")),
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Print each check's line; ends with 1 if one of them found a fault."""
        if options["service"]:
            _look_at_duties()
            return
        faults = 0
        for check in _all_checks():
            found = _("FAULT") if check.faults else _("ok")
            print(f"{found:6} {check.about}", flush=True)
            for fault in check.faults:
                print(f"       {fault}")
            faults += bool(check.faults)
        if faults:
            raise Stopped(REFUSED, _("%(count)s checks found a fault") % {"count": faults})


def _all_checks() -> Iterator[Check]:
    """The kernel's checks; where the house stands, also whether the nights' work is done."""
    stands = True
    for check in checks(settings.KAMKOR_DATA):
        stands = stands and not check.faults
        yield check
    if stands:
        yield Check(_("all children were compared within two days"), _not_compared())


def _not_compared() -> list[str]:
    text = _("the children of %(office)s were not: does the worker run? kamkor people compare")
    late = departments_overdue(clock.now() - COMPARED_WITHIN)
    return [text % {"office": name_of_office(one)} for one in late]


def _look_at_duties() -> None:
    """One line for each duty that is not done."""
    data, faults = settings.KAMKOR_DATA, 0
    for fault in undone(Place(data, anchor_path(data))):
        faults += 1
        print(fault, flush=True)
    if faults:
        text = _("%(count)s of %(all)s duties are not done")
        raise Stopped(REFUSED, text % {"count": faults, "all": len(DUTIES)})
