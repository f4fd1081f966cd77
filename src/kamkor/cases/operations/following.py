"""What follows a correction: the same that would have followed the right entry at once."""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import QuerySet

from kamkor.access import operations as access
from kamkor.access.vocabulary import WORKER
from kamkor.cases.models import (
    Assignment,
    Case,
    Identification,
    Need,
    RegistrationGround,
    Removal,
    Report,
    ReportChild,
    ReportRead,
    ReportTold,
    SiblingLook,
    TakingOffDecision,
    Task,
    TaskDone,
    Visit,
    VisitChild,
    is_open,
)
from kamkor.cases.operations import steps
from kamkor.cases.operations.after_visit import (
    follow_check,
    follow_seen,
    is_seldom_seen,
    open_need,
    open_not_seen,
    safety_tasks,
    secure,
)
from kamkor.cases.operations.belonging import follow_responsible
from kamkor.cases.operations.checking import first_of
from kamkor.cases.operations.facts import copied
from kamkor.cases.operations.opening import admit_to_team
from kamkor.cases.operations.protection import open_notice, told_at
from kamkor.cases.operations.report import (
    DUTY,
    is_urgent,
    is_violent,
    open_screening,
    seal_report,
)
from kamkor.cases.operations.sealing import seal_case
from kamkor.cases.operations.settling import standing_from_facts
from kamkor.cases.operations.taking_off import follow_agreement
from kamkor.cases.queries.case import cases_visible_to, remember_places
from kamkor.cases.rules.standing import SAFETY, Standing, taking_off_outcome
from kamkor.cases.rules.visit import was_met
from kamkor.cases.vocabulary import CHILD, OPEN_STATES, CaseState, ReportState
from kamkor.kernel import rulesets
from kamkor.kernel.commands import Order
from kamkor.people.names import words_of_child, words_of_place
from kamkor.people.operations import FACTS as FACTS_OF_PEOPLE
from kamkor.people.operations import new_wording, settle_birth
from kamkor.people.operations.pairing import compare_after

Fact: TypeAlias = Any
Withdrawn: TypeAlias = list[tuple[Any, UUID]]


def follow_correction(
    order: Order[Any],
    subject: Any,  # noqa: ANN401 - a case, report or round
    old: Fact,
    new: Fact,
    changed: list[str],
) -> Withdrawn:
    """Hand over what follows a corrected fact, and take away what followed the wrong one.

    Returns further facts that are corrected with it, to be withdrawn.
    """
    if isinstance(new, FACTS_OF_PEOPLE["birth"]):
        person: UUID = new.person_id  # type: ignore[attr-defined]
        order.after(lambda: settle_birth(person))
        compare_after(order, person)
    follow = _FOLLOWS.get(type(new))
    if follow is not None:
        follow(order, subject, old, new)
    if isinstance(new, Visit):
        return _rows_of_visit(order, old, new)
    if isinstance(new, ReportTold) and "happened_on" in changed:
        return _openings(order, subject, new)
    if isinstance(new, Identification) and "risk_level" in changed:
        standing = standing_from_facts(subject, [new])
        _settle_not_seen(order, subject, standing, new, may_open=True)
    return []


def _earlier(fact: Fact) -> list[UUID]:
    """The commands by which a fact came to stand as it does: its own, and those it goes back to."""
    found = [fact.command]
    while (before := type(fact).objects.filter(id=fact.corrects).first()) is not None:
        fact = before
        found.append(fact.command)
    return found


def _still_open(case: Case, kinds: Iterable[str] = ()) -> QuerySet[Task]:
    tasks = Task.objects.filter(is_open(), subject=case.pk)
    return tasks.filter(kind__in=list(kinds)) if kinds else tasks


def _take_away(order: Order[Any], case: Case, commands: list[UUID], *kinds: str) -> set[str]:
    """Take away due items that these commands opened and nobody has done; which kinds."""
    opened = _still_open(case, kinds).filter(command__in=commands)
    found = set(opened.values_list("kind", flat=True))
    opened.update(withdrawn_at=order.now)
    return found


def _let_stand_again(order: Order[Any], case: Case, commands: list[UUID], *kinds: str) -> None:
    """Due items that these commands had ended are due again."""
    ended = TaskDone.objects.filter(
        subject=case.pk, command__in=commands, stopped=True, withdrawn_at=None
    )
    ended = ended.filter(task__kind__in=kinds) if kinds else ended
    ended.update(withdrawn_at=order.now)


def _decision(order: Order[Any], case: Case, old: Fact, new: Fact) -> None:
    """Another reason has other consequences; another day moves what is still due."""
    if not new.agreed or (old.reason, old.happened_on) == (new.reason, new.happened_on):
        return
    goes_on = taking_off_outcome(new.reason, new.happened_on) != "agree_without_check"
    over = goes_on and standing_from_facts(case, [new]).state == CaseState.CLOSED
    commands = _earlier(old)
    taken = _take_away(order, case, commands)
    if old.reason != new.reason:
        _let_stand_again(order, case, commands)
    elif not taken:
        return
    if not over:
        follow_agreement(order, case, new.reason, new.happened_on)


