"""Posts of the establishment as they stand and as they were known. No child's data: no viewer."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from kamkor.kernel import clock
from kamkor.workforce.models import Employee, ProgrammeStage, StaffPost, StaffState
from kamkor.workforce.rules.staffing import Placed, Stage, StateSpan
from kamkor.workforce.vocabulary import HELD_STATES

_DAY = timedelta(days=1)
NATIONAL = UUID("0195f1a0-0000-7000-8000-000000000002")
"""The id under which the journal keeps what is done for the service of the whole nation."""


Open = tuple[date, date | None, int]
"""From when to when a post is open, and its share in hundredths."""


def stages_of(programme: str, kind: str) -> QuerySet[ProgrammeStage]:
    """The stages of a programme for a kind of post as they stand, in their order."""
    stages = ProgrammeStage.objects.filter(programme=programme, kind=kind, withdrawn_at=None)
    return stages.order_by("stage")


def placed_of(programme: str, kind: str, stage: int | None = None) -> dict[int, list[Open]]:
    """The posts placed of each stage of a programme, or of one; who ended at once is none."""
    ended = StaffState.objects.filter(withdrawn_at=None, state="ended")
    posts = StaffPost.objects.filter(programme=programme, kind=kind)
    if stage is not None:
        posts = posts.filter(stage=stage)
    found: dict[int, list[Open]] = {}
    for post in posts.order_by("stage", "number").prefetch_related(Prefetch("states", ended)):
        ends = min((one.valid_from - _DAY for one in post.states.all()), default=None)
        if post.stage is not None and (ends is None or ends >= post.opened_on):
            found.setdefault(post.stage, []).append((post.opened_on, ends, post.percent))
    return found


def post_numbered(number: str) -> StaffPost | None:
    """The post of a number."""
    return StaffPost.objects.filter(number=number).first()


def person_numbered(number: str) -> Employee | None:
    """Whoever has a personnel number."""
    return Employee.objects.filter(number=number).first()


def states_of(post: StaffPost) -> QuerySet[StaffState]:
    """The states of a post that stand, in their order."""
    return StaffState.objects.filter(post=post, withdrawn_at=None).order_by("valid_from")


def span_of(row: StaffState) -> StateSpan:
    """A state as rules read it."""
    return StateSpan(row.state, row.valid_from, row.valid_to, row.employee_id)


def held_beside(
    employee: int, post: StaffPost, begins: date, ends: date | None
) -> list[StaffState]:
    """What a person holds beside a post on one of these days."""
    held = StaffState.objects.filter(employee_id=employee, withdrawn_at=None)
    held = held.filter(state__in=HELD_STATES).exclude(post=post)
    held = held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=begins))
    if ends is not None:
        held = held.filter(valid_from__lte=ends)
    return list(held.select_related("post"))


def _known(known_on: date | None) -> Q:
    """What had been recorded and not withdrawn by the end of a day; now, if none is said."""
    if known_on is None:
        return Q(withdrawn_at=None)
    moment = clock.day_ends(known_on)
    withdrawn = Q(withdrawn_at=None) | Q(withdrawn_at__gte=moment)
    return Q(recorded_at__lt=moment) & withdrawn


def stages_known(kind: str, known_on: date | None) -> list[Stage]:
    """The stages of all programmes for a kind of post, as known on a day; by the day they open."""
    rows = ProgrammeStage.objects.filter(_known(known_on), kind=kind)
    return [
        Stage(row.opens_on, row.posts, row.norm) for row in rows.order_by("opens_on", "programme")
    ]


def posts_known(
    kind: str, known_on: date | None, territories: Collection[str] | None
) -> list[Placed]:
    """The posts of a kind with their states as known on a day, by number; of these territories."""
    found = _posts(kind, known_on, territories)
    return [
        Placed(
            id=str(post.pk),
            number=post.number,
            territory=post.territory_id,
            hundredths=post.percent,
            opened_on=post.opened_on,
            of_programme=bool(post.programme),
            states=tuple(span_of(row) for row in post.states.all()),
        )
        for post in found
    ]


def _posts(
    kind: str, known_on: date | None, territories: Iterable[str] | None
) -> QuerySet[StaffPost]:
    states = StaffState.objects.filter(_known(known_on)).order_by("valid_from")
    posts = StaffPost.objects.filter(kind=kind)
    if territories is not None:
        posts = posts.filter(territory_id__in=territories)
    if known_on is not None:
        posts = posts.filter(recorded_at__lt=clock.day_ends(known_on))
    return posts.prefetch_related(Prefetch("states", states)).order_by("number")


def names_of(employees: Iterable[int]) -> dict[int, str]:
    """The names of certain people of the service."""
    rows = Employee.objects.filter(id__in=set(employees))
    return {one.pk: f"{one.given_name} {one.surname}".strip() for one in rows}
