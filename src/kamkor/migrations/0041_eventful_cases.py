"""A case tells by itself that a fact of a kind that most have none of was recorded about it."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations, models

first = import_module("kamkor.migrations.0002_row_security")

FACTS = (
    "kamkor_stateprotection",
    "kamkor_removal",
    "kamkor_removalend",
    "kamkor_safecontact",
    "kamkor_takingoffproposal",
    "kamkor_takingoffdecision",
    "kamkor_accompanimentend",
    "kamkor_transferoffer",
    "kamkor_transferanswer",
    "kamkor_interest",
)

# Row by row, for each is found by its key: a statement over all new rows would keep the plan of
# its first few, and read every case for each part that is copied. A fact that comes before its
# case would be forgotten, so none may.
FUNCTION = """
CREATE FUNCTION case_eventful() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    known boolean;
BEGIN
    SELECT eventful INTO known FROM kamkor_case WHERE id = NEW.case_id;
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = 'a fact before its case';
    END IF;
    IF NOT known THEN
        UPDATE kamkor_case SET eventful = true WHERE id = NEW.case_id;
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION case_eventful() FROM PUBLIC;
"""


def statements():
    yield from first.split(FUNCTION)
    for table in FACTS:
        yield f"""CREATE TRIGGER case_eventful AFTER INSERT OR UPDATE OF case_id ON {table}
            FOR EACH ROW EXECUTE FUNCTION case_eventful()"""
    standing = " UNION ".join(f"SELECT case_id FROM {table}" for table in FACTS)  # noqa: S608 - our own names
    yield f"UPDATE kamkor_case SET eventful = true WHERE id IN ({standing})"  # noqa: S608 - as above


def keep(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)


class Migration(migrations.Migration):
    """A column of the case, a function, and a trigger on each of these tables."""

    dependencies: ClassVar = [("kamkor", "0040_sign_ins_written_down")]
    operations: ClassVar = [
        migrations.AddField("case", "eventful", models.BooleanField(default=False, db_default=False)),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]
