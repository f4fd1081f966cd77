"""Checks of a standing house: logins, row security, migrations, keys, room on the disk."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from kamkor.kernel.credentials import signing_key
from kamkor.kernel.keys import KeysUnusable, current
from kamkor.kernel.locked import prove
from kamkor.kernel.provision import READERS
from kamkor.kernel.rowsecurity import pads

OWNER = "owner"
_ROOM_BYTES = 500 * 2**20
_MANY_NODES = 250_000


@dataclass(frozen=True)
class Check:
    """One thing looked at, and what is wrong with it; nothing if all is well."""

    about: str
    faults: list[str]


def checks(data: Path) -> Iterator[Check]:
    """Look at one thing after another; each is told as soon as it is known."""
    owner = connections[OWNER]
    yield Check(_("migrations are in step"), _migrations(owner))
    looks: tuple[tuple[str, Callable[[BaseDatabaseWrapper], list[str]]], ...] = (
        (_("the service's logins have no powers"), _powers),
        (_("the service's logins own nothing and are members of nothing"), _possessions),
        (_("every protected table has row security, forced"), _row_security),
        (_("the context's key is the database's"), _key),
        (_("the keys of locked texts are the database's"), _keys_of_texts),
    )
    for about, look in looks:
        yield Check(about, look(owner))
    yield Check(_("there is room on the disk"), _room(data))


def _rows(login: BaseDatabaseWrapper, sql: str, *values: list[str]) -> list[tuple[object, ...]]:
    with login.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[object, ...]] = cursor.fetchall()
    return found


def _migrations(owner: BaseDatabaseWrapper) -> list[str]:
    executor = MigrationExecutor(owner)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    text = _("%(name)s has not run")
    return [text % {"name": f"{one.app_label} {one.name}"} for one, _back in waiting]


def _powers(owner: BaseDatabaseWrapper) -> list[str]:
    rows = _rows(
        owner,
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)"
        " AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)",
        list(READERS),
    )
    missing = set(READERS) - {str(name) for (name,) in _rows(owner, "SELECT rolname FROM pg_roles")}
    much, none = _("%(login)s has powers it must not have"), _("there is no login %(login)s")
    powers = [much % {"login": name} for (name,) in rows]
    return powers + [none % {"login": name} for name in sorted(missing)]


def _possessions(owner: BaseDatabaseWrapper) -> list[str]:
    owned = _rows(
        owner,
        "SELECT r.rolname, c.relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner"
        " WHERE r.rolname = ANY(%s)",
        list(READERS),
    )
    members = _rows(
        owner,
        "SELECT m.rolname, g.rolname FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member"
        " JOIN pg_roles g ON g.oid = a.roleid WHERE m.rolname = ANY(%s)",
        list(READERS),
    )
    return [
        *(_("%(login)s owns %(table)s") % {"login": one, "table": table} for one, table in owned),
        *(
            _("%(login)s is a member of %(group)s") % {"login": one, "group": group}
            for one, group in members
        ),
    ]


def _row_security(owner: BaseDatabaseWrapper) -> list[str]:
    """Whatever a login may read and bears the columns of a scope, or a policy, is protected."""
    rows = _rows(
        owner,
        "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r'"
        " AND c.relnamespace = 'public'::regnamespace"
        " AND (EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)"
        "  OR EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid"
        "   AND a.attname = 'office_district' AND NOT a.attisdropped)"
        "  AND EXISTS (SELECT 1 FROM pg_roles r WHERE r.rolname = ANY(%s)"
        "   AND has_any_column_privilege(r.oid, c.oid, 'SELECT')))"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND"
        "  EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))",
        list(READERS),
    )
    protected = _rows(owner, "SELECT count(DISTINCT polrelid) FROM pg_policy")
    found = [_("%(table)s is not protected") % {"table": table} for (table,) in rows]
    return found if protected[0][0] else [*found, _("no table has a policy")]


def _key(owner: BaseDatabaseWrapper) -> list[str]:
    rows = _rows(
        owner,
        "SELECT inner_pad, outer_pad, other_until > now(), other_inner, other_outer"
        " FROM context_key",
    )
    ours = pads(signing_key(settings.KAMKOR_DATA))
    taken = [(row[0], row[1]) for row in rows] + [(row[3], row[4]) for row in rows if row[2]]
    if len(rows) == 1 and ours in [(_plain(one), _plain(two)) for one, two in taken]:
        return []
    return [_("the key in secrets.json is not the one the database checks: nobody sees anything")]


def _plain(held: object) -> bytes:
    return bytes(held) if isinstance(held, bytes | memoryview) else b""


def _keys_of_texts(owner: BaseDatabaseWrapper) -> list[str]:
    """Whether the store opens what it locked here first; nothing is made where it is missing."""
    try:
        held = current()
        prove(held, owner.alias)
    except KeysUnusable as fault:
        return [f"{_(fault.message)} ({settings.KAMKOR_KEYS})"]
    taken = max(len(nodes) for nodes in held.versions.values())
    text = _("many keys were taken away: kamkor keys rotate makes the store small again")
    return [text] if taken > _MANY_NODES else []


def _room(data: Path) -> list[str]:
    free = shutil.disk_usage(data).free
    if free >= _ROOM_BYTES:
        return []
    text = _("%(left)s MB are left where the data folder is: make room")
    return [text % {"left": free // 2**20}]
