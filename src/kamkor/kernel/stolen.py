"""The list of passwords that were stolen elsewhere: a sorted file of their SHA-1, one a line.

It is far too large to come along, and is brought by who runs the service, in the form in which such
lists are given out: ``HEXADECIMAL:COUNT``, the digests in capitals and in their order. SHA-1 is that
form's; nothing is protected by it.
"""

import hashlib
from pathlib import Path

STOLEN_FILE = "stolen-passwords.txt"
LEAST_BYTES = 40_000_000
"""A list of less than about a million is none of those that are given out."""
_LINE = 80
_DIGITS = 40


def is_stolen(password: str, path: Path) -> bool:
    """Whether the list has this password; false where there is no list."""
    if not path.is_file():
        return False
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as lines:
        low, high = 0, path.stat().st_size
        while high - low > _LINE:
            middle = (low + high) // 2
            lines.seek(middle)
            lines.readline()
            if lines.readline()[:_DIGITS] <= wanted:
                low = middle
            else:
                high = middle
        lines.seek(max(0, low - _LINE))
        around = lines.read(5 * _LINE)
    return wanted in around
