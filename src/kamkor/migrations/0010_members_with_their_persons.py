"""Who belongs to a household is seen by those who see both, the household and the person."""

from django.db import migrations

from kamkor.kernel import rowsecurity

TABLE = "kamkor_householdmember"
POLICY = f"""
DROP POLICY scope ON {TABLE};
CREATE POLICY scope ON {TABLE} TO kamkor_web, kamkor_worker USING (
    {rowsecurity.condition("household_id")}
    AND EXISTS (SELECT FROM kamkor_person p WHERE p.id = person_id));
"""


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0009_corrections")]

    operations = [migrations.RunSQL(POLICY, migrations.RunSQL.noop)]
