"""What was recorded of a child since two records of it became one, to be told apart again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Min

from kamkor.access.rules import Viewer
from kamkor.cases.models import (
    AccompanimentEnd,
    Case,
    Need,
    Registration,
    RegistrationGround,
    Removal,
    RemovalEnd,
    SafeContact,
    StateProtection,
    TakingOffDecision,
    TakingOffProposal,
    VisitChild,
)
from kamkor.cases.queries.case import whole_cases
from kamkor.cases.queries.history import Recorded
from kamkor.people.queries import scope_filter

# What is told apart act by act; what follows from another goes where that goes. Who answers for a
# case, where it was offered, and who has an interest in it, stays with the case it was said of.
TOLD_APART: dict[str, Any] = {
    "visit_child": VisitChild,
    "need": Need,
    "registration": Registration,
    "ground": RegistrationGround,
    "state_protection": StateProtection,
    "safe_contact": SafeContact,
    "removal": Removal,
    "removal_end": RemovalEnd,
    "proposal": TakingOffProposal,
    "decision": TakingOffDecision,
    "accompaniment_end": AccompanimentEnd,
}
_TOGETHER = {
    "removal_end": "removal",
    "decision": "proposal",
    "accompaniment_end": "proposal",
}


@dataclass(frozen=True)
class Since:
    """One act since the merge: its key, the case it is about, its facts; a case that was opened
    since is one act with all its facts."""

    key: UUID
    case: Case
    facts: tuple[Recorded, ...] = ()

    @property
    def opened(self) -> bool:
        """Whether it is a case that was opened since."""
        return self.key == self.case.pk


def recorded_since(viewer: Viewer, records: list[UUID], merge: Any) -> list[Since]:  # noqa: ANN401 - the merge
    """The acts about the children of these records since a merge, the oldest first."""
    cases = {
        case.pk: case
        for case in whole_cases(viewer)
        .filter(child_id__in=records)
        .annotate(begun=Min("assignments__first_recorded_at"))
    }
    opened = [one for one in cases.values() if one.begun and one.begun > merge.recorded_at]
    held = {one.pk for one in cases.values()} - {one.pk for one in opened}
    acts: dict[UUID, list[Recorded]] = {}
    about: dict[UUID, UUID] = {}
    first: dict[tuple[UUID, str], UUID] = {}
    for kind, fact in _facts(viewer, held, merge):
        group = _TOGETHER.get(kind, kind)
        key = fact.command
        if group in {"removal", "proposal"}:
            key = first.setdefault((fact.case_id, group), fact.command)
        acts.setdefault(key, []).append(Recorded(kind, fact))
        about[key] = fact.case_id
    found = [Since(key, cases[about[key]], tuple(facts)) for key, facts in acts.items()]
    found += [Since(one.pk, one) for one in opened]
    return found


def _facts(viewer: Viewer, cases: set[UUID], merge: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - the merge
    """Standing facts first recorded since, in their order."""
    scope = scope_filter(viewer, subject="case_id")
    found: list[tuple[str, Any]] = []
    for kind, model in TOLD_APART.items():
        live = model.objects.filter(scope, case_id__in=cases, withdrawn_at=None)
        live = live.filter(first_recorded_at__gt=merge.recorded_at)
        found += [(kind, fact) for fact in live.exclude(command=merge.command)]
    yield from sorted(found, key=lambda one: (one[1].first_recorded_at, one[1].pk))
