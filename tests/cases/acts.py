"""A long drawn day of the service: whatever people may try, in an order nobody planned."""

import itertools
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from uuid import UUID

from kamkor.access.models import Team
from kamkor.cases.models import Case, Report, Round, Task, TaskDone
from kamkor.cases.operations.facts import CORRECTABLE
from kamkor.kernel import ids, rulesets
from kamkor.kernel.database import Scope
from kamkor.kernel.ids import new_id
from kamkor.kernel.shapes import Coded, meta_of
from tests.cast import Cast, Player
from tests.factories import (
    NOOKEN,
    SUZAK,
    a_child,
    a_registration,
    a_removal,
    a_report,
    a_return,
    not_seen,
    seen,
)

PLAYERS = ("aigul", "nurlan", "begimai", "bakyt", "head", "cholpon", "ulan", "specialist2", "head2")
QUESTIONS = ("injury_fear_word", "harmful_person_access", "no_able_adult_tonight", "basics_missing")


def seed_of_run() -> int:
    """``SEED`` of the environment; ``SEED=draw`` draws one, and without it the run is the same."""
    given = os.environ.get("SEED", "1")
    return random.SystemRandom().randrange(1_000_000) if given == "draw" else int(given)


@contextmanager
def ids_in_order() -> Iterator[None]:
    """Ids that follow one another, so that a seed draws the same day again."""
    count = itertools.count(1)

    def counted(*, nanoseconds: int) -> UUID:
        moment = nanoseconds // 1_000_000
        return UUID(int=moment << 80 | 0x7 << 76 | 0x2 << 62 | next(count))

    with patch.object(ids, "uuid7", counted):
        yield


def everything() -> Scope:
    """A scope that sees all rows, sealed ones too; for those who compare, not for anybody."""
    return Scope(account=1, post=1, level=4, teams=tuple(Team.objects.values_list("id", flat=True)))


class Day:
    """Draws acts and carries them out; what is refused has not happened."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast = cast
        self.draw = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.commands: list[tuple[str, UUID]] = []

    def code(self, rule_set: str) -> str:
        """A code of a rule set in force today."""
        rules = rulesets.asked_rules(rule_set, self.cast.time.today)
        return self.draw.choice(rules).code

    def day(self) -> str:
        """Today or one of the days before."""
        return self.cast.days_ago(self.draw.choice((0, 0, 0, 1, 3, 9)))

    def a_case(self, player: Player) -> Case | None:
        """One of the cases the player's rows show."""
        with player.inside():
            found: Case | None = self._one(list(Case.objects.order_by("id")))
            return found

    def _one(self, rows: list[Any]) -> Any:  # noqa: ANN401 - any row
        return self.draw.choice(rows) if rows else None

    def decider(self, case: Case) -> Player:
        """The specialist or the head of the department that holds a case."""
        here = case.office_district == self.cast.bakyt.department
        names = ("bakyt", "head") if here else ("specialist2", "head2")
        return self.cast.everybody[self.draw.choice(names)]

    def a_standing(self, player: Player, *states: str) -> Case | None:
        """One of the cases the player's rows show that stand so, if any does."""
        with player.inside():
            wanted = Case.objects.filter(state__in=states).order_by("id")
            found: Case | None = self._one(list(wanted)) or self._one(
                list(Case.objects.order_by("id"))
            )
            return found

    def try_(self, player: Player, operation: str, **data: Any) -> dict[str, Any]:  # noqa: ANN401 - a command's data
        """Carry out a command if it is not refused."""
        command = new_id()
        answer = player.answer(operation, command_id=command, **data)
        if answer.refusal is None:
            self.done[operation] += 1
            self.commands.append((player.username, command))
        return answer.answer

    def step(self) -> None:
        """One act of somebody, then some time."""
        player = self.cast.everybody[self.draw.choice(PLAYERS)]
        self.draw.choice(ACTS)(self, player)
        self.cast.time.passes(hours=self.draw.choice((0, 0, 1, 7, 24)))


