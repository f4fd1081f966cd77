"""The head of a department sets its telephone at the desk."""

from typing import ClassVar

from django.db import migrations

from kamkor.kernel import rowsecurity


def give(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for login in ("kamkor_web", "kamkor_worker"):
            cursor.execute(rowsecurity.grant("kamkor_office", login, "UPDATE (telephone)"))


class Migration(migrations.Migration):
    """One more grant."""

    dependencies: ClassVar = [("kamkor", "0056_establishment")]
    operations: ClassVar = [migrations.RunPython(give, migrations.RunPython.noop)]
