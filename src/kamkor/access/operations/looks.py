"""The log of looks: every read of a person's record is written before the answer leaves."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
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


PACE = timedelta(minutes=10)
"""The time in which pages about people are counted."""

PAGE_LENGTH = 120


class TooFast(Exception):
    """More pages about people in ten minutes than a person reads; the text is how many may be."""


@contextmanager
def looking(
    viewer: Viewer, page: str, about: Collection[UUID] = (), *, most: int = 0
) -> Iterator[None]:
    """The viewer's transaction for something it is shown: what is read inside is a look.

    ``page`` says by what it looked, ``about`` the records it asked for by name: of those read
    they were opened, all others listed; where none of them is a person's record, as a due item
    is none, all were opened. The look is written at the end of the transaction, or after it where
    what was done is taken back, so that none is lost with it; where that fails nothing leaves.
    What was opened in an emergency has a look of its own, with that purpose.
    With ``most`` it is one of so many pages about people in ten minutes; raises ``TooFast``.
    """
    with noting() as seen:
        with entered(scope_of_viewer(viewer)):
            yield
            stands = not transaction.get_rollback()
            if stands:
                _write(viewer, page, seen, set(about), most)
        if not stands:
            _write(viewer, page, seen, set(about))


def _write(viewer: Viewer, page: str, seen: set[UUID], about: set[UUID], most: int = 0) -> None:
    opened = (seen & about or seen) if about else set()
    if seen:
        by_emergency = seen & set(viewer.emergency)
        for purpose, these in (("", seen - by_emergency), (IN_EMERGENCY, by_emergency)):
            if these:
                shown, beside = list(these & opened), list(these - opened)
                write_look(viewer, purpose + page, shown, beside, most=most)


def write_look(
    viewer: Viewer, page: str, opened: Sequence[UUID], listed: Sequence[UUID] = (), *, most: int = 0
) -> None:
    """Add a look to the log, in as many entries as it needs. Raises ``TooFast``, see above."""
    for first in range(0, max(1, len(opened), len(listed)), LISTED_TOGETHER):
        last = first + LISTED_TOGETHER
        entry = _entry(viewer, page, opened[first:last], listed[first:last])
        if not most:
            _ADDED.carry_out(entry)
        elif _ADDED_COUNTED.rows(entry | {"since": clock.now() - PACE})[0][0] >= most:
            raise TooFast(most)


def write_event(
    page: str,
    *,
    viewer: Viewer | None = None,
    account: int = 0,
    username: str = "",
    tried: Sequence[UUID] = (),
) -> None:
    """Add to the log what is no look: a sign-in, a wrong try, a change of an account, a refusal.

    ``page`` says which; ``tried`` are the ids that the address named, of which nothing was seen.
    Of somebody who is not signed in the ``account`` or its ``username`` is said, as far as known.
    """
    entry = _entry(viewer, page, [], tried)
    if viewer is None:
        entry["account"] = account or None
    _EVENT_ADDED.carry_out(entry | {"username": username})


def _entry(
    viewer: Viewer | None, page: str, opened: Sequence[UUID], listed: Sequence[UUID]
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "at": clock.now(),
        "account": viewer.account_id if viewer else 0,
        "post": viewer.post_id if viewer else 0,
        "role": viewer.role if viewer else "",
        "unit": viewer.unit if viewer else None,
        "district": viewer.district if viewer else None,
        "oblast": viewer.oblast if viewer else None,
        "page": page[:PAGE_LENGTH],
        "opened": _array(opened),
        "listed": _array(listed),
        "system_user": system_user(),
    }


def _array(ids: Sequence[UUID]) -> str:
    return f"{{{','.join([one.hex for one in ids])}}}"


_ADD = """
INSERT INTO kamkor_look (id, at, account, post, role, office_unit, office_district, office_oblast,
    page, opened, listed, "system_user")
VALUES (%(id)s, %(at)s, {account}, %(post)s, %(role)s, %(unit)s, %(district)s, %(oblast)s,
    %(page)s, %(opened)s::text::uuid[], %(listed)s::text::uuid[], %(system_user)s)
"""
_ADDED = Statement(_ADD.format(account="%(account)s"))
_ADDED_COUNTED = Statement(
    _ADD.format(account="%(account)s") + "RETURNING looks_lately(%(since)s::timestamptz)"
)
_NAMED = "(SELECT id FROM kamkor_account WHERE username = %(username)s)"
_EVENT_ADDED = Statement(_ADD.format(account=f"coalesce(%(account)s::int, {_NAMED}::int, 0)"))
