"""Why each fact was corrected; and what a report tells, apart from the report itself."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import kamkor.kernel.clock
import kamkor.kernel.ids
from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")
before = import_module("kamkor.migrations.0006_wording_tokens")

TABLE, SUBJECT = "kamkor_reporttold", "report_id"
# The next migration that adds a protected table takes these from here.
PROTECTED = before.PROTECTED | {TABLE: SUBJECT}
WITH_THE_HOME = before.WITH_THE_HOME

CORRECTED = (
    "accompanimentend",
    "assignment",
    "birth",
    "householdmember",
    "identification",
    "interest",
    "need",
    "registration",
    "registrationground",
    "removal",
    "removalend",
    "report",
    "reportchild",
    "reportread",
    "round",
    "safecontact",
    "screening",
    "secondlook",
    "sentinerror",
    "siblinglook",
    "stateprotection",
    "takingoffdecision",
    "takingoffproposal",
    "task",
    "taskdone",
    "transferanswer",
    "transferoffer",
    "visit",
    "visitchild",
)
# What of a report follows what it tells now.
FOLLOWS = (
    "worry, danger_now, territory_id, place, seen_or_said, source, learned_on, home_unsafe,"
    " safe_contact, urgent, happened_on, district"
)
_SAME = (
    "happened_on, recorded_at, first_recorded_at, command, by_post, department, district,"
    " office_unit, office_district, office_oblast, team, worry, danger_now, territory_id, place,"
    " seen_or_said, source, learned_on, home_unsafe, safe_contact, urgent"
)
TELL = (
    f"INSERT INTO {TABLE} (id, report_id, {_SAME})"
    f" SELECT gen_random_uuid(), id, {_SAME} FROM kamkor_report;"
)


def tell(apps, schema_editor):
    """Write down as told what the reports before this table say."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(TELL)
        # The rows wait for their checks, and no table changes meanwhile.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def lock(apps, schema_editor):
    parts = [rowsecurity.policy(TABLE, SUBJECT)]
    for login in ("kamkor_web", "kamkor_worker"):
        parts.append(rowsecurity.grant(TABLE, login, "SELECT, INSERT, UPDATE (withdrawn_at)"))
        parts.append(rowsecurity.grant("kamkor_report", login, f"UPDATE ({FOLLOWS})"))
    counted = f"{first._FACT}, department, district, report_id, source"
    parts.append(rowsecurity.grant(TABLE, "kamkor_figures", f"SELECT ({counted})"))
    parts.append(rowsecurity.move_function(PROTECTED, WITH_THE_HOME))
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split("\n".join(parts)):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0008_cut_turns")]

    operations = [
        *(
            migrations.AddField(
                name,
                "correction_reason",
                models.CharField(blank=True, db_default="", max_length=40),
            )
            for name in CORRECTED
        ),
        migrations.CreateModel(
            name="ReportTold",
            fields=[
                ("office_unit", models.IntegerField(null=True)),
                ("office_district", models.IntegerField(null=True)),
                ("office_oblast", models.IntegerField(null=True)),
                ("team", models.UUIDField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        default=kamkor.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("happened_on", models.DateField()),
                ("recorded_at", models.DateTimeField(default=kamkor.kernel.clock.now)),
                ("first_recorded_at", models.DateTimeField(default=kamkor.kernel.clock.now)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("corrects", models.UUIDField(null=True)),
                ("correction_reason", models.CharField(blank=True, db_default="", max_length=40)),
                ("command", models.UUIDField()),
                ("by_post", models.IntegerField()),
                ("department", models.IntegerField(null=True)),
                ("district", models.CharField(blank=True, db_default="", max_length=14)),
                ("worry", models.CharField(max_length=40)),
                ("danger_now", models.BooleanField()),
                ("place", models.CharField(max_length=200)),
                ("seen_or_said", models.TextField(max_length=4000)),
                ("source", models.CharField(max_length=40)),
                ("learned_on", models.DateField(null=True)),
                ("home_unsafe", models.BooleanField(default=False)),
                ("safe_contact", models.CharField(blank=True, max_length=200)),
                ("urgent", models.BooleanField(default=False)),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tellings",
                        to="kamkor.report",
                    ),
                ),
                (
                    "territory",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kamkor.territory",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunPython(tell, migrations.RunPython.noop),
        migrations.RunPython(lock, migrations.RunPython.noop),
    ]
