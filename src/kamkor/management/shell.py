"""What our commands at the shell share: their language, their faults, and who is looking."""

import argparse
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from kamkor.access.queries import account_named, viewer_for
from kamkor.access.rules import Viewer
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop

REFUSED = 1
WRONG_USE = 2
NOT_PERMITTED = 3


class Stopped(Exception):
    """A command ends with this status and this line; nothing more is printed."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class ShellCommand(BaseCommand):
    """One of our commands: speaks the language of ``--lang``, tells of itself on stderr."""

    requires_system_checks: list[str] = []

    def add_base_argument(self, parser: CommandParser, *words: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Take Django's own options; of them help tells only of what a message of ours names."""
        known = at_shell(noop("print a fault of ours with all that led to it"))
        told = known if "--traceback" in words else argparse.SUPPRESS
        parser.add_argument(*words, **options | {"help": told})

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:  # noqa: ANN401 - Django's own
        """The reader of the command's line; its help ends with how to choose the language."""
        about = at_shell(noop("--lang ky|ru|kk|en, or KAMKOR_LANG: the language of the answers"))
        return super().create_parser(prog_name, subcommand, epilog=about, **kwargs)

    def execute(self, *args: Any, **options: Any) -> str | None:  # noqa: ANN401 - Django's own
        """Run the command in the language asked for."""
        with translation.override(os.environ.get("KAMKOR_LANG", "en")):
            return super().execute(*args, **options)


def tell(text: str) -> None:
    """Say something beside the result."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def serving(address: str) -> str:
    """What is said when the desk can be opened."""
    return _("Serving %(address)s - Ctrl-C ends it.") % {"address": address}


def asks_who_looks(parser: CommandParser) -> None:
    """Add ``--as``, which every command that reads or writes persons needs."""
    parser.add_argument(
        "--as",
        dest="username",
        required=True,
        metavar="USERNAME",
        help=at_shell(noop("under whose account")),
    )


def viewer_named(username: str) -> Viewer:
    """The viewer an account is now; stops the command if it is nobody in post."""
    account = account_named(username)
    viewer = viewer_for(account) if account else None
    if viewer is None:
        text = _("%(name)s is no account of anybody in post today") % {"name": username}
        raise Stopped(NOT_PERMITTED, text)
    return viewer
