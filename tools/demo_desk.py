"""A desk with the demo's people, served for a tool that looks at it in Chromium."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
INSTALL = "sudo apt-get install -y chromium"
STARTING_SECONDS = 600
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@dataclass(frozen=True)
class DemoDesk:
    """The address of a served demo, and its passwords by user name."""

    address: str
    passwords: dict[str, str]

    def sign_in(self, page: Page, username: str, language: str) -> None:
        """Sign somebody of the demo in, in a language."""
        page.goto(f"{self.address}/sign-in/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", self.passwords[username])
        page.click("[data-operation=sign_in]")
        page.click(f"[name=language][value={language}]")


@contextmanager
def demo_desk() -> Iterator[DemoDesk]:
    """Serve the demo of KAMKOR_DATA, or one built in a folder that is removed afterwards."""
    given = os.environ.get("KAMKOR_DATA")
    data = Path(given) if given else Path(tempfile.mkdtemp(prefix="kamkor-look-"))
    port = _free_port()
    environment = os.environ | {
        "KAMKOR_DATA": str(data),
        "PORT": str(port),
        "PYTHONPATH": str(ROOT / "src"),
    }
    serving = subprocess.Popen(
        [sys.executable, "-m", "kamkor", "demo"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        address = f"http://localhost:{port}"
        _wait_for(address, serving)
        rows = json.loads((data / "demo-sign-ins.json").read_text(encoding="utf-8"))
        yield DemoDesk(address, {row["username"]: row["password"] for row in rows})
    finally:
        serving.terminate()
        serving.wait(STARTING_SECONDS)
        if not given:
            shutil.rmtree(data, ignore_errors=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    """This machine's Chromium; ends the program with the install line where there is none."""
    names = (os.environ.get("KAMKOR_CHROMIUM", ""), "chromium", "chromium-browser")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit(f"This needs Chromium. Install it: {INSTALL}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield browser
        browser.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, serving: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < end and serving.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{address}/sign-in/", timeout=5):  # noqa: S310 - our own address
            return
        time.sleep(0.3)
    raise SystemExit("the demo did not start")
