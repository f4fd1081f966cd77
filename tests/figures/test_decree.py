"""The demo's posts of the decree: what stands and is filled on the days of its five stages."""

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command

from kamkor.demo.decree import LEFT, STAGES
from kamkor.workforce.models import StaffState


def told(*words: str) -> dict[str, int]:
    """Each figure of the country's posts by its name."""
    out = StringIO()
    with redirect_stdout(out), redirect_stderr(StringIO()):
        call_command("figures", "staffing", "--as", "daniyar", "--format", "json", *words)
    return {one["figure"]: one["value"] for one in json.loads(out.getvalue())}


@pytest.mark.usefixtures("oblast")
def test_each_stage_stands_on_its_own_day_and_is_filled_later() -> None:
    on = [told("--on", day.isoformat()) for day, _ in STAGES]
    assert [one["posts_planned"] for one in on] == [100, 200, 300, 400, 550]
    assert [one["children_per_post"] for one in on] == [27150, 13575, 9050, 6788, 4936]
    assert on[-1]["posts_short_of_norm"] == 129
    filled = [one["posts_filled"] for one in on]
    assert filled[0] == 0
    assert all(
        before < after < one["posts_planned"]
        for (before, after), one in zip(pairwise(filled), on[1:], strict=True)
    )
    assert all(one["posts_vacant"] == one["posts_planned"] - one["posts_filled"] for one in on)


@pytest.mark.usefixtures("oblast")
def test_eight_left_and_nothing_was_known_before_it_was_recorded() -> None:
    left = StaffState.objects.filter(state="vacant", withdrawn_at=None)
    assert sum(one.valid_from != one.post.opened_on for one in left.select_related("post")) == LEFT
    early = told("--on", "2025-10-01", "--known-on", "2025-01-30")
    assert early["posts_planned"] == 0
