"""The command ``kamkor``: Django's command line with ours beside it, and the database ready."""

import os
import sys
from collections.abc import Sequence

from kamkor.kernel.credentials import data_folder
from kamkor.kernel.server import database_server
from kamkor.kernel.server_facts import ServerFacts, ServerFault
from kamkor.kernel.translations import compile_catalogues

WITHOUT_DATABASE = {"help", "version", "--help", "--version", "-h", "makemigrations", "compile"}
WRONG_USE = 2
FAULT = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 (refusals), 2 (use), 3 (not permitted), 4."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kamkor.settings.base")
    _choose_language(given)
    compile_catalogues()
    try:
        if not given or given[0] in WITHOUT_DATABASE:
            return _django(given)
        data = data_folder()
        with database_server(data) as facts:
            point_settings_at(facts)
            return _django(given)
    except ServerFault as fault:
        print(f"kamkor: {fault}", file=sys.stderr)
        return FAULT
    except KeyboardInterrupt:
        return 0


def point_settings_at(facts: ServerFacts) -> None:
    """Tell the settings, which are read after this, where the database is."""
    os.environ["KAMKOR_PGHOST"] = facts.host
    os.environ["KAMKOR_PGPORT"] = str(facts.port)
    os.environ["KAMKOR_PGDATABASE"] = facts.database


def _choose_language(given: list[str]) -> None:
    if "--lang" in given:
        place = given.index("--lang")
        os.environ["KAMKOR_LANG"] = given[place + 1] if place + 1 < len(given) else ""
        del given[place : place + 2]


def _django(given: list[str]) -> int:
    from django.core.management import (  # noqa: PLC0415 - settings are read here, not before
        CommandError,
        execute_from_command_line,
    )

    try:
        execute_from_command_line(["kamkor", *given])
    except CommandError as fault:
        print(f"kamkor: {fault}", file=sys.stderr)
        return fault.returncode
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return 0
