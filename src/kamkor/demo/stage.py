"""Plays the demo's stories: acts of many people in the order of their moments, as operations."""

import heapq
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kamkor.access.queries import account_of_post, scope_of_viewer, viewer_again, viewer_for
from kamkor.access.rules import Viewer
from kamkor.kernel import clock
from kamkor.kernel.commands import Answer, Command, carry_out
from kamkor.kernel.database import entered
from kamkor.kernel.ids import new_id

Data = Mapping[str, Any]

# Operations by which something is lent, sealed, named or barred, or comes back.
CHANGE_SCOPES = frozenset(
    {
        "accept_transfer", "assign_worker", "declare_interest", "identify_child", "offer_transfer",
        "receive_report", "record_leave", "register_child", "register_family", "return_transfer",
        "review_declined_report", "screen_report", "take_back",
    }
)  # fmt: skip


class DemoFault(Exception):
    """A story was refused: the demo and the operations do not agree any more."""


@dataclass(frozen=True)
class Act:
    """One command of one post at one moment; ``data`` may be found out for the viewer then."""

    moment: datetime
    post: int
    operation: str
    data: Data | Callable[[Viewer], Data]


@dataclass(frozen=True)
class Many:
    """Several commands of one operation, found out for the viewer at that moment."""

    moment: datetime
    post: int
    operation: str
    data: Callable[[Viewer], Sequence[Data]]


@dataclass(frozen=True)
class Look:
    """A question asked for the viewer of the act before it."""

    ask: Callable[[Viewer], Any]


Step = Act | Many | Look
Story = Generator[Step, Any, None]


@dataclass(frozen=True)
class Reply:
    """What an act was answered, and the id it was given."""

    command: UUID
    answer: dict[str, Any]


class Viewers:
    """The viewers of all posts, read anew only after somebody's scope may have changed."""

    def __init__(self, covered: Callable[[int, date], tuple[int, ...]]) -> None:
        self._covered = covered
        self._changes = 0
        self._known: dict[int, tuple[int, Viewer]] = {}

    def of(self, post: int) -> Viewer:
        """The viewer that the holder of a post is at the clock's moment.

        Raises ``DemoFault`` if nobody with an account holds it.
        """
        day = clock.today()
        changes, known = self._known.get(post) or (-1, _first_viewer(post))
        covered = self._covered(post, day)
        if changes == self._changes and known.acts_for == (post, *covered):
            found = replace(known, day=day)
        else:
            found = viewer_again(known)
        self._known[post] = (self._changes, found)
        return found

    def note(self, commands: Iterable[Command]) -> None:
        """Note what was carried out: some operations change what others see."""
        self._changes += any(command.operation in CHANGE_SCOPES for command in commands)


def _first_viewer(post: int) -> Viewer:
    account = account_of_post(post, clock.today())
    viewer = viewer_for(account, post) if account else None
    if viewer is None:
        text = f"nobody with an account holds post {post}"
        raise DemoFault(text)
    return viewer


@dataclass
class Stage:
    """The queue of stories, each waiting for its next act; acts after ``until`` are not played.

    ``tell`` is called with the number of commands carried out and the moment they stand at.
    """

    until: datetime
    viewers: Viewers
    tell: Callable[[int, datetime], None]
    carried_out: int = 0
    _queue: list[tuple[datetime, int, int, Story, Act | Many]] = field(default_factory=list)
    _begun: int = 0

    def add(self, story: Story) -> None:
        """Take a story in; it waits for the moment of its first act."""
        self._begun += 1
        self._wait(self._begun, story, next(story, None))

    def play(self) -> None:
        """Carry out all acts, those of one post at one moment in one batch.

        Raises ``DemoFault`` if an operation refuses one.
        """
        while self._queue:
            moment, post = self._queue[0][:2]
            together = []
            while self._queue and self._queue[0][:2] == (moment, post):
                together.append(heapq.heappop(self._queue))
            with clock.clock_at(moment):
                self._play_together(post, together)
            self.tell(self.carried_out, moment)

    def _play_together(
        self, post: int, together: list[tuple[datetime, int, int, Story, Act | Many]]
    ) -> None:
        viewer = self.viewers.of(post)
        waiting: list[tuple[int, Story, Step | None]] = []
        with entered(scope_of_viewer(viewer)):
            planned = [(act, _commands(act, viewer)) for *_, act in together]
            answers = self._carry_out(viewer, [one for _, some in planned for one in some])
            for (_, _, number, story, act), (_, commands) in zip(together, planned, strict=True):
                replies = [Reply(one.id, answers[one.id].answer) for one in commands]
                step = _next(story, replies if isinstance(act, Many) else replies[0])
                while isinstance(step, Look):
                    step = _next(story, step.ask(viewer))
                waiting.append((number, story, step))
        for number, story, step in waiting:
            self._wait(number, story, step)

    def _carry_out(self, viewer: Viewer, commands: list[Command]) -> dict[UUID, Answer]:
        answers = carry_out(viewer, commands)
        for command, answer in zip(commands, answers, strict=True):
            if answer.refusal is not None:
                why = [(fault.code, fault.field) for fault in answer.refusal.faults]
                text = f"{viewer.role} {command.operation} on {clock.today()} was refused: {why}"
                raise DemoFault(text)
        self.carried_out += len(commands)
        self.viewers.note(commands)
        return {answer.id: answer for answer in answers}

    def _wait(self, number: int, story: Story, step: Step | None) -> None:
        if isinstance(step, Look):
            text = "a story asks before its first act"
            raise DemoFault(text)
        if step is not None and step.moment <= self.until:
            heapq.heappush(self._queue, (step.moment, step.post, number, story, step))


def _commands(act: Act | Many, viewer: Viewer) -> list[Command]:
    if isinstance(act, Many):
        return [Command(new_id(), act.operation, dict(data)) for data in act.data(viewer)]
    data = act.data(viewer) if callable(act.data) else act.data
    return [Command(new_id(), act.operation, dict(data))]


def _next(story: Story, told: object) -> Step | None:
    try:
        return story.send(told)
    except StopIteration:
        return None
