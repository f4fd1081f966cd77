"""A version of the workforce, drawn anew by triggers in the transaction that changes it."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations, models

first = import_module("kamkor.migrations.0002_row_security")

# It says nothing but whether something changed.
OPEN = {"kamkor_workforceversion": "SELECT"}
WATCHED = (
    "kamkor_office",
    "kamkor_post",
    "kamkor_postholding",
    "kamkor_employee",
    "kamkor_leave",
    "kamkor_dutyturn",
)
# Drawn and not counted: a number would come again after a rollback or a restore, with other rows.
WATCHING = """
INSERT INTO kamkor_workforceversion (id, version) VALUES (1, gen_random_uuid());
CREATE FUNCTION workforce_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE kamkor_workforceversion SET version = gen_random_uuid();
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION workforce_changed() FROM PUBLIC;
"""


def trigger(table):
    return f"""
CREATE TRIGGER workforce_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION workforce_changed();
"""


def keep_watch(apps, schema_editor):
    grants = [
        f"GRANT {rights} ON {table} TO kamkor_web, kamkor_worker"
        for table, rights in OPEN.items()
    ]
    with schema_editor.connection.cursor() as cursor:
        for statement in [*first.split(WATCHING), *map(trigger, WATCHED), *grants]:
            cursor.execute(statement)


class Migration(migrations.Migration):
    """The one row, and what watches the tables."""

    dependencies: ClassVar = [("kamkor", "0041_eventful_cases")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="WorkforceVersion",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("version", models.UUIDField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="one_workforce_version"
                    )
                ],
            },
        ),
        migrations.RunPython(keep_watch, migrations.RunPython.noop),
    ]
