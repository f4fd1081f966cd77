"""Plays one life through the operations, with the clock set; the rows it leaves become a plate."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import kamkor.cases.operations
import kamkor.workforce.operations  # noqa: F401 - makes every operation known
from kamkor.demo.stage import Stage, Viewers
from kamkor.kernel import clock
from kamkor.kernel.commands import Command
from kamkor.synth.lives import Kind, Lived
from kamkor.synth.plate import Engraver, Plate
from kamkor.synth.sides import numbers_of
from kamkor.synth.tables import Table, empty, read_all


class _Noting(Viewers):
    """Notes each command that was carried out."""

    def __init__(self) -> None:
        super().__init__(_nobody_away)
        self.commands: list[Command] = []

    def note(self, commands: Iterable[Command]) -> None:
        """Note these commands too."""
        noted = list(commands)
        super().note(noted)
        self.commands += noted


def _nobody_away(_post: int, _day: date) -> tuple[int, ...]:
    return ()


def _tell_nobody(_done: int, _moment: datetime) -> None:
    pass


def play(kind: Kind, lived: Lived) -> list[Command]:
    """Carry a life out, up to the moment it stands at; returns its commands."""
    viewers = _Noting()
    stage = Stage(lived.now, viewers, _tell_nobody)
    stage.add(kind.told(lived))
    stage.play()
    return viewers.commands


def engrave(kind: Kind, lived: Lived, tables: Sequence[Table]) -> Plate:
    """Play a life in tables that are empty, take its rows out again, and make the plate."""
    commands = play(kind, lived)
    rows = read_all(tables)
    empty(rows)
    numbers = numbers_of(lived.own, lived.there)
    day = clock.local_day(lived.now)
    return Engraver(lived.people, numbers, day, commands).plate(tables, rows)
