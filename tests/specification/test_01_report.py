"""Step 1: a report is received."""

from tests.cast import Cast
from tests.factories import a_report


def test_a_report_is_taken_down(cast: Cast) -> None:
    """A report."""
    answer = cast.aigul.do("receive_report", **a_report())
    assert cast.aigul.report(answer["report"]).state == "new"
