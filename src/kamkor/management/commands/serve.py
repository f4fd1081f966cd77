"""``kamkor serve``: serves the desk on what stands in the data folder."""

from typing import Any

from django.conf import settings
from django.core.management import CommandParser, call_command
from django.utils.translation import gettext as _

from kamkor.access.operations.sealing import anchor_path
from kamkor.exchange.worker import beside
from kamkor.kernel.incarnation import begin_life
from kamkor.kernel.locked import proven
from kamkor.kernel.processes import apart
from kamkor.kernel.service import Place, undone
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import (
    NOT_PERMITTED,
    WRONG_USE,
    ShellCommand,
    Stopped,
    serving,
    tell,
)
from kamkor.web.serving import PortTaken, bound, port_of, serve, wanted_port


class Command(ShellCommand):
    """Serves the desk; migrations run first, nothing is built."""

    help = at_shell(noop("Serve the desk on http://localhost:PORT (8000 if PORT is not set)."))

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said beside the command."""
        parser.add_argument(
            "--lan", action="store_true", help=at_shell(noop("serve the local network too"))
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Serve until a signal ends it."""
        _refuse_unless_fit()
        try:
            sockets = bound(wanted_port(), lan=options["lan"])
        except PortTaken as taken:
            raise Stopped(WRONG_USE, str(taken)) from None
        apart(call_command, "migrate", database="owner", verbosity=0)
        apart(begin_life)
        apart(proven)
        tell(serving(f"http://localhost:{port_of(sockets)}"))
        with beside():
            serve(sockets)


def _refuse_unless_fit() -> None:
    """In service mode stop where something that must be so is not; each is told in a line."""
    if not settings.KAMKOR_SERVICE:
        return
    place = Place(settings.KAMKOR_DATA, anchor_path(settings.KAMKOR_DATA))
    faults = [str(fault) for fault in undone(place, must=True)]
    for fault in faults:
        tell(fault)
    if faults:
        raise Stopped(NOT_PERMITTED, _("the desk does not start in service mode like this"))
