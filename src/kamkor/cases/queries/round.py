"""Rounds from house to house, as a viewer may see them."""

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from kamkor.access.rules import Viewer
from kamkor.cases.models import Report, Round
from kamkor.cases.queries.report import reports_visible_to
from kamkor.kernel.commands import NotFound
from kamkor.people.queries import scope_filter


def rounds_visible_to(viewer: Viewer) -> QuerySet[Round]:
    """The rounds of the viewer's scope, newest first; corrected and withdrawn ones too."""
    rounds = Round.objects.filter(scope_filter(viewer)).select_related("territory")
    return rounds.order_by("-happened_on", "-first_recorded_at", "-recorded_at")


def round_for(viewer: Viewer, round_id: UUID) -> Round:
    """One round; raises ``NotFound`` alike if it does not exist or is not the viewer's."""
    found = rounds_visible_to(viewer).filter(id=round_id).first()
    if found is None:
        raise NotFound("fact")
    return found


def reports_of_rounds(viewer: Viewer) -> dict[UUID, list[Report]]:
    """The reports that the concerns of each visible round opened, as far as the viewer sees them.

    A corrected round has those of the round it goes back to.
    """
    rounds = {one.pk: one for one in rounds_visible_to(viewer)}
    opened: dict[UUID, list[Report]] = defaultdict(list)
    commands = {one.command for one in rounds.values()}
    for report in reports_visible_to(viewer).filter(command__in=commands).order_by("id"):
        opened[report.command].append(report)
    return {
        made: [report for one in _versions(rounds, made) for report in opened[one.command]]
        for made in rounds
    }


def _versions(rounds: dict[UUID, Round], made: UUID | None) -> Iterator[Round]:
    """A round and those it goes back to, newest first."""
    while made in rounds:
        yield rounds[made]
        made = rounds[made].corrects
