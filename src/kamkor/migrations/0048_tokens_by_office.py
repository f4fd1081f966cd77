"""Words of names are looked for with the office or the team that holds them, without their rows."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two indexes in place of one."""

    dependencies: ClassVar = [("kamkor", "0047_words_of_names")]
    operations: ClassVar = [
        migrations.RemoveIndex(model_name="nametoken", name="token_by_district"),
        migrations.AddIndex(
            model_name="nametoken",
            index=models.Index(
                fields=["token", "office_district", "office_unit", "office_oblast"],
                name="token_by_office",
            ),
        ),
        migrations.AddIndex(
            model_name="nametoken",
            index=models.Index(
                condition=models.Q(("team__isnull", False)),
                fields=["token", "team"],
                name="token_by_team",
            ),
        ),
    ]
