"""What follows a visit: who was seen, the need it found, safety, the check, the next one due."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from kamkor.cases.models import Case, Need, SiblingLook
from kamkor.cases.operations import steps
from kamkor.cases.rules.visit import follow_up_needed
from kamkor.cases.vocabulary import CaseState
from kamkor.kernel import clock, rulesets
from kamkor.kernel.commands import Order


def follow_seen(order: Order[Any], case: Case, kind: str, day: date) -> None:
    """Hand over what follows where a child was seen: it was looked at, and is not sought."""
    if case.child_id is not None:
        look = {"household_id": case.household_id, "person_id": case.child_id}
        order.add(SiblingLook(looked_at=True, **look, **order.fact(case, day)))
        steps.stop_tasks(order, case.pk, "not_seen_followup", "visit_due")
    follow_check(order, case, kind, day)


def open_need(order: Order[Any], case: Case, visit: UUID, day: date) -> None:
    """Hand over the need that a visit found, and the due item to meet it."""
    order.add(Need(case=case, visit_id=visit, what="basics", **order.fact(case, day)))
    due = steps.due_in("need_followup_days")
    steps.open_task(order, case, "need_followup", due, for_role="worker")


def is_seldom_seen(in_a_row: int, risk_level: str, day: date) -> bool:
    """Whether not having seen a child so often is a task of the specialist."""
    limit = int(rulesets.value("deadlines", "not_seen_limit", day))
    return follow_up_needed(in_a_row, risk_level, limit)


def open_not_seen(order: Order[Any], case: Case) -> None:
    """Hand over the specialist's task about a child that is not seen, unless it stands."""
    if not steps.has_open_task(case.pk, "not_seen_followup"):
        steps.open_task(order, case, "not_seen_followup", steps.due_in("not_seen_followup_days"))


def secure(order: Order[Any], case: Case, answers: Mapping[str, Any]) -> None:
    """A yes about the child's safety is somebody's task at once, as the rule set says."""
    today = clock.local_day(order.now)
    for kind in safety_tasks(answers, today):
        if steps.has_open_task(case.pk, kind):
            continue
        rule = rulesets.rule("task_kinds", kind, today)
        due = steps.due_in(str(rule.get("deadline")))
        steps.open_task(order, case, kind, due, for_role=str(rule.get("role")))


def safety_tasks(answers: Mapping[str, Any], day: date) -> list[str]:
    """The kinds of due items that these answers make due at once."""
    yes = [rulesets.rule("visit_questions", name, day) for name, said in answers.items() if said]
    return list(dict.fromkeys(str(rule.get("due")) for rule in yes if rule.get("due")))


def follow_check(order: Order[Any], case: Case, kind: str, day: date) -> None:
    """The check closes the case; a visit of accompaniment makes the next one due."""
    check = rulesets.rule("visit_kinds", kind, day).get("check")
    if check and case.state == CaseState.CHECK_DUE:
        steps.stop_tasks(order, case.pk, "check_after_leaving")
    if case.state == CaseState.ACCOMPANIMENT:
        steps.stop_tasks(order, case.pk, "accompaniment_visit")
        due = steps.due_in("accompaniment_rhythm_days", clock.day_starts(day))
        steps.open_task(order, case, "accompaniment_visit", due, for_role="worker")
