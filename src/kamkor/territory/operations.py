"""Loading the country's units and their names from the shipped files."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta

from kamkor.kernel.rulesets import COUNTRY_FOLDER
from kamkor.territory.models import Territory, TerritoryName

# The shipped list is that of 2018; units it holds are older than any fact of the service.
FIRST_DAY = date(1991, 8, 31)


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
