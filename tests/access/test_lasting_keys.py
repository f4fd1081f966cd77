"""The lasting keys are renewed while people work: what was made before is read afterwards."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import RequestFactory

from kamkor.access.models import Session
from kamkor.access.operations.tally import remember
from kamkor.access.queries.tally import remembered
from kamkor.kernel import clock, renewal
from kamkor.kernel.credentials import (
    Secrets,
    lasting_keys,
    lasting_keys_at_hand,
    load_secrets,
    signing_key,
    write_private,
)
from kamkor.kernel.digests import digest_of, is_digest_of
from kamkor.kernel.health import checks
from kamkor.kernel.ids import new_id
from kamkor.kernel.processes import FileLock
from kamkor.kernel.renewal import LOCK, renew_lasting_keys, renew_signing_key
from kamkor.kernel.server_facts import ServerFault
from kamkor.kernel.service import DUTIES, Place
from kamkor.web.held import form_token, is_theirs, key_of_typed
from kamkor.web.sessions import SessionStore
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.doors.signing import give_password, signed_in, with_password
from tests.exchange.register_files import Loader, counts, csv_file, entry, family, removal
from tests.factories import a_report, identified
from tests.specification.pathway_forms import REPORT
from tests.specification.test_21_same_child import CYRILLIC, LATIN, pairs, said, waiting


def secrets() -> Secrets:
    return load_secrets(settings.KAMKOR_DATA)


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    """The secrets are as before when a test ends."""
    before = secrets()
    yield
    write_private(settings.KAMKOR_DATA / "secrets.json", json.dumps(asdict(before)))
    # In service no key ever goes away; here the process must not go on with one that did.
    assert lasting_keys(settings.KAMKOR_DATA) == before.lasting


@pytest.fixture(params=[1, 2], ids=["once", "twice"])
def renewed(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Renews the keys, once or twice, but for what only the command locks anew."""

    def renew() -> None:
        before = secrets()
        for _turn in range(request.param):
            renew_lasting_keys(settings.KAMKOR_DATA, lambda: None)
        after = secrets()
        # As in a process that begins now: nothing is made with a key of before.
        assert lasting_keys(settings.KAMKOR_DATA) == after.lasting
        assert after.context_key != before.context_key
        assert after.django_secret_key != before.django_secret_key
        assert after.keys_before[request.param - 1 :] == (before.context_key, *before.keys_before)

    return renew


Renewed = Callable[[], None]


def test_a_command_is_known_again_and_other_content_is_not(cast: Cast, renewed: Renewed) -> None:
    command, later = new_id(), new_id()
    first = cast.aigul.answer("receive_report", command_id=command, **a_report())
    renewed()
    cast.aigul.do("receive_report", command_id=later, **a_report())
    for one in (command, later):
        assert cast.aigul.answer("receive_report", command_id=one, **a_report()).result == (
            "duplicate"
        )
        other = a_report(place="Another village")
        refused = cast.aigul.refused("receive_report", command_id=one, **other)
        assert refused == "command_id_reused"
    assert cast.aigul.answer("receive_report", command_id=command, **a_report()).answer == (
        first.answer
    )


def test_a_process_that_has_not_read_the_new_keys_knows_what_was_made_with_them() -> None:
    """It looks into the file before it says that a digest is of something else."""
    stale = lasting_keys_at_hand(settings.KAMKOR_DATA)
    renew_lasting_keys(settings.KAMKOR_DATA, lambda: None)
    assert lasting_keys_at_hand(settings.KAMKOR_DATA) == stale
    before = digest_of("a content")
    assert is_digest_of(before, "a content")
    elsewhere = secrets().lasting
    assert elsewhere.digests[1:] == stale.digests
    assert not is_digest_of(before, "another content")
    assert lasting_keys_at_hand(settings.KAMKOR_DATA) == elsewhere
    assert digest_of("a content") != before
    assert is_digest_of(before, "a content")


def test_a_receipt_code_that_was_handed_out_is_shown_and_answered(
    cast: Cast, renewed: Renewed
) -> None:
    desk = Desk("aigul", cast.time)
    address = desk.act("/do/receive-report/", "receive_report", **REPORT)
    (given,) = desk.follow(address).all(data_receipt="*")
    renewed()
    answered = Desk("", cast.time).send("/receipt/", {"code": given.text})
    assert "Received: somebody will look at it." in answered.text
    (shown,) = desk.follow(address).all(data_receipt="*")
    assert shown.text == given.text
    later = desk.follow(desk.act("/do/receive-report/", "receive_report", **REPORT))
    (new,) = later.all(data_receipt="*")
    assert "Received: somebody" in Desk("", cast.time).send("/receipt/", {"code": new.text}).text


