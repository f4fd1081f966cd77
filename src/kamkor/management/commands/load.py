"""``kamkor load``: takes a register, or villages, from a file."""

import sys
from pathlib import Path
from typing import Any

from django.core.management import CommandParser
from django.utils.translation import gettext

from kamkor.access.queries import scope_of_viewer
from kamkor.cases.rules.loading_faults import FAULTS
from kamkor.exchange import loading, template, villages
from kamkor.kernel.commands import NotPermitted
from kamkor.kernel.database import entered
from kamkor.kernel.errors import Refusal
from kamkor.management.shell import (
    NOT_PERMITTED,
    REFUSED,
    WRONG_USE,
    ShellCommand,
    Stopped,
    tell,
    viewer_named,
)
from kamkor.territory.operations import load_units

OWNER = "owner"
CHECKS_TOLD = 10_000
"""After how many rows the command says again how many it has checked."""
_FORMS = {"csv": template.template_csv, "xlsx": template.template_xlsx}


class Command(ShellCommand):
    """Checks all rows first and tells every fault at once; writes all of them or none."""

    help = "Load a file: register FILE --as USERNAME | register --template | territory FILE."

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said beside the command."""
        parser.add_argument("what", choices=["register", "territory"])
        parser.add_argument("file", nargs="?", metavar="FILE", help="CSV or XLSX")
        parser.add_argument(
            "--accept-good-rows",
            action="store_true",
            help="write the good rows, the others into FILE.rejected.csv",
        )
        parser.add_argument("--template", action="store_true", help="print an empty file")
        parser.add_argument("--format", choices=sorted(_FORMS), default="csv", help="of --template")
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="who loads")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Print the template, or load the file."""
        if options["what"] == "territory":
            _load_units(options["file"])
            return
        if options["template"]:
            sys.stdout.buffer.write(_FORMS[options["format"]]())
            return
        path = _file(options["file"])
        if not options["username"]:
            raise Stopped(WRONG_USE, "say who loads: --as USERNAME")
        username = options["username"]
        _load(path, lambda: viewer_named(username), accept_good=options["accept_good_rows"])


def _file(name: str | None) -> Path:
    if not name:
        raise Stopped(WRONG_USE, "say which file: load register FILE --as USERNAME")
    path = Path(name)
    if not path.is_file():
        raise Stopped(WRONG_USE, f"{path} is no file that can be read")
    return path


def _load_units(name: str | None) -> None:
    """Load rural districts and villages, which hold no person: all of them or none."""
    path = _file(name)
    try:
        units, faults = villages.units_in(path)
    except Refusal as refusal:
        raise Stopped(WRONG_USE, f"{path}: {_said(refusal)}") from None
    for number, fault in faults:
        what, cure = (gettext(text) % fault.details for text in FAULTS[fault.code])
        print(f"{gettext('row')} {number}, {fault.column} “{fault.value}”: {what} {cure}")
    if faults:
        raise Stopped(REFUSED, f"{len(faults)} faults, so nothing was written")
    new, changed = load_units(units, OWNER)
    print(f"new {new}, changed {changed}, as before {len(units) - new - changed}")


def _load(path: Path, viewing: loading.Viewing, *, accept_good: bool) -> None:
    try:
        load = loading.begun(viewing, path)
    except NotPermitted as refusal:
        raise Stopped(NOT_PERMITTED, _said(refusal)) from None
    except Refusal as refusal:
        raise Stopped(REFUSED, _said(refusal)) from None
    try:
        load = loading.checked(viewing, load, path, _Checking())
    except Refusal as refusal:
        raise Stopped(WRONG_USE, f"{path}: {_said(refusal)}") from None
    about = " ".join(filter(None, (load.form, load.encoding, load.separator)))
    counts = f"{load.good} good, {load.known} known, {load.faulty} faulty"
    tell(f"{path}: {about}, {load.rows} rows: {counts}")
    for part in loading.written(viewing, load, accept_good=accept_good):
        tell(f"  {part.written} of {part.good} rows written")
    load = loading.current(viewing, load.pk)
    _tell_end(path, viewing, load, accept_good=accept_good)


class _Checking:
    """Says how far the check of a large file is, every some thousand rows."""

    def __init__(self) -> None:
        self._told = 0

    def __call__(self, rows: int) -> None:
        """So many rows are checked."""
        if rows - self._told >= CHECKS_TOLD:
            self._told = rows
            tell("  " + gettext("%(rows)s rows checked") % {"rows": rows})


def _tell_end(path: Path, viewing: loading.Viewing, load: Any, *, accept_good: bool) -> None:  # noqa: ANN401 - a load
    """Print each fault and what was written; ends with 1 if a row was refused."""
    rejected = path.with_name(path.name + ".rejected.csv")
    viewer = viewing()
    with entered(scope_of_viewer(viewer)):
        for number, column, value, what, cure in loading.faults_of(viewer, load):
            print(f"{gettext('row')} {number}, {column} “{value}”: {what} {cure}")
        if load.faulty and accept_good:
            rejected.touch(mode=0o600)
            rejected.write_bytes(loading.rejected_file(viewer, load))
    print(f"written {load.written}, known {load.known}, faulty {load.faulty}")
    if load.faulty:
        text = f"{load.faulty} of {load.rows} rows were refused"
        stand = f"; they stand in {rejected}: mend them and load it"
        raise Stopped(REFUSED, text + (stand if accept_good else ", so nothing was written"))


def _said(refusal: Refusal) -> str:
    fault = refusal.first
    return gettext(fault.message) % fault.details
