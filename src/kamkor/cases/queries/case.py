"""Cases a viewer may see, and one case with everything about it."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Window

from kamkor.access.rules import Viewer
from kamkor.cases.models import (
    Assignment,
    Case,
    Interest,
    RegistrationGround,
    TakingOffDecision,
    TransferAnswer,
)
from kamkor.cases.vocabulary import (
    CHILD,
    FAMILY,
    NUMBER_PREFIX,
    ON_REGISTER,
    OPEN_STATES,
    PROPOSED,
    CaseState,
)
from kamkor.kernel import rulesets
from kamkor.kernel.commands import NotFound
from kamkor.kernel.ids import typed_number
from kamkor.kernel.kept import asked
from kamkor.people.queries import people_visible_to, scope_filter
from kamkor.people.queries.search import households_named, people_named


def cases_visible_to(viewer: Viewer) -> QuerySet[Case]:
    """The cases of the viewer's scope; of a worker's unit, those it or whom it covers answers for."""
    own = Q(responsible_id__among=viewer.acts_for)
    return Case.objects.filter(scope_filter(viewer, of_worker=own))


def whole_cases(viewer: Viewer) -> QuerySet[Case]:
    """The visible cases with the rows a page shows beside them."""
    return cases_visible_to(viewer).select_related("child", "household", "territory", "report")


def in_list(cases: QuerySet[Case], *more: str) -> QuerySet[Case]:
    """Cases with what a line of a list shows of them, and no more of the child and the home."""
    return cases.select_related(None).select_related("child", "household").only(*_LINE, *more)


_LINE = (
    *("number", "register", "state", "team", "opened_on", "next_visit_on", "last_seen_on"),
    *("sort_key", "risk_level", "main_ground", "state_protection", "away_from_home"),
    *("responsible_id", "child__shown_name", "child__born_on", "child__birth_precision"),
    *("household__shown_name", "household__place"),
)


def among(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The same cases without their order, so that what stands beside a few is not read for all."""
    return Case.objects.filter(id__in=cases.values("id"))


def counts_of(cases: QuerySet[Case], *parts: Q) -> QuerySet[Case, tuple[int, ...]]:
    """One row, if there are any: how many cases, and of each part how many."""
    counts = {f"part_{at}": Window(Count("id", filter=part)) for at, part in enumerate(parts)}
    counted = cases.order_by().annotate(total=Window(Count("id")), **counts)
    return counted.values_list("total", *counts)[:1]


def on_ground(cases: QuerySet[Case], ground: str) -> QuerySet[Case]:
    """Those on whose registration a ground stands."""
    standing = RegistrationGround.objects.filter(ground=ground, withdrawn_at=None)
    return cases.filter(Exists(standing.filter(case=OuterRef("pk"))))


def case_for(viewer: Viewer, case_id: UUID, at: str = "case") -> Case:
    """One case; raises ``NotFound`` alike if it does not exist or is not the viewer's."""
    found = asked(_one_case, viewer, case_id=case_id)
    if not found:
        raise NotFound(at)
    return found[0]


def _one_case(viewer: Viewer, case_id: UUID) -> QuerySet[Case]:
    return whole_cases(viewer).filter(id=case_id)


def remember_places(viewer: Viewer, cases: Iterable[Case]) -> None:
    """Tell cases that were handed over which department answered for them on which days."""
    moved = {case.pk: case for case in cases if case.transferred_on is not None}
    if not moved:
        return
    answers = TransferAnswer.objects.filter(scope_filter(viewer, subject="case_id"))
    accepted = answers.filter(case__in=moved, accepted=True, withdrawn_at=None).order_by(
        "happened_on", "first_recorded_at"
    )
    for answer in accepted:
        case = moved[answer.case_id]
        earlier = (answer.happened_on, answer.department, answer.district)
        case.earlier_places = (*case.earlier_places, earlier)


def open_cases(viewer: Viewer) -> QuerySet[Case]:
    """The open cases of the viewer's scope; what was opened in an emergency is no work of its own."""
    found = whole_cases(viewer).filter(state__in=list(OPEN_STATES))
    return found.exclude(id__among=viewer.emergency) if viewer.emergency else found


def own_cases(viewer: Viewer) -> QuerySet[Case]:
    """The open cases the viewer is responsible for, covers included, most pressing first."""
    own = open_cases(viewer).filter(responsible_id__among=viewer.acts_for)
    return in_list(own).order_by("next_visit_on", "sort_key", "id")


def on_register(viewer: Viewer, register: str = CHILD) -> QuerySet[Case]:
    """Who stands on a register now, in the viewer's scope."""
    return whole_cases(viewer).filter(register=register, state__in=list(ON_REGISTER))


def cases_named(viewer: Viewer, typed: str) -> QuerySet[Case]:
    """Children's cases by the child's name, families' by the name of the home."""
    named = Q(child__in=people_named(viewer, typed))
    named |= Q(register=FAMILY, household__in=households_named(viewer, typed))
    return whole_cases(viewer).filter(named).exclude(state=CaseState.VOID)


