"""A post or an account that ended this morning: its holder may do nothing."""

from datetime import timedelta

from kamkor.access.models import Account
from kamkor.kernel import clock
from kamkor.workforce.models import PostHolding
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.specification.pathway_forms import CHILD, TODAY


def test_a_post_that_ended_this_morning(committed_cast: Cast) -> None:
    """Whose post ended yesterday is signed in, sees no child and may do nothing."""
    cast = committed_cast
    desk = Desk("aigul", cast.time)
    child = desk.fill("/do/identify-child/", "identify_child", **CHILD | TODAY)
    assert desk.open("/").status == 200
    employee = Account.objects.get(username="aigul").employee
    held = PostHolding.objects.using("owner").filter(employee=employee)
    held.update(valid_to=clock.local_day(cast.time.moment) - timedelta(days=1))
    for page in (
        desk.open("/"),
        desk.open("/register/"),
        desk.open("/register/export.csv"),
        desk.send("/do/identify-child/", child),
        desk.send("/register/", {"name": "Айбек"}),
    ):
        assert page.status == 403
        assert "You have no post today. Ask the head of your department." in page.text
        assert page.refusals == ["not_permitted"]
    told = desk.send("/commands/", {})
    assert (told.status, told.response.json()["code"]) == (403, "not_permitted")
    assert desk.send("/sign-out/").response["Location"] == "/sign-in/"


def test_an_account_that_was_closed_is_out_at_once(committed_cast: Cast) -> None:
    """A session that is open does not keep it open."""
    desk = Desk("aigul", committed_cast.time)
    assert desk.open("/").status == 200
    closed = Account.objects.using("owner").filter(username="aigul")
    closed.update(is_active=False)
    assert desk.open("/").response["Location"].startswith("/sign-in/")
    closed.update(is_active=True)
    assert Desk("aigul", committed_cast.time).open("/").status == 200
