"""``kamkor load``: takes a register, villages, or posts of the establishment from a file."""

import sys
from pathlib import Path
from typing import Any

from django.core.management import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kamkor.access.operations.looks import looking
from kamkor.cases.rules.loading_faults import FAULTS
from kamkor.exchange import loading, template, villages
from kamkor.exchange.checking import PAGE
from kamkor.exchange.establishment import load_establishment
from kamkor.kernel.commands import NotPermitted, Operation
from kamkor.kernel.errors import Refusal
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
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

    help = at_shell(
        noop(
            "Load a file: register FILE --as USERNAME | workforce FILE --as USERNAME | territory FILE"
            " | register --template | workforce --template."
        )
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said beside the command."""
        parser.add_argument("what", choices=["register", "territory", "workforce"])
        parser.add_argument("file", nargs="?", metavar="FILE", help=at_shell(noop("CSV or XLSX")))
        parser.add_argument(
            "--accept-good-rows",
            action="store_true",
            help=at_shell(noop("write the good rows, the others into FILE.rejected.csv")),
        )
        parser.add_argument(
            "--template", action="store_true", help=at_shell(noop("print an empty file"))
        )
        parser.add_argument(
            "--format",
            choices=sorted(_FORMS),
            default="csv",
            help=at_shell(noop("the kind of file that --template prints")),
        )
        parser.add_argument(
            "--as", dest="username", metavar="USERNAME", help=at_shell(noop("who loads"))
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Print the template, or load the file."""
        if options["what"] == "territory":
            _load_units(options["file"])
            return
        if options["template"]:
            sys.stdout.buffer.write(_FORMS[options["format"]](options["what"]))
            return
        path = _file(options["file"])
        if not options["username"]:
            raise Stopped(WRONG_USE, _("say who loads: --as USERNAME"))
        username = options["username"]
        if options["what"] == "workforce":
            _load_establishment(path, username)
            return
        _load(path, lambda: viewer_named(username), accept_good=options["accept_good_rows"])


def _file(name: str | None) -> Path:
    if not name:
        raise Stopped(WRONG_USE, _("say which file: load register FILE --as USERNAME"))
    path = Path(name)
    if not path.is_file():
        raise Stopped(WRONG_USE, _("%(path)s is no file that can be read") % {"path": path})
    return path


def _load_units(name: str | None) -> None:
    """Load rural districts and villages, which hold no person: all of them or none."""
    path = _file(name)
    try:
        units, faults = villages.units_in(path)
    except Refusal as refusal:
        raise Stopped(WRONG_USE, f"{path}: {_said(refusal)}") from None
    for number, fault in faults:
        what, cure = (_(text) % fault.details for text in FAULTS[fault.code])
        print(f"{_('row')} {number}, {fault.column} “{fault.value}”: {what} {cure}")
    _stop_for_faults(len(faults))
    new, changed = load_units(units, OWNER)
    told = {"new": new, "changed": changed, "same": len(units) - new - changed}
    print(_("new %(new)s, changed %(changed)s, as before %(same)s") % told)


def _load_establishment(path: Path, username: str) -> None:
    """Load programmes, posts and their states: all of them or none."""
    viewer = viewer_named(username)
    if viewer.role not in Operation.registry["set_post_state"].roles:
        raise Stopped(NOT_PERMITTED, _said(NotPermitted()))
    try:
        loaded = load_establishment(viewer, path)
    except Refusal as refusal:
        raise Stopped(WRONG_USE, f"{path}: {_said(refusal)}") from None
    for number, column, value, fault in loaded.faults:
        print(f"{_('row')} {number}, {column} “{value}”: {_(fault.message) % fault.details}")
    _stop_for_faults(len(loaded.faults))
    print(_("written %(written)s, known %(known)s") % vars(loaded))


def _stop_for_faults(count: int) -> None:
    if count:
        text = ngettext(
            "%(count)s fault, so nothing was written",
            "%(count)s faults, so nothing was written",
            count,
        )
        raise Stopped(REFUSED, text % {"count": count})


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
    parted = _(load.separator) if load.separator else ""
    about = " ".join(filter(None, (load.form, load.encoding, parted)))
    counts = {"good": load.good, "known": load.known, "faulty": load.faulty}
    text = _("%(rows)s rows: %(good)s good, %(known)s known, %(faulty)s faulty")
    tell(f"{path}: {about}, {text % (counts | {'rows': load.rows})}")
    for part in loading.written(viewing, load, accept_good=accept_good):
        told = {"written": part.written, "good": part.good}
        tell("  " + _("%(written)s of %(good)s rows written") % told)
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
            tell("  " + _("%(rows)s rows checked") % {"rows": rows})


def _tell_end(path: Path, viewing: loading.Viewing, load: Any, *, accept_good: bool) -> None:  # noqa: ANN401 - a load
    """Print each fault and what was written; ends with 1 if a row was refused."""
    rejected = path.with_name(path.name + ".rejected.csv")
    viewer = viewing()
    with looking(viewer, PAGE):
        for number, column, value, what, cure in loading.faults_of(viewer, load):
            print(f"{_('row')} {number}, {column} “{value}”: {what} {cure}")
        if load.faulty and accept_good:
            rejected.touch(mode=0o600)
            rejected.write_bytes(loading.rejected_file(viewer, load))
    told = {"written": load.written, "known": load.known, "faulty": load.faulty}
    print(_("written %(written)s, known %(known)s, faulty %(faulty)s") % told)
    if not load.faulty:
        return
    text = _("%(faulty)s of %(rows)s rows were refused, so nothing was written")
    if accept_good:
        text = _(
            "%(faulty)s of %(rows)s rows were refused; they stand in %(rejected)s:"
            " mend them and load it"
        )
    raise Stopped(REFUSED, text % (told | {"rows": load.rows, "rejected": rejected}))


def _said(refusal: Refusal) -> str:
    fault = refusal.first
    return _(fault.message) % fault.details
