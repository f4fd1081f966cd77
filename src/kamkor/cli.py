"""The command ``kamkor``: Django's command line with ours beside it, and the database ready."""

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from kamkor.country.kg.languages import LANGUAGES
from kamkor.demo import arguments, folder
from kamkor.kernel.archive import BadBackup
from kamkor.kernel.credentials import data_folder
from kamkor.kernel.restore import FolderInUse, refuse_unless_empty
from kamkor.kernel.server import database_server
from kamkor.kernel.server_facts import ServerFacts, ServerFault
from kamkor.kernel.translations import at_shell as _
from kamkor.kernel.translations import compile_catalogues, translate_parsers
from kamkor.kernel.words import noop

WITHOUT_DATABASE = {"version", "--version", "makemigrations", "compile"}
# Of these commands only the one that begins with this word needs none.
FROM_FILES = {("people", "duplicates")}
HELP = {"help", "--help", "-h"}
# These serve the desk or build what was done there: at the desk, not at the shell.
SERVING = {"demo", "serve", "synth"}
REFUSED = 1
WRONG_USE = 2
NOT_PERMITTED = 3
FAULT = 4
INTERRUPTED = 130

COMMANDS = {
    "demo": noop("build the demo oblast if it is not there yet, and serve it"),
    "synth": noop("fill an empty folder: synth --size small|service|nation --seed N"),
    "serve": noop("serve the desk on what stands in the data folder"),
    "commands": noop("carry out a file of commands as one person: FILE.jsonl --as USERNAME"),
    "figures": noop("count the register: figures register --territory CODE --by KEYS"),
    "plan": noop("spread posts over districts: plan posts --children FILE --stages 100,100"),
    "load": noop("take a register from a file: load register FILE --as USERNAME"),
    "people": noop(
        "find who stands twice, or make search words anew: duplicates, compare, reindex"
    ),
    "worker": noop("carry out background work; serve and demo start it"),
    "account": noop("create an account, list accounts, or list the posts one may hold"),
    "audit": noop("log of looks and journal: audit verify, audit anchor"),
    "backup": noop("make a backup while all work goes on: backup --to FOLDER"),
    "restore": noop("restore a backup into an empty folder: restore --from FOLDER --to-time T"),
    "keys": noop("keys of locked texts: keys check, keys rotate, keys drop"),
    "secrets": noop("new passwords for the logins of the database, and new keys: secrets renew"),
    "doctor": noop("check logins, row security, migrations, keys and room on the disk"),
}


