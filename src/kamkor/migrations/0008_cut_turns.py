"""A turn of duty and a leave can be cut: withdrawn, with what stays of them added anew."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models

import kamkor.workforce.models
from kamkor.kernel import rowsecurity

DAYS = kamkor.workforce.models.DateRange(
    "valid_from",
    "valid_to",
    django.contrib.postgres.fields.ranges.RangeBoundary(
        inclusive_lower=True, inclusive_upper=True
    ),
)


def once_a_day(name, *columns):
    """Of those that are live, no two of the same share a day."""
    return django.contrib.postgres.constraints.ExclusionConstraint(
        name=name,
        expressions=[*((models.F(column), "=") for column in columns), (DAYS, "&&")],
        condition=models.Q(("withdrawn_at__isnull", True)),
    )


def grants():
    return "".join(
        rowsecurity.grant(table, login, "UPDATE (withdrawn_at)")
        for table in ("kamkor_dutyturn", "kamkor_leave")
        for login in ("kamkor_web", "kamkor_worker")
    )


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0007_where_facts_count")]

    operations = [
        migrations.RemoveConstraint("dutyturn", "one_duty_person_a_rank"),
        migrations.RemoveConstraint("leave", "one_leave_a_day"),
        migrations.AddField("dutyturn", "withdrawn_at", models.DateTimeField(null=True)),
        migrations.AddField("leave", "withdrawn_at", models.DateTimeField(null=True)),
        migrations.AddConstraint("dutyturn", once_a_day("one_duty_person_a_rank", "office", "rank")),
        migrations.AddConstraint("leave", once_a_day("one_leave_a_day", "post")),
        migrations.RunSQL(grants(), migrations.RunSQL.noop),
    ]
