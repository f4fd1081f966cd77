"""Figures of a department that works in several districts: together, and each by itself."""

from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import (
    NOOKEN,
    SUZAK,
    a_child,
    a_registration,
    a_violent_report,
    identified,
    registered,
)

OWN = "own"
KOK_ZHANGAK = "41703220400010"
OF_SUZAK = (SUZAK, KOK_ZHANGAK)


def test_who_works_in_two_districts_counts_them_together_as_the_register_does(
    committed_cast: Cast,
) -> None:
    """The page opens on the department; each of its districts may be asked for by itself."""
    cast, head = committed_cast, Desk("head", committed_cast.time)
    registered(cast, given_name="Сузактык")
    registered(cast, given_name="Көк-Жаңгактык", territory=KOK_ZHANGAK)
    name = "children_on_register"
    total = head.open("/register/").figure(name)
    page = head.open("/figures/")
    chosen = [one.attributes["value"] for one in page.all("option", selected="*")]
    assert (page.figure(name), OWN in chosen) == (total, True)
    assert head.open(f"/figures/?territory={OWN}").figure(name) == total
    parts = [int(head.open(f"/figures/?territory={code}").figure(name)) for code in OF_SUZAK]
    assert (sum(parts), min(parts) > 0) == (int(total), True)
    by_district = head.open(f"/figures/?territory={OWN}&by=district")
    numbers = [one.text.strip() for one in by_district.all(data_figure=name)]
    assert sorted(numbers) == sorted([total, total, total, *map(str, parts)])
    assert str(total) in head.open(f"/figures/export.csv?territory={OWN}").text
    listed = head.open(f"/figures/list/?figure={name}&territory={OWN}")
    assert listed.figure("cases_listed") == total


def test_the_register_says_what_the_figures_leave_out_of_it(committed_cast: Cast) -> None:
    """A sealed case and one that another department offers stand on the list of the head alone."""
    cast, head = committed_cast, Desk("head", committed_cast.time)
    registered(cast)
    report = cast.bakyt.do("receive_report", **a_violent_report())["report"]
    opened = cast.bakyt.do(
        "screen_report", report=report, decision="accept", assign_to=cast.aigul.post
    )
    sealed = opened["cases"][0]
    cast.aigul.do("identify_child", case=sealed, **a_child(cast.today, given_name="Жабык"))
    cast.bakyt.do("register_child", case=sealed, **a_registration(cast.today))
    offered = identified(cast, cast.cholpon, given_name="Сунушталган", territory=NOOKEN)
    cast.specialist2.do("register_child", case=offered, **a_registration(cast.today))
    cast.specialist2.do(
        "offer_transfer",
        case=offered,
        to_office=cast.bakyt.department,
        reason="family_moved",
        note="They move to Suzak.",
    )
    page = head.open("/register/")
    told = [page.figure(name) for name in ("sealed_uncounted", "others_uncounted")]
    assert (page.figure("children_on_register"), told) == ("3", ["1", "1"])
    assert head.open("/figures/").figure("children_on_register") == "1"
    for address in ("/register/?register=family", "/register/?state=open"):
        assert not head.open(address).all(data_figure="sealed_uncounted")
    assert not Desk("aigul", cast.time).open("/register/").all(data_figure="sealed_uncounted")
