"""``kamkor worker``: carries out what pages have asked for; ``serve`` and ``demo`` start it."""

import asyncio
from typing import Any

from django.core.management import CommandParser

from kamkor.exchange.worker import work
from kamkor.kernel.processes import end_with
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import ShellCommand


class Command(ShellCommand):
    """Takes jobs from the queue, under a login of its own."""

    help = at_shell(
        noop("Carry out background work until a signal ends it (--once: until none is left).")
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said beside the command."""
        parser.add_argument(
            "--once", action="store_true", help=at_shell(noop("end when nothing is left to do"))
        )
        parser.add_argument(
            "--beside",
            type=int,
            metavar="PID",
            help=at_shell(noop("end when that process ends")),
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Work."""
        if options["beside"]:
            end_with(options["beside"])
        asyncio.run(work(wait=not options["once"]))
