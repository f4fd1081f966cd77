"""The catalogues on disk: read, brought in step, written so that changes stay small."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from tools.messages_extract import Word

# English stands in the program itself. Plural rules as in CLDR, whole numbers only.
PLURALS = {
    "ky": "nplurals=2; plural=(n != 1);",
    "ru": (
        "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
        "n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
    ),
    "kk": "nplurals=2; plural=(n != 1);",
}
HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: kamkor\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""


class UnknownWord(Exception):
    """A translation is given for a text that the catalogue does not hold."""


def path_of(locale: Path, language: str) -> Path:
    """Where the catalogue of a language stands."""
    return locale / language / "LC_MESSAGES" / "django.po"


def read_catalogue(locale: Path, language: str) -> Catalog:
    """The catalogue of a language; an empty one where there is none yet.

    Raises ``babel.messages.pofile.PoFileError`` where it cannot be read.
    """
    path = path_of(locale, language)
    text = path.read_bytes() if path.exists() else b""
    if not text:
        text = HEADER.format(language=language, plurals=PLURALS[language]).encode()
    return read_po(BytesIO(text), locale=language, abort_invalid=True)


def messages(catalogue: Catalog) -> list[Message]:
    """The entries of a catalogue without its header, sorted by their English."""
    held = [message for message in catalogue if message.id]
    return sorted(held, key=key_of)


def key_of(message: Message) -> tuple[str, str]:
    """What an entry is found by: its English singular and its context."""
    return english_of(message)[0], str(message.context or "")


def english_of(message: Message) -> list[str]:
    """The English text, or its singular and plural."""
    return list(message.id) if isinstance(message.id, tuple | list) else [str(message.id)]


def forms_of(message: Message) -> list[str]:
    """The translation, or all its plural forms."""
    given = message.string if isinstance(message.string, tuple | list) else [message.string]
    return [str(form or "") for form in given]


def update(locale: Path, language: str, words: Iterable[Word]) -> Catalog:
    """Bring a catalogue in step: new texts come in empty, old ones go, nothing is guessed."""
    old = {(key_of(found), len(english_of(found))): found for found in _all(locale, language)}
    fresh = Catalog(locale=language, charset="utf-8")
    for word in words:
        english = (word.singular, word.plural) if word.plural else word.singular
        known = old.get((word.key, 2 if word.plural else 1))
        given = known.string if known else None
        flags = set(known.flags) - {"python-format"} if known else set()
        fresh.add(english, given, context=word.context or None, flags=flags)
    write(locale, language, fresh)
    return read_catalogue(locale, language)


def _all(locale: Path, language: str) -> list[Message]:
    return messages(read_catalogue(locale, language))


def write(locale: Path, language: str, catalogue: Catalog) -> None:
    """Write a catalogue sorted, without dates and line numbers."""
    body = BytesIO()
    write_po(body, catalogue, sort_output=True, no_location=True, omit_header=True, width=100)
    header = HEADER.format(language=language, plurals=PLURALS[language])
    path = path_of(locale, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = header + body.getvalue().decode().strip() + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def todo(locale: Path, language: str) -> dict[str, str | list[str]]:
    """The texts without a translation, ready to be filled in and given back to ``fill``.

    A context stands before its text, parted by U+0004 as in the compiled form; a text with a
    plural asks for a list of the language's forms.
    """
    return {
        _written_key(message): [""] * len(forms_of(message)) if len(english_of(message)) > 1 else ""
        for message in _all(locale, language)
        if not all(forms_of(message)) or message.fuzzy
    }


def _written_key(message: Message) -> str:
    singular, context = key_of(message)
    return f"{context}\x04{singular}" if context else singular


def fill(locale: Path, language: str, given: dict[str, str | list[str]]) -> int:
    """Write translations into a catalogue; returns how many.

    Raises ``UnknownWord`` for a text it does not hold or a wrong number of plural forms; then
    nothing is written.
    """
    catalogue = read_catalogue(locale, language)
    held = {_written_key(message): message for message in messages(catalogue)}
    for key, translation in given.items():
        message = held.get(key)
        forms = translation if isinstance(translation, list) else [translation]
        if message is None or len(forms) != len(forms_of(message)):
            raise UnknownWord(key)
        message.string = tuple(forms) if len(english_of(message)) > 1 else forms[0]
        message.flags.discard("fuzzy")
    write(locale, language, catalogue)
    return len(given)
