"""Builds a size: the country's offices, a plate of each kind of life, and the prints of them."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.db import connections

from kamkor.demo.offices import OWNER
from kamkor.kernel import clock
from kamkor.kernel.database import analyse, repeating_statements
from kamkor.synth.choosing import Choice, Engraved, drawn_home, of_an_age
from kamkor.synth.country import Country, build_country, put_on_duty
from kamkor.synth.lives import Kind, Lived, kinds
from kamkor.synth.people import People
from kamkor.synth.playing import engrave
from kamkor.synth.press import Lines, Press
from kamkor.synth.sizes import Size
from kamkor.synth.tables import Table, count_anew, indexes_later, life_tables, words_later

_CHUNK = 2_000

OFFICES, PLAYING, PRINTING, INDEXES = "offices", "playing", "printing", "indexes"

Tell = Callable[[str, int, int], None]
"""Told the step, and how much of it is done of how much."""


@dataclass(frozen=True)
class Built:
    """What stands when the building is over; ``printing`` is how many seconds that alone took."""

    lives: int
    cases: int
    people: int
    facts: int
    rows: int
    printing: float


def engraved(  # noqa: PLR0917 - each is another thing
    seed: int,
    country: Country,
    wanted: Sequence[Kind],
    now: datetime,
    tables: Sequence[Table],
    tell: Tell,
) -> list[Engraved]:
    """A plate of each kind of life: each is played once through the operations."""
    found: list[Engraved] = []
    with repeating_statements():
        for kind in wanted:
            found.append(_engraved(seed, country, kind, now, tables))
            if not len(found) % 50:
                tell(PLAYING, len(found), len(wanted))
    count_anew(tables)
    return found


def _engraved(
    seed: int, country: Country, kind: Kind, now: datetime, tables: Sequence[Table]
) -> Engraved:
    random = Random(f"{seed}:{kind.name}:{kind.number}:{kind.people}")
    side = country.sides[0]
    begins = clock.local_day(now - timedelta(days=kind.lasts))
    people = drawn_home(People(), random, kind, begins, None)
    lived = Lived(of_an_age(people, random, kind, begins), side, country.there(side), now)
    return Engraved(kind, engrave(kind, lived, tables), people)


class Copier:
    """Copies lines into the tables by the owner's login, each part in a transaction of its own,
    while the next part is being printed."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tables
        connections[OWNER].ensure_connection()
        self._connection: Any = connections[OWNER].connection
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._pending: Future[None] | None = None

    def put(self, lines: Lines) -> None:
        """Copy a part, once the one before it is in."""
        self.wait()
        self._pending = self._thread.submit(self._copy, lines)

    def wait(self) -> None:
        """Wait until all is in; raises what the database refused."""
        if self._pending is not None:
            self._pending.result()
            self._pending = None

    def _copy(self, lines: Lines) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            for table in self._tables:
                if lines.get(table.name):
                    columns = ", ".join(f'"{column}"' for column in table.columns)
                    with cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
                        copy.write("".join(lines[table.name]))


def build(size: Size, seed: int, now: datetime, sign_ins: Path | None, tell: Tell) -> Built:
    """Build a size in an empty, migrated database; all facts lie before ``now``.

    Raises ``DemoFault`` where the stories and the operations do not agree.
    """
    tell(OFFICES, 0, 0)
    country = build_country(seed, size.workers, sign_ins)
    tables = life_tables()
    plates = engraved(seed, country, kinds(size.kinds), now, tables, tell)
    with words_later(), indexes_later(tables):
        built = print_all(Choice(size, seed, country, plates, now), now, tables, tell)
        tell(INDEXES, 0, 0)
    put_on_duty(country, clock.local_day(now))
    analyse()
    return built


def print_all(choice: Choice, now: datetime, tables: Sequence[Table], tell: Tell) -> Built:
    """Print and copy every life that is chosen."""
    press, copier = Press(now), Copier(tables)
    lives = cases = facts = rows = 0
    begun = time.monotonic()
    for chosen, lived, random in choice.lives():
        press.print(chosen.plate, lived, random)
        lives += 1
        cases += chosen.cases
        facts += chosen.plate.facts
        rows += sum(chosen.plate.counts.values())
        if not lives % _CHUNK:
            copier.put(press.taken())
            tell(PRINTING, cases, choice.wanted)
    copier.put(press.taken())
    copier.wait()
    return Built(lives, cases, choice.people, facts, rows, time.monotonic() - begun)
