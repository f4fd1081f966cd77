"""The second lock: context, policies with FORCE, grants by name, moving rows, receipts."""

from django.conf import settings
from django.db import migrations

from kamkor.kernel import rowsecurity
from kamkor.kernel.credentials import signing_key

# Each protected table with the column whose value may be lent or barred.
PROTECTED = {
    "kamkor_person": "id",
    "kamkor_personname": "person_id",
    "kamkor_nametoken": "person_id",
    "kamkor_birth": "person_id",
    "kamkor_household": "id",
    "kamkor_householdmember": "household_id",
    "kamkor_siblinglook": "person_id",
    "kamkor_visit": "household_id",
    "kamkor_report": "id",
    "kamkor_reportchild": "report_id",
    "kamkor_reporter": "report_id",
    "kamkor_reportread": "report_id",
    "kamkor_screening": "report_id",
    "kamkor_secondlook": "report_id",
    "kamkor_sentinerror": "report_id",
    "kamkor_round": "id",
    "kamkor_case": "id",
    "kamkor_assignment": "case_id",
    "kamkor_interest": "case_id",
    "kamkor_identification": "case_id",
    "kamkor_registration": "case_id",
    "kamkor_registrationground": "case_id",
    "kamkor_stateprotection": "case_id",
    "kamkor_visitchild": "case_id",
    "kamkor_need": "case_id",
    "kamkor_removal": "case_id",
    "kamkor_takingoffproposal": "case_id",
    "kamkor_takingoffdecision": "case_id",
    "kamkor_accompanimentend": "case_id",
    "kamkor_transferoffer": "case_id",
    "kamkor_transferanswer": "case_id",
    "kamkor_task": "subject",
    "kamkor_taskdone": "subject",
    "kamkor_journalentry": "subject",
}
# What may be changed besides adding rows; facts only ever get their withdrawal.
CHANGED = {
    "kamkor_person": "sort_key, shown_name, sex, born_on, birth_precision, pin, pin_doubts, telephone",
    "kamkor_household": "sort_key, shown_name, territory_id, place, telephone",
    "kamkor_report": "state, duty_post_id, withdrawn_at",
    "kamkor_reportchild": "case_id, withdrawn_at",
    "kamkor_case": (
        "state, responsible_id, sort_key, risk_level, main_ground, identified_on, registered_on,"
        " taken_off_on, last_visit_on, last_seen_on, not_seen_in_a_row, next_visit_on,"
        " offered_to_id, state_protection, away_from_home"
    ),
    "kamkor_personname": "",
    "kamkor_nametoken": "",
    "kamkor_reporter": "",
    "kamkor_journalentry": "",
}
# Tables without a child's data, and so without row security.
OPEN = {
    "kamkor_territory": "SELECT",
    "kamkor_territoryname": "SELECT",
    "kamkor_office": "SELECT",
    "kamkor_officeterritory": "SELECT",
    "kamkor_employee": "SELECT",
    "kamkor_post": "SELECT",
    "kamkor_postholding": "SELECT",
    "kamkor_leave": "SELECT, INSERT",
    "kamkor_dutyturn": "SELECT, INSERT",
    "kamkor_account": "SELECT, UPDATE (password, last_login, language, first_steps_seen)",
    "kamkor_team": "SELECT, INSERT, UPDATE (ended_at)",
    "kamkor_teammember": "SELECT, INSERT, UPDATE (excluded)",
    "kamkor_lent": "SELECT, INSERT, UPDATE (until)",
    "kamkor_barred": "SELECT, INSERT",
    "django_content_type": "SELECT",
    "django_migrations": "SELECT",
    "account_emailaddress": "SELECT",
}
# The figures login reads facts of all rows, but no name, text, telephone or narrative.
COUNTED = {
    "kamkor_case": (
        "id, register, child_id, household_id, territory_id, report_id, previous_id, opened_on,"
        " state, responsible_id, main_ground, identified_on, registered_on, taken_off_on,"
        " last_visit_on, last_seen_on, not_seen_in_a_row, office_unit, office_district,"
        " office_oblast, team"
    ),
    "kamkor_person": "id, sex, born_on, birth_precision",
    "kamkor_report": (
        "id, happened_on, recorded_at, withdrawn_at, worry, source, territory_id, state, urgent,"
        " office_unit, office_district, office_oblast, team"
    ),
}
_FACT = "id, happened_on, recorded_at, first_recorded_at, withdrawn_at, corrects, command, by_post, "
_FACT += "office_unit, office_district, office_oblast, team"
for _table, _more in {
    "kamkor_identification": "case_id, risk_level, source",
    "kamkor_registration": "case_id, registered, reason",
    "kamkor_registrationground": "case_id, ground, main",
    "kamkor_stateprotection": "case_id, given",
    "kamkor_takingoffproposal": "case_id, reason",
    "kamkor_takingoffdecision": "case_id, agreed, reason",
    "kamkor_visit": "household_id, kind, minutes",
    "kamkor_visitchild": "visit_id, case_id, kind, seen, not_seen_reason",
    "kamkor_screening": "report_id, decision, reason",
    "kamkor_round": "territory_id, visited, nobody_home, refused, no_concern",
    "kamkor_birth": "person_id, born_on, precision, sex",
    "kamkor_assignment": "case_id, post_id",
}.items():
    COUNTED[_table] = f"{_FACT}, {_more}"