def _ground(order: Order[Any], case: Case, _old: Fact, new: Fact) -> None:
    if rulesets.rule("grounds", new.ground, new.happened_on).get("seals"):
        seal_case(order, case)


def _removal(order: Order[Any], case: Case, old: Fact, new: Fact) -> None:
    if rulesets.rule("removal_grounds", new.ground, new.happened_on).get("seals"):
        seal_case(order, case)
    before, now = told_at(old), told_at(new)
    if before == now:
        return
    newest = _carried_on_in(order, case)
    for who, moment in now.items():
        if moment is not None and before[who] is None:
            # Another removal, and the seal, have notices of their own; one that was carried into
            # a newer episode is due by the same time.
            notice = f"notice_{who}"
            own = Task.objects.filter(kind=notice, command__in=_earlier(old), for_role=WORKER)
            owed = _still_open(newest, [notice]).filter(for_role=WORKER)
            steps.stop(order, owed.filter(due_at__in=own.values("due_at")))
        if moment is None and before[who] is not None:
            open_notice(order, newest, who)


def _carried_on_in(order: Order[Any], case: Case) -> Case:
    """The newest episode that a case is carried on in, of which its notices are owed by now."""
    newest = case
    episodes = cases_visible_to(order.viewer).exclude(state=CaseState.VOID)
    while (newer := episodes.filter(previous=newest).order_by("opened_on").last()) is not None:
        order.claim(newer.pk, check_version=False)
        newest = newer
    if newest.pk != case.pk:
        remember_places(order.viewer, [newest])
        order.journal(newest.pk, newest)
    return newest


def _assignment(order: Order[Any], case: Case, _old: Fact, new: Fact) -> None:
    """The rows follow whoever answers now."""
    if standing_from_facts(case, [new]).responsible_id == case.responsible_id:
        return
    if case.team is not None:
        admit_to_team(order, case.team, new.post_id, "values.post")
    else:
        follow_responsible(order, case.pk)


def _visit_child(order: Order[Any], case: Case, old: Fact, new: Fact) -> None:
    _follow_row(order, case, old, new, standing_from_facts(case, [new]))


def _follow_row(order: Order[Any], case: Case, old: Fact, new: Fact, standing: Standing) -> None:
    """What a child's row of a visit leads to, where it is corrected."""
    was, now = _met(old), _met(new)
    commands = _earlier(old)
    checked = was and _checks(old)
    if checked and standing.state == CaseState.CHECK_DUE:
        _let_stand_again(order, case, commands, "check_after_leaving")
    if was and not now:
        _unseen(order, case, commands, new)
    if now and not was:
        follow_seen(order, case, new.kind, new.happened_on)
    elif now and _checks(new) and not checked:
        follow_check(order, case, new.kind, new.happened_on)
    _safety(order, case, old, new, commands)
    if new.basics_missing and not old.basics_missing:
        open_need(order, case, new.visit_id, new.happened_on)
    if old.basics_missing and not new.basics_missing:
        needs = Need.objects.filter(visit=old.visit_id, case=case, withdrawn_at=None)
        needs.update(withdrawn_at=order.now)
        _take_away(order, case, commands, "need_followup")
    if case.register == CHILD and (was or not now):
        worse = (was and not now) or standing.risk_level != case.risk_level
        _settle_not_seen(order, case, standing, new, may_open=worse)


def _safety(order: Order[Any], case: Case, old: Fact, new: Fact, commands: list[UUID]) -> None:
    """A yes about the child's safety is somebody's task at once; one denied is nobody's."""
    was, now = ({name: getattr(row, name) for name in SAFETY} for row in (old, new))
    day = new.happened_on
    denied = set(safety_tasks(was, day)) - set(safety_tasks(now, day))
    if denied:
        _take_away(order, case, commands, *denied)
    secure(order, case, {name: yes for name, yes in now.items() if yes and not was[name]})


def _checks(row: Fact) -> bool:
    return bool(rulesets.rule("visit_kinds", row.kind, row.happened_on).get("check"))


def _met(row: Fact) -> bool:
    return was_met(row.kind, row.seen, row.happened_on)


def _unseen(order: Order[Any], case: Case, commands: list[UUID], row: Fact) -> None:
    """Nobody saw the child: it was not looked at, and what seeing it had ended is due."""
    looks = SiblingLook.objects.filter(person=case.child_id, command__in=commands)
    looks.filter(withdrawn_at=None).update(withdrawn_at=order.now)
    since = VisitChild.objects.filter(case=case, withdrawn_at=None)
    since = since.filter(first_recorded_at__gt=row.first_recorded_at)
    if not any(_met(later) for later in since):
        _let_stand_again(order, case, commands, "not_seen_followup", "visit_due")
    if _take_away(order, case, commands, "accompaniment_visit"):
        _let_stand_again(order, case, commands, "accompaniment_visit")


