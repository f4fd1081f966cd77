"""The numbers of a map: none covers another, and each is seen to be its unit's."""

from itertools import combinations
from typing import Any

import pytest

from kamkor.web.figure_pictures import outlines
from kamkor.web.map_labels import DIGIT, EDGE, Box, is_inside

COUNTRY = "41700000000000"
OBLASTS = tuple(f"41{place:03}000000000" for place in range(702, 709))
JALAL_ABAD = "41703000000000"
NOOKEN, MAILUU_SUU = "41703215000000", "41703430000010"


def drawn(territory: str, number: int | None) -> dict[str, dict[str, Any]]:
    """The units of a map where each shows the same number, by their codes."""
    empty = outlines(territory, {}, str, str)
    codes = [unit["url"] for unit in empty["units"]]
    picture = outlines(territory, dict.fromkeys(codes, number), str, str)
    return {unit["url"]: unit | {"frame": picture} for unit in picture["units"]}


def box(unit: dict[str, Any]) -> Box:
    """What a number covers on a narrow screen, where it is written largest."""
    signs = 1 if unit["value"] is None else len(str(unit["value"]))
    return Box(unit["x"], unit["y"], DIGIT * signs + EDGE - 2, 34)


@pytest.mark.parametrize("territory", [COUNTRY, *OBLASTS])
@pytest.mark.parametrize("number", [None, 7, 31, 253, 10_800])
def test_no_number_covers_another_or_leaves_the_picture(territory: str, number: int | None) -> None:
    units = drawn(territory, number)
    assert not [
        (one["name"], other["name"])
        for one, other in combinations(units.values(), 2)
        if box(one).covers(box(other))
    ]
    for unit in units.values():
        (left, top), _, (right, bottom), _ = box(unit).corners
        assert min(left, top) >= 0
        assert right <= unit["frame"]["width"]
        assert bottom <= unit["frame"]["height"]


@pytest.mark.parametrize("territory", [COUNTRY, *OBLASTS])
def test_a_number_stands_on_its_unit_or_a_line_leads_to_it(territory: str) -> None:
    for unit in drawn(territory, 253).values():
        rings = [
            [(float(x), float(y)) for x, y in (step.split() for step in ring[1:-1].split("L"))]
            for ring in unit["path"].split(" M")
        ]
        begins = unit["leader"][0] if unit["leader"] else (unit["x"], unit["y"])
        assert any(
            is_inside(rings, (begins[0] + dx, begins[1] + dy))
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
        ), unit["name"]


def test_a_city_within_a_district_shows_its_number_beside_itself() -> None:
    units = drawn(JALAL_ABAD, 31)
    assert len(units[MAILUU_SUU]["leader"]) == 2
    assert not units[NOOKEN]["leader"]
