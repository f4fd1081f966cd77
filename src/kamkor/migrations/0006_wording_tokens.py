"""Folded words of places and descriptions, so that the same told otherwise is found again."""

from importlib import import_module

from django.db import migrations, models

from kamkor.kernel import rowsecurity
from kamkor.people.names import words_of_child, words_of_place

first = import_module("kamkor.migrations.0002_row_security")
earlier = import_module("kamkor.migrations.0003_sealed_homes")
before = import_module("kamkor.migrations.0005_ends_and_candidates")

TABLE, SUBJECT = "kamkor_wordingtoken", "subject"
# The next migration that adds a protected table takes these from here.
PROTECTED = before.TABLES | {TABLE: SUBJECT}
WITH_THE_HOME = earlier.WITH_THE_HOME


def lock(apps, schema_editor):
    parts = [rowsecurity.policy(TABLE, SUBJECT)]
    for login in ("kamkor_web", "kamkor_worker"):
        parts.append(rowsecurity.grant(TABLE, login, "SELECT, INSERT"))
        parts.append(f"GRANT USAGE ON SEQUENCE {TABLE}_id_seq TO {login};\n")
    parts.append(rowsecurity.move_function(PROTECTED, WITH_THE_HOME))
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split("\n".join(parts)):
            cursor.execute(statement)


def fold(apps, schema_editor):
    """Fold what was told before this table was."""
    rows = []
    for name in ("Report", "Household"):
        for told in _told(apps, schema_editor, name):
            rows += _tokens(apps, told, told.pk, told.pk, words_of_place(told.place))
    for child in _told(apps, schema_editor, "ReportChild"):
        words = words_of_child(child.description)
        rows += _tokens(apps, child, child.report_id, child.pk, words)
    table = apps.get_model("kamkor", "WordingToken")
    table.objects.using(schema_editor.connection.alias).bulk_create(rows, batch_size=5000)


def _told(apps, schema_editor, name):
    return apps.get_model("kamkor", name).objects.using(schema_editor.connection.alias).all()


def _tokens(apps, scope, subject, wording, words):
    table = apps.get_model("kamkor", "WordingToken")
    columns = ("office_unit", "office_district", "office_oblast", "team")
    held = {column: getattr(scope, column) for column in columns}
    return [table(subject=subject, wording=wording, token=word, **held) for word in sorted(words)]


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0005_ends_and_candidates")]

    operations = [
        migrations.CreateModel(
            name="WordingToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("office_unit", models.IntegerField(null=True)),
                ("office_district", models.IntegerField(null=True)),
                ("office_oblast", models.IntegerField(null=True)),
                ("team", models.UUIDField(null=True)),
                ("subject", models.UUIDField()),
                ("wording", models.UUIDField()),
                ("token", models.CharField(db_collation="C", max_length=120)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["token", "office_district"], name="wording_by_district"),
                    models.Index(fields=["subject"], name="wording_by_subject"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("wording", "token"), name="wording_token_once")
                ],
            },
        ),
        migrations.RunPython(fold, migrations.RunPython.noop),
        migrations.RunPython(lock, migrations.RunPython.noop),
    ]
