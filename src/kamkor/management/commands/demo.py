"""``kamkor demo``: builds the demo oblast if it is not there yet, and serves it."""

import os
from typing import Any

from django.conf import settings
from django.core.management import CommandParser, call_command
from django.utils.translation import gettext as _

from kamkor.access.vocabulary import RIGHTS
from kamkor.demo import folder, once
from kamkor.demo.arguments import add_arguments
from kamkor.demo.building import build
from kamkor.demo.scenario import build_scenario
from kamkor.exchange.worker import beside
from kamkor.kernel import clock
from kamkor.kernel.processes import apart
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import (
    NOT_PERMITTED,
    REFUSED,
    WRONG_USE,
    ShellCommand,
    Stopped,
    serving,
    tell,
)
from kamkor.web.serving import PortTaken, bound, port_of, serve, wanted_port
from kamkor.workforce.queries import departments

_TELL_EVERY = 100


class Command(ShellCommand):
    """Builds the demo oblast once; what stands is served as it is."""

    help = at_shell(
        noop(
            "Build the demo oblast if it is not there yet, and serve it on http://localhost:PORT"
            " (8000 if PORT is not set)."
        )
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said beside the command."""
        add_arguments(parser)

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Build, print the sign-ins, serve."""
        sockets = [] if options["no_serve"] else _sockets(options)
        apart(call_command, "migrate", database="owner", verbosity=0)
        _build_if_needed(options["seed"], options["scenario"] or "")
        # A folder that was only now marked: what the settings say of a demo, they say from here on.
        settings.KAMKOR_DEMO = True
        settings.KAMKOR_SECOND_FACTOR_REQUIRED = False
        settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
        if options["no_serve"]:
            _print_sign_ins("")
            return
        address = f"http://localhost:{port_of(sockets)}"
        _print_sign_ins(address)
        if options["once"]:
            _serve_once(sockets)
        tell(serving(address))
        with beside():
            serve(sockets)


def _sockets(options: dict[str, Any]) -> list[Any]:
    try:
        free = options["once"] and "PORT" not in os.environ
        return bound(0 if free else wanted_port(), lan=options["lan"])
    except PortTaken as taken:
        raise Stopped(WRONG_USE, str(taken)) from None


def _build_if_needed(seed: int, scenario: str) -> None:
    data = settings.KAMKOR_DATA
    if folder.is_demo(data):
        _tell_what_stands(seed, scenario)
        return
    if departments().exists():
        text = _("%(data)s holds a service that is no demo: set KAMKOR_DATA to an empty folder")
        raise Stopped(NOT_PERMITTED, text % {"data": data})
    folder.begin(data)
    tell(_("Building %(what)s (--seed %(seed)s) ...") % {"what": _called(scenario), "seed": seed})
    file = data / folder.SIGN_INS
    if scenario:
        built = build_scenario(scenario, seed, file, _Progress())
    else:
        built = build(seed, file, _Progress())
    folder.finish(data, seed, clock.today().isoformat(), scenario)
    told = _(
        "Built: %(departments)s departments, %(workers)s workers, %(homes)s homes,"
        " %(children)s children, %(commands)s commands carried out."
    )
    tell(
        told
        % {
            "departments": built.departments,
            "workers": built.workers,
            "homes": built.homes,
            "children": built.children,
            "commands": built.commands,
        }
    )


def _tell_what_stands(seed: int, scenario: str) -> None:
    """Say so where something else stands than was asked for; a scenario is served unasked."""
    data = settings.KAMKOR_DATA
    stands, standing = folder.seed_of(data), folder.scenario_of(data)
    if stands != seed or (scenario and standing != scenario):
        text = _("What stands is %(what)s, built with --seed %(seed)s; --fresh builds another.")
        tell(text % {"what": _called(standing), "seed": stands})
    elif standing:
        tell(_("What stands is %(what)s.") % {"what": _called(standing)})


def _called(scenario: str) -> str:
    return _("the scenario %(name)s") % {"name": scenario} if scenario else _("the demo oblast")


class _Progress:
    """Tells how far the building is, about every hundred commands."""

    def __init__(self) -> None:
        self._next = _TELL_EVERY

    def __call__(self, done: int, percent: int) -> None:
        """Tell it if it is time to."""
        if done >= self._next:
            self._next = done - done % _TELL_EVERY + _TELL_EVERY
            told = {"done": done, "percent": percent}
            tell(_("  %(done)s commands, %(percent)s %% of the time") % told)


def _print_sign_ins(address: str) -> None:
    rows = folder.sign_ins(settings.KAMKOR_DATA)
    width = max(len(row["username"]) for row in rows)
    print(_("All people of the demo are invented."))
    for row in rows:
        who = f"{row['name']}, {_(RIGHTS[row['role']].label)}"
        print(f"  {row['username']:{width}}  {row['password']}  {who}")
    if address:
        print(address, flush=True)


def _serve_once(sockets: list[Any]) -> None:
    """Let a visitor look at the pages, then end: with 1 if they are not as they must be."""
    password = next(
        row["password"]
        for row in folder.sign_ins(settings.KAMKOR_DATA)
        if row["username"] == once.WHO
    )
    address = f"http://127.0.0.1:{port_of(sockets)}"
    pipe = once.visit_from_a_child(address, password, once.expected())
    try:
        serve(sockets)
    except SystemExit:
        faults = once.told_by(pipe)
        if faults:
            raise Stopped(REFUSED, "; ".join(faults)) from None
        tell(_("The demo was visited once: home and register are as they must be."))
        raise
