"""What must notice a changed rule of access: what is seen, what may be done, whose page it is."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from kamkor.access.models import Lent
from kamkor.access.operations import lent
from kamkor.access.queries import LENT_LIMIT, LentBeyondLimit
from kamkor.cases.models import Case, Report, Round
from kamkor.kernel.ids import new_id
from tests.doors.acts import ACTS, Acts, Cell, few_cells
from tests.doors.matrix import Matrix, is_due, of_doors
from tests.doors.matrix_people import ACTORS, Actor
from tests.doors.matrix_records import RECORDS
from tests.doors.mutants import DONE, PAGES, SEEN, Mutant
from tests.doors.pages import PageCell, page_cells, page_faults

# Where each rule that is changed must show: pages, lists and a search.
DOORS = (
    "GET /cases/{case}/",
    "GET /reports/{report}/",
    "GET /register/?register=child&state=all",
    "POST /find/ name={given}",
    "GET /do/identify-child/?child={child}",
    "GET /rounds/",
    "GET /accounts/1/",
)
# So many of the questions that noticed a change are asked first at the next one.
REMEMBERED = 12


@dataclass(frozen=True)
class Question:
    """One question: who asks, of which kind it is, at which door or by which operation, and what
    is wrong with the answer."""

    actor: Actor
    kind: str
    about: str
    wrong: Callable[[], str]

    def is_about(self, mutant: Mutant) -> bool:
        """Whether a mutant may change the answer."""
        return (
            mutant.role in {"", self.actor.role}
            and mutant.kind in {"", self.kind}
            and (not mutant.about or not self.about or self.about in mutant.about)
        )


class Killing:
    """All questions, in an order that notices a change soon."""

    def __init__(self, matrix: Matrix, *, both_locks: bool) -> None:
        self.matrix = matrix
        self.acts = Acts(matrix.asking)
        self.both_locks = both_locks
        self._noticed: list[Question] = []

    @cached_property
    def _first(self) -> list[Question]:
        """Whether too much is left out in silence, and what the database itself shows to each, if
        it holds back."""
        out = {"", "dismissed", "ended"}
        asking = [one for one in ACTORS if one.username not in out] if self.both_locks else []
        found = [Question(one, SEEN, "", partial(self._wrong_rows, one)) for one in asking]
        return [Question(ACTORS[0], SEEN, "", partial(self._too_much, ACTORS[0])), *found]

    @cached_property
    def _others(self) -> list[Question]:
        pages = [
            Question(one.actor, PAGES, "", partial(self._wrong_page, one)) for one in page_cells()
        ]
        acts = [
            Question(one.actor, DONE, ACTS[one.act][0], partial(self._wrong_act, one))
            for one in few_cells()
        ]
        probes = [
            Question(one.actor, SEEN, one.door.name, partial(self.matrix.wrong, one))
            for one in of_doors(DOORS)
        ]
        mixed = [*pages, *acts, *probes]
        random.Random(len(mixed)).shuffle(mixed)
        return mixed

    def first_wrong(self, *about: Mutant) -> str:
        """The first answer that is not as the tables say, of all that some of these mutants may
        change, asked anew; else nothing."""
        self.matrix.forget()
        for one in self._asked(about):
            told = one.wrong()
            if told:
                self._noticed = [one, *self._noticed][:REMEMBERED]
                return told
        return ""

    def again(self) -> str:
        """What is wrong with what noticed the last changes, and a few others."""
        self.matrix.forget()
        return "".join(one.wrong() for one in [*self._noticed, *self._others[:40]])

    def _asked(self, mutants: Sequence[Mutant]) -> Iterator[Question]:
        for one in dict.fromkeys([*self._noticed, *self._first, *self._others]):
            if any(one.is_about(mutant) for mutant in mutants):
                yield one

    def _wrong_page(self, cell: PageCell) -> str:
        return "".join(page_faults(self.matrix.asking, cell))

    def _wrong_act(self, cell: Cell) -> str:
        return "".join(self.acts.faults(cell, ("GET",)))

    def _too_much(self, actor: Actor) -> str:
        """Whether somebody to whom more is lent than a context holds is told a part of it."""
        player = self.matrix.world.who[actor.username]
        with self.matrix.asking.undone():
            rows = lent(
                [new_id() for _ in range(LENT_LIMIT + 1)], "duty", new_id(), to_post=player.post
            )
            Lent.objects.bulk_create(row for row in rows if isinstance(row, Lent))
            try:
                return f"{actor.username}: {len(player.viewer.lent)} records lent, or more"
            except LentBeyondLimit:
                return ""

    def _wrong_rows(self, actor: Actor) -> str:
        """Which records the database shows to somebody that are not due, or hides that are."""
        records = self.matrix.world.records
        with self.matrix.world.who[actor.username].inside():
            seen = {
                ("case", "name"): set(Case.objects.values_list("id", flat=True)),
                ("report", "text"): set(Report.objects.values_list("id", flat=True)),
                ("round", "text"): set(Round.objects.values_list("id", flat=True)),
            }
        for key in RECORDS:
            place = records[key].place
            for (kind, group), ids in seen.items():
                there = getattr(place, kind) in {str(one) for one in ids}
                if there != is_due(actor, key, kind, group):
                    return f"{actor.username}: the {kind} of {key} in the database"
        return ""
