"""Second steps cannot be altered by the desk: it adds its viewer's own, and spends recovery codes."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

first = import_module("kamkor.migrations.0002_row_security")

# What verifies a passkey or a code is as it was added; when it was last used is told beside it.
STAYS = """
REVOKE UPDATE ON mfa_authenticator FROM kamkor_web, kamkor_worker;
GRANT UPDATE (last_used_at) ON mfa_authenticator TO kamkor_web, kamkor_worker;
CREATE FUNCTION second_step_is_own() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user <> 'kamkor_owner'
        AND NEW.user_id IS DISTINCT FROM (viewer_context()).account THEN
        RAISE insufficient_privilege USING MESSAGE = 'a second step is added by its owner alone';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION second_step_is_own() FROM PUBLIC;
CREATE TRIGGER second_step_is_own BEFORE INSERT ON mfa_authenticator
FOR EACH ROW EXECUTE FUNCTION second_step_is_own();
CREATE FUNCTION spend_recovery_code(account int, code_hash text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE mfa_authenticator f
        SET data = jsonb_set(f.data, '{hashes}', (f.data -> 'hashes') - code_hash)
        WHERE f.user_id = account AND f.type = 'recovery_codes'
            AND f.data -> 'hashes' ? code_hash;
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION spend_recovery_code(int, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION spend_recovery_code(int, text) TO kamkor_web;
"""


def lay(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split(STAYS):
            cursor.execute(statement)


class Migration(migrations.Migration):
    """Fewer rights, a trigger and a function."""

    dependencies: ClassVar = [
        ("kamkor", "0042_workforce_version"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations: ClassVar = [migrations.RunPython(lay, migrations.RunPython.noop)]
