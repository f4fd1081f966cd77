"""Second steps at sign-in, passwords given for once, and accounts made at the desk."""

from django.db import migrations, models

# No child's data, and asked before there is a viewer.
OPEN = {"mfa_authenticator": "SELECT, INSERT, UPDATE, DELETE"}
MADE = "INSERT, UPDATE (is_active, password_once)"


def grant(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for login in ("kamkor_web", "kamkor_worker"):
            for table, rights in OPEN.items():
                cursor.execute(f"GRANT {rights} ON {table} TO {login}")
                cursor.execute(f"GRANT USAGE ON SEQUENCE {table}_id_seq TO {login}")
            cursor.execute(f"GRANT {MADE} ON kamkor_account TO {login}")
            cursor.execute(f"GRANT USAGE ON SEQUENCE kamkor_account_id_seq TO {login}")


class Migration(migrations.Migration):
    dependencies = [
        ("kamkor", "0028_looks"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.AddField("account", "password_once", models.BooleanField(default=False)),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
