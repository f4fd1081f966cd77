"""The catalogues of words, compiled for use when the service starts."""

import argparse
import os
import tempfile
from gettext import translation
from pathlib import Path

from kamkor.kernel.words import noop

LOCALE = Path(__file__).resolve().parents[1] / "locale"
PARSER_WORDS = (
    noop("usage: "),
    noop("positional arguments"),
    noop("options"),
    noop("show this help message and exit"),
    noop("%(prog)s: error: %(message)s\n"),
    noop("argument %(argument_name)s: %(message)s"),
    noop("the following arguments are required: %s"),
    noop("one of the arguments %s is required"),
    noop("unrecognized arguments: %s"),
    noop("not allowed with argument %s"),
    noop("ignored explicit argument %r"),
    noop("ambiguous option: %(option)s could match %(matches)s"),
    noop("expected one argument"),
    noop("expected at most one argument"),
    noop("expected at least one argument"),
    noop("invalid %(type)s value: %(value)r"),
    noop("invalid choice: %(value)r (choose from %(choices)s)"),
)
"""What Python's own reader of command lines says."""


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


def translate_parsers() -> None:
    """Let Python's own reader of command lines speak the language of ours.

    It asks for each of its words through a name of its module, meant to be looked up in another
    catalogue than ours.
    """
    argparse._ = at_shell  # type: ignore[attr-defined]


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime


def _compile(po: Path) -> None:
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - needed where one is stale
    from babel.messages.pofile import read_po  # noqa: PLC0415 - as above

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
