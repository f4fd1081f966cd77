"""``kamkor commands``: carries out a file of commands, one answer a line."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management import CommandParser
from django.utils.translation import gettext as _

import kamkor.cases.operations
import kamkor.workforce.operations  # noqa: F401 - makes every operation known
from kamkor.exchange.commands import Line, LineUnreadable, carried_out, lines_of
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import (
    REFUSED,
    WRONG_USE,
    ShellCommand,
    Stopped,
    asks_who_looks,
    viewer_named,
)


class Command(ShellCommand):
    """Each line is ``{id, command, data, base_version}``; see docs/commands.md."""

    help = at_shell(
        noop("Carry out a file of commands (JSON, one a line; - reads stdin), one answer a line.")
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What must be said beside the command."""
        parser.add_argument("file", metavar="FILE.jsonl")
        asks_who_looks(parser)

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Carry out all lines, or none if one of them cannot be read."""
        lines = _read(options["file"], options["username"])
        for username in {options["username"], *(line.username for line in lines)}:
            viewer_named(username)
        refused = 0
        for answer in carried_out(lines, viewer_named):
            print(json.dumps(answer, ensure_ascii=False), flush=True)
            refused += answer["result"] == "refused"
        told = {"refused": refused, "all": len(lines)}
        if refused:
            raise Stopped(REFUSED, _("%(refused)s of %(all)s commands were refused") % told)


def _read(file: str, username: str) -> list[Line]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8-sig")
        return lines_of(text, username)
    except LineUnreadable as fault:
        told = {"file": file, "line": fault.number, "why": fault.why}
        text = _("%(file)s, line %(line)s: %(why)s; nothing was done")
        raise Stopped(WRONG_USE, text % told) from None
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else _("it is no UTF-8")
        text = _("%(file)s cannot be read: %(why)s") % {"file": file, "why": why}
        raise Stopped(WRONG_USE, text) from None
