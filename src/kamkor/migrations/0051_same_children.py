"""Records that may be one child: by which keys they are compared, the pairs, and what was said."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import kamkor.kernel.ids
from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")
facts = import_module("kamkor.migrations.0037_emergency")
before = import_module("kamkor.migrations.0050_merges")

ADDED = {
    "kamkor_personkey": "person_id",
    "kamkor_alikepair": "one_id",
    "kamkor_samechildanswer": "one_id",
}
# The next migration that adds a protected table takes these from here.
PROTECTED = before.PROTECTED | ADDED
WITH_THE_HOME = before.WITH_THE_HOME
# Of who is sealed, or goes to another department, no pair tells the one that is left.
ALSO = """DELETE FROM kamkor_alikepair WHERE (one_id = ANY (moved) OR other_id = ANY (moved))
        AND (to_team IS NOT NULL OR team IS NOT NULL
            OR office_district IS DISTINCT FROM to_district);"""
RIGHTS = {
    # Both are made anew whenever what they were made from changes.
    "kamkor_personkey": "SELECT, INSERT, DELETE",
    "kamkor_alikepair": "SELECT, INSERT, DELETE",
    "kamkor_samechildanswer": "SELECT, INSERT",
}

_TOKENS = "    DELETE FROM kamkor_nametoken WHERE person_id = ANY (people);\n"
# Of who is erased nothing is compared any more; what was said of two records holds ids alone.
ERASING = before.ERASING.replace(
    _TOKENS,
    _TOKENS
    + "    DELETE FROM kamkor_personkey WHERE person_id = ANY (people);\n"
    + "    DELETE FROM kamkor_alikepair WHERE one_id = ANY (people) OR other_id = ANY (people);\n",
)
if before.ERASING == ERASING:
    raise AssertionError(_TOKENS)


def lock(apps, schema_editor):
    parts = [rowsecurity.policy(table, subject) for table, subject in ADDED.items()]
    for login in ("kamkor_web", "kamkor_worker"):
        parts += [rowsecurity.grant(table, login, right) for table, right in RIGHTS.items()]
    parts += [rowsecurity.move_function(PROTECTED, WITH_THE_HOME, ALSO), ERASING]
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split("\n".join(parts)):
            cursor.execute(statement)


def _person(name, *, constraint=True):
    return (
        name,
        models.ForeignKey(
            db_constraint=constraint,
            db_index=False,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="keys" if name == "person" else "+",
            to="kamkor.person",
        ),
    )


def _held():
    return [
        ("office_unit", models.IntegerField(null=True)),
        ("office_district", models.IntegerField(null=True)),
        ("office_oblast", models.IntegerField(null=True)),
        ("team", models.UUIDField(null=True)),
    ]


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0050_merges")]

    operations = [
        migrations.CreateModel(
            name="PersonKey",
            fields=[
                *_held(),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                _person("person", constraint=False),
                ("key", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["key", "office_district"], name="key_by_office")]
            },
        ),
        migrations.CreateModel(
            name="AlikePair",
            fields=[
                *_held(),
                (
                    "id",
                    models.UUIDField(
                        default=kamkor.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                _person("one"),
                _person("other"),
                ("zone", models.CharField(max_length=8)),
                ("weight", models.FloatField()),
                ("one_number", models.BooleanField(default=False)),
                ("answer", models.CharField(blank=True, max_length=12)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["other"], name="pair_by_other"),
                    models.Index(fields=["office_district", "weight"], name="pair_by_weight"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["one", "other"], name="pair_once"),
                    models.CheckConstraint(
                        condition=Q(one__lt=F("other")), name="pair_of_two_in_order"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SameChildAnswer",
            fields=[
                *facts._fact(),  # noqa: SLF001 - the columns of every fact
                _person("one"),
                _person("other"),
                ("answer", models.CharField(max_length=12)),
                ("rules", models.DateField()),
                ("weight", models.FloatField()),
                ("compared", models.UUIDField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["one", "other"], name="answer_by_pair"),
                    models.Index(fields=["other"], name="answer_by_other"),
                ]
            },
        ),
        migrations.RunPython(lock, migrations.RunPython.noop),
    ]