def _report(day: Day, player: Player) -> None:
    worry = day.code("report_worries") if day.draw.random() < 0.3 else "neglect"
    children = [{"description": f"Child {n}"} for n in range(day.draw.choice((1, 1, 2)))]
    report = a_report(worry=worry, children=children, danger_now=day.draw.random() < 0.3)
    day.try_(player, "receive_report", **report)


def _screen(day: Day, player: Player) -> None:
    with player.inside():
        report = day._one(list(Report.objects.order_by("id")))
    if report is None:
        return
    decision = day.draw.choice(("accept", "accept", "accept", "redirect", "decline"))
    data: dict[str, Any] = {"report": str(report.pk), "decision": decision}
    if decision == "accept":
        data["assign_to"] = day.draw.choice((player.post, None))
    else:
        data["reason"] = day.code(f"{decision}_reasons")
        data["to_office"] = day.cast.cholpon.department if decision == "redirect" else None
    day.try_(player, "screen_report", **data)
    look = {"report": str(report.pk), "decision": day.draw.choice(("open", "uphold")), "note": "x"}
    day.try_(player, "review_declined_report", **look)


def _identify(day: Day, player: Player) -> None:
    case = day.a_case(player)
    place = NOOKEN if player.username in {"cholpon", "ulan", "specialist2", "head2"} else SUZAK
    data = a_child(day.day(), territory=place, risk_level=day.code("risk_levels"))
    data["siblings"] = [{"given_name": "Нур", "looked_at": False}] * day.draw.choice((0, 1))
    data["family_too"] = day.draw.random() < 0.4
    how = day.draw.choice(("case", "home", "child", "new", "known"))
    if case is not None and how == "case":
        data["case"] = str(case.pk)
    elif case is not None and how == "home":
        data["household"] = str(case.household_id)
    elif case is not None and how == "child" and case.child_id:
        data |= {"child": str(case.child_id), "household": str(case.household_id)}
    elif case is not None and how == "known":
        # A reported child turns out to be that of another case, or to live in its home.
        reported = day.a_standing(player, "reported")
        data |= {"case": str(reported.pk if reported else case.pk)}
        data["household"] = str(case.household_id)
        if case.child_id and day.draw.random() < 0.5:
            data["child"] = str(case.child_id)
    day.try_(player, "identify_child", **data)


def _register(day: Day, player: Player) -> None:
    case = day.a_standing(player, "identified")
    if case is None:
        return
    ground = day.code("grounds") if day.draw.random() < 0.3 else "low_income_crisis"
    data = a_registration(day.cast.today, grounds=[ground], main_ground=ground)
    if day.draw.random() < 0.1:
        data |= {"decision": "decline", "reason": day.code("not_registered_reasons")}
    day.try_(day.decider(case), f"register_{case.register}", case=str(case.pk), **data)
    status = {"given": not case.state_protection, "happened_on": day.cast.today, "note": "x"}
    if day.draw.random() < 0.2:
        day.try_(player, "change_state_protection", case=str(case.pk), **status)


def _close_reported(day: Day, player: Player) -> None:
    case = day.a_standing(player, "reported")
    if case is not None and day.draw.random() < 0.3:
        why = {"reason": day.code("not_registered_reasons"), "note": "x"}
        data = {"case": str(case.pk), "happened_on": day.cast.today, **why}
        day.try_(day.decider(case), "close_reported_case", **data)


def _assign(day: Day, player: Player) -> None:
    case = day.a_case(player)
    if case is not None:
        player = day.decider(case)
        post = day.cast.everybody[day.draw.choice(PLAYERS)].post
        day.try_(player, "assign_worker", case=str(case.pk), post=post, happened_on=day.day())


