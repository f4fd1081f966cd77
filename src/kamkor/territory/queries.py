"""Units by code and by day, with their names in the reader's language."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db.models import Prefetch, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from kamkor.kernel import clock, rulesets
from kamkor.kernel.errors import Refusal
from kamkor.kernel.kept import ANYONE, Anyone, asked
from kamkor.kernel.words import noop
from kamkor.territory.models import Territory, TerritoryName

LANGUAGES = ("ky", "ru", "kk", "en")
COUNTRY_LEVEL, OBLAST_LEVEL, DISTRICT_LEVEL = 0, 1, 2


class PlaceUnknown(Refusal):
    """No unit bears this code or name."""

    code = "place_unknown"
    message = noop("There is no “%(place)s”. Give a code, an ISO code or a full name.")


@dataclass(frozen=True)
class ChildCount:
    """How many children lived in a unit on a day, and who counted them."""

    day: date
    children: int
    source: str


@cache
def _child_counts() -> dict[str, list[ChildCount]]:
    """The counts of the shipped file by code of the unit. Years without a day are of the
    ministry's own table, whose parts do not add up: they are left out."""
    found: dict[str, list[ChildCount]] = {}
    with (rulesets.COUNTRY_FOLDER / "kg_child_population.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        for row in csv.DictReader(file):
            if len(row["date"]) == len("2025-01-01"):
                day, children = date.fromisoformat(row["date"]), int(row["children_total"])
                counts = found.setdefault(row["territory"], [])
                counts.append(ChildCount(day, children, row["source"]))
    return found


def children_counted(soate: str, level: int, day: date) -> ChildCount | None:
    """The latest count of a unit's children up to a day; none where nobody has published one."""
    code = rulesets.COUNTRY.upper() if level == COUNTRY_LEVEL else soate
    known = [one for one in _child_counts().get(code, ()) if one.day <= day]
    return max(known, key=lambda one: one.day, default=None)


def _in_force(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def territories(level: int, day: date | None = None) -> QuerySet[Territory]:
    """The units of a level on a day, with the names they bear on it."""
    on = day or clock.today()
    names = Prefetch("names", TerritoryName.objects.filter(_in_force(on)), to_attr="names_now")
    return Territory.objects.filter(_in_force(on), level=level).prefetch_related(names)


def names_on(day: date, language: str) -> dict[str, str]:
    """The name of each unit on a day; Russian where a Kazakh one is not known."""
    rows = TerritoryName.objects.filter(_in_force(day)).values_list("territory_id", language, "ru")
    return {soate: name or russian for soate, name, russian in rows}


def places_of_cases() -> QuerySet[Territory]:
    """The districts and cities: a case bears the code of one of them, never that of a village."""
    return Territory.objects.filter(Q(level=DISTRICT_LEVEL) | Q(kind="city_republican"))


def codes_of_places(day: date) -> list[str]:
    """The codes of the districts and cities that there are on a day, in their order."""
    return list(
        places_of_cases().filter(_in_force(day)).order_by("soate").values_list("soate", flat=True)
    )


def names_borne(soate: str, day: date) -> QuerySet[TerritoryName, Any]:
    """The names that a unit bears on a day, in the order of ``LANGUAGES``; Russian for Kazakh
    where that is not known."""
    borne = TerritoryName.objects.filter(_in_force(day), territory_id=soate)
    known = (Coalesce(NullIf(language, Value("")), "ru") for language in LANGUAGES)
    return borne.values_list(*known)


def name_borne(soate: str, day: date, language: str) -> str:
    """The name of one unit on a day; empty where it has none."""
    found = asked(_names_borne, ANYONE, soate=soate, on=day)
    return str(found[0][LANGUAGES.index(language)]) if found else ""


def _names_borne(_asker: Anyone, soate: str, on: date) -> QuerySet[TerritoryName, Any]:
    return names_borne(soate, on)


def is_place_of_cases(soate: str) -> bool:
    """Whether a code is that of a district or city, where a child can live.

    What is one stays one, so that each is asked for once; foreign keys hold what refers to it.
    """
    if soate not in _KNOWN:
        _KNOWN.update(asked(_place_of_cases, ANYONE, soate=soate))
    return soate in _KNOWN


_KNOWN: set[str] = set()


def _place_of_cases(_asker: Anyone, soate: str) -> QuerySet[Territory, str]:
    return places_of_cases().filter(soate=soate).values_list("soate", flat=True)


def country() -> Territory:
    """The country itself."""
    return _units(level=COUNTRY_LEVEL)[0]


def unit_of(soate: str) -> Territory:
    """The unit of a code; raises ``PlaceUnknown``."""
    found = _units(soate=soate)
    if not found:
        raise PlaceUnknown("territory", place=soate)
    return found[0]


def _units(**given: str | int) -> list[Territory]:
    return asked(_such_units, ANYONE, **given)


def _such_units(_asker: Anyone, **given: str | int) -> QuerySet[Territory]:
    return Territory.objects.filter(**given).order_by("soate")


def all_units() -> list[Territory]:
    """All units down to districts and cities, each oblast followed by its own."""
    return list(Territory.objects.filter(level__lte=DISTRICT_LEVEL).order_by("soate"))


def place_named(text: str) -> Territory:
    """The unit of a SOATE code, an ISO code or a name it ever bore in one of our languages.

    Raises ``PlaceUnknown``, also where two units bear the name.
    """
    plain = text.strip()
    if plain.lower() == rulesets.COUNTRY:
        return country()
    named = Q(names__ky__iexact=plain) | Q(names__ru__iexact=plain)
    named |= Q(names__kk__iexact=plain) | Q(names__en__iexact=plain)
    iso = Q(iso_code__iexact=plain) if plain else Q(pk=None)
    found = list(Territory.objects.filter(Q(soate=plain) | iso | named).distinct()[:2])
    if len(found) != 1:
        raise PlaceUnknown("territory", place=plain)
    return found[0]


def codes_within(unit: Territory) -> list[str]:
    """The codes of a unit and of all units below it."""
    codes, last = [unit.soate], [unit.soate]
    while last:
        below = Territory.objects.filter(parent_id__in=last).order_by("soate")
        last = list(below.values_list("soate", flat=True))
        codes += last
    return codes


def oblast_of(soate: str) -> str:
    """The oblast, or city of republican significance, that a unit lies in."""
    unit = Territory.objects.get(soate=soate)
    while unit.level > OBLAST_LEVEL and unit.parent is not None:
        unit = unit.parent
    return unit.soate


def oblasts() -> list[str]:
    """The codes of the oblasts and cities of republican significance."""
    return [unit.soate for unit in _units(level=OBLAST_LEVEL)]


def names_within(soate: str) -> list[tuple[str, list[str]]]:
    """A unit and all units below it, each with whatever it was ever called; its own name of today
    in the language of the country first."""
    units = codes_within(unit_of(soate))
    rows = TerritoryName.objects.filter(territory_id__in=units).order_by("-valid_from")
    called: dict[str, list[str]] = {unit: [] for unit in units}
    for row in rows:
        called[row.territory_id] += [name for name in (row.ky, row.ru, row.kk, row.en) if name]
    return list(called.items())


def levels_of_units() -> dict[str, int]:
    """The level of every unit there is, by its code."""
    return dict(Territory.objects.values_list("soate", "level"))
