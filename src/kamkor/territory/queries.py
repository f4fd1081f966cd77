"""Units by code and by day, with their names in the reader's language."""

from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from kamkor.kernel import clock
from kamkor.territory.models import Territory, TerritoryName

DISTRICT_LEVEL = 2


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


def is_place_of_cases(soate: str) -> bool:
    """Whether a code is that of a district or city, where a child can live."""
    place = Q(level=DISTRICT_LEVEL) | Q(kind="city_republican")
    return Territory.objects.filter(place, soate=soate).exists()
