"""Who answers for somebody of a home, asked by who sees it; a case opens on its report's day."""

from importlib import import_module

from django.db import migrations

from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")

# Posts and their departments, and nothing of whom they answer for; of sealed cases none.
ANSWERING = f"""
CREATE FUNCTION answering_at_home(home uuid) RETURNS TABLE (post int, department int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT c.responsible_id::int, c.office_district::int FROM kamkor_case c
    WHERE c.household_id = home AND c.team IS NULL
    AND (c.register = 'family' OR c.state IN (
        'reported', 'identified', 'registered', 'transfer_offered', 'taking_off_proposed',
        'ending_proposed', 'accompaniment', 'check_due'))
    AND EXISTS (
        SELECT FROM kamkor_household WHERE id = home AND ({rowsecurity.condition("id")}))
$$;
REVOKE ALL ON FUNCTION answering_at_home(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION answering_at_home(uuid) TO kamkor_web, kamkor_worker;
"""
# The day of a case that a report opened follows the day that the report tells.
OPENED = "".join(
    rowsecurity.grant("kamkor_case", login, "UPDATE (opened_on)")
    for login in ("kamkor_web", "kamkor_worker")
)


def lock(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split(ANSWERING + OPENED):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0012_figure_months")]

    operations = [migrations.RunPython(lock, migrations.RunPython.noop)]
