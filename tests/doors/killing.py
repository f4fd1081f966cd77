"""What must notice a changed rule of access: what is seen, what may be done, whose page it is."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from kamkor.cases.models import Case, Report, Round
from tests.doors.acts import ACTS, Acts, few_cells
from tests.doors.matrix import Matrix, is_due, of_doors
from tests.doors.matrix_people import ACTORS, Actor
from tests.doors.matrix_world import WHERE
from tests.doors.mutants import Mutant
from tests.doors.pages import page_cells, page_faults

# Where each rule that is changed must show: pages, lists, a file and searches.
DOORS = (
    "GET /cases/{case}/",
    "GET /reports/{report}/",
    "GET /register/?register=child&state=all",
    "GET /register/export.csv?state=all",
    "POST /find/ name={given}",
    "POST /register/ name={number}",
    "GET /cases/{case}/assign-worker/",
    "GET /do/identify-child/?child={child}",
    "GET /rounds/",
)
# So many of the questions that noticed a change are asked first at the next one.
REMEMBERED = 12


@dataclass(frozen=True)
class Question:
    """One question: who asks, about which operation if it is an act, and what is wrong with the
    answer."""

    actor: Actor
    operation: str
    wrong: Callable[[], str]


class Killing:
    """All questions, in an order that notices a change soon."""

    def __init__(self, matrix: Matrix, *, both_locks: bool) -> None:
        self.matrix = matrix
        self.acts = Acts(matrix.asking)
        self.both_locks = both_locks
        self._noticed: list[Question] = []

    @cached_property
    def _rows(self) -> list[Question]:
        """What the database itself shows to each, if it holds back."""
        out = {"", "dismissed", "ended"}
        asking = [one for one in ACTORS if one.username not in out] if self.both_locks else []
        return [Question(one, "", lambda one=one: self._wrong_rows(one)) for one in asking]  # type: ignore[misc]

    @cached_property
    def _others(self) -> list[Question]:
        pages = [
            Question(one.actor, "", lambda one=one: "".join(page_faults(self.matrix.asking, one)))  # type: ignore[misc]
            for one in page_cells()
        ]
        acts = [
            Question(
                one.actor,
                ACTS[one.act][0],
                lambda one=one: "".join(self.acts.faults(one, ("GET",))),  # type: ignore[misc]
            )
            for one in few_cells()
        ]
        probes = [
            Question(one.actor, "", lambda one=one: self.matrix.wrong(one))  # type: ignore[misc]
            for one in of_doors(DOORS)
        ]
        mixed = [*pages, *acts, *probes]
        random.Random(len(mixed)).shuffle(mixed)
        return mixed

    def first_wrong(self, mutant: Mutant | None = None) -> str:
        """The first answer that is not as the tables say, all asked anew; else nothing."""
        self.matrix.forget()
        for one in self._asked(mutant):
            told = one.wrong()
            if told:
                self._noticed = [one, *self._noticed][:REMEMBERED]
                return told
        return ""

    def again(self) -> str:
        """What is wrong with what noticed the last changes, and a few others."""
        self.matrix.forget()
        return "".join(one.wrong() for one in [*self._noticed, *self._others[:40]])

    def _asked(self, mutant: Mutant | None) -> Iterator[Question]:
        role, operation = (mutant.role, mutant.operation) if mutant else ("", "")
        for one in dict.fromkeys([*self._noticed, *self._rows, *self._others]):
            if role in {"", one.actor.role} and operation in {"", one.operation}:
                yield one

    def _wrong_rows(self, actor: Actor) -> str:
        """Which records the database shows to somebody that are not due, or hides that are."""
        records = self.matrix.world.records
        with self.matrix.world.who[actor.username].inside():
            seen = {
                ("case", "name"): set(Case.objects.values_list("id", flat=True)),
                ("report", "text"): set(Report.objects.values_list("id", flat=True)),
                ("round", "text"): set(Round.objects.values_list("id", flat=True)),
            }
        for key in WHERE:
            place = records[key].place
            for (kind, group), ids in seen.items():
                there = getattr(place, kind) in {str(one) for one in ids}
                if there != is_due(actor, key, kind, group):
                    return f"{actor.username}: the {kind} of {key} in the database"
        return ""
