"""Pages for what went wrong: what happened, in plain words, and the way back."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

logger = logging.getLogger("kamkor.faults")

TEXTS = {
    403: (
        gettext_lazy("This is not for your post"),
        gettext_lazy("Your post may not open this page or do this."),
    ),
    404: (
        gettext_lazy("This page was not found"),
        gettext_lazy("The address is wrong, or it is not yours to see."),
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


def fault_page(request: HttpRequest, status: int, sentence: str = "") -> HttpResponse:
    """One page for a status, with an incident number that also stands in the log."""
    incident = secrets.token_hex(4)
    title, usual = TEXTS[status]
    if status >= 500:
        logger.error("incident %s status %s", incident, status)
    error = {
        "status": status,
        "title": title,
        "sentence": sentence or usual,
        "incident": incident,
        "code": {403: "not_permitted", 404: "not_found"}.get(status, ""),
    }
    context = {"error": error, "help_url": ""}
    return render(request, "web/error.html", context, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's form
    """The same page for what does not exist and for what is hidden."""
    return fault_page(request, 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's form
    """The post may not do this."""
    return fault_page(request, 403)


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of ours."""
    return fault_page(request, 500)


def malformed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be read, or is too large."""
    large = type(exception).__name__ in {"RequestDataTooBig", "TooManyFieldsSent"}
    return fault_page(request, 413 if large else 404)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's form
    """A form without its token: usually a page left open too long."""
    return fault_page(
        request, 403, _("This page was open too long. Go back, reload it and send it again.")
    )


def no_post(request: HttpRequest) -> HttpResponse:
    """Signed in, but without a post in force today."""
    return fault_page(request, 403, _("You have no post today. Ask the head of your department."))
