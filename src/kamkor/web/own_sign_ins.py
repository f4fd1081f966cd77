"""Sign-ins written down: the right ones, wrong tries, changes; told to whom the account belongs."""

from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kamkor.access.operations.looks import write_event
from kamkor.access.queries.looks import OwnSignIn, own_sign_ins
from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import ACCOUNT_ACTS, MEANS, OWN_ACTS
from kamkor.kernel import clock
from kamkor.kernel.words import noop
from kamkor.web import last_act
from kamkor.web.words import moment

SIGNED_IN, REFUSED, CHANGED = "sign_in", "sign_in_refused", "account"
NEW = "signed_in_new"
"""In the session until the first page: then what happened meanwhile is told."""
_KEPT = timedelta(days=30)
_WORDS = {
    SIGNED_IN: noop("signed in"),
    REFUSED: noop("wrong try at sign-in"),
    CHANGED: noop("changed"),
}


def note_signed_in(request: HttpRequest, account_id: int) -> None:
    """Write down that somebody signed in, and by what means."""
    shown = get_authentication_records(request, request.user)
    means = [one.get("type") or one.get("method", "") for one in shown]
    write_event(f"{SIGNED_IN}/{' '.join(dict.fromkeys(means))}", account=account_id)
    request.session[NEW] = True


def note_refused(code: str, *, account: int = 0, username: str = "") -> None:
    """Write down that a sign-in was refused, and by which code."""
    write_event(f"{REFUSED}/{code}", account=account, username=username.lower())


def note_change(viewer: Viewer, act: str) -> None:
    """Write down what somebody changed of the own sign-in."""
    write_event(f"{CHANGED}/{act}", viewer=viewer)


def tell_meanwhile(request: HttpRequest, viewer: Viewer) -> None:
    """After a sign-in: tell of wrong tries and changes since the one before."""
    if not request.session.pop(NEW, None):
        return
    kinds = [one.page.partition("/")[0] for one in own_sign_ins(viewer, clock.now() - _KEPT)]
    before = [at for at, kind in enumerate(kinds) if kind == SIGNED_IN][1:2]
    since = kinds[: before[0]] if before else kinds
    told = []
    if tries := since.count(REFUSED):
        text = ngettext(
            "Since you last signed in there was %(count)s wrong try at your account.",
            "Since you last signed in there were %(count)s wrong tries at your account.",
            tries,
        )
        told.append(text % {"count": tries})
    if before and CHANGED in since:
        told.append(_("Since you last signed in, your sign-in was changed."))
    if told:
        told.append(_("Was it not you? Look at “My account” and tell your administrator."))
        before_it = last_act.held(request).get("text", "")
        text = " ".join(filter(None, [before_it, *told]))
        last_act.tell(request, text, code="sign_in_told")


def rows(viewer: Viewer) -> list[dict[str, Any]]:
    """The last thirty days, newest first, in words."""
    return [_row(one) for one in own_sign_ins(viewer, clock.now() - _KEPT)]


def _row(one: OwnSignIn) -> dict[str, Any]:
    kind, _slash, more = one.page.partition("/")
    words = [_WORDS.get(kind, "")] if kind != CHANGED else []
    words += [(MEANS | ACCOUNT_ACTS | OWN_ACTS).get(part, "") for part in more.split(" ")]
    return {
        "at": moment(one.at),
        "kind": kind,
        "what": ", ".join(_(word) for word in words if word),
    }
