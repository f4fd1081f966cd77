"""Where the numbers of a map stand: no two cover each other, and each is seen to be its unit's."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

Point = tuple[float, float]
Line = tuple[Point, Point]
Ring = Sequence[Point]

HEIGHT, DIGIT, EDGE = 36.0, 17.0, 6.0
"""Of a number in units of the picture, as large as a narrow screen shows it."""
_DOT, _APART = 8.0, 26.0
_STEP, _TURNS, _FARTHEST, _PACE = 8, 16, 480, 4


@dataclass(frozen=True)
class Box:
    """A rectangle round its middle."""

    x: float
    y: float
    width: float
    height: float = HEIGHT

    @property
    def corners(self) -> tuple[Point, ...]:
        """Its four corners."""
        across, down = self.width / 2, self.height / 2
        return tuple(
            (self.x + sx * across, self.y + sy * down)
            for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        )

    @property
    def core(self) -> "Box":
        """What of a number must stand on its unit, and what a line leads up to."""
        return Box(self.x, self.y, self.width * 0.6, self.height * 0.5)

    def covers(self, other: "Box") -> bool:
        """Whether two rectangles share a place."""
        return (
            abs(self.x - other.x) * 2 < self.width + other.width
            and abs(self.y - other.y) * 2 < self.height + other.height
        )

    def holds(self, point: Point) -> bool:
        """Whether a point lies within it."""
        return (
            abs(point[0] - self.x) * 2 <= self.width and abs(point[1] - self.y) * 2 <= self.height
        )

    def crossed_by(self, line: Line) -> bool:
        """Whether a line goes through it."""
        (ax, ay), (bx, by) = line
        steps = max(2, int(math.dist(*line) / _PACE))
        ways = (at / steps for at in range(steps + 1))
        return any(self.holds((ax + (bx - ax) * way, ay + (by - ay) * way)) for way in ways)


@dataclass(frozen=True)
class Label:
    """Where a number stands, and from which point of its unit a line leads to it, if one must."""

    x: float
    y: float
    leader: Line | None = None


def labels_placed(
    shapes: Mapping[str, Sequence[Ring]], lengths: Mapping[str, int], frame: tuple[float, float]
) -> dict[str, Label]:
    """A place for each unit's number of so many signs within a frame: on the unit where there is
    room for it, else beside it, with a line."""
    sizes = {code: DIGIT * lengths[code] + EDGE for code in shapes}
    middles = {code: middle_of(rings) for code, rings in shapes.items()}
    ordered = sorted(shapes, key=lambda code: _area(shapes[code]))
    roomy = [code for code in ordered if _within(shapes[code], middles[code], sizes[code])]
    narrow = [code for code in ordered if code not in roomy]
    picture = _Picture(frame, {code: Box(*middles[code], _DOT, _DOT) for code in narrow})
    found = {}
    for code in [*roomy, *narrow]:
        tried = partial(_tried, shapes[code], middles[code], sizes[code], on_it=code in roomy)
        room = (one for one in tried() if picture.has_room(code, *one))
        # Rather let lines cross than numbers cover each other.
        crowded = (one for one in tried() if picture.has_room(code, one[0], None))
        box, line = next(chain(room, crowded, tried()))
        found[code] = Label(box.x, box.y, line)
        picture.put(box, line)
    return found


class _Picture:
    """What stands on a map already: numbers, lines, and the dots at which lines begin."""

    def __init__(self, frame: tuple[float, float], dots: Mapping[str, Box]) -> None:
        self._frame = Box(frame[0] / 2, frame[1] / 2, *frame)
        self._dots = dots
        self._boxes: list[Box] = []
        self._lines: list[Line] = []

    def has_room(self, code: str, box: Box, line: Line | None) -> bool:
        """Whether a unit's number, and its line, may stand there."""
        held = [*self._boxes, *(dot for other, dot in self._dots.items() if other != code)]
        own = self._dots.get(code)
        # A line is long enough to be seen.
        near = [Box(own.x, own.y, _APART, _APART)] if own else []
        return (
            all(self._frame.holds(corner) for corner in box.corners)
            and not any(box.covers(other) for other in [*held, *near])
            and not any(box.crossed_by(other) for other in self._lines)
            and not (line and any(other.crossed_by(line) for other in held))
            and not (line and any(_cross(line, other) for other in self._lines))
        )

    def put(self, box: Box, line: Line | None) -> None:
        """A number stands there now."""
        self._boxes.append(box)
        self._lines += [line] if line else []


