"""The log of looks: every read of a person's record is written before the answer leaves."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from kamkor.access.queries import scope_of_viewer
from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import IN_EMERGENCY
from kamkor.kernel import clock
from kamkor.kernel.commands import system_user
from kamkor.kernel.database import entered
from kamkor.kernel.ids import new_id
from kamkor.kernel.seen import noting
from kamkor.kernel.statement import Statement

LISTED_TOGETHER = 500
"""How many records stand in one entry of the log at most."""


@contextmanager
def looking(viewer: Viewer, page: str, about: Collection[UUID] = ()) -> Iterator[None]:
    """The viewer's transaction for something it is shown: what is read inside is a look.

    ``page`` says by what it looked, ``about`` the records it asked for by name: of those read
    they were opened, all others listed; where none of them is a person's record, as a due item
    is none, all were opened. The look is written at the end of the transaction, or after it where
    what was done is taken back, so that none is lost with it; where that fails nothing leaves.
    What was opened in an emergency has a look of its own, with that purpose.
    """
    with noting() as seen:
        with entered(scope_of_viewer(viewer)):
            yield
            stands = not transaction.get_rollback()
            if stands:
                _write(viewer, page, seen, set(about))
        if not stands:
            _write(viewer, page, seen, set(about))


def _write(viewer: Viewer, page: str, seen: set[UUID], about: set[UUID]) -> None:
    opened = (seen & about or seen) if about else set()
    if seen:
        by_emergency = seen & set(viewer.emergency)
        for purpose, these in (("", seen - by_emergency), (IN_EMERGENCY, by_emergency)):
            if these:
                write_look(viewer, purpose + page, list(these & opened), list(these - opened))


def write_look(
    viewer: Viewer, page: str, opened: Sequence[UUID], listed: Sequence[UUID] = ()
) -> None:
    """Add a look to the log, in as many entries as it needs."""
    for first in range(0, max(1, len(opened), len(listed)), LISTED_TOGETHER):
        last = first + LISTED_TOGETHER
        _ADDED.carry_out(
            {
                "id": new_id(),
                "at": clock.now(),
                "account": viewer.account_id,
                "post": viewer.post_id,
                "role": viewer.role,
                "unit": viewer.unit,
                "district": viewer.district,
                "oblast": viewer.oblast,
                "page": page,
                "opened": _array(opened[first:last]),
                "listed": _array(listed[first:last]),
                "system_user": system_user(),
            }
        )


def _array(ids: Sequence[UUID]) -> str:
    return f"{{{','.join([one.hex for one in ids])}}}"


_ADDED = Statement("""
INSERT INTO kamkor_look (id, at, account, post, role, office_unit, office_district, office_oblast,
    page, opened, listed, "system_user")
VALUES (%(id)s, %(at)s, %(account)s, %(post)s, %(role)s, %(unit)s, %(district)s, %(oblast)s,
    %(page)s, %(opened)s::text::uuid[], %(listed)s::text::uuid[], %(system_user)s)
""")
