"""The log is sealed in batches, and the head of each is kept outside the database.

Whoever may change the database can change the log and all seals in it, but not the lines that were
written outside before: they hold the beginning of each entry's digest, so that ``verified`` names
the first entry that is not as it was.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from kamkor.kernel import clock
from kamkor.kernel.words import noop

SHORT = 8
"""How many bytes of an entry's digest a seal and the anchor hold."""

ANCHOR = "KAMKOR_ANCHOR"


class AnchorUnreadable(Exception):
    """The anchor holds a line that no seal wrote; which, and where the anchor is."""

    def __init__(self, line: int, path: Path) -> None:
        super().__init__(line, path)
        self.line, self.path = line, path


@dataclass(frozen=True)
class Line:
    """A seal as the anchor holds it."""

    number: int
    since: int
    until: int
    head: bytes
    digests: bytes

    def written(self) -> str:
        """The line."""
        told = (
            self.number,
            self.since,
            self.until,
            self.head.hex(),
            b64encode(self.digests).decode(),
        )
        return " ".join(map(str, told)) + "\n"

    @classmethod
    def read(cls, text: str) -> Line:
        """What a line says; raises ``ValueError``."""
        number, since, until, head, *digests = text.split()
        held = b64decode("".join(digests), validate=True)
        return cls(int(number), int(since), int(until), bytes.fromhex(head), held)


@dataclass(frozen=True)
class Fault:
    """What is not as it was sealed: in which batch, at which of its entries, and what."""

    batch: int
    what: str
    place: int = 0
    entry: str = ""


def anchor_path(data: Path) -> Path:
    """Where the heads are kept: ``KAMKOR_ANCHOR``, best on another machine's disk; else beside
    the data."""
    named = os.environ.get(ANCHOR)
    return Path(named).expanduser() if named else data / "anchor.log"


def seal_and_anchor(path: Path, login: str = DEFAULT_DB_ALIAS) -> int:
    """Seal what is whole, and add to the anchor what it does not hold yet; how many lines.

    Only the worker's login and the owner's may.
    """
    with connections[login].cursor() as cursor:
        while _number(cursor, "SELECT seal_log()"):
            pass
    added, last = 0, max((line.number for line in lines_of(path)), default=0)
    while lines := list(_seals_after(last, login)):
        _append(path, "".join(line.written() for line in lines))
        added, last = added + len(lines), lines[-1].number
    return added


def lines_of(path: Path) -> Iterator[Line]:
    """What the anchor holds, in its order; raises ``AnchorUnreadable``."""
    if not path.exists():
        return
    with path.open(encoding="ascii", errors="replace") as anchor:
        for number, text in enumerate(anchor, 1):
            try:
                yield Line.read(text)
            except ValueError:
                raise AnchorUnreadable(number, path) from None


def set_aside_after(path: Path, number: int) -> tuple[int, Path]:
    """After a restore, let the anchor end with this seal; how many lines were after it, and where
    the whole anchor stands from now on. What was sealed after it is not in the database any more.
    """
    lines = list(lines_of(path))
    kept = [line for line in lines if line.number <= number]
    aside = path
    if len(kept) < len(lines):
        aside = path.with_name(f"{path.name}.before-{clock.now():%Y%m%dT%H%M%S}")
        path.rename(aside)
        _append(path, "".join(line.written() for line in kept))
    return len(lines) - len(kept), aside


def _append(path: Path, text: str) -> None:
    """Add to a file that only its owner reads; it is on the disk afterwards."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="ascii") as anchor:
        anchor.write(text)
        anchor.flush()
        os.fsync(anchor.fileno())


def _number(cursor: Any, question: str) -> int:  # noqa: ANN401 - Django's cursor
    cursor.execute(question)
    return int(cursor.fetchone()[0])


def _line(row: Sequence[Any]) -> Line:
    number, since, until, head, digests = row
    return Line(number, since, until, bytes(head), bytes(digests))


def _seals_after(number: int, login: str) -> Iterator[Line]:
    with connections[login].cursor() as cursor:
        cursor.execute("SELECT number, since, until, head, digests FROM seals_after(%s)", [number])
        yield from map(_line, cursor.fetchall())


_ENTRIES = """
SELECT digest, entry FROM (
    SELECT 1 AS kind, tx, look_digest(l) AS digest, 'look ' || id::text AS entry,
        id AS first, 0 AS second FROM kamkor_look l WHERE tx >= %(since)s AND tx < %(until)s
    UNION ALL
    SELECT 2, tx, entry_digest(j), 'journal ' || command::text || ' ' || "row", command, "row"
        FROM kamkor_journalentry j WHERE tx >= %(since)s AND tx < %(until)s) entries
ORDER BY kind, tx, first, second
"""


def verified(path: Path) -> Iterator[Fault]:
    """Every batch of which the log is not as the anchor and the seals say; as the owner.

    Of a batch the first entry is named. Raises ``AnchorUnreadable``.
    """
    head, until, expected = b"", 0, 0
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT number, since, until, head, digests FROM kamkor_seal ORDER BY number"
        )
        seals = {row[0]: _line(row) for row in cursor.fetchall()}
        anchored = {line.number: line for line in lines_of(path)}
        for number in sorted(seals.keys() | anchored.keys()):
            expected += 1
            line = anchored.get(number) or seals[number]
            if seals.get(number) != line:
                yield Fault(number, noop("the seal is not the one that was anchored"))
            if number != expected or line.since != until:
                yield Fault(number, noop("a seal before this one is missing"))
                expected = number
            cursor.execute(_ENTRIES, {"since": line.since, "until": line.until})
            found = [(bytes(digest), entry) for digest, entry in cursor.fetchall()]
            fault = _compared(line, head, found)
            if fault is not None:
                yield fault
            head, until = line.head, line.until


def _compared(line: Line, before: bytes, found: list[tuple[bytes, str]]) -> Fault | None:
    whole = before + _eight(line.since) + _eight(line.until) + b"".join(one for one, _ in found)
    if sha256(whole).digest() == line.head:
        return None
    now = [digest[:SHORT] for digest, _ in found]
    then = [line.digests[at : at + SHORT] for at in range(0, len(line.digests), SHORT)]
    place = next(
        (at for at, both in enumerate(zip(now, then, strict=False)) if both[0] != both[1]),
        min(len(now), len(then)),
    )
    entry = found[place][1] if place < len(found) else ""
    return Fault(line.number, _what(place, now, then), place + 1, entry)


def _what(place: int, now: list[bytes], then: list[bytes]) -> str:
    """What happened at the first place where the entries differ."""
    if place >= len(then):
        return noop("an entry was added")
    if place >= len(now):
        return noop("entries were cut off")
    came, went = now[place] in then, then[place] in now
    if came and went:
        return noop("entries were put in another order")
    if came:
        return noop("an entry was removed")
    return noop("an entry was added") if went else noop("an entry was altered")


def _eight(number: int) -> bytes:
    return number.to_bytes(8, "big", signed=True)


def unsealed() -> int:
    """How many entries no seal holds yet; as the owner."""
    with connections["owner"].cursor() as cursor:
        return _number(
            cursor,
            """SELECT (SELECT count(*) FROM kamkor_look WHERE tx >= last)
                + (SELECT count(*) FROM kamkor_journalentry WHERE tx >= last)
            FROM (SELECT coalesce(max(until), 0) AS last FROM kamkor_seal) sealed""",
        )


def last_line(path: Path) -> Line | None:
    """The newest line of the anchor."""
    return next(iter(deque(lines_of(path), maxlen=1)), None)
