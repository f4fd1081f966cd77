"""The catalogues of words, compiled for use when the service starts."""

import os
import tempfile
from gettext import translation
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[1] / "locale"


def compile_catalogues(force: bool = False, *, folder: Path = LOCALE) -> int:  # noqa: FBT001, FBT002 - said by name
    """Compile each ``.po`` that is newer than its ``.mo``, or all; returns how many.

    Raises ``babel.messages.pofile.PoFileError`` where a catalogue cannot be read.
    """
    stale = [po for po in sorted(folder.glob("*/LC_MESSAGES/*.po")) if force or _is_stale(po)]
    for po in stale:
        _compile(po)
    return len(stale)


def at_shell(text: str) -> str:
    """A text in the language of the command line, also before the settings are read."""
    language = os.environ.get("KAMKOR_LANG", "en")
    return translation("django", LOCALE, [language], fallback=True).gettext(text)


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime


def _compile(po: Path) -> None:
    # Written aside and renamed: two commands may start at the same moment.
    with po.open("rb") as text:
        catalogue = read_po(text, locale=po.parents[1].name, abort_invalid=True)
    handle, aside = tempfile.mkstemp(dir=po.parent, suffix=".new")
    try:
        with os.fdopen(handle, "wb") as compiled:
            write_mo(compiled, catalogue)
        Path(aside).chmod(0o644)
        Path(aside).replace(po.with_suffix(".mo"))
    finally:
        Path(aside).unlink(missing_ok=True)
