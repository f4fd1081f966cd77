"""A name as it was typed: how it is stored, its limit, and how the whole is shown."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

NAME_LIMIT: Final = 120
REMEMBERED: Final = 50_000
"""Few names are borne by many: a load of a nation's register folds each of them once."""

# Public copies and old fonts write ң under other codes.
_STRAY_EN: Final = str.maketrans({"Ӊ": "Ң", "ӊ": "ң", "Ӈ": "Ң", "ӈ": "ң", "Ҥ": "Ң", "ҥ": "ң"})
_STRAY_EN_SIGN: Final = re.compile("[ӉӊӇӈҤҥ]")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs"})


@lru_cache(maxsize=REMEMBERED)
def tidy(part: str) -> str:
    """The part as it is stored: NFC, stray codes of our letters put right, single spaces.

    Signs that cannot be seen (NUL, direction marks, zero width) are left out.
    """
    text = unicodedata.normalize("NFC", part)
    if _STRAY_EN_SIGN.search(text):
        text = text.translate(_STRAY_EN)
    if text.isalpha():
        return text
    if text.isprintable():
        return " ".join(text.split())
    seen = (s for s in text if s.isspace() or unicodedata.category(s) not in _UNSEEN)
    return " ".join("".join(seen).split())


def name_faults(surname: str, given: str, patronymic: str) -> list[str]:
    """Codes of what is wrong: `name_missing`, or `..._too_long` for a part over `NAME_LIMIT`.

    Nothing is ever cut: a part that is too long is refused with what was typed.
    """
    parts = {"surname": tidy(surname), "given": tidy(given), "patronymic": tidy(patronymic)}
    if not any(parts.values()):
        return ["name_missing"]
    return [f"{kind}_too_long" for kind, part in parts.items() if len(part) > NAME_LIMIT]


def display_name(surname: str, given: str, patronymic: str) -> str:
    """The whole name in the order of documents: surname, given name, patronymic."""
    return " ".join(part for part in map(tidy, (surname, given, patronymic)) if part)
