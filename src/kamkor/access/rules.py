"""The viewer: who asks, under which post, and what that post may see and do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from kamkor.access.vocabulary import OBLAST, RIGHTS, Action, Level


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post that a person holds today, with its office's scope columns and names."""

    id: int
    kind: str
    office_id: int
    unit_id: int | None
    district_id: int | None
    oblast_id: int | None
    name_ky: str
    name_ru: str
    name_kk: str
    name_en: str


@dataclass(frozen=True)
class Viewer:
    """One person acting under one post on one day; read anew at each request.

    ``offices`` are the offices of the viewer's level; ``unit``, ``district`` and ``oblast`` those
    above the post; ``units`` adds those of covered posts.
    ``posts`` are all that the person holds, this one among them.
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
    posts: tuple[HeldPost, ...] = ()
    acts_for: tuple[int, ...] = ()
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

    @property
    def shape(self) -> tuple[object, ...]:
        """What shapes the SQL of this viewer's questions; the rest are values in it."""
        held = (self.teams, self.lent, self.barred, self.district, self.oblast)
        return (self.role, *map(bool, held))

    def form(self, mark: Callable[[str], Any]) -> "Viewer":
        """This viewer with marks for all that another of its shape has differently."""
        marks = {name: mark(name) for name in _SINGLE}
        marks |= {name: mark(name) for name in _SEVERAL if getattr(self, name)}
        return _Form(**(self.__dict__ | marks | {"posts": (), "_offices": mark("offices")}))

    def may(self, action: Action) -> bool:
        """Whether the role has this right at all."""
        return action in RIGHTS[self.role].actions


_SINGLE = ("account_id", "username", "name", "language", "post_id", "employee_id", "office_id")
_SEVERAL = ("acts_for", "teams", "lent", "barred", "district", "oblast", "unit", "units", "day")


@dataclass(frozen=True)
class _Form(Viewer):
    """A viewer of marks, from whom a kept question is put together."""

    _offices: Any = None

    @property
    def offices(self) -> Any:  # noqa: ANN401 - a mark
        """The mark for the offices at the viewer's level."""
        return self._offices
