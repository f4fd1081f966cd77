"""Whether somebody of a home stays behind with the sender, asked by the side it is offered to."""

from importlib import import_module

from django.db import migrations

from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")
known = import_module("kamkor.migrations.0017_known_children")

# One word about a home that the caller sees, and nothing of who stays.
STAYING = f"""
CREATE FUNCTION stays_at_home(home uuid, sender int, receiver int) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM kamkor_case c
        WHERE c.household_id = home AND c.team IS NULL AND c.office_district = sender
        AND c.offered_to_id IS DISTINCT FROM receiver
        AND c.state IN ({", ".join(f"'{state}'" for state in known.OPEN_STATES)})
        AND EXISTS (
            SELECT FROM kamkor_household WHERE id = home AND ({rowsecurity.condition("id")})))
$$;
REVOKE ALL ON FUNCTION stays_at_home(uuid, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stays_at_home(uuid, int, int) TO kamkor_web, kamkor_worker;
"""


def tell(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split(STAYING):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0017_known_children")]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
