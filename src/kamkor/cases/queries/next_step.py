"""Who may take the next step of a case, beyond what role and state say."""

from typing import cast
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import OBLAST
from kamkor.cases.models import Case, Report, TakingOffProposal, Task
from kamkor.cases.queries.case import cases_visible_to
from kamkor.cases.vocabulary import FAMILY, OPEN_STATES, PROPOSED
from kamkor.kernel.kept import counted
from kamkor.people.queries import scope_filter


def is_own_side(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer does more than look at a case that is offered or lent to its department,
    or that it opened in an emergency."""
    if case.pk in viewer.emergency:
        return False
    ours = case.office_district == viewer.district or case.responsible_id in viewer.acts_for
    return case.team is not None or ours


def acts_on(viewer: Viewer, row: Report | Task) -> bool:
    """Whether the viewer does more than look at a report or a due item that it sees.

    The oblast's person acts only where it is named in the team; a department not while the case
    is only offered or lent to it, unless it is on duty for the report or goes on with its case.
    """
    if viewer.role == OBLAST:
        return row.team in viewer.teams
    about = _about(row)
    if isinstance(about, Case):
        return is_own_side(viewer, about)
    ours = about.team is not None or about.office_district == viewer.district
    return ours or _goes_on(viewer, about)


def _about(row: Report | Task) -> Case | Report:
    """The report itself, or the case or report that something is due of."""
    if isinstance(row, Report):
        return row
    return cast("Case | Report", row.case or row.report)


def _goes_on(viewer: Viewer, report: Report) -> bool:
    """Whether the viewer is on duty for a report, or its department has a case of it."""
    cases = cases_visible_to(viewer).filter(office_district=viewer.district, report=report)
    return report.duty_post_id in viewer.acts_for or cases.exists()


def refused_to(viewer: Viewer, case: Case) -> set[str]:
    """The steps that would be refused to this viewer: the decision on its own proposal, and the
    return of whoever has returned already."""
    refused = set()
    if case.state in PROPOSED and viewer.post_id in _proposers(viewer, case):
        refused.add("decide_taking_off")
    if case.taken_off_on is not None and _is_back(viewer, case):
        refused.add("return_to_register")
    return refused


def _proposers(viewer: Viewer, case: Case) -> list[int]:
    proposals = TakingOffProposal.objects.filter(scope_filter(viewer, subject="case_id"))
    latest = proposals.filter(case=case, withdrawn_at=None).order_by("-first_recorded_at")
    return list(latest.values_list("by_post", flat=True)[:1])


def _is_back(viewer: Viewer, case: Case) -> bool:
    if case.child_id is not None:
        return bool(counted(_of_child, viewer, case_id=case.pk, child_id=case.child_id))
    if case.household_id is not None:
        family = {"case_id": case.pk, "household_id": case.household_id}
        return bool(counted(_of_family, viewer, **family))
    return False


def _of_child(viewer: Viewer, case_id: UUID, child_id: UUID) -> QuerySet[Case]:
    return _open_besides(viewer, case_id).filter(child_id=child_id)


def _of_family(viewer: Viewer, case_id: UUID, household_id: UUID) -> QuerySet[Case]:
    return _open_besides(viewer, case_id).filter(register=FAMILY, household_id=household_id)


def _open_besides(viewer: Viewer, case_id: UUID) -> QuerySet[Case]:
    return cases_visible_to(viewer).filter(state__in=list(OPEN_STATES)).exclude(id=case_id)


def without_own_proposals(viewer: Viewer, cases: QuerySet[Case]) -> QuerySet[Case]:
    """Of cases that wait for a decision, those of which somebody else made the proposal."""
    latest = TakingOffProposal.objects.filter(case=OuterRef("pk"), withdrawn_at=None)
    proposer = latest.order_by("-first_recorded_at").values("by_post")[:1]
    mine = cases.alias(proposer=Subquery(proposer))
    return mine.exclude(state__in=list(PROPOSED), proposer=viewer.post_id)
