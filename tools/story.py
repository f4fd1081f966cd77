"""The service's day as sentences, each printed from a test that has just run.

The sentences stand in the order of the pathway, those of one step under what its file says.
The last line is ``N sentences, F failed``; the exit status 1 if one failed or too few ran.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEAST = 60


def sentence_of(item: pytest.Function) -> str:
    """What a test says: the first line of its docstring, else its name as a sentence."""
    told = (item.function.__doc__ or "").strip().splitlines()
    if told:
        return told[0]
    words = item.function.__name__.removeprefix("test_").replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}."


@dataclass
class Sentence:
    """One sentence: the step it belongs to, and what failed of it."""

    step: str
    text: str
    waiting: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    skipped: bool = False


class Teller:
    """A pytest plugin that prints each sentence when all cases of its test have run."""

    def __init__(self) -> None:
        self.sentences: dict[str, Sentence] = {}
        self.of_case: dict[str, Sentence] = {}
        self.step = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the tests back into the order of the pathway, and learn what will be told."""
        items.sort(key=lambda item: (str(item.path), item.location[1] or 0))
        for item in items:
            if isinstance(item, pytest.Function):
                key = item.nodeid.split("[")[0]
                step = (item.module.__doc__ or "").strip().splitlines()[0]
                sentence = self.sentences.setdefault(key, Sentence(step, sentence_of(item)))
                sentence.waiting.add(item.nodeid)
                self.of_case[item.nodeid] = sentence

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a case went; tell the sentence when it was the last one."""
        sentence = self.of_case[report.nodeid]
        if report.failed:
            sentence.failures.append(f"{report.nodeid}\n{report.longreprtext}")
        sentence.skipped = sentence.skipped or report.skipped
        if report.when == "teardown":
            sentence.waiting.discard(report.nodeid)
            if not sentence.waiting:
                self.tell(sentence)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read is a sentence that failed."""
        if report.failed:
            broken = Sentence("", f"{report.nodeid} could be read.", set(), [report.longreprtext])
            self.sentences[report.nodeid] = broken
            self.tell(broken)

    def tell(self, sentence: Sentence) -> None:
        """Print one sentence, under the heading of its step."""
        if sentence.step != self.step:
            self.step = sentence.step
            print(f"\n{sentence.step}\n")
        mark = "FAILED" if sentence.failures else "(not tried)" if sentence.skipped else "-"
        print(f"  {mark} {sentence.text}")
        for failure in sentence.failures:
            print("      " + failure.replace("\n", "\n      "))
        sys.stdout.flush()

    @property
    def told(self) -> list[Sentence]:
        """The sentences of which every case has run."""
        return [one for one in self.sentences.values() if not one.waiting and not one.skipped]


def main(arguments: list[str]) -> int:
    """Run the specification and tell it; 1 if a sentence failed or fewer than 60 were told."""
    files = sorted((ROOT / "tests" / "specification").glob("test_[0-9][0-9]_*.py"))
    teller = Teller()
    # Without pytest's own report there is no word for how to print it either.
    own = "addopts=--import-mode=importlib --strict-markers --strict-config"
    options = ["-p", "no:terminal", f"--rootdir={ROOT}", "-o", own, *arguments]
    status = pytest.main([*options, *map(str, files)], plugins=[teller])
    told = teller.told
    failed = sum(1 for one in teller.sentences.values() if one.failures)
    if status not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        failed = max(failed, 1)
    sys.stderr.flush()
    print(f"\n{len(told)} sentences, {failed} failed", flush=True)
    return 1 if failed or len(told) < LEAST else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
