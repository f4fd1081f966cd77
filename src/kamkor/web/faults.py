"""What went wrong, in plain words, with the way back: as a page, or as JSON at the door for commands."""

import logging
import secrets
from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kamkor.access.vocabulary import RIGHTS, Action
from kamkor.web import held

logger = logging.getLogger("kamkor.faults")

COMMANDS = "/commands/"
CODES = {
    401: "session_ended",
    403: "not_permitted",
    404: "not_found",
    405: "method_not_allowed",
    409: "stale_version",
    413: "too_large",
    429: "too_often",
    500: "internal_fault",
    503: "not_ready",
}
# Pages bear a code only where it says more than the status does.
ON_PAGES = frozenset(
    {
        "not_permitted",
        "not_found",
        "form_expired",
        "keys_unusable",
        "identity_erased",
        "too_fast",
        "device_unknown",
    }
)

TEXTS = {
    401: (
        gettext_lazy("You are not signed in"),
        gettext_lazy("Sign in and send it again."),
    ),
    403: (
        gettext_lazy("This is not for your post"),
        gettext_lazy("Your post may not open this page or do this."),
    ),
    404: (
        gettext_lazy("This page was not found"),
        gettext_lazy("The address is wrong, or it is not yours to see."),
    ),
    405: (
        gettext_lazy("Nothing stands at this address"),
        gettext_lazy("Commands are sent here by POST, as JSON."),
    ),
    409: (
        gettext_lazy("Somebody changed this meanwhile"),
        gettext_lazy("Open the record again and look at what is new."),
    ),
    413: (
        gettext_lazy("This is too large"),
        gettext_lazy("Send 2 MB or less at a time."),
    ),
    429: (
        gettext_lazy("Too many tries"),
        gettext_lazy("Wait 15 minutes and try again."),
    ),
    500: (
        gettext_lazy("Something broke on our side"),
        gettext_lazy("What you saved before is safe. Try again in a few minutes."),
    ),
    503: (
        gettext_lazy("The service is not ready"),
        gettext_lazy("Try again in a minute. What you typed is still in your browser."),
    ),
}


def fault_page(
    request: HttpRequest, status: int, sentence: str = "", *, title: str = "", code: str = ""
) -> HttpResponse:
    """One answer for a status, with an incident number that also stands in the log."""
    incident = secrets.token_hex(4)
    heading, usual = TEXTS[status]
    code = code or CODES[status]
    if status >= 500:
        logger.error("incident %s status %s", incident, status)
    if request.path == COMMANDS:
        told = {"code": code, "message": str(sentence or usual), "incident": incident}
        return JsonResponse(told, status=status)
    error = {
        "status": status,
        "title": title or heading,
        "sentence": sentence or usual,
        "incident": incident,
        "code": code if code in ON_PAGES else "",
    }
    context = {"error": error, "help_url": ""}
    return render(request, "web/error.html", context, status=status)


def not_for(request: HttpRequest, *needed: Action) -> HttpResponse:
    """A page that is not the post's: it says for whom it is, who have one of these rights."""
    roles = [right.label for right in RIGHTS.values() if right.actions & {*needed}]
    return fault_page(request, 403, page_for(roles))


def page_for(labels: Iterable[str]) -> str:
    """A sentence saying for which posts a page is."""
    named = ", ".join(sorted(_(label) for label in labels))
    return _("This page is for: %(roles)s.") % {"roles": named}


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's form
    """The same page for what does not exist and for what is hidden."""
    return fault_page(request, 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's form
    """The post may not do this."""
    return fault_page(request, 403)


def too_often(request: HttpRequest) -> HttpResponse:
    """Tried more often than anybody needs to."""
    return fault_page(request, 429)


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of ours."""
    return fault_page(request, 500)


def malformed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be read, or is too large."""
    large = type(exception).__name__ in {"RequestDataTooBig", "TooManyFieldsSent"}
    return fault_page(request, 413 if large else 404)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's form
    """A form without its token: open too long, or from a page that is not ours.

    Whose form it was, as its signed owner says, may send it on with nothing typed twice.
    """
    if request.path != COMMANDS and held.FORM_OWNER in request.POST:
        if not request.user.is_authenticated:
            return held.sign_in_with_form(request)
        if held.is_theirs(request.POST.get(held.FORM_OWNER, ""), request.user.pk):
            return held.send_on(request)
    return fault_page(
        request,
        403,
        _(
            "It was open too long, or it came from another page. Nothing was saved."
            " Go back, reload the page and send it again."
        ),
        title=_("This form is no longer valid"),
        code="form_expired",
    )


def no_post(request: HttpRequest) -> HttpResponse:
    """Signed in, but without a post in force today."""
    return fault_page(request, 403, _("You have no post today. Ask the head of your department."))
