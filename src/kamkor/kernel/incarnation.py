"""The lives of a database: one that was restored or promoted is another than the one before.

What was taken away after the moment of a restore - a session that was ended, a code that was
used - would be there again. So whoever signed in before a restore signs in anew.
"""

from django.db import connections, transaction

from kamkor.kernel.ids import new_id

# PostgreSQL begins a new line of its log at each restore and promotion.
_TOLD_BY = """SELECT system_identifier || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
    FROM pg_control_system()"""
_FORGET = (
    "DELETE FROM kamkor_session",
    "UPDATE kamkor_factorreset SET used_at = now() WHERE used_at IS NULL AND code <> ''",
)
FORGOTTEN = "DELETE FROM incarnation"
"""Says of a database that was restored just now that its next start begins another life."""


def begin_life() -> bool:
    """Give the database a number of its own where it has none, or was restored or promoted since:
    then all sessions and unused codes for once end. Whether it was.

    Said before anybody is served; safe to repeat and at once.
    """
    owner = connections["owner"]
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute("LOCK TABLE incarnation")
        cursor.execute(_TOLD_BY)
        (told_by,) = cursor.fetchone() or ("",)
        cursor.execute("SELECT told_by FROM incarnation")
        if cursor.fetchone() == (told_by,):
            return False
        for statement in (*_FORGET, FORGOTTEN):
            cursor.execute(statement)
        numbers = [new_id(), told_by]
        cursor.execute("INSERT INTO incarnation (id, told_by) VALUES (%s, %s)", numbers)
    return True
