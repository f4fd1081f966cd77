"""Search tokens are made from the names at any time: their person is not looked up."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A reference without a constraint."""

    dependencies: ClassVar = [("kamkor", "0048_tokens_by_office")]
    operations: ClassVar = [
        migrations.AlterField(
            model_name="nametoken",
            name="person",
            field=models.ForeignKey(
                "kamkor.Person",
                models.PROTECT,
                db_constraint=False,
                db_index=False,
                related_name="tokens",
            ),
        ),
    ]