def cases_asked_for(viewer: Viewer, typed: str) -> QuerySet[Case]:
    """The case of a number, if one was typed, else the cases of whoever bears the name."""
    found = typed_number(NUMBER_PREFIX, typed)
    if found is not None:
        numbered = whole_cases(viewer).filter(number=found.number).exclude(state=CaseState.VOID)
        if found.certain or numbered.exists():
            return numbered
    return cases_named(viewer, typed)


def cases_of_people(viewer: Viewer, people: Iterable[UUID]) -> QuerySet[Case]:
    """All episodes of certain children, newest first."""
    return whole_cases(viewer).filter(child_id__in=list(people)).order_by("-opened_on", "-id")


def latest_cases_of(viewer: Viewer, people: Iterable[UUID]) -> dict[UUID, Case]:
    """The newest episode of each of these children, with what a line about the child shows of it."""
    cases = asked(_lines_of, viewer, people=list(people))
    # The newest comes last and stays.
    return {one.child_id: one for one in cases if one.child_id is not None}


def _lines_of(viewer: Viewer, people: Iterable[UUID]) -> QuerySet[Case]:
    rows = cases_visible_to(viewer).filter(child_id__among=people).order_by("opened_on", "id")
    return rows.only("child_id", "household_id", "state", "opened_on")


def died_among(viewer: Viewer, people: Iterable[UUID]) -> dict[UUID, date]:
    """Which of these children died, and the day on which their case ended by it."""
    reasons = rulesets.all_rules("taking_off_reasons")
    deaths = [one.code for one in reasons if one.get("opens") == "death_review"]
    return dict(asked(_deaths_of, viewer, tuple(deaths), people=list(people)))


def _deaths_of(viewer: Viewer, deaths: tuple[str, ...], people: Iterable[UUID]) -> QuerySet[Any]:
    decisions = TakingOffDecision.objects.filter(
        scope_filter(viewer, subject="case_id"), case__child_id__among=people
    ).filter(agreed=True, reason__in=deaths, withdrawn_at=None)
    return decisions.values_list("case__child_id", "happened_on")


def departments_answering(viewer: Viewer, people: Iterable[UUID]) -> dict[UUID, int]:
    """Which of these children have an open case, also one that is not the viewer's to see, and
    the department that answers for it; of sealed ones nothing."""
    wanted = asked(_visible_ids, viewer, people=list(people))
    with connection.cursor() as cursor:
        # Cases of other departments and units are hidden from who asks.
        cursor.execute("SELECT child, department FROM departments_answering(%s::uuid[])", [wanted])
        return dict(cursor.fetchall())


def _visible_ids(viewer: Viewer, people: Iterable[UUID]) -> QuerySet[Any]:
    return people_visible_to(viewer).filter(id__among=people).values_list("id", flat=True)


def cases_of_household(viewer: Viewer, household_id: UUID) -> QuerySet[Case]:
    """All episodes of a household's children and of the family itself."""
    return whole_cases(viewer).filter(household_id=household_id).order_by("-opened_on", "-id")


def sealed_elsewhere(viewer: Viewer) -> int:
    """How many open sealed matters of the viewer's department other named people hold.

    For the head's line alone; none of those from which the viewer is shut out. The database
    counts them for whoever its signed context names.
    """
    if viewer.district is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_elsewhere()")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def assigned_post_on(viewer: Viewer, case: Case, day: date) -> int | None:
    """The post a case was assigned to on a day; before the first assignment the first."""
    assignments = Assignment.objects.filter(
        scope_filter(viewer, subject="case_id"), case=case, withdrawn_at=None
    )
    posts = assignments.values_list("post_id", flat=True)
    latest = posts.filter(happened_on__lte=day).order_by("-happened_on", "-first_recorded_at")
    return latest.first() or posts.order_by("happened_on", "first_recorded_at").first()


def interests_in(viewer: Viewer, case: Case) -> QuerySet[Interest]:
    """The interests declared in a case."""
    return Interest.objects.filter(scope_filter(viewer, subject="case_id")).filter(
        case=case, withdrawn_at=None
    )


def waiting_for_decision(viewer: Viewer) -> QuerySet[Case]:
    """Cases that wait for the viewer's department: registration, taking off, an offer to it."""
    ours = Q(state="identified", office_district=viewer.district)
    ours |= Q(state__in=list(PROPOSED), office_district=viewer.district)
    ours |= Q(state="transfer_offered", offered_to_id=viewer.district)
    return whole_cases(viewer).filter(ours).order_by("opened_on", "id")


def cases_to_visit(viewer: Viewer) -> QuerySet[Case]:
    """Open cases that stand for a visit: a family only where no child of the home has one."""
    children = Case.objects.filter(
        register=CHILD, household=OuterRef("household"), state__in=list(OPEN_STATES)
    )
    return open_cases(viewer).filter(Q(register=CHILD) | ~Exists(children))
