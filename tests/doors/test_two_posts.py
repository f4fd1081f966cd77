"""Who holds two posts acts under one at a time, which stands on top, and sees what that one sees."""

from datetime import timedelta

from kamkor.access.models import Account
from kamkor.kernel import clock
from kamkor.workforce.models import PostHolding
from tests.cast import Cast
from tests.doors.desk import Desk, Page
from tests.factories import registered


def given(cast: Cast, post: int, holder: str) -> None:
    """Give a post to somebody since some days ago, whoever held it."""
    since = clock.local_day(cast.time.moment) - timedelta(days=9)
    holdings = PostHolding.objects.using("owner")
    holdings.filter(post=post).update(valid_to=since - timedelta(days=1))
    employee = Account.objects.get(username=holder).employee_id
    assert employee is not None
    holdings.create(post_id=post, employee_id=employee, valid_from=since)


def acting(page: Page) -> list[str]:
    """What the top of a page says of the post one acts under, and the one chosen below it."""
    on_top = [one.text for one in page.all(class_="k-account__post")]
    chosen = [one.text for one in page.all("option", selected="") if one.text.startswith(on_top[0])]
    return on_top + chosen


def test_one_chooses_and_sees_what_that_post_sees(committed_cast: Cast) -> None:
    cast = committed_cast
    case, first, second = registered(cast), cast.aigul.post, cast.specialist2.post
    desk = Desk("aigul", cast.time)
    assert desk.open("/").all(class_="k-account__post") == []
    given(cast, second, "aigul")
    assert len(acting(desk.open("/"))) == 2
    worker = acting(desk.open(f"/cases/{case}/"))[0]
    assert desk.send("/post/", {"post": str(second)}).status == 303
    assert acting(desk.open("/"))[0] != worker
    assert desk.open(f"/cases/{case}/").status == 404
    assert desk.send("/post/", {"post": str(first)}).status == 303
    assert acting(desk.open(f"/cases/{case}/"))[0] == worker


def test_nobody_chooses_the_post_of_somebody_else(committed_cast: Cast) -> None:
    cast = committed_cast
    case, desk = registered(cast), Desk("aigul", cast.time)
    for post in (str(cast.bakyt.post), str(cast.cholpon.post), "0", "x", ""):
        assert desk.send("/post/", {"post": post}).status == 303
        assert desk.open(f"/cases/{case}/").status == 200
    assert desk.open("/").code == "cases.day.show"


def test_the_post_chosen_ends_and_with_it_what_it_sees(committed_cast: Cast) -> None:
    """At the next request one acts under the post that is left."""
    cast = committed_cast
    there, second = registered(cast), cast.bakyt.post
    given(cast, second, "cholpon")
    desk = Desk("cholpon", cast.time)
    desk.send("/post/", {"post": str(second)})
    assert desk.open(f"/cases/{there}/").status == 200
    held = PostHolding.objects.using("owner").filter(post=second, valid_to=None)
    held.update(valid_to=clock.local_day(cast.time.moment) - timedelta(days=1))
    assert desk.open(f"/cases/{there}/").status == 404
    assert desk.open("/").code == "cases.day.show"
