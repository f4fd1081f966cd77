"""Indexes of the few cases that are open, of the sealed ones, and of the alarms that ring."""

from django.db import migrations, models
from django.db.models import Q

OPEN = Q(
    state__in=(
        "accompaniment",
        "check_due",
        "ending_proposed",
        "identified",
        "registered",
        "reported",
        "taking_off_proposed",
        "transfer_offered",
    )
)
RINGING = Q(Q(urgent=True) | Q(team__isnull=False), state="new", withdrawn_at=None)


def index(model, name, condition, *columns):
    return migrations.AddIndex(model, models.Index(fields=columns, condition=condition, name=name))


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0023_smaller_rows")]

    operations = [
        # A worker's own cases, open or ended, are found by who answers for them.
        migrations.RemoveIndex("case", "case_by_unit"),
        index("case", "case_open_by_unit", OPEN, "office_unit"),
        index("case", "case_open_by_district", OPEN, "office_district", "register", "sort_key", "id"),
        index("case", "case_by_team", Q(team__isnull=False), "team"),
        index("report", "report_alarms", RINGING, "office_district", "received_at"),
    ]
