"""When the children of each department were last compared with each other."""

import django.db.models.deletion
from django.db import migrations, models

from kamkor.kernel import rowsecurity

# Numbers of an office: nothing to protect.
OPEN = {"kamkor_departmentcompared": "when children were compared, and how many; of nobody"}


def give(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for login in ("kamkor_web", "kamkor_worker"):
            for table in OPEN:
                cursor.execute(rowsecurity.grant(table, login, "SELECT, INSERT, UPDATE"))


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0052_known_elsewhere")]

    operations = [
        migrations.CreateModel(
            name="DepartmentCompared",
            fields=[
                (
                    "department",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="kamkor.office",
                    ),
                ),
                ("compared_at", models.DateTimeField()),
                ("children", models.PositiveIntegerField()),
                ("pairs", models.PositiveIntegerField()),
            ],
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
