"""How a department knows again what it has loaded before: by keyed digests of rows."""

import hmac
import json
from uuid import UUID

from django.conf import settings

from kamkor.access.rules import Viewer
from kamkor.cases.queries.loading import keys_loaded
from kamkor.cases.rules.loading import ENTRY, RegisterRow
from kamkor.kernel.credentials import lasting_keys


class Mark(str):
    """The digest under which something is kept now, and those it was kept under before."""

    __slots__ = ("before",)
    before: tuple[str, ...]


class Marks:
    """Makes the digests of one file or part of one, with the keys as they stand at its begin."""

    def __init__(self) -> None:
        # The key's text, not its bytes: so it has been since the first load.
        self._key, *self._before = [
            key.hex().encode() for key in lasting_keys(settings.KAMKOR_DATA).digests
        ]

    def of_row(self, row: RegisterRow, department: int) -> str:
        """The digest of a row: of its own reference, else of everything it says."""
        if row.reference:
            return self._of(department, row.event, row.register, row.reference)
        return self._of(department, row.event, json.dumps(row.as_list(), ensure_ascii=False))

    def of_home(self, row: RegisterRow) -> str:
        """The digest of the home that rows of one family share."""
        return self._of(row.department, "home", row.family)

    def of_entry(self, row: RegisterRow, department: int) -> str:
        """The digest under which the entry that a removal is about was loaded."""
        return self._of(department, ENTRY, row.register, row.reference)

    def _of(self, department: int, *parts: str) -> str:
        text = "\x1f".join((str(department), *parts)).encode()
        digest = _digest(self._key, text)
        if not self._before:
            return digest
        mark = Mark(digest)
        mark.before = tuple(_digest(key, text) for key in self._before)
        return mark


def loaded_before(viewer: Viewer, marks: list[str]) -> dict[str, UUID]:
    """Which of these were loaded before, by whatever key, each with what it became."""
    now = {before: mark for mark in marks for before in getattr(mark, "before", ())}
    found = keys_loaded(viewer, [*marks, *now])
    return {now.get(digest, digest): subject for digest, subject in found.items()}


def _digest(key: bytes, text: bytes) -> str:
    told = hmac.digest(key, text, "sha256").hex()
    return f"{told[:8]}-{told[8:12]}-{told[12:16]}-{told[16:20]}-{told[20:32]}"
