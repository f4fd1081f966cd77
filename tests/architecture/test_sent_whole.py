"""Files are made before they are sent: nothing of a person leaves after the door has closed."""

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, plant, sources

LATER = {"StreamingHttpResponse", "FileResponse", "streaming_content"}
"""What sends while it reads: outside the transaction that shows anything."""


def sent_later(root: Path) -> list[str]:
    """Answers of the web that are read while they are sent, and views that are not plain ones."""
    found = []
    for source in sources(root, "src"):
        if source.room not in {"web", "exchange"}:
            continue
        for node in ast.walk(source.syntax):
            names = {getattr(node, name, "") for name in ("id", "attr", "name")} & LATER
            if names or (source.room == "web" and isinstance(node, ast.AsyncFunctionDef)):
                found.append(source.at(node))
    return found


def test_no_answer_is_read_while_it_is_sent() -> None:
    assert sent_later(ROOT) == []


@pytest.mark.parametrize(
    "text",
    [
        "from django.http import StreamingHttpResponse\n",
        "from django import http\n\nanswer = http.FileResponse\n",
        "async def export(request):\n    return None\n",
    ],
)
def test_the_check_notices(tmp_path: Path, text: str) -> None:
    plant(tmp_path, "src/kamkor/web/made_up.py", text)
    assert len(sent_later(tmp_path)) == 1
