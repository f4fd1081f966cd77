"""What can be wrong with a translation, told by the language and the English text."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message

from tools.messages_extract import Word
from tools.messages_files import (
    PLURALS,
    english_of,
    forms_of,
    key_of,
    messages,
    path_of,
    read_catalogue,
)

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sdif]|\{\w*\}|%%")
TAG = re.compile(r"</?[a-zA-Z][^>]*>")
LETTER = re.compile(r"[^\W\d_]")
HEADER_PLURALS = re.compile(r'"Plural-Forms: (.*)\\n"')

Terms = dict[str, dict[str, set[str]]]


def faults(root: Path, words: Iterable[Word]) -> list[str]:
    """Everything wrong with the catalogues of a package folder; an empty list is right."""
    locale = root / "locale"
    catalogues = {language: read_catalogue(locale, language) for language in PLURALS}
    same = read_same_words(locale / "same-words.txt")
    terms = read_terms(root / "country" / "kg" / "glossary.csv")
    wanted = {word.key: word for word in words}
    found = [f"same-words.txt: not a text of the program: {text}" for text in _stale(same, wanted)]
    for language, catalogue in catalogues.items():
        found += _header_faults(locale, language)
        found += _step_faults(language, catalogue, wanted)
        russian = _translations(catalogues["ru"]) if language != "ru" else {}
        for message in messages(catalogue):
            own = _message_faults(message, russian.get(key_of(message)), same)
            own += _term_faults(message, terms.get(language, {}))
            found += [f"{language}: {fault}: {english_of(message)[0]}" for fault in own]
    return found


def read_same_words(path: Path) -> set[str]:
    """The texts that may read the same in two languages; lines with ``#`` say why."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def read_terms(path: Path) -> Terms:
    """By language: a term in English and how it may be written.

    The glossary writes choices with commas and explanations in brackets: ``учёт, реестр``,
    ``случай (дело)``; each choice, with or without its bracket, is right.
    """
    terms: Terms = {language: {} for language in PLURALS}
    if not path.exists():
        return terms
    with path.open(encoding="utf-8-sig", newline="") as rows:
        for row in csv.DictReader(rows):
            for language, known in terms.items():
                if row[language].strip():
                    known.setdefault(row["en"].casefold(), set()).update(_choices(row[language]))
    return terms


def _choices(written: str) -> Iterator[str]:
    bare = re.sub(r"\s*\([^)]*\)", "", written)
    for text in (written, bare, *bare.split(",")):
        yield text.strip().casefold()


def _stale(same: set[str], wanted: dict[tuple[str, str], Word]) -> list[str]:
    held = {singular for singular, _context in wanted}
    return sorted(same - held)


def _header_faults(locale: Path, language: str) -> list[str]:
    path = path_of(locale, language)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    # A long header is folded over lines by other programs.
    found = HEADER_PLURALS.search(text.replace('"\n"', "")) or HEADER_PLURALS.search(text)
    right = found is not None and PLURALS[language] in found[0]
    return [] if right else [f"{language}: plural forms in the header are not {PLURALS[language]}"]


def _step_faults(
    language: str, catalogue: Catalog, wanted: dict[tuple[str, str], Word]
) -> list[str]:
    held = {key_of(message): len(english_of(message)) for message in messages(catalogue)}
    missing = [word.singular for key, word in wanted.items() if key not in held]
    obsolete = [singular for singular, context in held if (singular, context) not in wanted]
    changed = [
        word.singular
        for key, word in wanted.items()
        if key in held and held[key] != (2 if word.plural else 1)
    ]
    return [
        *[f"{language}: missing: {text}" for text in missing],
        *[f"{language}: no longer used: {text}" for text in obsolete],
        *[f"{language}: plural changed: {text}" for text in changed],
    ]


def _translations(catalogue: Catalog) -> dict[tuple[str, str], list[str]]:
    return {key_of(message): forms_of(message) for message in messages(catalogue)}


def _message_faults(message: Message, russian: list[str] | None, same: set[str]) -> list[str]:
    forms = forms_of(message)
    if not all(form.strip() for form in forms):
        return ["empty"]
    found = ["fuzzy"] if message.fuzzy else []
    if not _pieces_kept(message, PLACEHOLDER):
        found.append("placeholders differ")
    if not _pieces_kept(message, TAG):
        found.append("tags differ")
    if english_of(message)[0] not in same:
        if any(_reads_same(form, text) for form in forms for text in english_of(message)):
            found.append("same as English")
        if russian and any(_reads_same(form, text) for form in forms for text in russian):
            found.append("same as Russian")
    return found


def _pieces_kept(message: Message, piece: re.Pattern[str]) -> bool:
    """Whether each form holds the pieces of the English; a form for one alone may be its."""
    english = [Counter(piece.findall(text)) for text in english_of(message)]
    forms = [Counter(piece.findall(form)) for form in forms_of(message)]
    one_alone = len(forms) == 2  # in Russian the first form is also for 21 and 31
    return all(
        form == english[-1] or (place == 0 and one_alone and form == english[0])
        for place, form in enumerate(forms)
    )


def _reads_same(one: str, other: str) -> bool:
    def bare(text: str) -> str:
        return " ".join(TAG.sub(" ", PLACEHOLDER.sub(" ", text)).casefold().split())

    return bool(LETTER.search(bare(one))) and bare(one) == bare(other)


def _term_faults(message: Message, terms: dict[str, set[str]]) -> list[str]:
    allowed = terms.get(english_of(message)[0].strip().casefold())
    if not allowed or len(english_of(message)) > 1 or not all(forms_of(message)):
        return []
    if forms_of(message)[0].strip().casefold() in allowed:
        return []
    return [f"not the glossary's term ({' / '.join(sorted(allowed))})"]
