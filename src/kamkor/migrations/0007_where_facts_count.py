"""Each fact carries the department and the district it counts in; the figures login reads them."""

from importlib import import_module

from django.db import migrations, models

from kamkor.kernel import rowsecurity

earlier = import_module("kamkor.migrations.0002_row_security")

COUNTED = [table for table in earlier.COUNTED if table not in {"kamkor_case", "kamkor_person"}]
_HAND_OVER = f"{earlier._FACT}, case_id, department, district"


def _sql():
    yield from (
        rowsecurity.grant(table, "kamkor_figures", "SELECT (department, district)")
        for table in COUNTED
    )
    yield rowsecurity.grant("kamkor_report", "kamkor_figures", "SELECT (by_post)")
    yield rowsecurity.grant(
        "kamkor_transferoffer", "kamkor_figures", f"SELECT ({_HAND_OVER}, to_office_id)"
    )
    yield rowsecurity.grant(
        "kamkor_transferanswer",
        "kamkor_figures",
        f"SELECT ({_HAND_OVER}, offer_id, accepted, moved_to)",
    )
    yield rowsecurity.grant(
        "kamkor_secondlook",
        "kamkor_figures",
        f"SELECT ({earlier._FACT}, report_id, upheld, department, district)",
    )
    for login in ("kamkor_web", "kamkor_worker"):
        yield rowsecurity.grant("kamkor_case", login, "UPDATE (transferred_on, territory_id)")


def lock(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in _sql():
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("kamkor", "0006_wording_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name="removalend",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="removalend",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="safecontact",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="safecontact",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="accompanimentend",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="accompanimentend",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="assignment",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="assignment",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="birth",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="birth",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="case",
            name="transferred_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="householdmember",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="householdmember",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="identification",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="identification",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="interest",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="interest",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="need",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="need",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="registration",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="registration",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="registrationground",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="registrationground",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="removal",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="removal",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="report",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="report",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="reportchild",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="reportchild",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="reportread",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="reportread",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="round",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="round",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="screening",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="screening",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="secondlook",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="secondlook",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="sentinerror",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="sentinerror",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="siblinglook",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="siblinglook",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="stateprotection",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="stateprotection",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="takingoffdecision",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="takingoffdecision",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="takingoffproposal",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="takingoffproposal",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="task",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="task",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="taskdone",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="taskdone",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="transferanswer",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="transferanswer",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="transferanswer",
            name="moved_to",
            field=models.CharField(blank=True, max_length=14),
        ),
        migrations.AddField(
            model_name="transferoffer",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="transferoffer",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="visit",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="visit",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.AddField(
            model_name="visitchild",
            name="department",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="visitchild",
            name="district",
            field=models.CharField(blank=True, db_default="", max_length=14),
        ),
        migrations.RunPython(lock, migrations.RunPython.noop),
    ]
