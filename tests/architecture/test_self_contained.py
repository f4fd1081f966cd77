"""The checkout stands alone: no path of a machine, no address of a registry, no dead link."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, plant

# Written in pieces, so that this file does not find itself.
NEIGHBOUR = ".." + "/shared"
FIXED = (
    NEIGHBOUR,
    "/wo" + "rk/main",
    "/wo" + "rk/shared",
    "/ro" + "ot/.",
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry.np" + "mjs",
    '"resolved' + '": "http',
    "--index" + "-url",
)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)")
MAKE_TARGET = re.compile(r"`make ([a-z][a-z-]*)")


def kept_files(root: Path) -> list[Path]:
    """The files git keeps or would keep; in a tree without git, every file."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
        return [root / name for name in names if name and (root / name).is_file()]
    hidden = re.compile(r"(^|/)(\.|node_modules/|__pycache__/)")
    return [
        path
        for path in sorted(root.rglob("*"))
        if path.is_file() and not hidden.search(path.relative_to(root).as_posix())
    ]


def foreign_places(root: Path) -> list[str]:
    """Lines that name a neighbour folder, a machine's path or a registry's address."""
    personal = [str(path) + "/" for path in (root, Path.home()) if path != Path("/")]
    unwanted = [text.encode() for text in (*FIXED, *personal)]
    return [
        f"{path.relative_to(root).as_posix()}:{number}"
        for path in kept_files(root)
        for number, line in enumerate(path.read_bytes().split(b"\n"), 1)
        if any(text in line for text in unwanted)
    ]


def dead_links(root: Path) -> list[str]:
    """Links of the documents that lead to no file of the checkout."""
    return [
        f"{page.relative_to(root).as_posix()}: {link}"
        for page in kept_files(root)
        if page.suffix == ".md"
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]


def unknown_targets(root: Path) -> list[str]:
    """Targets the documents tell to make that the Makefile does not hold."""
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    return [
        f"{page.relative_to(root).as_posix()}: make {target}"
        for page in kept_files(root)
        if page.suffix == ".md"
        for target in MAKE_TARGET.findall(page.read_text(encoding="utf-8"))
        if target not in known
    ]


def test_nothing_names_a_place_outside() -> None:
    assert foreign_places(ROOT) == []


def test_every_link_leads_somewhere() -> None:
    assert dead_links(ROOT) == []


def test_every_target_told_is_there() -> None:
    assert unknown_targets(ROOT) == []


@pytest.mark.parametrize("text", FIXED)
def test_control_a_foreign_place_is_found(tmp_path: Path, text: str) -> None:
    plant(tmp_path, "src/kamkor/kernel/rulesets.py", f"\nfolder = '{text}/x'\n")
    plant(tmp_path, "docs/operate.md", "Put it under /var/lib/kamkor.\n")
    assert foreign_places(tmp_path) == ["src/kamkor/kernel/rulesets.py:2"]


def test_control_the_checkout_itself_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "README.md", f"cd {tmp_path}/docs\n")
    assert foreign_places(tmp_path) == ["README.md:1"]


def test_control_a_dead_link_and_target_are_found(tmp_path: Path) -> None:
    plant(tmp_path, "Makefile", "demo: base\n\techo\n")
    plant(tmp_path, "docs/users.md", "")
    plant(tmp_path, "README.md", "[a](docs/users.md#x) [b](docs/gone.md) `make demo` `make tea`\n")
    assert dead_links(tmp_path) == ["README.md: docs/gone.md"]
    assert unknown_targets(tmp_path) == ["README.md: make tea"]