class WrongUse(Exception):
    """The command line cannot be understood; the text is one line."""


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 (refusals), 2 (use), 3 (not permitted), 4."""
    given = list(sys.argv[1:] if words is None else words)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kamkor.settings.base")
    signal.signal(signal.SIGTERM, _ended)
    try:
        _choose_language(given)
        translate_parsers()
        return _run(given)
    except (WrongUse, arguments.Unreadable) as wrong:
        return _stopped(WRONG_USE, wrong)
    except folder.NoDemo as refused:
        return _stopped(NOT_PERMITTED, refused)
    except FolderInUse as refused:
        return _stopped(NOT_PERMITTED, _(refused.message) % refused.details)
    except BadBackup as wrong:
        return _stopped(WRONG_USE, _(wrong.message) % wrong.details)
    except ServerFault as fault:
        return _stopped(FAULT, _(fault.message) % fault.details)
    except KeyboardInterrupt:
        return INTERRUPTED


def point_settings_at(facts: ServerFacts) -> None:
    """Tell the settings, which are read after this, where the database is."""
    os.environ["KAMKOR_PGHOST"] = facts.host
    os.environ["KAMKOR_PGPORT"] = str(facts.port)
    os.environ["KAMKOR_PGDATABASE"] = facts.database
    # The other words of the address hold for every login: above all how it is encrypted.
    os.environ.update({f"PG{name.upper()}": word for name, word in facts.options.items()})


def _run(given: list[str]) -> int:
    compile_catalogues()
    if not given or (given[0] in HELP and len(given) == 1):
        _list_commands()
        return 0
    without = given[0] in WITHOUT_DATABASE | HELP or tuple(given[:2]) in FROM_FILES
    if without or {"--help", "-h"} & set(given):
        return _django(given)
    if given[0] == "worker":
        os.environ["KAMKOR_DOOR"] = "worker"
    if given[0] in SERVING:
        os.environ["KAMKOR_DOOR"] = "web"
        hosts = "*" if "--lan" in given else "localhost,127.0.0.1,[::1]"
        os.environ.setdefault("KAMKOR_HOSTS", hosts)
    data = data_folder()
    if given[0] == "restore":
        # Before the settings, which make secrets where there are none.
        refuse_unless_empty(data)
        return _django(given)
    if given[0] == "demo":
        folder.prepare(data, fresh=arguments.wants_fresh(given[1:]))
    if given[0] == "synth":
        folder.prepare(data, fresh=False)
    with database_server(data) as facts:
        point_settings_at(facts)
        return _django(given)


def _ended(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signals are told
    """SIGTERM ends a command as Ctrl-C does: the database is stopped, locks are let go."""
    raise KeyboardInterrupt


def _stopped(status: int, why: object) -> int:
    print(f"kamkor: {why}", file=sys.stderr)
    return status


def _list_commands() -> None:
    print(_("kamkor COMMAND [--lang ky|ru|kk|en]"), end="\n\n")
    for name, about in COMMANDS.items():
        print(f"  {name:10} {_(about)}")
    print()
    print(_("PORT=8080 kamkor demo serves on another port than 8000; so does kamkor serve."))
    print(_("kamkor COMMAND --help tells more. Beside these stand Django's own commands:"))
    print(_("migrate --database owner, shell, dbshell, ... (kamkor help --commands lists them)."))


def _choose_language(given: list[str]) -> None:
    """Take ``--lang`` from anywhere in the line; else ``KAMKOR_LANG``, else English."""
    for place, word in enumerate(given):
        if word == "--lang" or word.startswith("--lang="):
            after = given[place + 1 : place + 2] if word == "--lang" else [word[len("--lang=") :]]
            os.environ["KAMKOR_LANG"] = after[0] if after else ""
            del given[place : place + (2 if word == "--lang" else 1)]
            break
    known = [code for code, _name in LANGUAGES]
    if os.environ.setdefault("KAMKOR_LANG", "en") not in known:
        text = _("--lang (or KAMKOR_LANG) is one of %(languages)s")
        raise WrongUse(text % {"languages": ", ".join(known)})


def _django(given: list[str]) -> int:
    import django  # noqa: PLC0415 - settings are read here, not before
    from django.core.management import (  # noqa: PLC0415 - as above
        CommandError,
        execute_from_command_line,
        get_commands,
    )

    django.setup()
    if given[0] not in HELP | WITHOUT_DATABASE and given[0] not in get_commands():
        text = _("there is no command %(name)s; kamkor alone lists them")
        raise WrongUse(text % {"name": given[0]})
    from kamkor.kernel.keys import KeysUnusable  # noqa: PLC0415 - as above
    from kamkor.management.shell import Stopped  # noqa: PLC0415 - as above

    try:
        execute_from_command_line(["kamkor", *given])
    except Stopped as stopped:
        return _stopped(stopped.status, stopped)
    except KeysUnusable as fault:
        return _stopped(FAULT, _(fault.message))
    except CommandError as fault:
        return _stopped(fault.returncode, fault)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except BrokenPipeError:
        # Whoever read the results has gone; Python would complain once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except ServerFault:
        raise
    except Exception as fault:  # noqa: BLE001 - the last place where a fault can be told in a line
        return _stopped(FAULT, _internal(fault, trace="--traceback" in given))
    return 0


def _internal(fault: Exception, *, trace: bool) -> str:
    """A fault of ours in one line, by kind and place: its text might hold a person's data."""
    if trace:
        return "".join(traceback.format_exception(fault))
    place = traceback.extract_tb(fault.__traceback__)[-1]
    kind, file = type(fault).__name__, Path(place.filename).name
    text = _("internal fault: %(kind)s in %(place)s (--traceback tells all)")
    return text % {"kind": kind, "place": f"{file}:{place.lineno}"}
