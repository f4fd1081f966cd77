"""Kept monthly counts, and the triggers that mark a month stale when its past changes."""

from django.db import migrations, models

from kamkor.kernel import rowsecurity, rulesets

# Numbers without identity: nothing to protect.
OPEN = {
    "kamkor_figuremonth": "which months' counts still hold",
    "kamkor_figurecell": "counts without identity",
}
FACTS = ("kamkor_identification", "kamkor_registration", "kamkor_transferanswer")
DECISIONS = "kamkor_takingoffdecision"
# An entry made in error never counted: whatever was counted of its case changes.
ERRORS = sorted(one.code for one in rulesets.all_rules("taking_off_reasons") if one.get("error"))

_DEFINER = "LANGUAGE {0} SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
_PLAIN = _DEFINER.format("plpgsql")
_ERROR = ", ".join(f"'{code}'" for code in ERRORS)
_FROM_FACT = "min(n.happened_on) FROM fresh n"
_FROM_DECISION = f"""min(CASE WHEN n.reason IN ({_ERROR}) THEN c.opened_on ELSE n.happened_on END)
    FROM fresh n JOIN kamkor_case c ON c.id = n.case_id"""
# Rows that only pass to another office count as before.
_COUNTED_ANEW = """ JOIN former o ON o.id = n.id WHERE
    (n.withdrawn_at, n.happened_on, n.department, n.district)
    IS DISTINCT FROM (o.withdrawn_at, o.happened_on, o.department, o.district)"""

STALE = f"""
CREATE FUNCTION figures_stale_from(first date) RETURNS void {_DEFINER.format("sql")} AS $$
    UPDATE kamkor_figuremonth SET state = 'stale'
    WHERE month >= date_trunc('month', first)::date AND state <> 'stale'
$$;
REVOKE ALL ON FUNCTION figures_stale_from(date) FROM PUBLIC;
"""


def function(name, chosen):
    return f"""
CREATE FUNCTION {name}() RETURNS trigger {_PLAIN} AS $$
BEGIN
    PERFORM figures_stale_from((SELECT {chosen}));
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION {name}() FROM PUBLIC;
"""


def trigger(table, kind):
    return f"""
CREATE TRIGGER figures_added AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION figures_{kind}_added();
CREATE TRIGGER figures_changed AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS former NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION figures_{kind}_changed();
"""


def row_trigger(table, columns):
    names = [column.strip() for column in columns.split(",")]
    new, old = (", ".join(f"{side}.{name}" for name in names) for side in ("NEW", "OLD"))
    return f"""
CREATE TRIGGER figures_changed AFTER UPDATE OF {columns} ON {table} FOR EACH ROW
    WHEN (({new}) IS DISTINCT FROM ({old}))
    EXECUTE FUNCTION figures_{table.removeprefix("kamkor_")}_changed();
"""


def statements():
    yield STALE
    for kind, chosen in (("fact", _FROM_FACT), ("decision", _FROM_DECISION)):
        yield function(f"figures_{kind}_added", chosen)
        yield function(f"figures_{kind}_changed", chosen + _COUNTED_ANEW)
    yield function("figures_case_changed", "OLD.opened_on")
    yield function(
        "figures_person_changed", "min(opened_on) FROM kamkor_case WHERE child_id = OLD.id"
    )
    yield from (trigger(table, "fact") for table in FACTS)
    yield trigger(DECISIONS, "decision")
    yield row_trigger("kamkor_case", "team, child_id, household_id")
    yield row_trigger("kamkor_person", "sex, born_on")
    yield rowsecurity.grant("kamkor_figuremonth", "kamkor_figures", "SELECT, INSERT, UPDATE")
    yield rowsecurity.grant("kamkor_figurecell", "kamkor_figures", "SELECT, INSERT, DELETE")
    yield "GRANT USAGE ON SEQUENCE kamkor_figurecell_id_seq TO kamkor_figures"


def keep_watch(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0011_loading")]

    operations = [
        migrations.CreateModel(
            name="FigureMonth",
            fields=[
                ("month", models.DateField(primary_key=True, serialize=False)),
                ("state", models.CharField(max_length=8)),
                ("built_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="FigureCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("figure", models.CharField(max_length=40)),
                ("month", models.DateField()),
                ("district", models.CharField(max_length=14)),
                ("sex", models.CharField(max_length=8)),
                ("age", models.CharField(max_length=20)),
                ("sealed", models.BooleanField()),
                ("first_of", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["figure", "month"], name="figure_by_month")],
            },
        ),
        migrations.RunPython(keep_watch, migrations.RunPython.noop),
    ]
