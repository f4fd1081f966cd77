"""The pages of docs/ that are made from the code: ``write`` makes them, ``check`` compares."""

import argparse
import difflib
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SHOWN_LINES = 20


def pages() -> Mapping[str, Callable[[], str]]:
    """What makes each page, by its name under docs/. Django must have been set up before."""
    from tools import (  # noqa: PLC0415 - these import models, which need Django set up
        documents_commands,
        documents_pathway,
        documents_rules,
    )

    return {
        "pathway.md": documents_pathway.page,
        "commands.md": documents_commands.page,
        "rules.md": documents_rules.rules_page,
        "glossary.md": documents_rules.glossary_page,
    }


def faults(docs: Path) -> list[str]:
    """The pages of a folder that differ from the code, each with the first lines that do."""
    found = []
    for name, make in pages().items():
        path = docs / name
        held = path.read_text(encoding="utf-8") if path.exists() else ""
        made = make()
        if held == made:
            continue
        differing = difflib.unified_diff(
            held.splitlines(), made.splitlines(), f"docs/{name}", "the code", lineterm="", n=0
        )
        found.append("\n".join(list(differing)[:SHOWN_LINES]))
    return found


def write(docs: Path) -> None:
    """Make every page anew."""
    for name, make in pages().items():
        (docs / name).write_text(make(), encoding="utf-8")


def _set_up(data: str) -> None:
    """Settings read a data folder: an empty one, so that nobody's secrets are touched."""
    os.environ["KAMKOR_DATA"] = data
    os.environ["DJANGO_SETTINGS_MODULE"] = "kamkor.settings.base"
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    import django  # noqa: PLC0415 - after the settings are named

    django.setup()


def main() -> int:
    """Run ``write`` or ``check``; 1 if a page differs from the code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("act", choices=("write", "check"))
    act = parser.parse_args().act
    with tempfile.TemporaryDirectory() as data:
        _set_up(data)
        if act == "write":
            write(DOCS)
            return 0
        found = faults(DOCS)
    for fault in found:
        print(fault)
    if found:
        print("Made from the code anew by: .venv/bin/python tools/documents.py write")
    print(f"{len(pages())} pages made from the code, {len(found)} differ")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
