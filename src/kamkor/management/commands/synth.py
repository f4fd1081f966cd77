"""``kamkor synth``: fills an empty data folder with a town's, a service's or a nation's worth."""

import secrets
import time
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management import CommandParser, call_command

from kamkor.demo import folder
from kamkor.demo.days import at
from kamkor.kernel import clock
from kamkor.management.shell import NOT_PERMITTED, WRONG_USE, ShellCommand, Stopped, tell
from kamkor.synth.building import build
from kamkor.synth.lives import SINCE
from kamkor.synth.sizes import SIZES
from kamkor.workforce.queries import departments

_SEEDS = 1_000_000


class Command(ShellCommand):
    """Builds invented people of the whole country; what stands already is never added to."""

    help = "Fill an empty data folder with invented people of the whole country."

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said beside the command."""
        parser.add_argument("--size", required=True, choices=SIZES, help="how much is made")
        parser.add_argument("--seed", type=int, help="draws the same again; drawn if not given")
        parser.add_argument("--on", metavar="DAY", help="the day all of it ends on (today)")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Build, tell how long it took, print the sign-ins."""
        data = settings.KAMKOR_DATA
        day = _day(options["on"])
        seed = secrets.randbelow(_SEEDS) if options["seed"] is None else options["seed"]
        size = SIZES[options["size"]]
        call_command("migrate", database="owner", verbosity=0)
        if folder.is_demo(data) or departments().exists():
            text = f"{data} is not empty: set KAMKOR_DATA to a new folder"
            raise Stopped(NOT_PERMITTED, text)
        folder.begin(data)
        tell(f"Building {size.name} (--size {size.name} --seed {seed} --on {day}) ...")
        begun = time.monotonic()
        built = build(size, seed, at(day, 0), data / folder.SIGN_INS, tell)
        folder.finish(data, seed, day.isoformat(), f"{folder.SYNTH}{size.name}")
        took = time.monotonic() - begun
        tell(
            f"Built in {took:.0f} s: {built.people} people, {built.cases} cases, {built.facts}"
            f" facts, {built.rows} rows; printed at {built.facts / built.printing:.0f} facts a second."
        )
        print("All people are invented.")
        for row in folder.sign_ins(data):
            print(f"  {row['username']:12} {row['password']}  {row['name']}, {row['role']}")


def _day(told: str | None) -> date:
    """The day asked for, today if none is; stops the command at one that cannot be."""
    try:
        day = date.fromisoformat(told) if told else clock.today()
    except ValueError:
        raise Stopped(WRONG_USE, f"--on {told}: give a day as 2026-11-22") from None
    if not SINCE.replace(year=SINCE.year + 5) <= day <= clock.today():
        first = SINCE.year + 5
        raise Stopped(WRONG_USE, f"--on {told}: give a day from {first}-01-01 to today")
    return day