def _tried(
    rings: Sequence[Ring], middle: Point, width: float, *, on_it: bool
) -> Iterator[tuple[Box, Line | None]]:
    """Where a number might stand: on its unit, if it has room at all, then beside it."""
    beside = []
    for place in _around(middle):
        box = Box(*place, width)
        if on_it and _stands_on(rings, box):
            yield box, None
        else:
            beside.append(box)
    for box in beside:
        yield box, _line(middle, box)


def _around(middle: Point) -> Iterator[Point]:
    yield middle
    for far in range(_STEP, _FARTHEST, _STEP):
        for turn in range(_TURNS):
            angle = 2 * math.pi * turn / _TURNS
            yield middle[0] + far * math.cos(angle), middle[1] + far * math.sin(angle)


def _line(start: Point, box: Box) -> Line:
    """From a point to the nearest edge of a number."""
    across, down = box.core.width / 2, box.core.height / 2
    x = min(max(start[0], box.x - across), box.x + across)
    y = min(max(start[1], box.y - down), box.y + down)
    return start, (x, y)


def _cross(one: Line, other: Line) -> bool:
    def side(line: Line, point: Point) -> float:
        (ax, ay), (bx, by) = line
        return (bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)

    return (
        side(one, other[0]) * side(one, other[1]) < 0
        and side(other, one[0]) * side(other, one[1]) < 0
    )


def _within(rings: Sequence[Ring], middle: Point, width: float) -> bool:
    """Whether a number has room on a unit somewhere near its middle."""
    return any(
        _stands_on(rings, Box(*place, width))
        for place in _around(middle)
        if math.dist(place, middle) <= width
    )


def _stands_on(rings: Sequence[Ring], box: Box) -> bool:
    return all(is_inside(rings, corner) for corner in box.core.corners)


def middle_of(rings: Sequence[Ring]) -> Point:
    """A point inside a unit's largest part: on the height of its centre of gravity, where it is
    widest."""
    largest = max(rings, key=lambda ring: abs(_doubled_area(ring)))
    x, y = _centre(largest)
    crossings = sorted(_crossings(largest, y))
    chords = list(zip(crossings[::2], crossings[1::2], strict=False))
    if not chords:
        return x, y
    first, last = max(chords, key=lambda chord: chord[1] - chord[0])
    return (first + last) / 2, y


def is_inside(rings: Sequence[Ring], point: Point) -> bool:
    """Whether a point lies within a unit; in a hole of it it does not."""
    x, y = point
    return sum(crossing > x for ring in rings for crossing in _crossings(ring, y)) % 2 == 1


def _crossings(points: Ring, y: float) -> Iterator[float]:
    """Where a ring crosses a height."""
    ax, ay = points[-1]
    for bx, by in points:
        if (ay > y) != (by > y):
            yield ax + (y - ay) * (bx - ax) / (by - ay)
        ax, ay = bx, by


def _area(rings: Sequence[Ring]) -> float:
    return max(abs(_doubled_area(ring)) for ring in rings)


def _doubled_area(points: Ring) -> float:
    pairs = zip(points, [*points[1:], points[0]], strict=True)
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)


def _centre(points: Ring) -> Point:
    """The centre of gravity of a ring."""
    doubled = _doubled_area(points)
    x = y = 0.0
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        cross = ax * by - bx * ay
        x += (ax + bx) * cross
        y += (ay + by) * cross
    if not doubled:
        return points[0]
    return x / (3 * doubled), y / (3 * doubled)
