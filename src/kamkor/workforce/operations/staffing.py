"""Posts of the establishment: a programme opens them, they are placed, filled, left and ended."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal
from uuid import UUID, uuid5

from pydantic import Field

from kamkor.kernel.commands import AlreadyRecorded, Order, operation
from kamkor.kernel.errors import FieldRequired, Refusal
from kamkor.kernel.shapes import Ask, Day, Shape
from kamkor.kernel.words import noop
from kamkor.territory.operations import PlaceCode, TerritoryUnknown
from kamkor.workforce.models import ProgrammeStage, StaffPost
from kamkor.workforce.operations.staff_rows import MINISTRY, claim, state_row, told
from kamkor.workforce.queries import staffing
from kamkor.workforce.rules.staffing import FULL, StateSpan, most_at_once

_PROGRAMMES = UUID("0195f1a0-0000-7000-8000-000000000004")

Kind = Annotated[
    Literal["accompaniment", "protection_specialist", "home_care", "head"],
    Ask(noop("Kind of post"), options="staff_kinds"),
]
Number = Annotated[str, Field(min_length=1, max_length=40)]


class StagesOutOfOrder(Refusal):
    """Each stage of a programme opens after the one before."""

    code = "stages_out_of_order"
    message = noop("Each stage opens after the one before it.")


class PostsStandAlready(Refusal):
    """A programme cannot become less than the posts that it has opened."""

    code = "posts_stand_already"
    message = noop("Posts of stage %(stage)s are open already: it cannot become less, or later.")


class StageUnknown(Refusal):
    """No programme has such a stage for this kind of post."""

    code = "stage_unknown"
    message = noop("No programme has this stage for this kind of post.")


class StageFull(Refusal):
    """A stage opens so many posts and no more."""

    code = "stage_full"
    message = noop("This stage opens %(posts)s posts, and all of them are placed.")


class BeforeTheStage(Refusal):
    """A post is not open before its stage."""

    code = "before_the_stage"
    message = noop("The stage opens on %(day)s: a post cannot be open before it.")


class PostNumberTaken(Refusal):
    """Another post bears the number."""

    code = "post_number_taken"
    message = noop("Another post bears this number.")


class StageOfProgramme(Shape):
    """One stage: from which day on, how many full posts."""

    opens_on: Annotated[Day, Ask(noop("Opens on"))]
    posts: Annotated[int, Field(ge=1, le=10_000), Ask(noop("Full posts"))]
    norm: Annotated[int, Field(ge=1, le=1_000_000), Ask(noop("Children for one post"))]


class SetProgramme(Shape):
    """The stages in which a programme opens posts of one kind."""

    programme: Annotated[
        Number, Ask(noop("Programme"), noop("A short name, such as decree-2025-01-30"))
    ]
    kind: Kind
    stages: Annotated[
        list[StageOfProgramme], Field(min_length=1, max_length=24), Ask(noop("Stages"))
    ]

    def clashes(self) -> Iterator[Refusal]:
        """Stages that do not open one after the other."""
        for at, (one, other) in enumerate(zip(self.stages, self.stages[1:], strict=False), 1):
            if other.opens_on <= one.opens_on:
                yield StagesOutOfOrder(f"stages.{at}.opens_on")


@operation(
    label=noop("Set a programme of posts"),
    shape=SetProgramme,
    roles=(MINISTRY,),
    refusals=(StagesOutOfOrder, PostsStandAlready, AlreadyRecorded),
)
def set_programme(order: Order[SetProgramme]) -> None:
    """Say in which stages posts are opened; set anew, a programme takes the place of what stood."""
    data = order.data
    claim(order, uuid5(_PROGRAMMES, data.programme))
    new = dict(enumerate(data.stages, 1))
    standing = list(staffing.stages_of(data.programme, data.kind))
    columns = ("opens_on", "posts", "norm")
    before = {one.stage: [getattr(one, name) for name in columns] for one in standing}
    if before == {stage: [getattr(one, name) for name in columns] for stage, one in new.items()}:
        raise AlreadyRecorded("programme")
    for stage, placed in staffing.placed_of(data.programme, data.kind).items():
        first = min(begins for begins, _ends, _part in placed)
        room = new.get(stage)
        if room is None or room.opens_on > first or room.posts * FULL < most_at_once(placed):
            raise PostsStandAlready("stages", stage=stage)
    # Before the new ones are written: of those that are live, no two are one stage.
    live = ProgrammeStage.objects.filter(id__in=[one.pk for one in standing])
    live.update(withdrawn_at=order.now)
    for stage, one in new.items():
        about = {"programme": data.programme, "kind": data.kind, "stage": stage}
        order.add(ProgrammeStage(**about, **one.model_dump(), **told(order)))


class OpenPost(Shape):
    """A post that is opened: its number, kind, place and share, and whose stage it is of."""

    post: Annotated[Number, Ask(noop("Number of the post"))]
    kind: Kind
    territory: Annotated[PlaceCode, Ask(noop("District or city"), options="territories")]
    percent: Annotated[
        int, Field(ge=1, le=FULL), Ask(noop("Share"), noop("In percent of a full post"))
    ] = FULL
    opened_on: Annotated[Day, Ask(noop("Open from"))]
    programme: Annotated[Number | None, Ask(noop("Programme"))] = None
    stage: Annotated[int | None, Field(ge=1, le=24), Ask(noop("Stage"))] = None

    def clashes(self) -> Iterator[Refusal]:
        """A stage without its programme, or the other way round."""
        if (self.programme is None) != (self.stage is None):
            yield FieldRequired("stage" if self.stage is None else "programme")


@operation(
    label=noop("Open a post"),
    shape=OpenPost,
    roles=(MINISTRY,),
    refusals=(
        TerritoryUnknown,
        PostNumberTaken,
        StageUnknown,
        StageFull,
        BeforeTheStage,
        AlreadyRecorded,
    ),
)
def open_post(order: Order[OpenPost]) -> None:
    """Open a post in a district or city; it is vacant until somebody is appointed."""
    data = order.data
    claim(order, uuid5(_PROGRAMMES, data.programme or ""))
    post = StaffPost(
        number=data.post,
        kind=data.kind,
        territory_id=data.territory,
        percent=data.percent,
        programme=data.programme or "",
        stage=data.stage,
        opened_on=data.opened_on,
        **told(order),
    )
    _check_number(post)
    _check_stage(data)
    vacant = StateSpan("vacant", data.opened_on, None)
    order.add(post, state_row(order, post, vacant))
    order.answer["post"] = str(post.pk)


def _check_number(post: StaffPost) -> None:
    """Raise ``AlreadyRecorded`` for the same post once more, ``PostNumberTaken`` for another."""
    other = staffing.post_numbered(post.number)
    if other is None:
        return
    names = ("kind", "territory_id", "percent", "programme", "stage", "opened_on")
    same = all(getattr(other, name) == getattr(post, name) for name in names)
    raise AlreadyRecorded("post") if same else PostNumberTaken("post")


def _check_stage(data: OpenPost) -> None:
    if data.programme is None:
        return
    stages = staffing.stages_of(data.programme, data.kind)
    stage = next((one for one in stages if one.stage == data.stage), None)
    if stage is None:
        raise StageUnknown("stage")
    if data.opened_on < stage.opens_on:
        raise BeforeTheStage("opened_on", day=f"{stage.opens_on:%d.%m.%Y}")
    check_room(stage, (data.opened_on, None, data.percent), "stage")


def check_room(stage: ProgrammeStage, span: tuple[date, date | None, int], at: str) -> None:
    """Raise ``StageFull`` if on some day more posts of a stage were open than it opens."""
    placed = staffing.placed_of(stage.programme, stage.kind, stage.stage).get(stage.stage, [])
    if most_at_once([*placed, span]) > stage.posts * FULL:
        raise StageFull(at, posts=stage.posts)
