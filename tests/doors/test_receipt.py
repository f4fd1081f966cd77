"""What an informant gets and may ask: the slip, the address on it, and one of three answers."""

import pytest

from tests.doors.desk import Desk
from tests.doors.world import World
from tests.specification.pathway_forms import REPORT

pytestmark = pytest.mark.usefixtures("undone")


def test_the_slip_says_where_to_ask(world: World) -> None:
    """Code and address stand on one page; whoever follows it is answered without signing in."""
    desk = world.desks["aigul"]
    slip = desk.follow(desk.act("/do/receive-report/", "receive_report", **REPORT))
    (code,) = slip.all(data_receipt="*")
    (address,) = slip.all(data_receipt_address="*")
    assert address.text == "http://testserver/receipt/"
    answer = world.desks["nobody"].send("/receipt/", {"code": code.text})
    assert "Received: somebody will look at it." in answer.text


@pytest.mark.parametrize("language", ["ky", "ru", "kk", "en"])
def test_the_sign_in_page_leads_to_the_question_in_four_languages(
    world: World, language: str
) -> None:
    """An informant has no account: the way starts where everybody arrives."""
    desk = Desk("", world.cast.time, language=language)
    assert "/receipt/" in desk.open("/sign-in/").links
    page = desk.open("/receipt/")
    assert page.all("html")[0].attributes["lang"] == language
    assert {one.attributes["value"] for one in page.all("button", name="language")} == {
        *("ky", "ru", "kk", "en")
    }
