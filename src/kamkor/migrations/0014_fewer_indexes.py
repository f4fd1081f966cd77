"""Indexes that another one covers, that nothing asks by, or that most rows do not need, go."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kamkor', '0013_homes_and_openings'),
    ]

    operations = [
        migrations.AlterField(
            model_name='assignment',
            name='post',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kamkor.post'),
        ),
        migrations.AlterField(
            model_name='case',
            name='number',
            field=models.CharField(max_length=16),
        ),
        migrations.AlterField(
            model_name='case',
            name='offered_to',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kamkor.office'),
        ),
        migrations.AlterField(
            model_name='case',
            name='previous',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='kamkor.case'),
        ),
        migrations.AlterField(
            model_name='case',
            name='report',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='kamkor.report'),
        ),
        migrations.AlterField(
            model_name='case',
            name='responsible',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kamkor.post'),
        ),
        migrations.AlterField(
            model_name='case',
            name='territory',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kamkor.territory'),
        ),
        migrations.AlterField(
            model_name='household',
            name='territory',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kamkor.territory'),
        ),
        migrations.AlterField(
            model_name='nametoken',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='kamkor.person'),
        ),
        migrations.AlterField(
            model_name='report',
            name='receipt_digest',
            field=models.CharField(max_length=64),
        ),
        migrations.AlterField(
            model_name='report',
            name='territory',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kamkor.territory'),
        ),
        migrations.AlterField(
            model_name='reporttold',
            name='territory',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kamkor.territory'),
        ),
        migrations.AlterField(
            model_name='stagedrow',
            name='load',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='staged', to='kamkor.load'),
        ),
        migrations.RemoveIndex(model_name='journalentry', name='journal_by_account'),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('report__isnull', False)), fields=['report'], name='case_by_report'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('previous__isnull', False)), fields=['previous'], name='case_by_previous'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('offered_to__isnull', False)), fields=['offered_to'], name='case_by_offer'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(fields=('number',), name='case_by_number'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(fields=('receipt_digest',), name='report_by_receipt'),
        ),
    ]
