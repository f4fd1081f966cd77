"""The service's day as sentences, in the order of the pathway, printed from a run of its tests.

``make story`` plays the specification and says each sentence that held; a sentence that failed
is said as such. Last line: ``N sentences, F failed``.
"""

import contextlib
import io
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "tests" / "specification"
LEAST = 60


class Teller:
    """A pytest plugin that collects the sentences of tests, each once, with how it ended."""

    def __init__(self) -> None:
        self.chapters: dict[str, str] = {}
        self.sentences: dict[tuple[str, str], bool] = {}
        self.items: dict[str, tuple[str, str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note the chapter and the sentence of each test."""
        for item in items:
            chapter = item.path.name
            opening = (item.module.__doc__ or chapter).strip().splitlines()[0]  # type: ignore[attr-defined]
            self.chapters[chapter] = opening
            self.items[item.nodeid] = (chapter, sentence_of(item))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A sentence holds if each of its tests passed from beginning to end."""
        if report.when == "call" or report.failed:
            key = self.items[report.nodeid]
            self.sentences[key] = self.sentences.get(key, True) and report.passed


def sentence_of(item: pytest.Item) -> str:
    """The sentence of a test: its own words, else its name read aloud."""
    told = (getattr(item, "function", item).__doc__ or "").strip()
    if told:
        return re.sub(r"\s+", " ", told.split("\n\n")[0])
    words = getattr(item, "originalname", item.name).removeprefix("test_").replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}."


def tell(teller: Teller) -> int:
    """Print the chapters in order with their sentences; how many failed."""
    failed = 0
    for chapter in sorted(teller.chapters):
        told = [(text, held) for (of, text), held in teller.sentences.items() if of == chapter]
        if not told:
            continue
        print(f"\n{teller.chapters[chapter]}")
        for text, held in told:
            failed += not held
            print(f"  {'' if held else 'FAILED: '}{text}")
    return failed


def main() -> int:
    """Run the specification and tell it; 1 if a sentence failed or too few were told."""
    teller = Teller()
    chapters = sorted(str(path) for path in FOLDER.glob("test_[0-9][0-9]_*.py"))
    noise = io.StringIO()
    with contextlib.redirect_stdout(noise), contextlib.redirect_stderr(noise):
        status = pytest.main(["-q", "--no-header", "-p", "no:cacheprovider", *chapters], [teller])
    failed = tell(teller)
    if status and not failed:
        print(noise.getvalue(), file=sys.stderr)
        failed = 1
    print(f"\n{len(teller.sentences)} sentences, {failed} failed", flush=True)
    return int(failed > 0 or len(teller.sentences) < LEAST)


if __name__ == "__main__":
    sys.exit(main())
