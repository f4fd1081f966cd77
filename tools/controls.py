"""Breaks a copy of the product in each listed way and requires the named test to notice."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.controls_keys import OF_KEYS
from tools.controls_list import CONTROLS, Control
from tools.controls_more import MORE

ROOT = Path(__file__).resolve().parents[1]
PARTS = (
    "src",
    "tests",
    "field",
    "bench",
    "tools",
    "docs",
    "requirements",
    "pyproject.toml",
    ".importlinter",
    "Makefile",
)
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.mo", "node_modules", "*.egg-info")
SECONDS = 600.0
"""How long a named test may take, the start of its database included."""
FAILED, PASSED = 1, 0


def copy_of_the_checkout(folder: Path) -> None:
    """Copy what the tests need; the checkout itself is never touched."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=LEFT_OUT)
        elif source.exists():
            shutil.copy2(source, folder / part)


def run_tests(folder: Path, names: Sequence[str]) -> tuple[int, str]:
    """The exit status and the output of tests of the copy; 2 or more is no failure of a test."""
    environment = {key: value for key, value in os.environ.items() if key not in LEFT}
    # Without bytecode: a file put back within the same second would be taken for the broken one.
    environment |= {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    words = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", *names]
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS * max(1, len(names) / 5),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 2, f"no end within {SECONDS:.0f} s"
    return done.returncode, done.stdout[-4000:] + done.stderr[-2000:]


LEFT = {"KAMKOR_DATA", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "KAMKOR_LANG"}


def broken(control: Control, text: str) -> str | None:
    """The text with the fault in it; nothing if the place is not there exactly once."""
    if len(re.findall(control.old, text)) != 1:
        return None
    changed = re.sub(control.old, control.new, text)
    return changed if changed != text else None


def unnoticed(control: Control, folder: Path) -> str:
    """Why the planted fault was not noticed; empty if the named test failed."""
    file = folder / control.file
    whole = file.read_text(encoding="utf-8")
    changed = broken(control, whole)
    if changed is None:
        return "the place to break was not found: mend the control"
    file.write_text(changed, encoding="utf-8")
    try:
        status, output = run_tests(folder, [control.test])
    finally:
        file.write_text(whole, encoding="utf-8")
    if status == FAILED:
        return "" if " error" not in output.splitlines()[-1] else f"an error, no failure: {output}"
    return "its test passed" if status == PASSED else output


def main() -> int:
    """Run all controls, or those whose name holds the words given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only controls whose name holds these words")
    words = " ".join(parser.parse_args().words)
    chosen = [one for one in (*CONTROLS, *MORE, *OF_KEYS) if words in one.name]
    missed = 0
    with tempfile.TemporaryDirectory(prefix="kamkor-controls-") as name:
        folder = Path(name)
        copy_of_the_checkout(folder)
        status, output = run_tests(folder, sorted({one.test for one in chosen}))
        failing = re.findall(r"(?m)^(?:FAILED|ERROR) (\S+)", output)
        if status != PASSED and not failing:
            print(f"The named tests cannot be run on the whole product:\n{output}", flush=True)
            failing = [one.test for one in chosen]
        for control in chosen:
            why = "its test fails on the whole product too"
            if not any(one.startswith(control.test) for one in failing):
                why = unnoticed(control, folder)
            missed += bool(why)
            print(
                f"{'UNNOTICED' if why else 'noticed'}: {control.name}"
                + (f" ({why})" if why else ""),
                flush=True,
            )
    print(f"{len(chosen)} controls, {missed} unnoticed", flush=True)
    return 1 if missed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
