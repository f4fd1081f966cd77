"""Posts of the establishment: a programme opens them, they are placed, filled, left and ended."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from pydantic import Field

from kamkor.kernel.commands import AlreadyRecorded, NotFound, Order, operation
from kamkor.kernel.errors import FieldRequired, Refusal
from kamkor.kernel.shapes import Ask, Day, Name, PastDay, Shape
from kamkor.kernel.words import noop
from kamkor.territory.queries import PlaceCode, TerritoryUnknown
from kamkor.workforce import queries
from kamkor.workforce.models import Employee, ProgrammeStage, StaffPost, StaffState
from kamkor.workforce.operations.claiming import claimed_department
from kamkor.workforce.queries import staffing
from kamkor.workforce.queries.staffing import NATIONAL
from kamkor.workforce.rules.staffing import FULL, StateSpan, most_at_once, state_set

MINISTRY = "ministry"
_PERSONS = UUID("0195f1a0-0000-7000-8000-000000000003")
_PROGRAMMES = UUID("0195f1a0-0000-7000-8000-000000000004")

Kind = Annotated[
    Literal["accompaniment", "protection_specialist", "home_care", "head"],
    Ask(noop("Kind of post"), options="staff_kinds"),
]
Number = Annotated[str, Field(min_length=1, max_length=40)]
PersonNumber = Annotated[str, Field(min_length=1, max_length=20)]


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


class BeforePostOpened(Refusal):
    """Nothing is recorded of a post before it is open."""

    code = "before_post_opened"
    message = noop("The post is open since %(day)s.")


class StateDoesNotFollow(Refusal):
    """The state cannot stand there: nobody to go on leave, the post has ended, or the like."""

    code = "state_does_not_follow"
    message = noop("The post cannot be so from that day: look at what stands before and after it.")


class PersonOnlyIfHeld(Refusal):
    """A holder is named for an appointment, a substitute for leave, and nobody else."""

    code = "person_only_if_held"
    message = noop("Name a holder only for an appointment, a substitute only for leave.")


class PersonDiffers(Refusal):
    """The personnel number is another person's."""

    code = "person_differs"
    message = noop("This personnel number is that of somebody with another name.")


class PersonUnknown(Refusal):
    """Nobody has this personnel number."""

    code = "person_unknown"
    message = noop("Nobody with this personnel number is known.")


class InAnotherPost(Refusal):
    """One person holds one full post at most, or shares that make up one."""

    code = "in_another_post"
    message = noop("This person would hold more than one full post: %(posts)s.")


class _Nation:
    """What is done for the whole service belongs to no office."""

    office_unit = office_district = office_oblast = team = None


def _claim(order: Order[Any], *subjects: UUID) -> int | None:
    """Take the place of what is changed; returns the department if the act is one's own.

    The ministry's acts stand in the journal under the nation, a head's under the department.
    """
    department = None
    if order.viewer.role == MINISTRY:
        order.claim(NATIONAL, check_version=False)
        order.journal(NATIONAL, _Nation())  # type: ignore[arg-type]
    else:
        department = claimed_department(order)
    for subject in sorted(subjects):
        order.claim(subject, check_version=False)
    return department


class StageOfProgramme(Shape):
    """One stage: from which day on, how many full posts."""

    opens_on: Annotated[Day, Ask(noop("Opens on"))]
    posts: Annotated[int, Field(ge=1, le=10_000), Ask(noop("Full posts"))]


class SetProgramme(Shape):
    """The stages in which a programme opens posts of one kind."""

    programme: Annotated[
        Number, Ask(noop("Programme"), noop("A short name, such as decree-2025-01-30"))
    ]
    kind: Kind
    norm: Annotated[int, Field(ge=1, le=1_000_000), Ask(noop("Children for one post"))]
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
    _claim(order, uuid5(_PROGRAMMES, data.programme))
    new = {
        stage: (data.kind, one.opens_on, one.posts, data.norm)
        for stage, one in enumerate(data.stages, 1)
    }
    standing = list(staffing.stages_of(data.programme))
    if {one.stage: (one.kind, one.opens_on, one.posts, one.norm) for one in standing} == new:
        raise AlreadyRecorded("programme")
    for stage, placed in staffing.placed_of(data.programme).items():
        kind, opens_on, posts, _norm = new.get(stage, ("", date.max, 0, 0))
        if kind != placed.kind or opens_on > placed.first or posts * FULL < placed.hundredths:
            raise PostsStandAlready("stages", stage=stage)
    # Before the new ones are written: of those that are live, no two are one stage.
    live = ProgrammeStage.objects.filter(id__in=[one.pk for one in standing])
    live.update(withdrawn_at=order.now)
    for stage, (kind, opens_on, posts, norm) in new.items():
        order.add(
            ProgrammeStage(
                programme=data.programme,
                kind=kind,
                stage=stage,
                opens_on=opens_on,
                posts=posts,
                norm=norm,
                **_told(order),
            )
        )


