"""Policies read the context by two functions in place of four; who brought a report is for its unit
and department alone.

Functions that earlier migrations made with the longer condition keep it where they stand already:
it means the same, and what it reads stands there too.
"""

from importlib import import_module

from django.db import migrations

from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")
members = import_module("kamkor.migrations.0010_members_with_their_persons")
before = import_module("kamkor.migrations.0019_household_moves")
opened = import_module("kamkor.migrations.0024_open_cases")

REPORTER = "kamkor_reporter"


def _policies():
    for table, subject in before.PROTECTED.items():
        widest = rowsecurity.DISTRICT if table == REPORTER else rowsecurity.NATION
        condition = rowsecurity.condition(subject, widest=widest)
        if table != members.TABLE:
            yield f"ALTER POLICY scope ON {table} USING {condition};\n"


def lock(apps, schema_editor):
    parts = [rowsecurity.READINGS, *_policies(), members.POLICY]
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split("\n".join(parts)):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0032_two_persons")]

    operations = [
        migrations.RunPython(lock, migrations.RunPython.noop),
        opened.index("case", "case_open_in_order", opened.OPEN, "register", "sort_key", "id"),
    ]
