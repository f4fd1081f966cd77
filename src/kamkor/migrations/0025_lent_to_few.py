"""The planner is told that a post or an office is lent few records of all.

Where most lendings happen to be one post's it would take anybody's to be as many, and read them
all at the beginning of each request.
"""

from django.db import migrations

COLUMNS = ("to_post_id", "to_office_id")


def _altered(how):
    changes = ", ".join(f"ALTER {column} {how}" for column in COLUMNS)
    return f"ALTER TABLE kamkor_lent {changes}"


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0024_open_cases")]

    operations = [
        migrations.RunSQL(_altered("SET (n_distinct = -0.01)"), _altered("RESET (n_distinct)")),
        migrations.RunSQL("ANALYZE kamkor_lent", migrations.RunSQL.noop),
    ]