def test_what_was_loaded_before_is_not_loaded_again(
    cast: Cast, renewed: Renewed, tmp_path: Path
) -> None:
    """By its reference, by what it says, by its home; and a removal finds its entry."""
    bakyt = Loader(cast.bakyt)
    old = [entry("1"), entry(given_name="Жаңыл"), family("F"), removal("1")]
    assert counts(bakyt.load(csv_file(tmp_path, *old))) == (4, 0, 0)
    assert counts(bakyt.load(csv_file(tmp_path, entry("2")))) == (1, 0, 0)
    renewed()
    assert counts(bakyt.load(csv_file(tmp_path, *old))) == (0, 4, 0)
    sister = entry("3", given_name="Айзат", sex="f", family_reference="F")
    assert counts(bakyt.load(csv_file(tmp_path, sister, removal("2")))) == (2, 0, 0)
    renewed()
    assert counts(bakyt.load(csv_file(tmp_path, sister, removal("2"), *old))) == (0, 6, 0)


def test_two_children_stay_two(cast: Cast, renewed: Renewed) -> None:
    identified(cast, **CYRILLIC)
    case = identified(cast, **LATIN)
    assert said(cast.bakyt, "different") == ""
    renewed()
    assert waiting(cast.bakyt) == 0
    cast.bakyt.do("record_name", case=case, kind="other_spelling", given_name="Joldosh")
    assert (waiting(cast.bakyt), pairs(cast.bakyt)) == (1, [("link", "")])


def test_whoever_works_goes_on_in_the_same_session(cast: Cast, renewed: Renewed) -> None:
    """And in the same form; what the browser keeps of it stays locked with the same key."""
    desk = signed_in(cast, "aigul")
    key = desk.client.cookies[settings.SESSION_COOKIE_NAME].value
    request = RequestFactory().get("/")
    request.session = SessionStore(key)
    typed, token = key_of_typed(request), form_token(cast.aigul.viewer.account_id)
    renewed()
    assert desk.open("/").status == 200
    assert desk.client.cookies[settings.SESSION_COOKIE_NAME].value == key
    assert key_of_typed(request) == typed
    assert is_theirs(token, cast.aigul.viewer.account_id)
    assert not is_theirs(token, cast.bakyt.viewer.account_id)
    desk.act("/do/receive-report/", "receive_report", **REPORT)
    assert desk.open("/").status == 200


def test_what_nobody_signed_is_no_session_after_it_either(cast: Cast, renewed: Renewed) -> None:
    desk = signed_in(cast, "aigul")
    renewed()
    assert desk.open("/").status == 200
    with desk.now():
        held = Session.objects.get(account__username="aigul")
        held.session_data = "0" * 64 + held.session_data[64:]
        held.save(update_fields=["session_data"])
    assert desk.open("/").status != 200


def test_a_changed_password_still_ends_other_sessions(cast: Cast, renewed: Renewed) -> None:
    desk = signed_in(cast, "aigul")
    renewed()
    assert desk.open("/").status == 200
    give_password("aigul", "another-mektep-1912")
    assert desk.open("/").status != 200


def test_wrong_tries_of_before_count(cast: Cast, renewed: Renewed) -> None:
    give_password("aigul")
    desks = [Desk("", cast.time) for _turn in range(11)]
    for number, desk in enumerate(desks):
        desk.client.defaults["REMOTE_ADDR"] = f"10.0.0.{number + 1}"
    found = []
    for number, desk in enumerate(desks):
        if number == 5:
            renewed()
        found += with_password(desk, "aigul", "wrong").refusals
    assert found == ["sign_in_refused"] * 10 + ["locked_out"]


