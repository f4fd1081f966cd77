"""Which looks of a department were at what was not their business, for its head."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kamkor.access.queries.looks import LookAt, looks_of_department, too_fast_in_department
from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import IN_EMERGENCY, WORKER
from kamkor.cases.models import Case, Task, is_open
from kamkor.cases.queries.case import whole_cases
from kamkor.kernel import clock
from kamkor.kernel.models import JournalEntry
from kamkor.people.names import tokens, words_of_place
from kamkor.people.queries import name_tokens_of, scope_filter
from kamkor.workforce.queries import away_on

WORKED_ON = timedelta(days=30)
"""Whoever recorded something of a case in this time had to do with it."""


@dataclass(frozen=True)
class Outside:
    """One person's looks at one case that was not that person's; ``kin`` if the surname of who
    looked is among the names of the child, ``near`` if who looked lives in the village of the home.
    """

    case: Case
    looks: tuple[LookAt, ...]
    kin: bool
    near: bool

    @property
    def in_emergency(self) -> bool:
        """Whether the case was opened in an emergency for one of them."""
        return any(look.page.startswith(IN_EMERGENCY) for look in self.looks)


def looks_outside_caseload(viewer: Viewer, day: date) -> list[Outside]:
    """A day's looks by the viewer's department at cases that were not the looker's, and anybody's
    at its cases in an emergency.

    Its own is a case that it or whom it covers is responsible for, of which it recorded something
    in 30 days, or of which something is due to its role. The viewer's own looks are left out.
    Those in an emergency first, then perhaps of one family or neighbours, then whoever looked
    most often.
    """
    found: dict[tuple[int, UUID], list[LookAt]] = {}
    for look in looks_of_department(viewer, clock.day_starts(day), clock.day_ends(day)):
        if look.account != viewer.account_id:
            found.setdefault((look.post, look.subject), []).append(look)
    subjects = {subject for _post, subject in found}
    cases = {one.pk: one for one in whole_cases(viewer).filter(id__in=subjects)}
    own, due = _own(viewer, cases, day), _due(viewer, cases)
    children = [one.child_id for one in cases.values() if one.child_id is not None]
    names = name_tokens_of(viewer, children)
    outside = [
        Outside(
            cases[subject],
            tuple(looks),
            _kin(looks[0], cases[subject], names),
            _near(looks[0], cases[subject]),
        )
        for (post, subject), looks in found.items()
        if subject in cases and (post, subject) not in own and (looks[0].role, subject) not in due
    ]
    return sorted(
        outside,
        key=lambda one: (
            not one.in_emergency,
            not (one.kin or one.near),
            -len(one.looks),
            one.looks[0].at,
        ),
    )


def too_fast(viewer: Viewer, day: date) -> list[tuple[LookAt, ...]]:
    """Who of the viewer's department opened more pages about people in ten minutes than the pace
    allows, on a day: the pages that were not shown, by account and post; not the viewer."""
    found: dict[tuple[int, int], list[LookAt]] = {}
    bounds = clock.day_starts(day), clock.day_ends(day)
    for look in too_fast_in_department(viewer, *bounds):
        if look.account != viewer.account_id:
            found.setdefault((look.account, look.post), []).append(look)
    return [tuple(looks) for looks in found.values()]


def _own(viewer: Viewer, cases: Mapping[UUID, Case], day: date) -> set[tuple[int, UUID]]:
    """Which posts had to do with which of these cases."""
    covers = {leave.post_id: leave.cover_id for leave in away_on(viewer.district or 0, day)}
    own = {(case.responsible_id, case.pk) for case in cases.values()}
    own |= {(covers.get(post, post), case) for post, case in own}
    since = clock.day_starts(day) - WORKED_ON
    recorded = JournalEntry.objects.filter(
        scope_filter(viewer, subject="subject"), subject__in=list(cases), recorded_at__gte=since
    )
    return own | set(recorded.values_list("post", "subject"))


def _due(viewer: Viewer, cases: Mapping[UUID, Case]) -> set[tuple[str, UUID]]:
    """To which roles beside the worker's something is due of which of these cases."""
    tasks = Task.objects.filter(scope_filter(viewer, subject="subject"), is_open())
    waiting = tasks.filter(case_id__in=list(cases)).exclude(for_role=WORKER)
    return set(waiting.values_list("for_role", "case_id"))


def _kin(look: LookAt, case: Case, names: Mapping[UUID, set[str]]) -> bool:
    known = names.get(case.child_id, set()) if case.child_id is not None else set()
    return not known.isdisjoint(tokens(look.surname, "", ""))


def _near(look: LookAt, case: Case) -> bool:
    village = words_of_place(look.lives_in)
    place = case.household.place if case.household is not None else ""
    return bool(village) and village <= words_of_place(place)
