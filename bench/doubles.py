"""Children entered twice: all compared with each other as at night, and one at registration."""

import random
import re
import time
from dataclasses import dataclass
from statistics import median, quantiles
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, Final

from bench.apart import run_apart
from bench.judging import ROUNDS, Measured
from bench.linkage.spelling import keyboard_edit
from bench.locks import viewer_of
from bench.searching import SCRIPTS
from bench.stage import Stage, environment_of

if TYPE_CHECKING:
    from uuid import UUID

    from kamkor.access.rules import Viewer

A_SECOND: Final = 1_667.0
"""So a million are compared in ten minutes."""
MEGABYTES: Final = 2_048.0
SECONDS: Final = 0.05
LOOKED_AT_BY: Final = "bakyt"
"""Compares a child with a whole department, as before it is registered."""
OF_SCRIPT: Final = 50
LEAST_FOUND: Final = 0.8
_WARM: Final = 10
_SAID: Final = re.compile(
    r"(\d+) children compared: (\d+) pairs may be one child, (\d+) of them new; (\d+) pairs"
)
_SHARE: Final = re.compile(r"^ +(\d+) % of \d+ people", re.MULTILINE)
_CHILDREN: Final = """
SELECT p.id, n.surname, n.given_name, n.patronymic, p.born_on, p.sex, h.territory_id, h.place
FROM kamkor_person p JOIN kamkor_personname n ON n.person_id = p.id
JOIN kamkor_householdmember m ON m.person_id = p.id AND m.relation IN ('child', 'sibling')
JOIN kamkor_household h ON h.id = m.household_id
WHERE p.office_district = %s AND p.team IS NULL AND p.born_on IS NOT NULL
    AND p.birth_precision = 'day' AND n.given_name <> '' AND n.surname <> '' AND m.withdrawn_at IS NULL
ORDER BY p.id
"""


@dataclass(frozen=True)
class Pass:
    """One run of ``kamkor people compare``: its time, the most it held, and what it said."""

    seconds: float
    megabytes: float
    status: int
    shares: list[int]
    children: int
    pairs: int
    added: int
    taken: int

    @property
    def a_second(self) -> float:
        """Children a second."""
        return self.children / self.seconds


def compared(stage: Stage) -> Measured:
    """Children a second of a night's pass over the register; before it the one that makes keys."""
    first = _passed(stage)
    nights = [_passed(stage) for _ in range(ROUNDS)]
    held = max(one.megabytes for one in (first, *nights))
    beside = {
        "children": first.children,
        "pairs": first.pairs,
        "mb": held,
        "first_added": first.added,
        "first_seconds": first.seconds,
    }
    rates = [one.a_second for one in nights]
    return Measured(rates, [A_SECOND] * ROUNDS, beside, faults([first, *nights]))


def faults(passes: list[Pass]) -> list[str]:
    """What was not as it must be, beside the rate: a second pass finds nothing new."""
    last, most = passes[-1], max(one.megabytes for one in passes)
    held = {
        f"the command ended with {last.status}": all(one.status == 0 for one in passes),
        f"{most:.0f} MB, more than {MEGABYTES:.0f}": most <= MEGABYTES,
        "no child was compared, or no two were alike": bool(last.children and last.pairs),
        f"run again it added {last.added} pairs and took {last.taken} away": not any(
            one.added or one.taken for one in passes[1:]
        ),
        f"progress was told as {last.shares}": (
            last.shares == sorted(last.shares) and last.shares[-1:] in ([], [100])
        ),
    }
    return [text for text, holds in held.items() if not holds]


def _passed(stage: Stage) -> Pass:
    environment = environment_of(stage.data, stage.facts)
    with TemporaryFile("w+", encoding="utf-8") as said:
        begun = time.perf_counter()
        status, megabytes = run_apart(["-m", "kamkor", "people", "compare"], environment, said)
        seconds = time.perf_counter() - begun
        said.seek(0)
        text = said.read()
    found = _SAID.search(text)
    numbers = [int(one) for one in found.groups()] if found else [0] * 4
    shares = [int(one) for one in _SHARE.findall(text)]
    return Pass(seconds, megabytes, status, shares, *numbers)


def new_person(stage: Stage) -> Measured:
    """The median seconds of looking whether a typed child is known in a department."""
    _passed(stage)
    viewer = viewer_of(LOOKED_AT_BY)
    typed = _typed(stage, viewer)
    for who, data in typed[:_WARM]:
        _looked(viewer, who, data)
    taken = [_looked(viewer, who, data) for who, data in typed]
    seconds = [one for one, _ in taken]
    part = len(seconds) // ROUNDS
    rounds = [median(seconds[one * part : (one + 1) * part]) for one in range(ROUNDS)]
    found = sum(hit for _, hit in taken) / len(taken)
    beside = {
        "typed": len(typed),
        "found": found,
        "p50_seconds": median(seconds),
        "p95_seconds": quantiles(seconds, n=20)[-1],
        "most_seconds": max(seconds),
    }
    few = [] if found >= LEAST_FOUND else [f"{found:.2f} of those known were shown"]
    return Measured(rounds, [SECONDS] * ROUNDS, beside, few)


def _typed(stage: Stage, viewer: "Viewer") -> list[tuple["UUID", dict[str, Any]]]:
    """Children of the department as somebody types them anew, as many in each script, each with
    one key hit wrong in a name."""
    from django.db import connections  # noqa: PLC0415 - after setup

    drawn = random.Random(f"{stage.seed}:doubles")  # noqa: S311 - invented rows
    with connections["owner"].cursor() as cursor:
        cursor.execute(_CHILDREN, [viewer.district])
        people = cursor.fetchall()
    found = []
    for writer in SCRIPTS.values():
        for who, *names, born, sex, territory, place in drawn.choices(people, k=OF_SCRIPT):
            told = [writer(drawn).written(one) for one in names]
            wrong = drawn.randrange(2)
            told[wrong] = keyboard_edit(told[wrong], drawn)
            data = dict(zip(("surname", "given_name", "patronymic"), told, strict=True))
            data |= {"born": born.isoformat(), "sex": sex, "territory": territory, "place": place}
            found.append((who, data))
    drawn.shuffle(found)
    return found


def _looked(viewer: "Viewer", who: "UUID", data: dict[str, Any]) -> tuple[float, bool]:
    """How long the form waits for who may be this child, and whether the one meant is shown."""
    from kamkor.access.queries import scope_of_viewer  # noqa: PLC0415 - as above
    from kamkor.kernel.database import entered  # noqa: PLC0415 - as above
    from kamkor.web.alike import weigh_typed  # noqa: PLC0415 - as above

    begun = time.perf_counter()
    with entered(scope_of_viewer(viewer)):
        found, _ = weigh_typed(viewer, data, {}, "/do/identify-child/")
    taken = time.perf_counter() - begun
    return taken, str(who) in {one["id"] for one in found.get("alike", ())}
