"""Renders every part of the desk's look with invented people, photographs it and runs axe over it.

Usage: python -m tools.style.gallery [FOLDER]. Exit status 1 when axe finds a violation or a page scrolls sideways.
"""

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import django
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.template.loader import get_template
from django.utils import translation
from playwright.sync_api import Browser, Page, sync_playwright

from tools.style import case_samples, samples

HERE = Path(__file__).resolve().parent
KAMKOR = HERE.parents[1] / "src" / "kamkor"
LANGUAGES = ("ky", "ru", "kk", "en")
WIDTHS = (1280, 360, 320)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
CHROMIUM = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]


def configure() -> None:
    """Django with nothing but templates, languages and the address of static files."""
    engine = {
        "BACKEND": "kamkor.web.templating.Pages",
        "DIRS": [KAMKOR / "templates", HERE],
        "APP_DIRS": False,
        "OPTIONS": {"shared": ""},
    }
    settings.configure(
        TEMPLATES=[engine],
        STATIC_URL="/static/",
        USE_I18N=True,
        LANGUAGES=[(code, code) for code in LANGUAGES],
        LOCALE_PATHS=[KAMKOR / "locale"],
    )
    django.setup()


def pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """Name of each page, its template and its context."""
    around = samples.viewer()
    fresh = {
        **samples.form(errors=False),
        "fields": [],
        "style": "warning",
        "submit_label": "Каттоодон чыгаруу",
    }
    lines = ["Бул чечимди эки адам чыгарат.", "Бала каттоодон чыгарылат, бирок коштоо уланат."]
    whole = {
        **around,
        **case_samples.records(),
        "long_name": samples.LONG_NAME,
        "table": samples.table(),
        "filters": samples.filters(),
        "form": samples.form(),
    }
    errors = [
        {"href": "#username", "code": "sign_in_refused", "message": "Аты же сырсөз туура эмес."}
    ]
    return {
        "gallery": ("gallery.html", whole),
        "sign-in": (
            "web/sign_in.html",
            {
                "demo_mode": True,
                "csrf_input": samples.viewer()["csrf_input"],
                "sign_in": {"username": "aigul", "errors": errors},
            },
        ),
        "error": ("web/error.html", {**around, "error": {"status": 404, "incident": "K7-4Q2M"}}),
        "confirm": (
            "web/confirm.html",
            {
                **around,
                "summary": case_samples.records()["summary"],
                "form": fresh,
                "confirm": {
                    "heading": "Каттоодон чыгаруу",
                    "page": "cases.leaving.decide",
                    "lines": lines,
                    "danger": True,
                },
            },
        ),
        "stale": ("web/stale.html", {**around, "stale": samples.stale()}),
    }


def write_pages(folder: Path) -> list[str]:
    """Writes every page in every language; returns their file names."""
    (folder / "static").symlink_to(KAMKOR / "static")
    written = []
    for language in LANGUAGES:
        with translation.override(language):
            for name, (template, context) in pages().items():
                target = folder / f"{name}-{language}.html"
                target.write_text(get_template(template).render(context), encoding="utf-8")
                written.append(target.name)
    return written


class StrictHandler(SimpleHTTPRequestHandler):
    """Serves the folder under the same content policy as the desk."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", "default-src 'self'")
        super().end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder at a free port of this machine; gives the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(StrictHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


def sideways(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


def violations(page: Page) -> list[str]:
    """What axe finds: rule and first place."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']} ({len(one['nodes'])})" for one in found]


def inspect(browser: Browser, address: str, name: str, folder: Path) -> list[str]:
    """Photographs one page in all widths and colours; returns what is wrong with it."""
    wrong: list[str] = []
    for scheme in SCHEMES:
        for width in WIDTHS:
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page.on(
                "console",
                lambda said: (
                    wrong.append(f"console: {said.text}") if said.type == "error" else None
                ),
            )
            page.goto(f"{address}/{name}")
            page.evaluate("document.fonts.ready")
            stem = name.removesuffix(".html")
            page.screenshot(path=folder / f"{stem}-{width}-{scheme}.png", full_page=True)
            if sideways(page) > 0:
                wrong.append(f"{name} {width} {scheme}: {sideways(page)} px sideways")
            wrong.extend([f"{name} {width} {scheme}: {one}" for one in violations(page)])
            page.close()
    return wrong


def main(folder: Path) -> int:
    """Writes, photographs and checks; prints what is wrong, then the folder."""
    configure()
    names = [name for name in write_pages(folder) if name.endswith(("-ky.html", "-en.html"))]
    with served(folder) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        wrong = [one for name in names for one in inspect(browser, address, name, folder)]
        page = browser.new_page()
        page.goto(f"{address}/gallery-ky.html")
        page.pdf(path=folder / "gallery.pdf", prefer_css_page_size=True)
        browser.close()
    for one in sorted(set(wrong)):
        sys.stderr.write(one + "\n")
    sys.stdout.write(f"{folder}: {len(names)} pages, {len(set(wrong))} faults\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(
        main(
            Path(sys.argv[1])
            if len(sys.argv) > 1
            else Path(tempfile.mkdtemp(prefix="kamkor-gallery-"))
        )
    )
