"""Loading the country's units and their names from the shipped files; the code of a place."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from django.db import transaction

from kamkor.kernel.errors import Refusal
from kamkor.kernel.rulesets import COUNTRY_FOLDER
from kamkor.kernel.shapes import checked
from kamkor.kernel.words import noop
from kamkor.territory.models import Territory, TerritoryName
from kamkor.territory.queries import DISTRICT_LEVEL, is_place_of_cases

# The shipped list is that of 2018; units it holds are older than any fact of the service.
FIRST_DAY = date(1991, 8, 31)


class TerritoryUnknown(Refusal):
    """The code is not that of a district or city."""

    code = "territory_unknown"
    message = noop("Choose one of the districts or cities.")


PlaceCode = Annotated[str, checked(is_place_of_cases, TerritoryUnknown)]
"""The code of a district or city."""


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (COUNTRY_FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def load_territories(login: str) -> int:
    """Write all units and their names over time; nothing that is there already is changed.

    ``login`` is the database login that may write them. Returns how many units there are now.
    """
    for row in _rows("kg_admin_units.csv"):
        Territory.objects.using(login).get_or_create(
            soate=row["soate"],
            defaults={
                "iso_code": row["iso3166_2"],
                "level": int(row["level"]),
                "kind": row["type"],
                "parent_id": row["parent_soate"] or None,
                "valid_from": FIRST_DAY,
            },
        )
        TerritoryName.objects.using(login).get_or_create(
            territory_id=row["soate"],
            valid_from=FIRST_DAY,
            defaults={"ky": row["name_ky"], "ru": row["name_ru"], "en": row["name_en"]},
        )
    for row in _rows("kg_admin_changes.csv"):
        if row["change"] == "renamed":
            _rename(login, row)
    return Territory.objects.using(login).count()


@dataclass(frozen=True)
class Unit:
    """A rural district or a village, as a file tells of it: its parent's level is one less."""

    soate: str
    level: int
    parent: str
    ky: str
    ru: str
    en: str
    valid_from: date
    valid_to: date | None = None
    latitude: float | None = None
    longitude: float | None = None
    neighbours: tuple[str, ...] = ()


KIND_BELOW = {DISTRICT_LEVEL + 1: "rural_district", DISTRICT_LEVEL + 2: "village"}


def load_units(units: Iterable[Unit], login: str) -> tuple[int, int]:
    """Write rural districts and villages, parents first; a name from a later day renames a unit.

    ``login`` is the database login that may write them. Returns how many are new, and how many
    differ from what stood; the same units twice change nothing.
    """
    new = changed = 0
    with transaction.atomic(using=login):
        for unit in sorted(units, key=lambda one: one.level):
            told: dict[str, Any] = {
                "level": unit.level,
                "kind": KIND_BELOW[unit.level],
                "parent_id": unit.parent,
                "valid_to": unit.valid_to,
                "latitude": unit.latitude,
                "longitude": unit.longitude,
                "neighbours": list(unit.neighbours),
            }
            before = Territory.objects.using(login).filter(soate=unit.soate).first()
            if before is None:
                first = {"soate": unit.soate, "valid_from": unit.valid_from}
                Territory.objects.using(login).create(**first, **told)
                new += 1
            differs = before is not None and any(
                getattr(before, name) != value for name, value in told.items()
            )
            if differs:
                Territory.objects.using(login).filter(soate=unit.soate).update(**told)
            renamed = _name(unit, login)
            changed += before is not None and (differs or renamed)
    return new, changed


def _name(unit: Unit, login: str) -> bool:
    """Call a unit so from its first day on; returns whether that is new."""
    names = TerritoryName.objects.using(login).filter(territory_id=unit.soate)
    called = {"ky": unit.ky, "ru": unit.ru, "en": unit.en}
    if names.filter(valid_from=unit.valid_from, **called).exists():
        return False
    earlier = names.filter(valid_from__lt=unit.valid_from, valid_to=None)
    earlier.update(valid_to=unit.valid_from - timedelta(days=1))
    names.update_or_create(territory_id=unit.soate, valid_from=unit.valid_from, defaults=called)
    return True


def _rename(login: str, row: dict[str, str]) -> None:
    day = date.fromisoformat(row["date"])
    names = TerritoryName.objects.using(login)
    earlier = names.filter(territory_id=row["soate"], valid_from__lt=day)
    earlier.filter(valid_to=None).update(valid_to=day - timedelta(days=1))
    TerritoryName.objects.using(login).get_or_create(
        territory_id=row["soate"],
        valid_from=day,
        defaults={"ky": row["to_name_ky"], "ru": row["to_name_ru"], "en": row["to_name_en"]},
    )