def _settle_not_seen(
    order: Order[Any], case: Case, standing: Standing, row: Fact, *, may_open: bool
) -> None:
    """The specialist's task about a child that is not seen stands or ends with the facts."""
    due = is_seldom_seen(standing.not_seen_in_a_row, standing.risk_level, row.happened_on)
    if not due:
        steps.stop_tasks(order, case.pk, "not_seen_followup")
    elif may_open and case.state in OPEN_STATES:
        open_not_seen(order, case)


def _rows_of_visit(order: Order[Any], old: Visit, new: Visit) -> Withdrawn:
    """A visit's day, kind and next date stand in the row of each child too, and its day in the
    need it found: those are corrected with it."""
    withdrawn: Withdrawn = []
    cases = cases_visible_to(order.viewer)
    rows = VisitChild.objects.filter(visit=old, withdrawn_at=None, case__in=cases)
    for row in rows.select_related("case"):
        child = _moved(order, row, new)
        child.kind, child.next_on = new.kind, new.next_on
        if row.kind != child.kind:
            standing = standing_from_facts(row.case, [child])
            _follow_row(order, row.case, row, child, standing)
        order.journal(row.case_id, row)
        withdrawn.append((VisitChild, row.pk))
    needs = Need.objects.filter(visit=old, withdrawn_at=None, case__in=cases)
    for need in needs.select_related("case"):
        _moved(order, need, new)
        withdrawn.append((Need, need.pk))
    return withdrawn


def _moved(order: Order[Any], row: Fact, visit: Visit) -> Fact:
    """The same row of a visit that is corrected, on the visit's day."""
    moved = copied(order, row)
    moved.visit, moved.happened_on = visit, visit.happened_on
    remember_places(order.viewer, [row.case])
    moved.department, moved.district = row.case.place_on(visit.happened_on)
    order.add(moved)
    return moved


def _report(order: Order[Any], report: Report, old: Fact, new: Fact) -> None:
    """An alarm rings where it was none, and violence seals the report and its cases."""
    new.urgent = is_urgent(new.worry, new.happened_on, danger_now=new.danger_now)
    violent = is_violent(new.worry, new.happened_on)
    new.home_unsafe = old.home_unsafe or violent or bool(new.safe_contact)
    order.add(*new_wording(report, report.pk, words_of_place(new.place)))
    if violent and not is_violent(old.worry, old.happened_on):
        _seal(order, report)
    if new.urgent == old.urgent or report.state != ReportState.NEW:
        return
    steps.stop_tasks(order, report.pk, "screening_due")
    open_screening(order, report, urgent=new.urgent)
    if new.urgent:
        # Who read it before has not read an alarm.
        reads = ReportRead.objects.filter(report=report, withdrawn_at=None)
        reads.update(withdrawn_at=order.now)


def _openings(order: Order[Any], report: Report, new: Fact) -> Withdrawn:
    """The cases of a report open on the day that it tells now, and so does who answered first,
    unless the next one answers from that day."""
    withdrawn: Withdrawn = []
    for case in cases_visible_to(order.viewer).filter(report=report):
        remember_places(order.viewer, [case])
        first = first_of(case)
        later = case.assignments.filter(withdrawn_at=None).exclude(id=first.pk)
        if not later.filter(happened_on__lte=new.happened_on).exists():
            moved = copied(order, first)
            moved.happened_on = new.happened_on
            moved.department, moved.district = case.place_on(new.happened_on)
            order.add(moved)
        order.journal(case.pk, case)
        withdrawn.append((Assignment, first.pk))
    return withdrawn


def _seal(order: Order[Any], report: Report) -> None:
    cases = cases_visible_to(order.viewer).filter(report=report, state__in=list(OPEN_STATES))
    case = cases.select_related("child", "household").first()
    if case is not None:
        # The report belongs to its home and is sealed with it.
        order.journal(case.pk, case)
        seal_case(order, case)
        return
    seal_report(order, report, notices=True)
    access.end_lending([report.pk], DUTY)


def _report_child(order: Order[Any], report: Report, _old: Fact, new: Fact) -> None:
    order.add(*new_wording(report, new.pk, words_of_child(new.description)))


_FOLLOWS: dict[type, Callable[[Order[Any], Any, Fact, Fact], None]] = {
    RegistrationGround: _ground,
    Removal: _removal,
    TakingOffDecision: _decision,
    VisitChild: _visit_child,
    Assignment: _assignment,
    ReportTold: _report,
    ReportChild: _report_child,
}
