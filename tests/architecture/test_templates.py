"""A page is put into its frame as text: what that takes for granted of the templates."""

import re

from tests.architecture.tree import ROOT

TEMPLATES = ROOT / "src" / "kamkor" / "templates"


def test_blocks_stand_in_the_frame_and_in_no_other_block() -> None:
    """``web/parts.py`` puts them there as texts: one more or one within another would be lost."""
    opened = re.compile(r"{% (block|endblock)(?: (\w+))? %}")
    frame = (TEMPLATES / "web" / "base.html").read_text("utf-8")
    known = {name for _, name in opened.findall(frame) if name}
    for path in TEMPLATES.rglob("*.html"):
        words = opened.findall(path.read_text("utf-8"))
        assert [word for word, _ in words] == ["block", "endblock"] * (len(words) // 2), path
        assert {name for _, name in words if name} <= known, path
