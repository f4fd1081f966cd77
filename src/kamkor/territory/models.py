"""Administrative units by their national code, and their names over time."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Territory(models.Model):
    """A unit by its 14-digit SOATE code: country, oblast, city or district; below them rural
    districts and villages, as far as a file of them was loaded."""

    soate = models.CharField(max_length=14, primary_key=True)
    iso_code = models.CharField(max_length=8, blank=True)
    level = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=24)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    neighbours = ArrayField(models.CharField(max_length=14), default=list)


class TerritoryName(models.Model):
    """What a unit is called from a day on; a renaming adds a row."""

    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="names")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    ky = models.CharField(max_length=120)
    ru = models.CharField(max_length=120)
    kk = models.CharField(max_length=120, blank=True)
    en = models.CharField(max_length=120)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["territory", "valid_from"], name="territory_name_once"),
        )
