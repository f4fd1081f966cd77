"""Words in four languages: ``extract | update | compile | check | todo LANG | fill LANG FILE``."""

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from kamkor.kernel.translations import compile_catalogues  # noqa: E402 - after the path is set
from tools.messages_check import faults  # noqa: E402 - as above
from tools.messages_extract import UnreadableMark, extract  # noqa: E402 - as above
from tools.messages_files import PLURALS, UnknownWord, fill, todo, update  # noqa: E402 - as above

PACKAGE = ROOT / "src" / "kamkor"
LOCALE = PACKAGE / "locale"


def _extract(_given: argparse.Namespace) -> int:
    for word in extract(PACKAGE):
        print(json.dumps([word.singular, word.plural, word.context], ensure_ascii=False))
    return 0


def _update(_given: argparse.Namespace) -> int:
    words = extract(PACKAGE)
    for language in PLURALS:
        update(LOCALE, language, words)
        print(f"{language}: {len(words)} texts, {len(todo(LOCALE, language))} to translate")
    return 0


def _compile(given: argparse.Namespace) -> int:
    print(f"{compile_catalogues(given.force)} compiled")
    return 0


def _check(_given: argparse.Namespace) -> int:
    words = extract(PACKAGE)
    found = faults(PACKAGE, words)
    for fault in found:
        print(fault)
    print(f"{len(words)} texts in {len(PLURALS)} languages, {len(found)} faults")
    return 1 if found else 0


def _todo(given: argparse.Namespace) -> int:
    print(json.dumps(todo(LOCALE, given.language), ensure_ascii=False, indent=1))
    return 0


def _fill(given: argparse.Namespace) -> int:
    translations = json.loads(given.file.read_text(encoding="utf-8"))
    print(f"{fill(LOCALE, given.language, translations)} filled in")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, act in (("extract", _extract), ("update", _update), ("check", _check)):
        commands.add_parser(name).set_defaults(act=act)
    compiling = commands.add_parser("compile")
    compiling.add_argument("--force", action="store_true")
    compiling.set_defaults(act=_compile)
    listing, filling = commands.add_parser("todo"), commands.add_parser("fill")
    for one in (listing, filling):
        one.add_argument("language", choices=sorted(PLURALS))
    listing.set_defaults(act=_todo)
    filling.add_argument("file", type=Path)
    filling.set_defaults(act=_fill)
    return parser


def main() -> int:
    """Run one command; 0 done, 1 faults found, 2 wrong use or unreadable input."""
    given = _arguments().parse_args()
    try:
        return int(given.act(given))
    except (UnknownWord, UnreadableMark, OSError, json.JSONDecodeError) as fault:
        print(f"{type(fault).__name__}: {fault}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
