"""``kamkor account``: the posts one may hold are listed, and named where the number is wrong."""

from contextlib import redirect_stdout
from io import StringIO

import pytest
from django.core.management import call_command

from kamkor.management.shell import WRONG_USE, Stopped
from tests.cast import Cast


def test_the_posts_in_force_are_listed_with_office_and_holder(cast: Cast) -> None:
    printed = StringIO()
    with redirect_stdout(printed):
        call_command("account", "posts")
    (row,) = [one for one in printed.getvalue().splitlines() if "Айгүл" in one]
    assert row.split()[0] == str(cast.aigul.post)
    assert "child accompaniment worker" in row
    assert cast.aigul.viewer.name in row


def test_a_post_that_is_not_there_says_how_to_find_one(cast: Cast) -> None:
    with pytest.raises(Stopped) as caught:
        call_command("account", "create", "somebody", "--post", "99999")
    assert caught.value.status == WRONG_USE
    assert str(caught.value) == ("there is no post 99999 in force today: account posts lists them")
