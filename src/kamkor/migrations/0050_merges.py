"""Two records that are one person: the facts that say so, and what they change for whom."""

import re
from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")
before = import_module("kamkor.migrations.0037_emergency")

# The absorbed record's row goes where the record goes; the kept one goes along with it.
ADDED = {"kamkor_personmerge": "absorbed_id", "kamkor_casemerge": "case_id"}
# The next migration that adds a protected table takes these from here.
PROTECTED = before.PROTECTED | ADDED
WITH_THE_HOME = before.WITH_THE_HOME
COUNTED = {
    "kamkor_personmerge": f"{first._FACT}, department, district, kept_id, absorbed_id",  # noqa: SLF001 - what every fact tells
    "kamkor_casemerge": f"{first._FACT}, department, district, case_id, into_id",  # noqa: SLF001 - as above
}

# Who is erased is erased in every record that is one person with it.
ERASING = re.sub(r"(\w+\.)?(child_id|person_id) = who\b", r"\1\2 = ANY (whos)", before.ERASING)
for _old, _new in {
    "who uuid; called text;": "who uuid; whos uuid[]; called text[];",
    "IF who IS NULL": """whos := ARRAY(SELECT p.id FROM kamkor_person p WHERE p.id = who OR p.same_as = (
        SELECT same_as FROM kamkor_person WHERE id = who));
    IF who IS NULL""",
    "'not_registered', 'void'": "'not_registered', 'void', 'merged'",
    "SELECT shown_name INTO called FROM kamkor_person WHERE id = who;": (
        "called := ARRAY(SELECT shown_name FROM kamkor_person WHERE id = ANY (whos));"
    ),
    "c.child_id IS DISTINCT FROM who": "(c.child_id = ANY (whos)) IS NOT TRUE",
    "people := who ||": "people := whos ||",
    "h.shown_name = called": "h.shown_name = ANY (called)",
}.items():
    if _old not in ERASING:
        raise AssertionError(_old)
    ERASING = ERASING.replace(_old, _new)

# Whoever reported a child is not told that nothing is done where its other case goes on.
RECEIPT = first.RECEIPT.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
    """            SELECT 1 FROM kamkor_case c WHERE c.report_id = r.id
""",
    """            SELECT 1 FROM kamkor_case told
            LEFT JOIN kamkor_casemerge m ON m.case_id = told.id AND m.withdrawn_at IS NULL
            JOIN kamkor_case c ON c.id = coalesce(m.into_id, told.id)
            WHERE told.report_id = r.id
""",
)
# A merge changes what was counted of both since the earlier of them was opened.
STALE = """
CREATE FUNCTION figures_merge_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM figures_stale_from((SELECT min(opened_on) FROM kamkor_case
        WHERE child_id IN (NEW.kept_id, NEW.absorbed_id)));
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION figures_merge_changed() FROM PUBLIC;
CREATE TRIGGER figures_changed AFTER INSERT OR UPDATE OF withdrawn_at ON kamkor_personmerge
    FOR EACH ROW EXECUTE FUNCTION figures_merge_changed();
"""


def lock(apps, schema_editor):
    parts = [rowsecurity.policy(table, subject) for table, subject in ADDED.items()]
    for login in ("kamkor_web", "kamkor_worker"):
        parts += [
            rowsecurity.grant(table, login, "SELECT, INSERT, UPDATE (withdrawn_at)")
            for table in ADDED
        ]
        parts.append(rowsecurity.grant("kamkor_person", login, "UPDATE (same_as)"))
    parts += [
        rowsecurity.grant(table, "kamkor_figures", f"SELECT ({columns})")
        for table, columns in COUNTED.items()
    ]
    parts += [rowsecurity.move_function(PROTECTED, WITH_THE_HOME), ERASING, RECEIPT, STALE]
    parts.append(
        "CREATE TRIGGER case_eventful AFTER INSERT OR UPDATE OF case_id ON kamkor_casemerge"
        " FOR EACH ROW EXECUTE FUNCTION case_eventful();"
    )
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split("\n".join(parts)):
            cursor.execute(statement)


def _to(model, related):
    return models.ForeignKey(
        db_index=related != "+",
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related,
        to=f"kamkor.{model}",
    )


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0049_tokens_made_anew")]

    operations = [
        migrations.AddField("person", "same_as", models.UUIDField(null=True)),
        migrations.AddIndex(
            "person",
            models.Index(
                fields=["same_as"], condition=Q(same_as__isnull=False), name="person_same_as"
            ),
        ),
        migrations.CreateModel(
            name="PersonMerge",
            fields=[
                *before._fact(),  # noqa: SLF001 - the columns of every fact
                ("reason", models.CharField(max_length=40)),
                ("asked", models.UUIDField()),
                ("kept", _to("person", "+")),
                ("absorbed", _to("person", "+")),
            ],
            options={
                "indexes": [models.Index(fields=["kept"], name="merge_by_kept")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["absorbed"],
                        condition=Q(withdrawn_at__isnull=True),
                        name="absorbed_once",
                    ),
                    models.CheckConstraint(
                        condition=~Q(kept=models.F("absorbed")), name="merge_of_two_records"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseMerge",
            fields=[
                *before._fact(),  # noqa: SLF001 - as above
                ("case", _to("case", "merges")),
                ("into", _to("case", "merged")),
                ("merge", _to("personmerge", "cases")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["case"],
                        condition=Q(withdrawn_at__isnull=True),
                        name="case_merged_once",
                    )
                ]
            },
        ),
        migrations.RunPython(lock, migrations.RunPython.noop),
    ]