def _told(order: Order[Any]) -> dict[str, Any]:
    return {"recorded_at": order.now, "command": order.id, "by_post": order.viewer.post_id}


class OpenPost(Shape):
    """A post that is opened: its number, kind, place and share, and whose stage it is of."""

    number: Annotated[Number, Ask(noop("Number of the post"))]
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
    _claim(order, uuid5(_PROGRAMMES, data.programme or ""))
    post = StaffPost(
        number=data.number,
        kind=data.kind,
        territory_id=data.territory,
        percent=data.percent,
        programme=data.programme or "",
        stage=data.stage,
        opened_on=data.opened_on,
        **_told(order),
    )
    _check_number(post)
    _check_stage(data)
    vacant = StateSpan("vacant", data.opened_on, None)
    order.add(post, _row(order, post, vacant))
    order.answer["post"] = str(post.pk)


def _check_number(post: StaffPost) -> None:
    """Raise ``AlreadyRecorded`` for the same post once more, ``PostNumberTaken`` for another."""
    other = staffing.post_numbered(post.number)
    if other is None:
        return
    names = ("kind", "territory_id", "percent", "programme", "stage", "opened_on")
    same = all(getattr(other, name) == getattr(post, name) for name in names)
    raise AlreadyRecorded("number") if same else PostNumberTaken("number")


def _check_stage(data: OpenPost) -> None:
    if data.programme is None:
        return
    stages = staffing.stages_of(data.programme)
    stage = next((one for one in stages if one.stage == data.stage), None)
    if stage is None or stage.kind != data.kind:
        raise StageUnknown("stage")
    if data.opened_on < stage.opens_on:
        raise BeforeTheStage("opened_on", day=f"{stage.opens_on:%d.%m.%Y}")
    placed = staffing.placed_of(data.programme).get(stage.stage)
    if data.percent + (placed.hundredths if placed else 0) > stage.posts * FULL:
        raise StageFull("stage", posts=stage.posts)


class SetPostState(Shape):
    """From a day on a post is vacant, announced, in selection, held, on leave, or has ended."""

    post: Annotated[Number, Ask(noop("Number of the post"))]
    state: Annotated[
        Literal["vacant", "announced", "in_selection", "appointed", "on_leave", "ended"],
        Ask(noop("What is it from then on?"), options="staff_states"),
    ]
    happened_on: Annotated[PastDay, Ask(noop("From which day?"))]
    person: Annotated[
        PersonNumber | None,
        Ask(noop("Personnel number"), noop("Of who is appointed"), group=noop("Who is appointed")),
    ] = None
    surname: Annotated[Name | None, Ask(noop("Surname"), group=noop("Who is appointed"))] = None
    given_name: Annotated[Name | None, Ask(noop("Given name"), group=noop("Who is appointed"))] = (
        None
    )
    substitute: Annotated[
        PersonNumber | None,
        Ask(noop("Substitute"), noop("On leave: the personnel number of who stands in")),
    ] = None

    def clashes(self) -> Iterator[Refusal]:
        """Persons where none, or another, is to be named."""
        appointed = self.state == "appointed"
        if appointed and self.person is None:
            yield FieldRequired("person")
        for name in ("person", "surname", "given_name"):
            if not appointed and getattr(self, name) is not None:
                yield PersonOnlyIfHeld(name)
        if self.substitute is not None and self.state != "on_leave":
            yield PersonOnlyIfHeld("substitute")


