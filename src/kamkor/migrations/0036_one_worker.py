"""A unit has one worker's post on any day, so that row security is as fine as the first lock."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary
from django.db import migrations, models

from kamkor.workforce.models import DateRange


class Migration(migrations.Migration):
    """Adds the constraint."""

    dependencies: ClassVar = [("kamkor", "0035_rows_opened")]
    operations: ClassVar = [
        migrations.AddConstraint(
            model_name="post",
            constraint=ExclusionConstraint(
                name="one_worker_a_unit",
                expressions=[
                    (models.F("office"), "="),
                    (
                        DateRange(
                            "valid_from",
                            "valid_to",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                        ),
                        "&&",
                    ),
                ],
                condition=models.Q(kind="worker"),
            ),
        )
    ]
