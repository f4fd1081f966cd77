"""Rows and indexes that a nation has room for: no id that nothing asks by beside a key that tells
rows apart, half a digest, and no index that the beginning of another one stands for."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")

# Each table with the key that tells its rows apart, and the constraint that held it until now.
KEYS = {
    "journalentry": (("command", "row"), "journal_command_once"),
    "nametoken": (("person", "token"), "name_token_once"),
    "wordingtoken": (("wording", "token"), "wording_token_once"),
}
COLUMNS = {"person": "person_id", "row": '"row"'}
# What a command's content is told apart by: half of what it was, as of a row that was loaded.
_HALF = (
    "DROP FUNCTION claimed_answer(uuid, bigint);\n"
    "ALTER TABLE kamkor_journalentry ALTER digest TYPE uuid USING left(digest, 32)::uuid;\n"
    + rowsecurity.ANSWERS.replace("digest text", "digest uuid")
)


def halve(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split(_HALF):
            cursor.execute(statement)


def keys():
    for name, (columns, constraint) in KEYS.items():
        told = ", ".join(COLUMNS.get(column, column) for column in columns)
        alter = (
            f"ALTER TABLE kamkor_{name} DROP COLUMN id, DROP CONSTRAINT {constraint},"
            f" ADD PRIMARY KEY ({told})"
        )
        yield migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(alter, migrations.RunSQL.noop)],
            [
                migrations.RemoveConstraint(name, constraint),
                migrations.RemoveField(name, "id"),
                migrations.AddField(
                    name,
                    "pk",
                    models.CompositePrimaryKey(
                        *columns, blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
        )


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0022_settled_tasks")]

    operations = [
        *keys(),
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(halve, migrations.RunPython.noop)],
            [migrations.AlterField("journalentry", "digest", models.UUIDField())],
        ),
        migrations.RemoveConstraint("householdmember", "member_once_a_day"),
        migrations.AlterField(
            "householdmember",
            "person",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="memberships",
                to="kamkor.person",
            ),
        ),
        migrations.AddConstraint(
            "householdmember",
            models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("person", "household", "happened_on"),
                name="member_once_a_day",
            ),
        ),
        migrations.RemoveIndex("person", "person_by_unit"),
        migrations.RemoveIndex("person", "person_by_district"),
        migrations.AddIndex("person", models.Index(fields=["office_unit"], name="person_by_unit")),
        migrations.AddIndex(
            "person", models.Index(fields=["office_district", "born_on"], name="person_by_district")
        ),
    ]
