"""Counts the posts of the establishment of a kind, on any day and as known on any day."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kamkor.access.rules import Viewer
from kamkor.figures.queries.asking import question_for
from kamkor.figures.rules.disclosure import DIFFERENCE, TOTAL, Number
from kamkor.figures.rules.question import BreakdownUnknown, FigureUnknown, Question, keys_of_words
from kamkor.figures.vocabulary import STAFFING, Key
from kamkor.kernel.errors import CodeUnknown
from kamkor.territory import queries as territory
from kamkor.territory.queries import ChildCount
from kamkor.workforce.queries.staffing import posts_known, stages_known
from kamkor.workforce.rules.staffing import (
    FULL,
    Placed,
    Stage,
    days_to_fill,
    in_posts,
    norm_on,
    per_post,
    planned_by,
    short_of_norm,
    turnover,
)
from kamkor.workforce.vocabulary import STAFF_KINDS

ACCOMPANIMENT = "accompaniment"
KEYS = (Key.OBLAST, Key.DISTRICT)
ADDED_UP = frozenset({"posts_planned", "posts_filled", "posts_vacant"})
"""Figures whose total is the sum of its parts, or a difference is told."""


@dataclass(frozen=True)
class Staffing:
    """The answer: the question, its cells, and what they were counted from.

    ``stages`` and ``posts`` are as known on the day asked for; ``children`` is the latest count of
    the whole place up to it.
    """

    question: Question
    kind: str
    cells: list[Number]
    stages: list[Stage]
    posts: list[Placed]
    children: ChildCount | None
    norm: int | None

    @property
    def totals(self) -> list[Number]:
        """The cells of the whole place."""
        return [one for one in self.cells if set(one.keys.values()) <= {TOTAL}]

    def planned_on(self, day: date) -> int:
        """Hundredths of posts planned in the whole place on a day."""
        return _planned(self.stages if self.question.districts is None else None, self.posts, day)

    def filled_on(self, day: date) -> int:
        """Hundredths of posts that are held in the whole place on a day."""
        return _filled(self.posts, day)


def staffing(
    viewer: Viewer,
    *,
    kind: str = ACCOMPANIMENT,
    place: str = "",
    department: bool = False,
    first: date | None = None,
    on: date | None = None,
    known_on: date | None = None,
    by: tuple[str, ...] = (),
    parted: bool = False,
    figures: tuple[str, ...] = tuple(STAFFING),
) -> Staffing:
    """Count the posts of a kind; ``first`` begins the period of what happened, 1 January by default.
    ``parted``: by what is next below the place, instead of ``by``.

    Posts are no children: no number is kept back. Raises what ``question_for`` raises, and
    ``CodeUnknown`` for a kind, ``BreakdownUnknown`` and ``FigureUnknown`` for what is none of posts.
    """
    if kind not in STAFF_KINDS:
        raise CodeUnknown("kind")
    asked = question_for(
        viewer,
        place=place,
        department=department,
        first=first,
        on=on,
        known_on=known_on,
        figures=(),
    )
    keys = keys_of_words(by)
    for key in keys:
        if key not in KEYS:
            raise BreakdownUnknown("by", key=key, keys=", ".join(KEYS))
    for name in figures:
        if name not in STAFFING:
            raise FigureUnknown("figure", figure=name)
    unit = territory.unit_of(asked.territory)
    if parted:
        keys = _next_below(asked, unit.level)
    question = replace(asked, by=keys, figures=figures)
    stages = stages_known(kind, question.known_on)
    posts = posts_known(kind, question.known_on, question.districts)
    whole = territory.children_counted(unit.soate, unit.level, question.on)
    if question.department:
        whole = None
    norm = norm_on(stages, question.on)
    answer = Staffing(question, kind, [], stages, posts, whole, norm)
    return replace(answer, cells=[*_cells(answer)])


def _next_below(question: Question, level: int) -> tuple[Key, ...]:
    """The country is parted by oblasts, an oblast or a department by districts."""
    if level == territory.COUNTRY_LEVEL:
        return (Key.OBLAST,)
    return (Key.DISTRICT,) if question.department or level == territory.OBLAST_LEVEL else ()


def _planned(stages: Sequence[Stage] | None, posts: Sequence[Placed], day: date) -> int:
    """What programmes opened and what stands beside them; without stages what has its place."""
    standing = [one for one in posts if one.stands_on(day)]
    if stages is None:
        return sum(one.hundredths for one in standing)
    beside = sum(one.hundredths for one in standing if not one.of_programme)
    return planned_by(stages, day) * FULL + beside


def _filled(posts: Sequence[Placed], day: date) -> int:
    return sum(one.hundredths for one in posts if one.is_held_on(day))


@dataclass(frozen=True)
class _Part:
    """One line of the answer: its posts, and the children who live there."""

    day: date
    first: date
    posts: Sequence[Placed]
    stages: Sequence[Stage] | None
    children: int | None
    norm: int | None

    @property
    def planned(self) -> int:
        return _planned(self.stages, self.posts, self.day)

    @property
    def filled(self) -> int:
        return _filled(self.posts, self.day)


_VALUES: dict[str, Callable[[_Part], int | float | None]] = {
    "posts_planned": lambda part: in_posts(part.planned),
    "posts_filled": lambda part: in_posts(part.filled),
    "posts_vacant": lambda part: in_posts(part.planned - part.filled),
    "children_per_post": lambda part: per_post(part.children, part.planned),
    "children_per_filled_post": lambda part: per_post(part.children, part.filled),
    "posts_short_of_norm": lambda part: in_posts(
        short_of_norm(part.children, part.norm, part.planned)
    ),
    "time_to_fill_days": lambda part: days_to_fill(part.posts, part.first, part.day),
    "turnover": lambda part: turnover(part.posts, part.first, part.day),
}


Place = Mapping[Key, str]


def _cells(answer: Staffing) -> Iterator[Number]:
    question = answer.question
    places = _places(question) if question.by else []
    children = answer.children.children if answer.children else None
    national = answer.stages if question.districts is None else None
    whole = _Part(question.on, question.first, answer.posts, national, children, answer.norm)
    for name in question.figures:
        yield from _tree(name, whole, question, places, ())


def _places(question: Question) -> list[Place]:
    """The districts and cities that are asked for, each with its oblast; those without posts too."""
    wanted = None if question.districts is None else set(question.districts)
    rows = territory.places_of_cases().order_by("soate").values_list("soate", "parent_id", "level")
    return [
        {Key.DISTRICT: soate, Key.OBLAST: soate if level == territory.OBLAST_LEVEL else parent}
        for soate, parent, level in rows
        if wanted is None or soate in wanted
    ]


def _tree(
    name: str, part: _Part, question: Question, places: Sequence[Place], way: tuple[str, ...]
) -> Iterator[Number]:
    """A number, its parts one step deeper, each with its own, and the difference to them."""
    keys = question.by
    value = _VALUES[name](part)
    yield Number(name, value, _named(keys, way))
    if len(way) == len(keys):
        return
    key = keys[len(way)]
    total = 0
    for one in dict.fromkeys(place[key] for place in places):
        below = [place for place in places if place[key] == one]
        deeper = _part_of(part, one, {place[Key.DISTRICT] for place in below})
        total += _hundredths(name, deeper)
        yield from _tree(name, deeper, question, below, (*way, one))
    if name in ADDED_UP and (rest := _hundredths(name, part) - total):
        yield Number(name, in_posts(rest), _named(keys, (*way, DIFFERENCE)), part="difference")


def _part_of(part: _Part, place: str, districts: set[str]) -> _Part:
    counted = territory.children_counted(place, territory.DISTRICT_LEVEL, part.day)
    return replace(
        part,
        posts=[one for one in part.posts if one.territory in districts],
        stages=None,
        children=counted.children if counted else None,
    )


def _hundredths(name: str, part: _Part) -> int:
    known = {"posts_planned": part.planned, "posts_filled": part.filled}
    return known.get(name, part.planned - part.filled)


def _named(keys: Sequence[Key], way: Sequence[str]) -> dict[str, str]:
    told = [*way, *[TOTAL] * (len(keys) - len(way))]
    return dict(zip(map(str, keys), told, strict=True))
