"""What may be said after ``kamkor demo``; read before the database is there, and again with it."""

import argparse
from collections.abc import Sequence

from kamkor.kernel.translations import at_shell as _

SCENARIOS = ("jalal-abad-2017",)
_DJANGOS = {"--traceback", "--no-color", "--force-color"}


class Unreadable(Exception):
    """The words after the command cannot be understood; one line."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("--fresh", action="store_true", help=_("empty the demo's folder first"))
    parser.add_argument(
        "--scenario", metavar="NAME", help=_("one of: %(names)s") % {"names": ", ".join(SCENARIOS)}
    )
    parser.add_argument("--seed", type=int, default=1, help=_("draws other people (default 1)"))
    parser.add_argument("--lan", action="store_true", help=_("serve the local network too"))
    ending = parser.add_mutually_exclusive_group()
    ending.add_argument("--no-serve", action="store_true", help=_("build and stop"))
    ending.add_argument("--once", action="store_true", help=_("sign in once, compare, and stop"))


def wants_fresh(words: Sequence[str]) -> bool:
    """Whether the demo is to be built anew; only a line that is wholly understood empties it.

    Raises ``Unreadable``.
    """
    parser = argparse.ArgumentParser(prog="kamkor demo", exit_on_error=False)
    add_arguments(parser)
    try:
        read, unknown = parser.parse_known_args(words)
    except argparse.ArgumentError as fault:
        raise Unreadable(str(fault)) from fault
    strange = [word for word in unknown if word not in _DJANGOS]
    if strange:
        text = _("demo does not know %(word)s: kamkor demo --help tells what it knows")
        raise Unreadable(text % {"word": strange[0]})
    if read.scenario not in (None, *SCENARIOS):
        text = _("scenario %(name)s: not known; there is %(known)s")
        raise Unreadable(text % {"name": read.scenario, "known": ", ".join(SCENARIOS)})
    return bool(read.fresh)
