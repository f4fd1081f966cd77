"""One clock, no stray printing, no connection made beside the kernel."""

import ast
import re
from pathlib import Path

from tests.architecture.tree import ROOT, Source, dotted, files, plant, sources

CLOCK_KEEPERS = {("kernel", "clock"), ("kernel", "server")}
CLOCKS = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today"
    r"|timezone\.(now|localdate|localtime)|time\.(time|time_ns|localtime|gmtime|strftime))$"
)
CLOCK_IMPORTS = {
    "time": {"time", "time_ns", "localtime", "gmtime"},
    "django.utils.timezone": {"now", "localdate", "localtime"},
}
NOW_TAG = re.compile(r"\{%\s*now\s")


def _second_clock(node: ast.AST) -> str:
    """The clock a node reads or takes, beside the kernel's; empty if none."""
    if isinstance(node, ast.ImportFrom):
        taken = CLOCK_IMPORTS.get(node.module or "", set())
        return ", ".join(alias.name for alias in node.names if alias.name in taken)
    if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
        return node.arg
    name = dotted(node)
    return name if CLOCKS.search(name) else ""


def second_clocks(root: Path) -> list[str]:
    """Readings of the machine's clock outside the kernel's clock and the server's supervisor."""
    in_python = [
        f"{source.at(node)} {clock}"
        for source in sources(root, "src")
        if source.module[:2] not in CLOCK_KEEPERS
        for node in ast.walk(source.syntax)
        if (clock := _second_clock(node))
    ]
    in_pages = [
        f"{path.relative_to(root).as_posix()} now"
        for path in files(root, "src", suffixes=(".html", ".txt"))
        if NOW_TAG.search(path.read_text(encoding="utf-8"))
    ]
    return in_python + in_pages


def _may_print(source: Source) -> bool:
    return source.room in {"cli", "__main__", "management"}


def stray_prints(root: Path) -> list[str]:
    """Prints outside the command line; what a page or an operation prints nobody reads."""
    return [
        source.at(node)
        for source in sources(root, "src")
        if not _may_print(source)
        for node in ast.walk(source.syntax)
        if isinstance(node, ast.Call) and dotted(node.func) in {"print", "pprint", "pprint.pprint"}
    ]


def own_connections(root: Path) -> list[str]:
    """Connections to the database made outside the kernel, past the one door."""
    return [
        f"{source.at(node)} {dotted(node)}"
        for source in sources(root, "src")
        if source.room != "kernel"
        for node in ast.walk(source.syntax)
        if re.fullmatch(r"psycopg\.(connect|(Async)?Connection(\.connect)?)", dotted(node))
    ]


def test_there_is_one_clock() -> None:
    assert second_clocks(ROOT) == []


def test_only_the_command_line_prints() -> None:
    assert stray_prints(ROOT) == []


def test_connections_are_made_in_the_kernel() -> None:
    assert own_connections(ROOT) == []


def test_control_each_second_clock_is_found(tmp_path: Path) -> None:
    text = "\n".join(
        [
            "moment = datetime.now()",
            "moment = datetime.datetime.now(UTC)",
            "day = date.today()",
            "made = Field(default=timezone.now)",
            "seconds = time.time()",
            "from time import time",
            "from django.utils.timezone import now",
            "made = Field(auto_now_add=True)",
            "waited = time.monotonic()",
            "day = clock.today()",
        ]
    )
    for path in ("cases/operations.py", "kernel/clock.py", "kernel/server/start.py"):
        plant(tmp_path, f"src/kamkor/{path}", text)
    plant(tmp_path, "src/kamkor/templates/web/base.html", '{% now "Y" %}')
    assert sorted(place.rsplit(" ", 1)[0] for place in second_clocks(tmp_path)) == [
        *[f"src/kamkor/cases/operations.py:{line}" for line in range(1, 9)],
        "src/kamkor/templates/web/base.html",
    ]


def test_control_a_stray_print_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "src/kamkor/web/views.py", "x = 1\nprint(x)")
    plant(tmp_path, "src/kamkor/cli.py", "print(1)")
    plant(tmp_path, "src/kamkor/management/commands/doctor.py", "print(1)")
    assert stray_prints(tmp_path) == ["src/kamkor/web/views.py:2"]


def test_control_an_own_connection_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "src/kamkor/figures/queries.py", "c = psycopg.connect(address)")
    plant(tmp_path, "src/kamkor/kernel/server.py", "c = psycopg.connect(address)")
    assert own_connections(tmp_path) == ["src/kamkor/figures/queries.py:1 psycopg.connect"]