def _visit(day: Day, player: Player) -> None:
    case = day.a_case(player)
    if case is None or case.household_id is None:
        return
    with player.inside():
        at_home = Case.objects.filter(household_id=case.household_id, register="child")
        cases = [one.pk for one in at_home.order_by("id")]
    rows = []
    for one in cases:
        row = seen(one) if day.draw.random() < 0.6 else not_seen(one)
        if day.draw.random() < 0.3:
            yes = day.draw.choice(QUESTIONS)
            row = {"case": str(one), "seen": "with_others", **dict.fromkeys(QUESTIONS, False)}
            row[yes] = True
        rows.append(row)
    day.try_(
        player,
        "record_visit",
        household=str(case.household_id),
        kind=day.draw.choice(("home", "elsewhere", "call", "after_leaving", "after_leaving")),
        happened_on=day.day(),
        children=rows,
        next_on=day.draw.choice((None, day.cast.in_days(12))),
    )


def _protect(day: Day, player: Player) -> None:
    case = day.a_case(player)
    if case is not None:
        ground = day.draw.choice(("danger_to_life", "no_adult", "no_adult", "violence"))
        day.try_(player, "protect_now", case=str(case.pk), **a_removal(day.day(), ground=ground))
        if day.draw.random() < 0.4:
            end = {"happened_on": day.cast.today, "note": "x"}
            day.try_(day.decider(case), "end_removal", case=str(case.pk), **end)


def _take_off(day: Day, player: Player) -> None:
    case = day.a_standing(player, "registered", "taking_off_proposed")
    if case is None:
        return
    proposal = {"case": str(case.pk), "reason": day.code("taking_off_reasons"), "note": "x"}
    proposal |= {"other_side": "x", "other_side_accepted_on": day.cast.today}
    day.try_(player, "propose_taking_off", happened_on=day.day(), **proposal)
    decision = {"case": str(case.pk), "decision": day.draw.choice(("agree", "agree", "refuse"))}
    day.try_(day.decider(case), "decide_taking_off", happened_on=day.cast.today, **decision)


def _end(day: Day, player: Player) -> None:
    case = day.a_case(player)
    if case is None or day.draw.random() < 0.6:
        return
    proposal = {"case": str(case.pk), "reason": day.draw.choice(("died", "reached_18"))}
    day.try_(player, "propose_taking_off", happened_on=day.day(), note="x", **proposal)
    decision = {"case": str(case.pk), "decision": day.draw.choice(("agree", "refuse"))}
    day.try_(day.decider(case), "decide_taking_off", happened_on=day.cast.today, **decision)


def _round(day: Day, player: Player) -> None:
    place = {"territory": SUZAK, "area": "Mill street", "happened_on": day.day()}
    concern = {"worry": "neglect", "danger_now": False, "place": "x", "seen_or_said": "x"}
    concern["children"] = [{"description": "A girl"}, {"description": "A boy"}]
    met = [concern] * day.draw.choice((0, 0, 1))
    day.try_(player, "record_round", **place, visited=9, no_concern=9 - len(met), concerns=met)


def _afterwards(day: Day, player: Player) -> None:
    case = day.a_standing(player, "accompaniment", "check_due", "closed")
    if case is None:
        return
    end = {"happened_on": day.cast.today, "note": "x"}
    decider = day.decider(case)
    day.try_(decider, "end_accompaniment", case=str(case.pk), **end)
    if day.draw.random() < 0.3:
        ground = day.code("grounds")
        back = a_return(day.cast.today, grounds=[ground], main_ground=ground)
        day.try_(decider, "return_to_register", case=str(case.pk), **back)


def _transfer(day: Day, player: Player) -> None:
    case = day.a_standing(player, "registered", "transfer_offered")
    if case is None:
        return
    there = day.draw.choice((day.cast.cholpon.department, day.cast.bakyt.department))
    offer = {"to_office": there, "reason": "family_moved", "note": "x"}
    day.try_(day.decider(case), "offer_transfer", case=str(case.pk), **offer)
    other = day.cast.everybody[day.draw.choice(("specialist2", "bakyt"))]
    if day.draw.random() < 0.7:
        post = day.cast.everybody[day.draw.choice(PLAYERS)].post
        territory = NOOKEN if other.username == "specialist2" else SUZAK
        taken = {"post": post, "territory": territory, "place": day.draw.choice((None, "Massy, 4"))}
        day.try_(other, "accept_transfer", case=str(case.pk), **taken)
    day.try_(other, "return_transfer", case=str(case.pk), reason="not_living_here")


