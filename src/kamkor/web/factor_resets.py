"""Telephone and codes lost: an administrator asked, and here the second person confirms."""

from django.http import HttpResponse
from django.shortcuts import render

from kamkor.access.operations.account import confirm_reset
from kamkor.access.queries.account import names_of, resets_for
from kamkor.kernel.errors import Refusal
from kamkor.web.accounts import HELP, told
from kamkor.web.again import signed_in_lately
from kamkor.web.door import ViewedRequest
from kamkor.web.words import moment


@signed_in_lately
def resets(request: ViewedRequest) -> HttpResponse:
    """What waits for the viewer as second person; a confirmed one shows its code once."""
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        named = request.POST.get("reset", "")
        try:
            username, code = confirm_reset(request.viewer, int(named) if named.isdecimal() else 0)
        except Refusal as refused:
            errors = told(refused)
        else:
            shown = {"username": username, "word": code, "reset": True}
            context = shown | {"back_url": "/account/resets/", "help_url": HELP}
            return render(request, "access/shown_once.html", context)
    waiting = resets_for(request.viewer)
    names = names_of(one.account for one in waiting)
    context = {
        "resets": [
            {
                "id": one.pk,
                "name": names[one.account_id] or one.account.username,
                "username": one.account.username,
                "by": one.asked_by.username,
                "at": moment(one.asked_at),
            }
            for one in waiting
        ],
        "form": {"errors": errors},
        "back_url": "/account/",
        "help_url": HELP,
    }
    return render(request, "access/resets.html", context, status=422 if errors else 200)
