"""Loading from files: the load, its rows on the way, what was loaded before; who may be one and
the same child, asked for many at once."""

from importlib import import_module

import django.contrib.postgres.fields
import django.db.models.deletion
import kamkor.kernel.clock
import kamkor.kernel.ids
from django.db import migrations, models

from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")

# A staged row says who a child is; 0014 protects it.
STAGED = {"kamkor_stagedrow": "SELECT, INSERT, UPDATE, DELETE"}
# Neither a load nor a key does.
OPEN = {
    "kamkor_load": "SELECT, INSERT, UPDATE",
    "kamkor_loadkey": "SELECT, INSERT",
    # Jobs hold the id of a load, an account and a post.
    "procrastinate_jobs": "SELECT, INSERT, UPDATE, DELETE",
    "procrastinate_events": "SELECT, INSERT, UPDATE, DELETE",
    "procrastinate_workers": "SELECT, INSERT, UPDATE, DELETE",
    "procrastinate_periodic_defers": "SELECT, INSERT, UPDATE, DELETE",
}
SEQUENCES = (
    "kamkor_stagedrow_id_seq", "kamkor_loadkey_id_seq", "procrastinate_jobs_id_seq",
    "procrastinate_events_id_seq", "procrastinate_periodic_defers_id_seq",
)
# Its functions run with the rights of whoever calls them.
JOBS = """
DO $$ DECLARE one regprocedure; BEGIN
    FOR one IN SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public' AND p.proname LIKE 'procrastinate\\_%' LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', one);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO kamkor_web, kamkor_worker', one);
    END LOOP;
END $$;
"""

# What open_identity_candidates does for one case, for many that were written together: each as if
# those after it were not there yet.
CANDIDATES = f"""
CREATE FUNCTION open_identity_candidates_of(
    cases uuid[], commands uuid[], day date, told timestamptz, due timestamptz
) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
    WITH seen AS (
        SELECT * FROM kamkor_case WHERE id = ANY (cases) AND ({rowsecurity.condition("id")})
    ), own AS (
        SELECT c.id, c.child_id, c.team, c.office_district, p.pin, w.command, w.place
        FROM unnest(cases, commands) WITH ORDINALITY w(subject, command, place)
        JOIN seen c ON c.id = w.subject JOIN kamkor_person p ON p.id = c.child_id AND p.pin <> ''
    ), target AS (
        SELECT own.command, own.place, CASE WHEN p.team IS NULL OR p.team = own.team
            THEN own.id ELSE (
                SELECT s.id FROM kamkor_case s WHERE s.child_id = p.id
                ORDER BY s.opened_on DESC, s.id DESC LIMIT 1) END AS subject
        FROM own JOIN kamkor_person p ON p.pin = own.pin AND p.pin <> '' AND p.id <> own.child_id
            AND p.office_district = own.office_district
        WHERE NOT EXISTS (
            SELECT FROM own later WHERE later.child_id = p.id AND later.place > own.place)
    ), told_once AS (
        SELECT DISTINCT ON (subject) subject, command FROM target ORDER BY subject, place
    )
    INSERT INTO kamkor_task (
        id, happened_on, recorded_at, first_recorded_at, command, by_post, office_unit,
        office_district, office_oblast, team, case_id, subject, kind, due_at, for_role
    )
    SELECT gen_random_uuid(), day, told, told, t.command, (SELECT v.post FROM viewer_context() v),
        c.office_unit, c.office_district, c.office_oblast, c.team, c.id, c.id,
        'identity_candidate', due, 'specialist'
    FROM told_once t JOIN kamkor_case c ON c.id = t.subject
    WHERE NOT EXISTS (
        SELECT FROM kamkor_task o WHERE o.subject = c.id AND o.kind = 'identity_candidate'
            AND o.withdrawn_at IS NULL AND NOT EXISTS (
                SELECT FROM kamkor_taskdone d WHERE d.task_id = o.id AND d.withdrawn_at IS NULL))
$$;
REVOKE ALL ON FUNCTION open_identity_candidates_of(uuid[], uuid[], date, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_identity_candidates_of(uuid[], uuid[], date, timestamptz, timestamptz) TO kamkor_web, kamkor_worker;
"""


def lock(apps, schema_editor):
    parts = [CANDIDATES, JOBS]
    for login in ("kamkor_web", "kamkor_worker"):
        parts += [rowsecurity.grant(table, login, rights) for table, rights in (OPEN | STAGED).items()]
        parts += [f"GRANT USAGE ON SEQUENCE {one} TO {login};\n" for one in SEQUENCES]
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split("\n".join(parts)):
            cursor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('kamkor', '0010_members_with_their_persons'),
        ('procrastinate', '0041_post_retry_failed_job'),
    ]

    operations = [
        migrations.CreateModel(
            name='Load',
            fields=[
                ('id', models.UUIDField(default=kamkor.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('office', models.IntegerField()),
                ('account', models.IntegerField()),
                ('post', models.IntegerField()),
                ('file_name', models.CharField(max_length=200)),
                ('size', models.BigIntegerField()),
                ('form', models.CharField(blank=True, max_length=8)),
                ('encoding', models.CharField(blank=True, max_length=16)),
                ('separator', models.CharField(blank=True, max_length=12)),
                ('state', models.CharField(max_length=16)),
                ('accept_good', models.BooleanField(default=False)),
                ('refusal', models.CharField(blank=True, max_length=40)),
                ('refusal_details', models.JSONField(default=dict)),
                ('columns', models.JSONField(default=list)),
                ('rows', models.IntegerField(default=0)),
                ('good', models.IntegerField(default=0)),
                ('faulty', models.IntegerField(default=0)),
                ('known', models.IntegerField(default=0)),
                ('written', models.IntegerField(default=0)),
                ('began_at', models.DateTimeField(default=kamkor.kernel.clock.now)),
                ('touched_at', models.DateTimeField(default=kamkor.kernel.clock.now)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='LoadKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('office', models.IntegerField()),
                ('digest', models.UUIDField()),
                ('subject', models.UUIDField()),
                ('load', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='StagedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('turn', models.CharField(db_collation='C', max_length=120)),
                ('cells', models.JSONField()),
                ('good', models.BooleanField()),
                ('entry', models.JSONField(default=list)),
                ('faults', models.JSONField(default=list)),
            ],
        ),
        migrations.AddField("territory", "latitude", models.FloatField(null=True)),
        migrations.AddField("territory", "longitude", models.FloatField(null=True)),
        migrations.AddField(
            "territory",
            "neighbours",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=14), default=list, size=None
            ),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(condition=models.Q(('pin', ''), _negated=True), fields=['pin', 'office_district'], name='person_by_pin'),
        ),
        migrations.AddIndex(
            model_name='load',
            index=models.Index(fields=['office', 'began_at'], name='load_by_office'),
        ),
        migrations.AddConstraint(
            model_name='loadkey',
            constraint=models.UniqueConstraint(fields=('digest', 'office'), name='loaded_once'),
        ),
        migrations.AddField(
            model_name='stagedrow',
            name='load',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staged', to='kamkor.load'),
        ),
        migrations.AddIndex(
            model_name='stagedrow',
            index=models.Index(condition=models.Q(('good', True)), fields=['load', 'turn', 'number'], name='staged_good'),
        ),
        migrations.AddIndex(
            model_name='stagedrow',
            index=models.Index(condition=models.Q(('good', False)), fields=['load', 'number'], name='staged_faulty'),
        ),
        migrations.RunPython(lock, migrations.RunPython.noop),
    ]
