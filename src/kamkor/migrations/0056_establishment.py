"""Posts of the establishment: stages of a programme, posts in territories, their states by day."""

import django.db.models.deletion
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import migrations, models
from django.db.models import F, Q

import kamkor.kernel.ids
import kamkor.workforce.models
from kamkor.kernel import rowsecurity

KINDS = ["accompaniment", "protection_specialist", "home_care", "head"]
STATES = ["vacant", "announced", "in_selection", "appointed", "on_leave", "ended"]
HELD = ["appointed", "on_leave"]
LIVE = Q(withdrawn_at__isnull=True)
DAYS = kamkor.workforce.models._days("valid_from", "valid_to")

# Posts, and who of the service holds them: no child, and no right hangs on a row.
OPEN = {
    "kamkor_programmestage": "how many posts a programme opens; of nobody",
    "kamkor_staffpost": "posts of the establishment; no child",
    "kamkor_staffstate": "who of the service holds a post; no child",
}
RIGHTS = {
    "kamkor_programmestage": "SELECT, INSERT, UPDATE (withdrawn_at)",
    "kamkor_staffpost": "SELECT, INSERT",
    "kamkor_staffstate": "SELECT, INSERT, UPDATE (withdrawn_at)",
    # Whoever is appointed is written down; an account and a seat are others' to give.
    "kamkor_employee": "INSERT",
}


def give(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, rights in RIGHTS.items():
            for login in ("kamkor_web", "kamkor_worker"):
                cursor.execute(rowsecurity.grant(table, login, rights))


def key():
    return models.UUIDField(default=kamkor.kernel.ids.new_id, primary_key=True, serialize=False)


def reference(to, *, null=False, related_name="+"):
    protect = django.db.models.deletion.PROTECT
    return models.ForeignKey(null=null, on_delete=protect, related_name=related_name, to=to)


def check(name, condition):
    return models.CheckConstraint(condition=condition, name=name)


def once_a_day(name, column, condition):
    """Of those that are live, no two of the same share a day."""
    return ExclusionConstraint(
        name=name, expressions=[(F(column), "="), (DAYS, "&&")], condition=condition
    )


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0055_who_is_told_who_reported")]

    operations = [
        migrations.AddField(
            "employee", "number", models.CharField(blank=True, db_default="", max_length=20)
        ),
        migrations.AddConstraint(
            "employee",
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="one_person_a_number"
            ),
        ),
        migrations.CreateModel(
            name="ProgrammeStage",
            fields=[
                ("id", key()),
                ("programme", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=24)),
                ("stage", models.PositiveSmallIntegerField()),
                ("opens_on", models.DateField()),
                ("posts", models.PositiveIntegerField()),
                ("norm", models.PositiveIntegerField()),
                ("recorded_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("command", models.UUIDField()),
                ("by_post", models.IntegerField()),
            ],
            options={
                "constraints": [
                    check("programme_of_a_known_kind", Q(kind__in=KINDS)),
                    check("stage_of_some_posts", Q(stage__gte=1, posts__gte=1, norm__gte=1)),
                    models.UniqueConstraint(
                        fields=["programme", "kind", "stage"], condition=LIVE, name="one_stage_of_a_number"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="StaffPost",
            fields=[
                ("id", key()),
                ("number", models.CharField(max_length=40, unique=True)),
                ("kind", models.CharField(max_length=24)),
                ("territory", reference("kamkor.territory")),
                ("percent", models.PositiveSmallIntegerField()),
                ("programme", models.CharField(blank=True, max_length=40)),
                ("stage", models.PositiveSmallIntegerField(null=True)),
                ("opened_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("command", models.UUIDField()),
                ("by_post", models.IntegerField()),
            ],
            options={
                "constraints": [
                    check("staff_post_of_a_known_kind", Q(kind__in=KINDS)),
                    check("share_of_one_post", Q(percent__gte=1, percent__lte=100)),
                    check(
                        "stage_of_a_programme",
                        Q(programme="", stage__isnull=True)
                        | (~Q(programme="") & Q(stage__isnull=False)),
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="StaffState",
            fields=[
                ("id", key()),
                ("post", reference("kamkor.staffpost", related_name="states")),
                ("state", models.CharField(max_length=16)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("employee", reference("kamkor.employee", null=True)),
                ("substitute", reference("kamkor.employee", null=True)),
                ("full", models.BooleanField()),
                ("recorded_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("command", models.UUIDField()),
                ("by_post", models.IntegerField()),
            ],
            options={
                "constraints": [
                    check("staff_state_known", Q(state__in=STATES)),
                    check(
                        "staff_state_ends_after_it_begins",
                        Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                    ),
                    check(
                        "held_by_somebody_or_not",
                        Q(state__in=HELD, employee__isnull=False)
                        | (~Q(state__in=HELD) & Q(employee__isnull=True)),
                    ),
                    check(
                        "substitute_of_who_is_away",
                        Q(substitute__isnull=True)
                        | (Q(state="on_leave") & ~Q(substitute=F("employee"))),
                    ),
                    once_a_day("one_state_a_day", "post", LIVE),
                    once_a_day(
                        "one_full_post_a_person",
                        "employee",
                        Q(withdrawn_at__isnull=True, full=True, employee__isnull=False),
                    ),
                ]
            },
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