@operation(
    label=noop("Record what became of a post"),
    shape=SetPostState,
    roles=(MINISTRY, "head"),
    refusals=(
        NotFound,
        BeforePostOpened,
        StateDoesNotFollow,
        PersonOnlyIfHeld,
        PersonDiffers,
        PersonUnknown,
        InAnotherPost,
        AlreadyRecorded,
    ),
)
def set_post_state(order: Order[SetPostState]) -> None:
    """Record what a post is from a day on; on the same day once more, it mends what stood there."""
    data = order.data
    post = staffing.post_numbered(data.post)
    if post is None:
        raise NotFound("post")
    persons = [uuid5(_PERSONS, one) for one in (data.person, data.substitute) if one]
    department = _claim(order, post.pk, *persons)
    if department is not None and not _is_of(department, post, data.happened_on):
        raise NotFound("post")
    if data.happened_on < post.opened_on:
        raise BeforePostOpened("happened_on", day=f"{post.opened_on:%d.%m.%Y}")
    rows = {row.valid_from: row for row in staffing.states_of(post)}
    new, substitute = _new_state(data, list(rows.values()))
    found = _fitted(rows, new, substitute)
    taken, made = found
    holder = _holder(order, post, made[-1]) if data.state == "appointed" else new.holder
    old = rows[taken.begins]
    # Before what stays is written: of those that are live, no two share a day.
    StaffState.objects.filter(id=old.pk).update(withdrawn_at=order.now)
    for span in made[:-1]:
        order.add(_row(order, post, span, old.substitute_id))
    last = StateSpan(new.state, new.begins, made[-1].ends, holder)
    order.add(_row(order, post, last, substitute))


def _is_of(department: int, post: StaffPost, day: date) -> bool:
    return post.territory_id in queries.territories_of(department, day)


def _new_state(data: SetPostState, rows: list[StaffState]) -> tuple[StateSpan, int | None]:
    """The state that is recorded, with its holder if known, and who stands in."""
    holder: int | None = None
    if data.state == "appointed":
        known = staffing.person_numbered(data.person or "")
        # Nobody has an employee's number 0: somebody not known before.
        holder = known.pk if known else 0
        _check_names(data, known)
    elif data.state == "on_leave":
        last = max((row for row in rows if row.valid_from < data.happened_on), default=None, key=_day)
        holder = last.employee_id if last else None
    substitute = None
    if data.substitute is not None:
        found = staffing.person_numbered(data.substitute)
        if found is None or found.pk == holder:
            raise PersonUnknown("substitute")
        substitute = found.pk
    return StateSpan(data.state, data.happened_on, None, holder), substitute


def _day(row: StaffState) -> date:
    return row.valid_from


def _check_names(data: SetPostState, known: Employee | None) -> None:
    """Raise what is wrong with the name of who is appointed."""
    if known is None:
        if data.given_name is None:
            raise FieldRequired("given_name")
        return
    told = {"given_name": data.given_name, "surname": data.surname}
    if any(text is not None and text != getattr(known, name) for name, text in told.items()):
        raise PersonDiffers("person")


def _fitted(
    rows: dict[date, StaffState], new: StateSpan, substitute: int | None
) -> tuple[StateSpan, tuple[StateSpan, ...]]:
    """What is taken out and what comes in its place; raises why that cannot be."""
    there = rows.get(new.begins)
    if there is not None:
        stands = (there.state, there.employee_id, there.substitute_id)
        if stands == (new.state, new.holder, substitute):
            raise AlreadyRecorded("happened_on")
    found = state_set([staffing.span_of(row) for row in rows.values()], new)
    if found is None:
        raise StateDoesNotFollow("state")
    return found


def _holder(order: Order[SetPostState], post: StaffPost, span: StateSpan) -> int:
    """Who is appointed, written down if not known before; raises ``InAnotherPost``."""
    data = order.data
    if not span.holder:
        # Nobody without a seat is sorted by name: the key is made with the seat.
        made = Employee(
            number=data.person, given_name=data.given_name or "", surname=data.surname or ""
        )
        made.save()
        return made.pk
    others = staffing.held_beside(span.holder, post, span.begins, span.ends)
    spans = [(one.valid_from, one.valid_to, one.post.percent) for one in others]
    if most_at_once([*spans, (span.begins, span.ends, post.percent)]) > FULL:
        numbers = ", ".join(sorted({one.post.number for one in others}))
        raise InAnotherPost("person", posts=numbers)
    return span.holder


def _row(
    order: Order[Any], post: StaffPost, span: StateSpan, substitute: int | None = None
) -> StaffState:
    return StaffState(
        post=post,
        state=span.state,
        valid_from=span.begins,
        valid_to=span.ends,
        employee_id=span.holder,
        substitute_id=substitute,
        full=post.percent == FULL,
        **_told(order),
    )
