"""Second steps at sign-in, passwords given for once, and accounts made at the desk."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# No child's data, and asked before there is a viewer.
OPEN = {
    "mfa_authenticator": "SELECT, INSERT, UPDATE, DELETE",
    "socialaccount_socialaccount": "SELECT, INSERT, UPDATE, DELETE",
    "socialaccount_socialapp": "SELECT",
    # Nothing is kept in it; with a link its tokens would go.
    "socialaccount_socialtoken": "SELECT, DELETE",
    "kamkor_factorreset": "SELECT, INSERT, UPDATE (confirmed_by_id, confirmed_at, code, used_at)",
    "kamkor_accountevent": "SELECT, INSERT",
}
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
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [
        migrations.AddField("account", "password_once", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="AccountEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.CharField(max_length=24)),
                ("at", models.DateTimeField()),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="events", to=settings.AUTH_USER_MODEL)),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("second", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="FactorReset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("code", models.CharField(blank=True, max_length=128)),
                ("used_at", models.DateTimeField(null=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="resets", to=settings.AUTH_USER_MODEL)),
                ("asked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("confirmed_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
