"""The kept monthly counts: numbers of cells without identity, and which months still hold."""

from django.db import models


class FigureMonth(models.Model):
    """One closed month: ``kept``, ``building``, or ``stale`` since a fact of it or before came
    late, was corrected, or is counted elsewhere now."""

    month = models.DateField(primary_key=True)
    state = models.CharField(max_length=8)
    built_at = models.DateTimeField(null=True)


class FigureCell(models.Model):
    """How many children, families or entries of one kind a month adds to a year's figure.

    ``month`` is the first day of the month; of a stock the state at its end. ``first_of`` holds
    a bit for each way of counting in which these are the first of their subject in the year, so
    that a subject met twice counts once. See ``figures.rules.kept``.
    """

    figure = models.CharField(max_length=40)
    month = models.DateField()
    district = models.CharField(max_length=14)
    sex = models.CharField(max_length=8)
    age = models.CharField(max_length=20)
    sealed = models.BooleanField()
    first_of = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()

    class Meta:
        indexes = (models.Index(fields=["figure", "month"], name="figure_by_month"),)
