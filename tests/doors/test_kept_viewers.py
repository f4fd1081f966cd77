"""Whoever asks after whomever: a kept question answers with the asker's rights alone.

The second lock is left open as far as it goes, so that the first is tried by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamkor.access.models import Team
from kamkor.access.queries import barred_from, scope_of_viewer
from kamkor.access.rules import Viewer
from kamkor.cases.models import Case
from kamkor.cases.queries.around import _WHOLE
from kamkor.cases.queries.case import case_for, cases_visible_to, own_cases, whole_cases
from kamkor.cases.queries.report import queue, reports_visible_to, unread_alarms
from kamkor.cases.queries.task import _first_tasks, open_tasks
from kamkor.kernel import clock
from kamkor.kernel.commands import NotFound
from kamkor.kernel.database import entered
from kamkor.kernel.kept import asked, asked_together, counted
from kamkor.people.merging import records_of
from kamkor.people.queries import people_visible_to
from kamkor.web.register_list import SORTS, Filters, _first_rows, counted_by, filtered
from tests.doors.test_kept import in_order, players, values
from tests.doors.world import World
from tests.factories import a_report

pytestmark = pytest.mark.usefixtures("undone")


def first_three(viewer: Viewer) -> QuerySet[Any]:
    """As a first page asks for what presses most."""
    return _first_tasks(viewer, 3)


WHOLE: tuple[Callable[[Viewer], QuerySet[Any]], ...] = (
    *(cases_visible_to, own_cases, whole_cases, open_tasks),
    *(reports_visible_to, unread_alarms, people_visible_to),
)
ASKED = (*WHOLE, first_three)
COUNTED = (*WHOLE, queue)
STEPS = 60
NEVER = UUID(int=0)


@dataclass(frozen=True)
class Ground:
    """Who may ask, and the ids that may be lent, barred, or named."""

    viewers: list[Viewer]
    cases: list[Case]
    subjects: list[UUID]
    teams: list[UUID]
    offices: list[int]

    @property
    def everything(self) -> Viewer:
        """Who is shown all rows by the second lock."""
        nation = next(one for one in self.viewers if int(one.level) == 4)
        return replace(nation, teams=tuple(self.teams), lent=tuple(self.subjects), barred=())


@pytest.fixture
def ground(world: World) -> Ground:
    """The world with a child more on somebody else's register."""
    world.cast.nurlan.do("receive_report", **a_report(danger_now=True))
    viewers = []
    for player in players(world):
        with player.inside() as viewer:
            viewers.append(viewer)
    made = Ground(viewers, [], [], list(Team.objects.values_list("id", flat=True)), [])
    with entered(scope_of_viewer(made.everything)):
        cases = list(Case.objects.order_by("id"))
    ids = {(one.pk, one.child_id, one.household_id, one.report_id) for one in cases}
    subjects = sorted({one for four in ids for one in four if one is not None})
    offices = sorted({one for viewer in viewers for one in viewer.offices})
    return replace(made, cases=cases, subjects=subjects, offices=offices)


@st.composite
def changes(draw: st.DrawFn, ground: Ground) -> Viewer:
    """A viewer of the cast after a leave, a lending, an interest, a sealing, or a change of post."""

    def some(held: list[Any], most: int) -> tuple[Any, ...]:
        return tuple(draw(st.lists(st.sampled_from(held), max_size=most, unique=True)))

    viewer = draw(st.sampled_from(ground.viewers))
    posts = [one.post_id for one in ground.viewers]
    new: dict[str, Any] = {
        "lent": some(ground.subjects, 3),
        "barred": some(ground.subjects, 3),
        "teams": some(ground.teams, 2),
        "units": some(ground.offices, 3),
        "acts_for": some(posts, 3),
        "district": draw(st.sampled_from([*ground.offices, None])),
        "oblast": draw(st.sampled_from([*ground.offices, None])),
        "post_id": draw(st.sampled_from([*posts, 0])),
        "day": clock.today() + timedelta(days=draw(st.integers(-400, 400))),
    }
    changed = draw(st.sets(st.sampled_from(sorted(new))))
    return replace(viewer, **{name: new[name] for name in changed})


@st.composite
def filters(draw: st.DrawFn) -> Filters:
    """Some list of the register."""
    return Filters(
        register=draw(st.sampled_from(["child", "family"])),
        state=draw(st.sampled_from(["on_register", "open", "all", "identified"])),
        ground=draw(st.sampled_from(["", "orphan"])),
        risk=draw(st.sampled_from(["", "high"])),
        sort=draw(st.sampled_from(["", "-"])) + draw(st.sampled_from(sorted(SORTS))),
    )


def test_whoever_asks_after_whomever_is_answered_for_itself(world: World, ground: Ground) -> None:
    found: set[int] = set()

    @settings(
        max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
    )
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        for _ in range(STEPS // 12):
            viewer = data.draw(changes(ground))
            found.add(_same_lists(viewer, data.draw(filters())))
            _same_of_one_case(viewer, data.draw(st.sampled_from(ground.cases)))

    with clock.clock_at(world.cast.time.moment), entered(scope_of_viewer(ground.everything)):
        run()
    assert {0} < found


def _same_lists(viewer: Viewer, wanted: Filters) -> int:
    """Each list and count as it is kept and as it is put together now; how many cases it has."""
    for question in ASKED:
        rows = question(viewer)
        # The server may answer a question that asks for no order in another one each time.
        as_told = list if rows.ordered else in_order
        assert as_told(values(asked(question, viewer))) == as_told(values(list(rows))), question
    for question in COUNTED:
        assert counted(question, viewer) == question(viewer).count(), question
    kept, plain = asked(_first_rows, viewer, wanted), list(_first_rows(viewer, wanted))
    assert values(kept) == values(plain)
    assert counted_by(viewer, wanted).total == filtered(viewer, wanted).count()
    return cases_visible_to(viewer).count()


def _same_of_one_case(viewer: Viewer, case: Case) -> None:
    """A case is found or refused alike, and so is all that stands around it."""
    if whole_cases(viewer).filter(id=case.pk).exists():
        assert case_for(viewer, case.pk).pk == case.pk
    else:
        with pytest.raises(NotFound):
            case_for(viewer, case.pk)
    told = {
        "case_id": case.pk,
        "child_id": case.child_id,
        "records": records_of(case.child),
        "household_id": case.household_id,
        "report_id": case.report_id,
        "households": [one for one in [case.household_id] if one],
        "territory_id": case.territory_id,
        "on": clock.today(),
        "subjects": [case.pk],
    }
    assert set(_WHOLE) == set(_same_together(viewer, told))


def _same_together(viewer: Viewer, told: Mapping[str, Any]) -> dict[str, list[Any]]:
    kept = asked_together(_WHOLE, viewer, **told)
    # To a kept question nothing is no id; Django would look for rows that have none.
    plain = {name: NEVER if value is None else value for name, value in told.items()}
    for name, question in _WHOLE.items():
        rows = list(question(viewer, **plain))
        if rows and not hasattr(rows[0], "_state"):
            assert sorted(kept[name], key=str) == sorted(rows, key=str), name
        else:
            assert in_order(values(kept[name])) == in_order(values(rows)), name
    return kept


def test_who_is_barred_is_told_by_kept_questions_too(ground: Ground) -> None:
    viewer = ground.viewers[0]
    with entered(scope_of_viewer(ground.everything)):
        for subjects in ([], ground.subjects[:1], ground.subjects):
            plain = list(barred_from(viewer, subjects))
            assert asked(barred_from, viewer, subjects=subjects) == plain
