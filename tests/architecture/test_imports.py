"""The import contracts hold, cover every room, and each of them catches a planted wrong import."""

import configparser
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, ROOMS_TOP_DOWN, ROOT, sources

CONTRACTS = ROOT / ".importlinter"
WITHOUT_INNER_LAYERS = {"synth", "demo", "web", "exchange", "kernel", "country"}
LINT = "import sys; from importlinter.cli import lint_imports_command as lint; lint()"


@dataclass(frozen=True)
class Planted:
    """A wrong import: the module it is written into, what it imports, who must catch it."""

    module: str
    imported: str
    contract: str

    @property
    def told(self) -> re.Pattern[str]:
        """How the report names it, with the line."""
        target = rf"{PACKAGE}\.{self.imported}" if self.imported != "django" else "django"
        return re.compile(rf"{PACKAGE}\.{self.module}(\.\w+)?\s+->\s+{target}[\w.]*\s+\(l\.")


PLANTED = [
    Planted("kernel.planted", "territory.models", "Rooms open downward only"),
    Planted("people.operations", "cases.models", "Rooms open downward only"),
    Planted("exchange.planted", "web", "Rooms open downward only"),
    Planted("country.planted", "kernel", "Rooms open downward only"),
    Planted("access.queries", "models", "No room imports the command line"),
    Planted("kernel.planted", "settings", "No room imports the command line"),
    Planted("cases.models", "cases.operations", "Inside a room"),
    Planted("cases.vocabulary", "cases.rules", "Inside a room"),
    Planted("people.queries", "people.operations", "Inside a room"),
    Planted("cases.rules", "django", "Rules, words and names are plain Python"),
    Planted("people.names", "django", "Rules, words and names are plain Python"),
    Planted("kernel.rulesets", "django", "Rules, words and names are plain Python"),
    Planted("web.planted", "cases.models", "Tables of cases are for cases only"),
    Planted("cases.operations", "people.models", "Tables of people are for people only"),
    Planted("exchange.planted", "workforce.models", "Tables of workforce are for workforce only"),
    Planted("people.queries", "access.models", "Tables of access are for access only"),
    Planted("cases.queries", "territory.models", "Tables of territory are for territory only"),
    Planted("web.planted", "kernel.models", "Tables of kernel are for models"),
]
UNDECLARED = "benefits"


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run the import contracts of a tree over its own sources."""
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-logo", "--no-cache", "--config", ".importlinter"],
        cwd=root,
        env={"PYTHONPATH": str(root / "src"), "COLUMNS": "300", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def _file_of(package: Path, module: str) -> Path:
    """The file that holds a module, or would; one inside it where the module is a folder."""
    place = package.joinpath(*module.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def _write_imports(package: Path) -> None:
    for wrong in PLANTED:
        target = "" if wrong.imported == "django" else f"{PACKAGE}."
        line = f"\nimport {target}{wrong.imported}\n"
        imported = _file_of(package, wrong.imported)
        if target and not imported.exists():
            imported.write_text("", encoding="utf-8")
        with _file_of(package, wrong.module).open("a", encoding="utf-8") as file:
            file.write(line)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the contracts say of a copy of the sources with every wrong import planted."""
    root = tmp_path_factory.mktemp("planted")
    shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("static", "country"))
    shutil.copytree(
        ROOT / "src" / PACKAGE / "country",
        root / "src" / PACKAGE / "country",
        ignore=lambda folder, names: [
            name for name in names if not name.endswith(".py") and "." in name
        ],
    )
    shutil.copy(CONTRACTS, root)
    _write_imports(root / "src" / PACKAGE)
    undeclared = root / "src" / PACKAGE / UNDECLARED
    undeclared.mkdir()
    (undeclared / "__init__.py").write_text("", encoding="utf-8")
    done = lint(root)
    assert (done.returncode, "Broken contracts" in done.stdout) == (1, True), done.stdout
    return done.stdout


def _part(report: str, contract: str) -> str:
    """What the report says in detail of one broken contract."""
    details = report.split("Broken contracts", 1)[-1]
    parts = re.split(r"\n(?=[^\n]+\n-{3,}\n)", details)
    return "\n".join(part for part in parts if part.lstrip().startswith(contract))


def test_the_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("wrong", PLANTED, ids=lambda wrong: f"{wrong.module}>{wrong.imported}")
def test_control_a_wrong_import_is_named(report: str, wrong: Planted) -> None:
    assert wrong.told.search(_part(report, wrong.contract))


def test_control_an_undeclared_room_is_named(report: str) -> None:
    assert f"- {PACKAGE}.{UNDECLARED}" in _part(report, "Rooms open downward only")


def _contract(name: str) -> configparser.SectionProxy:
    contracts = configparser.ConfigParser()
    contracts.read(CONTRACTS, encoding="utf-8")
    return contracts[f"importlinter:contract:{name}"]


def test_the_contracts_know_the_same_rooms() -> None:
    layers = re.findall(r"\w+", _contract("rooms")["layers"])
    assert tuple(layers) == ROOMS_TOP_DOWN


def test_every_room_with_layers_is_held() -> None:
    found = {source.room for source in sources(ROOT, "src")} & set(ROOMS_TOP_DOWN)
    held = set(re.findall(rf"{PACKAGE}\.(\w+)", _contract("layers")["containers"]))
    assert held == found - WITHOUT_INNER_LAYERS


def test_the_tables_of_every_room_are_held() -> None:
    with_tables = {source.room for source in sources(ROOT, "src") if source.layer == "models"}
    held = {
        room
        for room in ROOMS_TOP_DOWN
        if CONTRACTS.read_text(encoding="utf-8").find(f"[importlinter:contract:tables_{room}]") > 0
    }
    assert with_tables <= held