def test_what_is_remembered_once_is_remembered_once(cast: Cast, renewed: Renewed) -> None:
    """A code that was used, say; and what is forgotten is forgotten under every key."""
    assert cache.add("used", 1, 60)
    cache.set("tries", [1], 60)
    renewed()
    assert not cache.add("used", 2, 60)
    assert cache.get("tries") == [1]
    cache.set("tries", [1, 2], 60)
    assert (cache.get("used"), cache.get("tries")) == (1, [1, 2])
    assert cache.delete("tries")
    assert cache.get("tries") is None
    assert cache.add("tries", [3], 60)


def test_what_is_remembered_is_told_in_the_order_that_is_asked(cast: Cast) -> None:
    """The newest key's first, whatever the table gives first."""
    now = clock.wall_seconds()
    for key in ("b", "a"):
        remember(key * 64, key, now + 60)
    assert remembered(["b" * 64, "a" * 64], now) == ["b", "a"]
    assert remembered(["a" * 64, "c" * 64, "b" * 64], now) == ["a", "b"]


class BrokenOffError(Exception):
    """A power cut, say."""


def _broken(*_told: object) -> None:
    raise BrokenOffError


def unfinished() -> bool:
    """Whether the doctor tells that a renewal was broken off."""
    data = settings.KAMKOR_DATA
    (duty,) = (one for one in DUTIES if one.code == "renewal_unfinished")
    return duty.undone(Place(data, data / "anchor.log"))


def test_broken_off_before_the_file_is_written_nothing_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = secrets()
    with monkeypatch.context() as patched:
        patched.setattr(renewal, "write_private", _broken)
        with pytest.raises(BrokenOffError):
            renew_lasting_keys(settings.KAMKOR_DATA, lambda: None)
    assert secrets() == before
    assert not unfinished()


def test_broken_off_after_it_goes_on_with_the_keys_that_were_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While it locks anew, and before it writes that it is done; the doctor tells of both."""
    before, digest = secrets(), digest_of("a content")
    with pytest.raises(BrokenOffError):
        renew_lasting_keys(settings.KAMKOR_DATA, _broken)
    begun = secrets()
    assert (begun.renewal_begun, unfinished()) == (True, True)
    assert begun.keys_before == (before.context_key, *before.keys_before)
    assert is_digest_of(digest, "a content")
    with monkeypatch.context() as patched:
        patched.setattr(renewal, "write_private", _broken)
        with pytest.raises(BrokenOffError):
            renew_lasting_keys(settings.KAMKOR_DATA, lambda: None)
    assert secrets() == begun
    assert renew_lasting_keys(settings.KAMKOR_DATA, lambda: "done") == "done"
    after = secrets()
    assert (after.renewal_begun, unfinished()) == (False, False)
    assert (after.context_key, after.keys_before) == (begun.context_key, begun.keys_before)
    assert is_digest_of(digest, "a content")


def test_the_database_goes_on_with_the_key_it_has(committed_cast: Cast) -> None:
    """Who is looking is signed with a key of its own: also where that never was renewed before."""
    before = signing_key(settings.KAMKOR_DATA)
    renew_lasting_keys(settings.KAMKOR_DATA, lambda: None)
    assert signing_key(settings.KAMKOR_DATA) == before
    assert not [text for one in checks(settings.KAMKOR_DATA) for text in one.faults]


def test_one_process_at_a_time_changes_the_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each writes the whole file: of two at once, one's keys would be lost."""
    monkeypatch.setattr(renewal, "_TURN_SECONDS", 0)
    before = secrets()
    other = FileLock(settings.KAMKOR_DATA / LOCK)
    assert other.take(0)
    try:
        for renew in (renew_signing_key, renewal.renew_passwords, _renew_lasting):
            with pytest.raises(ServerFault, match="somebody else renews the secrets"):
                renew(settings.KAMKOR_DATA)
    finally:
        other.release()
    assert secrets() == before


def _renew_lasting(data: Path) -> None:
    renew_lasting_keys(data, lambda: None)


def test_a_file_of_before_has_no_former_keys(tmp_path: Path) -> None:
    """As an earlier version wrote it."""
    tmp_path.chmod(0o700)
    told = asdict(load_secrets(tmp_path))
    for name in ("signing_key", "keys_before", "secret_key_before", "renewal_begun"):
        del told[name]
    write_private(tmp_path / "secrets.json", json.dumps(told))
    held = load_secrets(tmp_path)
    assert (held.keys_before, held.secret_key_before, held.renewal_begun) == ((), (), False)
    assert held.lasting.digests == (bytes.fromhex(told["context_key"]),)
