"""The headers of each answer, whatever it is: a page, a refusal, what is not there, data."""

import pytest

from kamkor.kernel.ids import new_id
from tests.cast import Cast
from tests.doors.desk import Desk

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
}
OTHERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.mark.parametrize(
    "address", ["/", "/sign-in/", "/nowhere/", "/alarms/", "/commands/", f"/case/{new_id()}/"]
)
def test_each_answer_carries_the_policy_and_is_not_kept(cast: Cast, address: str) -> None:
    answer = Desk("aigul", cast.time).client.get(address)
    told = [part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")]
    assert dict(told) == POLICY
    assert "no-store" in answer["Cache-Control"]
    assert {name: answer.headers.get(name) for name in OTHERS} == OTHERS
