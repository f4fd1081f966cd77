"""Maps and charts as SVG, drawn on the server: shapes and classes here, markup in templates."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from kamkor.kernel.rulesets import COUNTRY_FOLDER
from kamkor.web.map_labels import labels_placed

WIDTH, MOST_HEIGHT, MARGIN = 600.0, 480.0, 36.0
CLASSES = 5
CHART_WIDTH, CHART_HEIGHT = 640, 200

Ring = list[tuple[float, float]]


@cache
def _shapes(level: int) -> dict[str, tuple[str, list[Ring]]]:
    """Parent code and rings of each unit of a level, by its code; longitude and latitude."""
    text = (COUNTRY_FOLDER / f"kg_adm{level}.geojson").read_text("utf-8")
    found = {}
    for feature in json.loads(text)["features"]:
        about, shape = feature["properties"], feature["geometry"]
        parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        rings = [[(float(x), float(y)) for x, y in ring] for part in parts for ring in part]
        found[about["soate"]] = (about.get("parent_soate", ""), rings)
    return found


@cache
def _drawn(territory: str) -> tuple[tuple[float, float], dict[str, list[Ring]]]:
    """How wide and high a map is, and the rings of its units in it.

    The oblasts of a country or the districts of an oblast. Equirectangular, scaled by the cosine
    of the middle latitude.
    """
    shapes = {code: rings for code, (_, rings) in _shapes(1).items()}
    if territory in shapes:
        own = {code: rings for code, (parent, rings) in _shapes(2).items() if parent == territory}
        shapes = own or {territory: shapes[territory]}
    points = [point for rings in shapes.values() for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = min(WIDTH / ((east - west) * narrow), MOST_HEIGHT / (north - south))

    def at(point: tuple[float, float]) -> tuple[float, float]:
        x, y = (point[0] - west) * narrow * scale, (north - point[1]) * scale
        return x + MARGIN, y + MARGIN

    size = (east - west) * narrow * scale + 2 * MARGIN, (north - south) * scale + 2 * MARGIN
    return size, {code: [[*map(at, ring)] for ring in rings] for code, rings in shapes.items()}


@lru_cache(maxsize=256)
def _labels(territory: str, lengths: tuple[int, ...]) -> dict[str, dict[str, Any]]:
    """Where the number of each unit stands, of so many signs."""
    frame, shapes = _drawn(territory)
    placed = labels_placed(shapes, dict(zip(shapes, lengths, strict=True)), frame)
    return {
        code: {
            "x": round(label.x),
            "y": round(label.y),
            "leader": [(round(x), round(y)) for x, y in label.leader or ()],
        }
        for code, label in placed.items()
    }


@cache
def _paths(territory: str) -> dict[str, str]:
    _, shapes = _drawn(territory)
    return {code: " ".join(map(_path, rings)) for code, rings in shapes.items()}


def outlines(
    territory: str,
    values: Mapping[str, int | None],
    name_of: Callable[[str], str],
    address_of: Callable[[str], str],
) -> dict[str, Any]:
    """The map of a country's oblasts or an oblast's districts, each in the class of its value.

    A unit without a value, or with one that is kept back, is hatched.
    """
    (width, height), shapes = _drawn(territory)
    signs = [len(_sign(values.get(code))) for code in shapes]
    labels, paths = _labels(territory, tuple(signs)), _paths(territory)
    limits = class_limits([value for value in values.values() if value is not None])
    return {
        "width": round(width),
        "height": round(height),
        "units": [
            {
                "name": name_of(code),
                "value": values.get(code),
                "shade": _class(values.get(code), limits),
                "path": paths[code],
                "url": address_of(code),
                **labels[code],
            }
            for code in shapes
        ],
        "legend": _legend(limits),
    }


def _sign(value: int | None) -> str:
    return "–" if value is None else str(value)


def class_limits(values: Sequence[int]) -> list[int]:
    """The upper limits of at most five classes of about as many units each."""
    ordered = sorted(values)
    if not ordered:
        return []
    cuts = [ordered[math.ceil(len(ordered) * part / CLASSES) - 1] for part in range(1, CLASSES + 1)]
    return list(dict.fromkeys(cuts))


def _class(value: int | None, limits: Sequence[int]) -> int:
    if value is None:
        return 0
    return next((at for at, limit in enumerate(limits, 1) if value <= limit), 1)


def _legend(limits: Sequence[int]) -> list[dict[str, Any]]:
    starts = [0, *(limit + 1 for limit in limits)]
    return [
        {"shade": at, "text": f"{start}–{limit}" if start < limit else str(limit)}
        for at, (start, limit) in enumerate(zip(starts, limits, strict=False), 1)
    ]


def _path(points: Sequence[tuple[float, float]]) -> str:
    steps: list[str] = []
    last = None
    for x, y in points:
        here = (round(x), round(y))
        if here != last:
            steps.append(f"{here[0]} {here[1]}")
        last = here
    return f"M{'L'.join(steps)}Z"


def bars(values: Sequence[tuple[str, int | None]]) -> dict[str, Any]:
    """A bar for each value, as tall as its share of the largest; ``None`` is hatched."""
    most = max([value or 0 for _, value in values], default=0) or 1
    step = CHART_WIDTH / max(len(values), 1)
    shown = []
    for at, (label, value) in enumerate(values):
        height = round(CHART_HEIGHT * (value or 0) / most)
        shown.append(
            {
                "label": label,
                "value": value,
                "x": round(at * step + step * 0.1),
                "middle": round(at * step + step / 2),
                "width": round(step * 0.8),
                "y": CHART_HEIGHT - (CHART_HEIGHT if value is None else height) + 20,
                "height": CHART_HEIGHT if value is None else height,
            }
        )
    return {"bars": shown, "width": CHART_WIDTH, "height": CHART_HEIGHT + 50}


def pairs(values: Sequence[tuple[str, float, float]]) -> dict[str, Any]:
    """Two bars for each label, the second before the first: what was to be, and what is."""
    most = max([max(one, other) for _, one, other in values], default=0) or 1
    step = CHART_WIDTH / max(len(values), 1)
    shown = []
    for at, (label, planned, filled) in enumerate(values):
        both = []
        for place, value in enumerate((planned, filled)):
            height = round(CHART_HEIGHT * max(value, 0) / most)
            x = round(at * step + step * (0.1 + 0.4 * place))
            both.append(
                {
                    "value": value,
                    "x": x,
                    "middle": x + round(step * 0.2),
                    "width": round(step * 0.38),
                    "y": CHART_HEIGHT - height + 20,
                    "height": height,
                }
            )
        shown.append({"label": label, "middle": round(at * step + step / 2), "bars": both})
    return {"groups": shown, "width": CHART_WIDTH, "height": CHART_HEIGHT + 50}
