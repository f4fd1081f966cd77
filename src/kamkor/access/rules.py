"""The viewer: who asks, under which post, and what that post may see and do."""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
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
    above the post; ``units`` adds those of covered posts. ``emergency`` are those of the ``lent``
    that were opened in an emergency: to be read, and nothing done to them.
    ``posts`` are all that the person holds, this one among them. ``workforce`` is the version of
    the workforce that was read with all this, for pages that only read.
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
    emergency: tuple[UUID, ...] = ()
    day: date | None = field(default=None)
    workforce: UUID | None = field(default=None, compare=False)

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
    def shape(self) -> "Shape":
        """What shapes the SQL of this viewer's questions; the rest are values in it."""
        held = self.__dict__
        return Shape(self.role, tuple([name for name in _VALUES if not held[name]]))

    def may(self, action: Action) -> bool:
        """Whether the role has this right at all."""
        return action in RIGHTS[self.role].actions


_VALUES = tuple(one.name for one in fields(Viewer) if one.compare and one.name != "role")


@dataclass(frozen=True)
class Shape:
    """What shapes the SQL of a viewer's questions: its role, and what it has none of.

    Nobody's values are in it, so none can stay in a question that is kept.
    """

    role: str
    empty: tuple[str, ...]

    def form(self, mark: Callable[..., Any]) -> "Viewer":
        """A viewer of this shape with a mark in place of each value that it has."""
        held = [name for name in _VALUES if name not in self.empty]
        marks = {name: mark(name, some=True) for name in held}
        return _Form(**(_NOTHING | marks), role=self.role, _offices=mark("offices"))


_NOTHING: dict[str, Any] = {
    one.name: "" if one.default is MISSING else one.default
    for one in fields(Viewer)
    if one.name != "role"
}


@dataclass(frozen=True)
class _Form(Viewer):
    """A viewer of marks, from whom a kept question is put together."""

    _offices: Any = None

    @property
    def offices(self) -> Any:  # noqa: ANN401 - a mark
        """The mark for the offices at the viewer's level."""
        return self._offices
