"""``kamkor synth``: fills an empty data folder with a town's, a service's or a nation's worth."""

import secrets
import time
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.core.management import CommandParser, call_command
from django.utils.translation import gettext as _

from kamkor.demo import folder
from kamkor.demo.days import at
from kamkor.kernel import clock
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import NOT_PERMITTED, WRONG_USE, ShellCommand, Stopped, tell
from kamkor.synth.building import INDEXES, OFFICES, PLAYING, PRINTING, build
from kamkor.synth.lives import SINCE
from kamkor.synth.sizes import SIZES
from kamkor.workforce.queries import departments

_SEEDS = 1_000_000
_FIRST = SINCE.replace(year=SINCE.year + 5)


class Command(ShellCommand):
    """Builds invented people of the whole country; what stands already is never added to."""

    help = at_shell(noop("Fill an empty data folder with invented people of the whole country."))

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said beside the command."""
        size, seed, on = (
            at_shell(noop("how much is made")),
            at_shell(noop("draws the same again; drawn if not given")),
            at_shell(noop("the day on which all of it ends (today)")),
        )
        parser.add_argument("--size", required=True, choices=SIZES, help=size)
        parser.add_argument("--seed", type=int, help=seed)
        parser.add_argument("--on", metavar="YYYY-MM-DD", help=on)

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Build, tell how long it took, print the sign-ins."""
        data = settings.KAMKOR_DATA
        day = _day(options["on"])
        seed = secrets.randbelow(_SEEDS) if options["seed"] is None else options["seed"]
        size = SIZES[options["size"]]
        call_command("migrate", database="owner", verbosity=0)
        if folder.is_demo(data) or departments().exists():
            text = _("%(data)s is not empty: set KAMKOR_DATA to a new folder") % {"data": data}
            raise Stopped(NOT_PERMITTED, text)
        folder.begin(data)
        asked = f"--size {size.name} --seed {seed} --on {day}"
        tell(_("Building %(asked)s ...") % {"asked": asked})
        begun = time.monotonic()
        built = build(size, seed, at(day, 0), data / folder.SIGN_INS, _Told())
        folder.finish(data, seed, day.isoformat(), f"{folder.SYNTH}{size.name}")
        told = _(
            "Built in %(seconds)s s: %(people)s people, %(cases)s cases, %(facts)s facts;"
            " printed at %(rate)s facts a second."
        )
        numbers = {"people": built.people, "cases": built.cases, "facts": built.facts}
        took = {"seconds": int(time.monotonic() - begun), "rate": int(built.facts / built.printing)}
        tell(told % (numbers | took))
        print(_("All people of the demo are invented."))
        for row in folder.sign_ins(data):
            print(f"  {row['username']:12} {row['password']}  {row['name']}, {row['role']}")


def _day(told: str | None) -> date:
    """The day asked for, today if none is; stops the command at one that cannot be."""
    try:
        day = date.fromisoformat(told) if told else clock.today()
    except ValueError:
        day = date.min
    if not _FIRST <= day <= clock.today():
        text = _("--on %(told)s: give a day from %(first)s to today, as 2026-11-22")
        raise Stopped(WRONG_USE, text % {"told": told, "first": _FIRST})
    return day


class _Told:
    """Tells how far the building is, in the language of the shell."""

    steps: ClassVar[dict[str, str]] = {
        OFFICES: noop("Offices, posts and accounts ..."),
        PLAYING: noop("  %(done)s of %(all)s kinds of lives played"),
        PRINTING: noop("  %(done)s of %(all)s cases printed"),
        INDEXES: noop("Indexes ..."),
    }

    def __call__(self, step: str, done: int, whole: int) -> None:
        """Tell it in a line."""
        tell(_(self.steps[step]) % {"done": done, "all": whole})
