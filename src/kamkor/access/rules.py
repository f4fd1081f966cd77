"""The viewer: who asks, under which post, and what that post may see and do."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kamkor.access.vocabulary import OBLAST, RIGHTS, Action, Level


@dataclass(frozen=True)
class Viewer:
    """One person acting under one post on one day; read anew at each request.

    ``offices`` are the offices of the viewer's level; ``unit``, ``district`` and ``oblast`` those
    above the post; ``units`` adds those of covered posts. ``on_duty`` holds if the post answers for its department's alarms today.
    """

    account_id: int
    username: str
    name: str
    language: str
    role: str
    post_id: int = 0
    employee_id: int = 0
    office_id: int = 0
    unit: int | None = None
    units: tuple[int, ...] = ()
    district: int | None = None
    oblast: int | None = None
    acts_for: tuple[int, ...] = ()
    on_duty: bool = False
    teams: tuple[UUID, ...] = ()
    lent: tuple[UUID, ...] = ()
    barred: tuple[UUID, ...] = ()
    day: date | None = field(default=None)

    @property
    def level(self) -> Level:
        """The level of rows the role sees."""
        return RIGHTS[self.role].level

    @property
    def role_label(self) -> str:
        """The role in English, to be translated at the door."""
        return RIGHTS[self.role].label

    @property
    def offices(self) -> tuple[int, ...]:
        """The offices at the viewer's level."""
        if self.level == Level.UNIT:
            return self.units
        office = {Level.DISTRICT: self.district, Level.OBLAST: self.oblast}.get(self.level)
        return () if office is None else (office,)

    @property
    def answers_alarms(self) -> bool:
        """Whether alarms may ring for this post: it records, or is the oblast's and named in a
        team."""
        return self.may(Action.RECORD) or (self.role == OBLAST and bool(self.teams))

    def may(self, action: Action) -> bool:
        """Whether the role has this right at all."""
        return action in RIGHTS[self.role].actions
