"""What may be done by whom, read from a table written by hand, and the questions it answers."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from tests.doors.matrix import read_table, relations
from tests.doors.matrix_doors import AWAY, Asking, Order
from tests.doors.matrix_people import ACTORS, Actor
from tests.doors.matrix_records import HAS_NONE, RECORDS

ANYWHERE, OF_NO_RECORD = "anywhere", "none"
NOT_ASKED, YES, SHOWN = "-", "yes", "shown"
# What was opened in an emergency: its page offers nothing to do.
ONLY_READ = "only_read"
# Who is not signed in, or not any more: the answer to a command, and where a form leads.
ENDED, SIGNED_OUT = "session_ended", "signed_out"
# Answered once the right is there: of one record alone nothing is asked.
BEYOND_RIGHTS = "one_record_already"
# How a form answers, by what the table calls it.
FORMS = {"shown": 200, "closed": 403, "missing": 404, SIGNED_OUT: AWAY}
METHODS = ("GET", "POST")
CASE, REPORT, ROUND, REQUEST = "case", "report", "round", "request"

# What each act is: its operation, the kind of record whose relation decides, and its form.
_STEPS = (
    *("identify_child", "record_visit", "protect_now", "propose_taking_off", "move_household"),
    *("declare_interest", "give_safe_contact", "record_name", "register_child"),
    *("register_family", "close_reported_case", "assign_worker", "end_removal"),
    *("change_state_protection", "decide_taking_off", "end_accompaniment", "return_to_register"),
    *("offer_transfer", "ask_unsealing", "ask_erasure", "accept_transfer", "return_transfer"),
    *("merge_people", "undo_merge"),
)
_OF_REPORTS = ("read_report", "screen_report", "mark_sent_in_error", "review_declined_report")
ACTS: dict[str, tuple[str, str, str]] = {
    **{name: (name, CASE, f"/cases/{{case}}/{name.replace('_', '-')}/") for name in _STEPS},
    "correct_identification": (
        "correct_fact",
        CASE,
        "/cases/{case}/correct/identification/{fact}/",
    ),
    "identify_known": (
        "identify_child",
        CASE,
        "/do/identify-child/?child={child}&household={household}",
    ),
    "open_in_emergency": ("open_in_emergency", CASE, ""),
    "answer_same_child": ("answer_same_child", CASE, ""),
    "see_emergency": ("see_emergency", CASE, ""),
    "end_emergency": ("end_emergency", CASE, ""),
    "complete_task": ("complete_task", CASE, "/tasks/{due}/complete-task/"),
    **{
        name: (name, REPORT, f"/reports/{{report}}/{name.replace('_', '-')}/")
        for name in _OF_REPORTS
    },
    "correct_registration": (
        "correct_fact",
        CASE,
        "/cases/{case}/correct/registration/{registered}/",
    ),
    "complete_screening": ("complete_task", REPORT, "/tasks/{screening}/complete-task/"),
    "correct_report": ("correct_fact", REPORT, "/reports/{report}/correct/report/{told}/"),
    "correct_round": ("correct_fact", ROUND, "/rounds/{round}/correct/"),
    "add_concern": ("add_concern", ROUND, "/rounds/{round}/add-concern/"),
    "end_leave": ("end_leave", ROUND, "/roster/{leave}/end-leave/"),
    "end_duty_turn": ("end_duty_turn", ROUND, "/roster/{turn}/end-duty-turn/"),
    "set_duty_turn": ("set_duty_turn", ROUND, ""),
    "record_leave": ("record_leave", ROUND, ""),
    "take_back": ("take_back", ROUND, ""),
    "answer_request": ("answer_request", REQUEST, ""),
    "withdraw_request": ("withdraw_request", REQUEST, ""),
    "begin_report": ("receive_report", OF_NO_RECORD, "/do/receive-report/"),
    "begin_round": ("record_round", OF_NO_RECORD, "/do/record-round/"),
    "begin_child": ("identify_child", OF_NO_RECORD, "/do/identify-child/"),
    "begin_export": ("ask_export", OF_NO_RECORD, "/do/ask-export/"),
    "begin_emergency": ("open_in_emergency", OF_NO_RECORD, "/do/open-in-emergency/"),
    "begin_elsewhere": ("ask_elsewhere", OF_NO_RECORD, "/do/ask-elsewhere/"),
    "begin_programme": ("set_programme", OF_NO_RECORD, "/do/set-programme/"),
    "begin_post": ("open_post", OF_NO_RECORD, "/do/open-post/"),
    "begin_post_state": ("set_post_state", OF_NO_RECORD, "/do/set-post-state/"),
    "begin_turn": ("set_duty_turn", OF_NO_RECORD, "/do/set-duty-turn/"),
    "begin_leave": ("record_leave", OF_NO_RECORD, "/do/record-leave/"),
    "begin_telephone": ("set_office_telephone", OF_NO_RECORD, "/do/set-office-telephone/"),
}
_OTHER_SIDE = ("accept_transfer", "return_transfer")
_FIELD = (*_STEPS[:8], "correct_identification")
# Words of the table that stand for several acts.
TOGETHER: dict[str, tuple[str, ...]] = {
    "field": _FIELD,
    "field_but_correcting": _FIELD[:-1],
    "other_side": _OTHER_SIDE,
    "decision": tuple(name for name in _STEPS[8:] if name not in _OTHER_SIDE),
    "report_acts": (*_OF_REPORTS, "correct_report"),
    "every": tuple(ACTS),
}


@dataclass(frozen=True)
class Due:
    """What the table says of an act: the answer to the command, and how its form is answered."""

    command: str
    form: str
    but_not: frozenset[str]


@cache
def oracle() -> dict[tuple[str, str, str], Due]:
    """What is due, by role, relation and act."""
    found: dict[tuple[str, str, str], Due] = {}
    for row in read_table("acts.csv"):
        due = Due(row["command"], row["form"], frozenset(row["but_not"].split()))
        names = [one for word in row["act"].split() for one in TOGETHER.get(word, (word,))]
        for role in row["role"].split():
            for relation in row["relation"].split():
                for name in names:
                    key = (role, relation, name)
                    assert key not in found, f"acts.csv says it twice: {key}"
                    found[key] = due
    return found


@dataclass(frozen=True)
class Cell:
    """One question: what is this actor answered who does this about this record?"""

    actor: Actor
    act: str
    record: str

    @property
    def relation(self) -> str:
        """How the actor stands to what the act is about."""
        kind, name = ACTS[self.act][1], self.actor.username or "visitor"
        held = relations()[name, REQUEST if kind == OF_NO_RECORD else kind, self.record]
        out = held in {"dismissed", "ended_post"}
        return ANYWHERE if kind == OF_NO_RECORD and not out else held

    @property
    def due(self) -> Due | None:
        """What the table says, unless it says that this is not asked, or the record has none."""
        if self.relation == HAS_NONE:
            return None
        due = oracle().get((self.actor.role, self.relation, self.act))
        assert due is not None, f"acts.csv says nothing of {self}: {self.relation}"
        return None if self.record in due.but_not else due

    def __str__(self) -> str:
        return f"{self.actor.username or 'visitor'}: {self.act} of {self.record}"


@cache
def cells() -> tuple[Cell, ...]:
    """All there are, in an order that meets all soon."""
    found = [
        Cell(actor, act, record)
        for actor in ACTORS
        for act, (_operation, kind, _form) in ACTS.items()
        for record in (RECORDS if kind != OF_NO_RECORD else ["own"])
    ]
    found = [one for one in found if one.due is not None]
    random.Random(len(found)).shuffle(found)
    return tuple(found)


@cache
def few_cells() -> tuple[Cell, ...]:
    """Of each role, act and relation one actor and record; of those who are out, a few acts."""
    found = {(one.actor.role, one.act, one.relation): one for one in reversed(cells())}
    return tuple(
        one
        for one in cells()
        if found[one.actor.role, one.act, one.relation] == one
        and (one.due.command != ENDED or one.act in {"read_report", "begin_report"})  # type: ignore[union-attr]
    )


@dataclass
class Answers:
    """What a run of acts found."""

    asked: int = 0
    due: int = 0
    applied: int = 0
    wrong: list[str] = field(default_factory=list)


class Acts:
    """Asks the cells at the door for commands and at their forms; whatever was done is undone."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking

    def try_all(self, wanted: Iterable[Cell]) -> Answers:
        """All of them: what is not as the table says, and how much was carried out."""
        found = Answers()
        for cell in wanted:
            found.asked += 1
            due = cell.due
            answered = self._sent(cell)
            found.wrong += list(self._faults(cell, answered, METHODS))
            found.due += due is not None and due.command == YES
            found.applied += answered.code == "applied"
        return found

    def faults(self, cell: Cell, methods: tuple[str, ...]) -> Iterator[str]:
        """What of a cell is not as the table says; its form is asked by these methods."""
        yield from self._faults(cell, self._sent(cell), methods)

    def _sent(self, cell: Cell) -> Order:
        operation = ACTS[cell.act][0]
        record = self.asking.world.records[cell.record]
        return self.asking.order(cell.actor.username, cell.act, operation, record)

    def _faults(self, cell: Cell, answered: Order, methods: tuple[str, ...]) -> Iterator[str]:
        due, address = cell.due, ACTS[cell.act][2]
        if due is None:
            return
        refusals = {one.command for one in oracle().values()} - {YES, NOT_ASKED, BEYOND_RIGHTS}
        if due.command == NOT_ASKED:
            right = True
        elif due.command == YES:
            right = answered.code not in refusals
        else:
            right = answered.code == due.command and not answered.written
        if not right:
            wrote = f", {answered.written} rows written" if answered.written else ""
            yield f"{cell}: {answered.code}{wrote}, not {due.command}"
        if due.form == NOT_ASKED or not address:
            return
        record = self.asking.world.records[cell.record]
        if due.command == ONLY_READ and self.asking.offers(cell.actor.username, address, record):
            yield f"{cell}: the page of the case offers it"
        for method in methods:
            status = self.asking.form(cell.actor.username, method, address, record)
            if not _as_due(status, due.form, method):
                yield f"{cell}: the form by {method} answers {status}, not {due.form}"


def _as_due(status: int, form: str, method: str) -> bool:
    if form == SHOWN and method == "POST":
        return status not in {one for name, one in FORMS.items() if name != SHOWN}
    return status == FORMS[form]
