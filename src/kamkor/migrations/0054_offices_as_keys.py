"""The key of who sees one office is that office's number: policies compare it without reckoning.

A unit, a department and an oblast are offices of one table, so the number says the level too. What
is signed is called otherwise, so that a key of before opens nothing.
"""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")

# In a new house nothing of this stands: its policies were made by what this makes of them.
WITHOUT_RECKONING = r"""
DO $block$
DECLARE
    reckoned constant text := '\(?\(?office_(unit|district|oblast) \* 4\)? \+ [123]\)?';
    found record;
BEGIN
    FOR found IN SELECT tablename, policyname, qual FROM pg_policies
        WHERE schemaname = 'public' AND qual ~ reckoned
    LOOP
        EXECUTE format('ALTER POLICY %I ON %I USING (%s)', found.policyname, found.tablename,
            regexp_replace(found.qual, reckoned, 'office_\1', 'g'));
    END LOOP;
    FOR found IN SELECT pg_get_functiondef(oid) AS told FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prosrc ~ reckoned
    LOOP
        EXECUTE regexp_replace(found.told, reckoned, 'office_\1', 'g');
    END LOOP;
END $block$
"""


def compare(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split(rowsecurity.READINGS):
            cursor.execute(statement)
        cursor.execute(WITHOUT_RECKONING)


class Migration(migrations.Migration):
    """Policies and the functions that hold their condition, written anew."""

    dependencies: ClassVar = [("kamkor", "0053_departments_compared")]
    operations: ClassVar = [migrations.RunPython(compare, migrations.RunPython.noop)]
