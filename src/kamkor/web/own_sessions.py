"""Where one is signed in: each of one's sessions, ended by one click; and how long this one lasts."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kamkor.access.operations.session import end_sessions
from kamkor.access.queries.session import sessions_of
from kamkor.access.vocabulary import MEANS
from kamkor.kernel import clock
from kamkor.web import last_act
from kamkor.web.again import signed_in_lately
from kamkor.web.door import ViewedRequest, before_all, by_itself
from kamkor.web.operation import see_other
from kamkor.web.sessions import seen_since, session_of
from kamkor.web.words import moment


@before_all
@signed_in_lately
def sessions(request: ViewedRequest) -> HttpResponse:
    """End one of one's own sessions, or all but this one."""
    if request.method == "POST":
        own = session_of(request)
        one = request.POST.get("session", "")
        told = {"but": own.digest} if one == "others" else {"one": one}
        ended = end_sessions(request.viewer.account_id, **told) if one else 0
        told_text = ngettext(
            "%(count)s session was ended.", "%(count)s sessions were ended.", ended
        )
        last_act.tell(request, told_text % {"count": ended})
    return see_other("/account/")


def session_rows(request: ViewedRequest) -> list[dict[str, Any]]:
    """The sessions of whoever asks, as the page of the account shows them."""
    own = session_of(request)
    return [
        {
            "id": one.session_key,
            "browser": one.browser or _("unknown browser"),
            "kind": ", ".join(_(MEANS[kind]) for kind in one.kind.split() if kind in MEANS),
            "opened": moment(one.opened_at),
            "seen": moment(one.seen_at),
            "this": one.session_key == own.digest,
        }
        for one in sessions_of(request.viewer, clock.now(), seen_since())
    ]


@before_all
@by_itself
def idle(request: HttpRequest) -> HttpResponse:
    """After how many seconds the session ends: told to a page that asks (GET) without keeping
    it open, and to somebody who wants to stay (POST)."""
    own = session_of(request)
    return JsonResponse({"left": own.seconds_left})
