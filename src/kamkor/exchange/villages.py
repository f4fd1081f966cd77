"""A file of rural districts and villages: checked as a whole, written by all or none."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from kamkor.cases.rules.loading import day_of
from kamkor.cases.rules.loading_faults import RowFault
from kamkor.exchange.reading import TableFile
from kamkor.territory.operations import Unit
from kamkor.territory.queries import DISTRICT_LEVEL, levels_of_units

COLUMNS = (
    "code", "name_ky", "name_ru", "name_en", "parent", "latitude", "longitude", "neighbours",
    "valid_from", "valid_to",
)  # fmt: skip
NEEDED = ("code", "name_ky", "name_ru", "name_en", "parent", "valid_from")
# The remark of a shipped file of invented places; nothing is read from it.
REMARK = "remark"
NAME_LIMIT = 120
VILLAGE_LEVEL = DISTRICT_LEVEL + 2
_DIGITS = 14
_EDGES = {"latitude": 90.0, "longitude": 180.0}

Row = dict[str, str]
Fault = tuple[int, RowFault]


def units_in(path: Path) -> tuple[list[Unit], list[Fault]]:
    """The units of a file and everything that is wrong with its rows, each with its number.

    Raises a refusal of files.
    """
    file = TableFile(path, COLUMNS, NEEDED, passed_over=REMARK)
    rows: list[tuple[int, Row]] = []
    for number, cells in file.rows():
        told = {name: cell.strip() for name, cell in zip(file.header, cells, strict=False)}
        rows.append((number, {name: told.get(name, "") for name in COLUMNS}))
    levels = _levels({row["code"]: row["parent"] for _, row in rows})
    units, faults, met = [], [], dict[str, int]()
    for number, row in rows:
        first = met.setdefault(row["code"], number)
        found = list(_faults(row, levels))
        if first != number:
            found.append(RowFault("code", row["code"], "code_twice", {"row": str(first)}))
        faults += [(number, fault) for fault in found]
        if not found:
            units.append(_unit(row, levels))
    return units, faults


def _levels(parents: Mapping[str, str]) -> dict[str, int]:
    """The level of every unit that stands or is in the file, as its parents make it."""
    levels = levels_of_units()
    for _ in range(VILLAGE_LEVEL):
        for code, parent in parents.items():
            if code not in levels and parent in levels:
                levels[code] = levels[parent] + 1
    return levels


def _faults(row: Row, levels: Mapping[str, int]) -> list[RowFault]:
    found = [RowFault(name, "", "cell_missing") for name in NEEDED if not row[name]]
    for name in ("name_ky", "name_ru", "name_en"):
        if len(row[name]) > NAME_LIMIT:
            limit = {"limit": str(NAME_LIMIT)}
            found.append(RowFault(name, row[name], "cell_too_long", limit))
    codes = [_code_fault(row, levels)]
    codes += [
        (name, "coordinate_unreadable")
        for name, edge in _EDGES.items()
        if row[name] and _number(row[name], edge) is None
    ]
    if any(one not in levels for one in _neighbours(row)):
        codes.append(("neighbours", "neighbour_unknown"))
    codes += [
        (name, "day_unreadable")
        for name in ("valid_from", "valid_to")
        if row[name] and day_of(row[name]) is None
    ]
    begins, ends = day_of(row["valid_from"]), day_of(row["valid_to"])
    if begins and ends and ends < begins:
        codes.append(("valid_to", "ends_before_beginning"))
    return found + [RowFault(column, row[column], code) for column, code in codes if code]


def _code_fault(row: Row, levels: Mapping[str, int]) -> tuple[str, str]:
    """What is wrong with a unit's code or its parent's: the column and the fault, if any."""
    code, parent = row["code"], row["parent"]
    if code and not (len(code) == _DIGITS and code.isascii() and code.isdigit()):
        return "code", "code_not_14_digits"
    level = levels.get(parent)
    if parent and (level is None or not DISTRICT_LEVEL <= level < VILLAGE_LEVEL):
        return "parent", "parent_unknown"
    if level is not None and levels.get(code, level + 1) != level + 1:
        return "code", "unit_of_other_level"
    return "", ""


def _number(text: str, edge: float) -> float | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if -edge <= number <= edge else None


def _neighbours(row: Row) -> tuple[str, ...]:
    return tuple(one.strip() for one in row["neighbours"].split(";") if one.strip())


def _unit(row: Row, levels: Mapping[str, int]) -> Unit:
    return Unit(
        soate=row["code"],
        level=levels[row["parent"]] + 1,
        parent=row["parent"],
        ky=row["name_ky"],
        ru=row["name_ru"],
        en=row["name_en"],
        valid_from=day_of(row["valid_from"]) or date.min,
        valid_to=day_of(row["valid_to"]),
        latitude=_number(row["latitude"], 90) if row["latitude"] else None,
        longitude=_number(row["longitude"], 180) if row["longitude"] else None,
        neighbours=_neighbours(row),
    )
