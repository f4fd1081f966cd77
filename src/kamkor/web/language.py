"""The language of a page: the reader's own, kept with the account."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kamkor.access.operations import choose_language
from kamkor.web.door import outside_door

LANGUAGE_KEY = "language"
CODES = [code for code, _ in settings.LANGUAGES]


class LanguageMiddleware:
    """Speaks the language chosen in this session, else the one chosen last in this browser, else
    the browser's first that we have."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the chosen language."""
        chosen = request.session.get(LANGUAGE_KEY) or translation.get_language_from_request(request)
        with translation.override(chosen if chosen in CODES else "en"):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
            _keep_in_browser(request, response)
            return response


def _keep_in_browser(request: HttpRequest, response: HttpResponse) -> None:
    """Let the sign-in page speak it too once the session has ended."""
    chosen = request.session.get(LANGUAGE_KEY)
    if chosen in CODES and request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) != chosen:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


@outside_door
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Change the language and go back to where the reader was."""
    wanted = request.POST.get("language", "")
    if wanted in CODES:
        request.session[LANGUAGE_KEY] = wanted
        if request.user.is_authenticated:
            choose_language(request.user.pk, wanted)
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    return HttpResponseRedirect(target)
