"""A child has one open episode, whoever holds it; whoever sees the child is told with whom."""

from importlib import import_module

from django.db import migrations, models

from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")

OPEN_STATES = (
    "accompaniment",
    "check_due",
    "ending_proposed",
    "identified",
    "registered",
    "reported",
    "taking_off_proposed",
    "transfer_offered",
)
# Of a child whom the caller sees the department that answers, and nothing more; of a sealed case
# nothing at all.
ANSWERING = f"""
CREATE FUNCTION departments_answering(children uuid[]) RETURNS TABLE (child uuid, department int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.child_id, c.office_district::int FROM kamkor_case c
    WHERE c.child_id = ANY (children) AND c.team IS NULL
    AND c.state IN ({", ".join(f"'{state}'" for state in OPEN_STATES)})
    AND EXISTS (
        SELECT FROM kamkor_person WHERE id = c.child_id AND ({rowsecurity.condition("id")}))
$$;
REVOKE ALL ON FUNCTION departments_answering(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION departments_answering(uuid[]) TO kamkor_web, kamkor_worker;
"""


def tell(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split(ANSWERING):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0016_fewer_readings")]

    operations = [
        migrations.AddConstraint(
            "case",
            models.UniqueConstraint(
                fields=["child"],
                condition=models.Q(state__in=OPEN_STATES),
                name="case_open_once",
            ),
        ),
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
