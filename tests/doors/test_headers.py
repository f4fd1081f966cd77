"""The headers of each answer, whatever it is: a page, a refusal, what is not there, data."""

import pytest
from django.conf import settings

from tests.cast import Cast
from tests.doors.desk import Desk
from tests.doors.signing import signed_in

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "kamkor",
    "report-uri": "/policy/",
    "report-to": "policy",
}
OTHERS = {
    "Reporting-Endpoints": 'policy="/policy/"',
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


NO_CASE = "019cac7d-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "address", ["/", "/sign-in/", "/nowhere/", "/alarms/", "/commands/", f"/case/{NO_CASE}/"]
)
def test_each_answer_carries_the_policy_and_is_not_kept(cast: Cast, address: str) -> None:
    answer = Desk("aigul", cast.time).client.get(address)
    told = [part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")]
    assert dict(told) == POLICY
    assert "no-store" in answer["Cache-Control"]
    assert {name: answer.headers.get(name) for name in OTHERS} == OTHERS


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_no_page_answers_another_method(cast: Cast, method: str) -> None:
    """TRACE above all would give a request's own cookies back to a script."""
    for desk in (Desk("", cast.time), Desk("aigul", cast.time)):
        for address in ("/", "/sign-in/", "/commands/", "/nowhere/"):
            answer = desk.client.generic(method, address, HTTP_X_CANARY="bird")
            assert (answer.status_code, answer.content) == (405, b""), address
            assert "Content-Security-Policy" in answer.headers


def test_no_script_reads_the_key_of_a_session(cast: Cast) -> None:
    key = signed_in(cast, "aigul").client.cookies[settings.SESSION_COOKIE_NAME]
    assert (key["httponly"], key["samesite"], key["path"]) == (True, "Lax", "/")


def test_a_fault_of_ours_tells_nothing_of_itself(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number stands on the page and in the log; what went wrong stands on neither."""

    def breaks(*_words: object) -> None:
        raise RuntimeError("canary of a fault")

    desk = Desk("aigul", cast.time)
    desk.client.raise_request_exception = False
    monkeypatch.setattr("kamkor.web.office.render", breaks)
    answer = desk.client.get("/alarms/")
    assert answer.status_code == 500
    assert b"data-incident" in answer.content
    assert b"canary" not in answer.content
    assert "Content-Security-Policy" in answer.headers
    assert desk.client.get("/sign-in/").status_code in {200, 302}
