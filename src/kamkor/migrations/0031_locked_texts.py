"""Narratives and who reported are locked; what stood open is locked with the first keys."""

from django.db import migrations, models

from kamkor.kernel import keys
from kamkor.kernel.locked import LockedText, canary

# The column of the subject, and the texts; those with ? may be empty.
TEXTS = {
    "Removal": ("case_id", ("danger", "decider_name", "sleeps_where", "siblings?", "next_step")),
    "SafeContact": ("case_id", ("contact?",)),
    "RemovalEnd": ("case_id", ("note",)),
    "Identification": ("case_id", ("difficulty",)),
    "Registration": ("case_id", ("note?",)),
    "StateProtection": ("case_id", ("note?",)),
    "Report": ("id", ("place", "seen_or_said", "safe_contact?")),
    "ReportTold": ("report_id", ("place", "seen_or_said", "safe_contact?")),
    "ReportChild": ("report_id", ("description",)),
    "Reporter": ("report_id", ("name?", "telephone?")),
    "Screening": ("report_id", ("note?",)),
    "SecondLook": ("report_id", ("note?",)),
    "SentInError": ("report_id", ("note",)),
    "TakingOffProposal": ("case_id", ("note", "other_side?")),
    "TakingOffDecision": ("case_id", ("note?",)),
    "AccompanimentEnd": ("case_id", ("note",)),
    "TaskDone": ("subject", ("proof?",)),
    "TransferOffer": ("case_id", ("note",)),
    "TransferAnswer": ("case_id", ("note?",)),
    "Visit": ("household_id", ("changed?", "words_of_carer?")),
    "VisitChild": ("case_id", ("words_of_child?", "lives_with?")),
}


OPEN = {"kamkor_keycanary": "SELECT"}


def columns():
    for model, (of, texts) in TEXTS.items():
        table = f"kamkor_{model.lower()}"
        for text in texts:
            yield table, "report_id" if model == "Reporter" else "id", of, text.rstrip("?")


def make_keys(apps, schema_editor):
    keys.make_store()
    held = keys.current()
    with schema_editor.connection.cursor() as cursor:
        for version in held.versions:
            row = [version, canary(held, version)]
            cursor.execute("INSERT INTO kamkor_keycanary VALUES (%s, %s)", row)
        for login in ("kamkor_web", "kamkor_worker"):
            for table, rights in OPEN.items():
                cursor.execute(f"GRANT {rights} ON {table} TO {login}")


def to_bytes(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, _key, _of, column in columns():
            cursor.execute(
                f"ALTER TABLE {table} ALTER COLUMN {column} TYPE bytea"
                f" USING convert_to({column}, 'UTF8')"
            )


def lock(apps, schema_editor):
    held = keys.current()
    with schema_editor.connection.cursor() as cursor:
        for table, key, of, column in columns():
            cursor.execute(f"SELECT {key}, {of}, {column} FROM {table} WHERE {column} <> ''")
            rows = [
                (held.lock(bytes(text).decode(), subject, f"{table}|{pk}|{column}".encode()), pk)
                for pk, subject, text in cursor.fetchall()
            ]
            cursor.executemany(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", rows)


def altered():
    for model, (of, texts) in TEXTS.items():
        for text in texts:
            yield migrations.AlterField(
                model, text.rstrip("?"), LockedText(of=of, blank=text.endswith("?"))
            )


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0029_second_step")]

    operations = [
        migrations.CreateModel(
            name="KeyCanary",
            fields=[
                ("version", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("locked", models.BinaryField()),
            ],
        ),
        migrations.RunPython(make_keys, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(to_bytes, migrations.RunPython.noop)],
            state_operations=list(altered()),
        ),
        migrations.RunPython(lock, migrations.RunPython.noop),
    ]
