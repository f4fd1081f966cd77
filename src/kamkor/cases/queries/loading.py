"""Loads of the viewer's office, and the places it may load a register for."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import OBLAST, Action
from kamkor.cases.models import Load, StagedRow
from kamkor.cases.rules.loading import Places, Spot, place_key
from kamkor.kernel import clock
from kamkor.kernel.sheets import Uuids, plain_cursor
from kamkor.territory.queries import names_within
from kamkor.workforce import queries as workforce


def may_load(viewer: Viewer) -> bool:
    """Whether the viewer may load a register: who decides in a department, and the oblast for
    its districts."""
    return viewer.may(Action.DECIDE)


def loading_office(viewer: Viewer) -> int:
    """The office that the viewer's loads belong to: the department, or the oblast's."""
    return (viewer.oblast if viewer.role == OBLAST else viewer.district) or 0


def departments_of(viewer: Viewer) -> list[int]:
    """The departments that the viewer may load a register for."""
    if viewer.role == OBLAST and viewer.oblast is not None:
        return workforce.departments_of_oblast(viewer.oblast)
    return [viewer.district] if viewer.district is not None else []


def places_of(viewer: Viewer) -> Places:
    """What the places of the viewer's territory are called, and where each belongs."""
    today = clock.today()
    found: dict[str, list[Spot]] = {}
    for office in departments_of(viewer):
        for soate in workforce.territories_of(office, today):
            for below, names in names_within(soate):
                village = "" if below == soate else names[0]
                spot = Spot(soate, office, village)
                for name in dict.fromkeys(map(place_key, [below, *names])):
                    if spot not in found.setdefault(name, []):
                        found[name].append(spot)
    return found


def loads_of(viewer: Viewer) -> QuerySet[Load]:
    """The loads of the viewer's office, newest first; none for who may not load."""
    if not may_load(viewer):
        return Load.objects.none()
    return Load.objects.filter(office=loading_office(viewer)).order_by("-began_at", "-id")


def load_for(viewer: Viewer, load_id: UUID) -> Load | None:
    """One load of the viewer's office."""
    return loads_of(viewer).filter(id=load_id).first()


def faulty_rows(viewer: Viewer, load: Load) -> QuerySet[StagedRow]:
    """The rows of a load that have faults, in the order of the file."""
    rows = StagedRow.objects.filter(load=load, load__office=loading_office(viewer), good=False)
    return rows.order_by("number")


def keys_loaded(viewer: Viewer, digests: Iterable[str]) -> dict[str, UUID]:
    """Which of these keys were loaded before, each with what it became."""
    # One array: a parameter for each of thousands of keys takes longer than to look them up. Not
    # prepared: a plan made while the table is empty would read all of it once it has grown.
    found = plain_cursor().execute(
        "SELECT digest::text, subject FROM kamkor_loadkey"
        " WHERE office = ANY (%s) AND digest = ANY (%s)",
        [departments_of(viewer), Uuids.of(digests)],
        prepare=False,
    )
    return dict(found.fetchall())
