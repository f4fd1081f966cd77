"""The data folder of a demo: how it is marked, and what may be emptied. Knows no database."""

import json
import os
from pathlib import Path
from typing import Any

from kamkor.kernel.credentials import write_private
from kamkor.kernel.server import erase_database
from kamkor.kernel.translations import at_shell as _

MARK = "demo"
UNFINISHED = "demo-unfinished"
SIGN_INS = "demo-sign-ins.json"
SYNTH = "synth-"
"""Begins the scenario of a folder that was filled with one of the sizes."""


class NoDemo(Exception):
    """The folder holds something else than a demo, which is never emptied; one line."""


def prepare(data: Path, *, fresh: bool) -> None:
    """Drop a demo that was left half-built, or with ``fresh`` any; refuse what is no demo.

    Raises ``NoDemo``, and ``ServerFault`` if a command uses the database.
    """
    unfinished = (data / UNFINISHED).exists()
    if not fresh and not unfinished:
        return
    if not unfinished and not is_demo(data):
        if _holds_nothing(data):
            return
        text = _("%(data)s holds no demo: --fresh empties only a demo's folder; set KAMKOR_DATA")
        raise NoDemo(text % {"data": data})
    if os.environ.get("DATABASE_URL"):
        text = _("the demo's database is the one of DATABASE_URL: drop it there, --fresh does not")
        raise NoDemo(text)
    # The mark goes last: broken off in between, the next start empties again.
    write_private(data / UNFINISHED, "")
    erase_database(data)
    for name in (MARK, SIGN_INS, UNFINISHED):
        (data / name).unlink(missing_ok=True)


def _holds_nothing(data: Path) -> bool:
    known = {"secrets.json", "server.lock", "server.users", "server.running"}
    return {entry.name for entry in data.iterdir()} <= known


def is_demo(data: Path) -> bool:
    """Whether a whole demo stands in this folder."""
    return (data / MARK).exists()


def begin(data: Path) -> None:
    """Mark that building has begun: until it is finished, a start begins anew."""
    write_private(data / UNFINISHED, "")


def finish(data: Path, seed: int, day: str, scenario: str = "") -> None:
    """Mark that the demo stands, built from this seed on this day; without scenario the plain one."""
    mark = {"seed": seed, "built_on": day, "scenario": scenario}
    write_private(data / MARK, json.dumps(mark))
    (data / UNFINISHED).unlink(missing_ok=True)


def seed_of(data: Path) -> int | None:
    """The seed that the standing demo was built from."""
    try:
        return int(_mark(data)["seed"])
    except (KeyError, TypeError, ValueError):
        return None


def scenario_of(data: Path) -> str:
    """The scenario that the standing demo was built as; empty for the plain one."""
    return str(_mark(data).get("scenario", ""))


def _mark(data: Path) -> dict[str, Any]:
    try:
        read = json.loads((data / MARK).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def sign_ins(data: Path) -> list[dict[str, str]]:
    """The demo's sign-ins: username, password, role, territory, name."""
    read: list[dict[str, str]] = json.loads((data / SIGN_INS).read_text("utf-8"))
    return read