def _address(day: Day, player: Player) -> None:
    if (case := day.a_case(player)) is not None:
        moved = {"place": day.draw.choice(("Suzak, 9", "Massy, 4")), "happened_on": day.day()}
        day.try_(player, "move_household", case=str(case.pk), **moved)


def _interest(day: Day, player: Player) -> None:
    case = day.a_case(player)
    if case is not None and day.draw.random() < 0.3:
        day.try_(player, "declare_interest", case=str(case.pk), kind="relative")


DAYS = {"happened_on", "until", "born_on", "next_on", "learned_on", "other_side_accepted_on"}
YES_NO = {*QUESTIONS, "looked_at", "danger_now"}


def _correct(day: Day, player: Player) -> None:
    name = day.draw.choice(sorted(CORRECTABLE))
    kind = CORRECTABLE[name]
    about = min(kind.about)
    with player.inside():
        table: Any = {"case": Case, "report": Report, "round": Round}[about]
        subject = day._one(list(table.objects.order_by("id")))
        if subject is None:
            return
        facts = kind.belonging_to(subject).filter(withdrawn_at=None)
        fact = day._one(list(facts.order_by("id")))
        fields = sorted(kind.asked_of(fact)) if fact is not None else []
    if not fields:
        return
    field = day.draw.choice(fields)
    values = {field: _a_value(day, name, fact, field)}
    if name == "visit_child" and field == "seen":
        # Who was not seen needs the reason, and who was seen all the answers.
        values |= {"not_seen_reason": "nobody_home", **dict.fromkeys(QUESTIONS, False)}
    data = {"kind": name, "fact": str(fact.pk), "values": values, "reason": "typing_error"}
    named = {} if about == "round" else {about: str(subject.pk)}
    day.try_(player, "correct_fact", **named, **data)


def _a_value(day: Day, name: str, fact: Any, field: str) -> Any:  # noqa: ANN401 - any value
    kind = CORRECTABLE[name]
    notes = meta_of(kind.asked_of(fact)[field])
    rule_set = next((note.rule_set for note in notes if isinstance(note, Coded)), "")
    if rule_set:
        return day.code(rule_set)
    if field in DAYS:
        return day.day()
    if field in YES_NO:
        return day.draw.choice((True, False))
    if field.endswith("_told_at"):
        return day.draw.choice((None, day.cast.time.moment.isoformat()))
    if field == "post":
        return day.cast.everybody[day.draw.choice(PLAYERS)].post
    if field == "territory":
        return day.draw.choice((SUZAK, NOOKEN))
    return "2" if field in {"minutes", "age"} else "9" if field == "visited" else "x"


def _take_back(day: Day, _: Player) -> None:
    if day.commands:
        username, command = day.commands[-1]
        day.try_(day.cast.everybody[username], "take_back", command=str(command))


def _complete(day: Day, player: Player) -> None:
    with player.inside():
        done = TaskDone.objects.filter(withdrawn_at=None).values("task_id")
        task = day._one(list(Task.objects.exclude(id__in=done).order_by("id")))
    if task is not None:
        data = {"task": str(task.pk), "happened_on": day.day(), "proof": "Letter 1"}
        day.try_(player, "complete_task", **data)


ACTS: tuple[Callable[[Day, Player], None], ...] = (
    _report,
    _screen,
    _screen,
    _identify,
    _identify,
    *(_register,) * 4,
    _assign,
    _assign,
    *(_visit,) * 3,
    _protect,
    _close_reported,
    _end,
    _round,
    _take_off,
    _take_off,
    _take_off,
    _afterwards,
    _afterwards,
    _transfer,
    _transfer,
    _address,
    _interest,
    _correct,
    _correct,
    _take_back,
    _complete,
)


def play(cast: Cast, seed: int, steps: int) -> Counter[str]:
    """A drawn day of so many steps; how often each operation was carried out."""
    day = Day(cast, seed)
    with ids_in_order():
        for _ in range(steps):
            day.step()
    return day.done