# A report of any department may be asked about by its receipt; the answer is one word.
RECEIPT = """
CREATE FUNCTION receipt_state(digest text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN r.state = 'new' THEN 'received'
        WHEN r.state = 'accepted' AND EXISTS (
            SELECT 1 FROM kamkor_case c WHERE c.report_id = r.id
            AND c.state IN ('reported', 'identified', 'registered', 'transfer_offered',
                            'taking_off_proposed', 'accompaniment', 'check_due'))
            THEN 'being_dealt_with'
        ELSE 'closed' END
    FROM kamkor_report r WHERE r.receipt_digest = digest AND r.withdrawn_at IS NULL
$$;
REVOKE ALL ON FUNCTION receipt_state(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION receipt_state(text) TO kamkor_web;
"""


def _sql():
    parts = [rowsecurity.CONTEXT, rowsecurity.READINGS]
    for table, subject in PROTECTED.items():
        parts.append(rowsecurity.policy(table, subject))
        for login in ("kamkor_web", "kamkor_worker"):
            parts.append(rowsecurity.grant(table, login, "SELECT, INSERT"))
            columns = CHANGED.get(table, "withdrawn_at")
            if columns:
                parts.append(rowsecurity.grant(table, login, f"UPDATE ({columns})"))
    for table, rights in OPEN.items():
        for login in ("kamkor_web", "kamkor_worker"):
            parts.append(rowsecurity.grant(table, login, rights))
    for table, columns in COUNTED.items():
        parts.append(rowsecurity.grant(table, "kamkor_figures", f"SELECT ({columns})"))
    for table in ("territory", "territoryname", "office", "officeterritory", "post"):
        parts.append(rowsecurity.grant(f"kamkor_{table}", "kamkor_figures", "SELECT"))
    parts += [
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO kamkor_web, kamkor_worker;",
        rowsecurity.ANSWERS,
        rowsecurity.move_function(PROTECTED),
        RECEIPT,
    ]
    return "\n".join(parts)


def lock(apps, schema_editor):
    inner, outer = rowsecurity.pads(signing_key(settings.KAMKOR_DATA))
    with schema_editor.connection.cursor() as cursor:
        # One text of many statements: only the client's side takes it without parameters.
        for statement in split(_sql()):
            cursor.execute(statement)
        cursor.execute("INSERT INTO context_key VALUES (%s, %s)", [inner, outer])


def split(text):
    """The statements of a text; a body between $$ is one with its function."""
    inside = False
    current = []
    for line in text.splitlines():
        current.append(line)
        if line.count("$$") % 2:
            inside = not inside
        if not inside and line.rstrip().endswith(";"):
            yield "\n".join(current)
            current = []
    if "".join(current).strip():
        yield "\n".join(current)


class Migration(migrations.Migration):
    dependencies = [
        ("kamkor", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("account", "0001_initial"),
    ]

    operations = [migrations.RunPython(lock, migrations.RunPython.noop)]
