"""Signing in by user name and password, and signing out; nobody signs up."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.views import LoginView
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kamkor.web import lock_out
from kamkor.web.door import outside_door
from kamkor.web.held import go_on, held_fields
from kamkor.web.language import LANGUAGE_KEY
from kamkor.web.own_sign_ins import note_refused, note_signed_in
from kamkor.web.second_step import one_time_code, second_step


class NoSignUp(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's form
        """Never."""
        return False

    def is_reauthentication_required(self, *, app: str, **_more: object) -> bool:  # noqa: ARG002 - allauth's form
        """Never by allauth: our own pages ask again (see ``again``)."""
        return False

    def post_login(self, request: HttpRequest, user: Any, **told: Any) -> HttpResponse:  # noqa: ANN401 - as above
        """Go on in the language the account reads, with the form that waited."""
        response: HttpResponse = super().post_login(request, user, **told)
        note_signed_in(request, user.pk)
        request.session[LANGUAGE_KEY] = user.language
        translation.activate(user.language)
        return go_on(request, user.pk) or response

    def get_login_stages(self) -> list[str]:
        """After allauth's own: the code for once."""
        stages: list[str] = super().get_login_stages()
        return [*stages, "kamkor.web.second_step.OneTimeCode"]

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:  # noqa: ANN401, ARG002 - as above
        """A blocked account is answered as a wrong password is."""
        note_refused("blocked", account=user.pk)
        return HttpResponseRedirect("/sign-in/")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ANN401, ARG002 - as above
        """Tries for an account are counted together by whatever host's name they come."""
        return f"account:{credentials.get('username', '').lower()}"


class SignIn(LoginView):  # type: ignore[misc]
    """The form with fields ``username`` and ``password``."""

    template_name = "web/sign_in.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Hand our field ``username`` to allauth under its own name."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        if "data" in kwargs:
            data = kwargs["data"].copy()
            data["login"] = data.get("username", "")
            kwargs["data"] = data
        return kwargs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - Django's form
        """The form as our template reads it; the same words for a wrong name and password."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        form = context["form"]
        errors: list[dict[str, str]] = []
        if form.is_bound and form.errors:
            errors = self._faults(form)
        context["sign_in"] = {
            "next": self.request.GET.get("next") or self.request.POST.get("next", ""),
            "username": self.request.POST.get("username", ""),
            "errors": errors,
            "hidden": held_fields(self.request),
        }
        # Whoever speaks HTTPS and does not say from where a request comes knows too little else.
        context["old_browser"] = self.request.is_secure() and not self.request.headers.get(
            "Sec-Fetch-Site"
        )
        context["help_url"] = ""
        return context

    def _faults(self, form: Any) -> list[dict[str, str]]:  # noqa: ANN401 - allauth's form
        """What is missing by name; else one sentence for a wrong name and a wrong password."""
        missing = {
            "username": _("Type your user name."),
            "password": _("Type your password."),
        }
        found = [
            {"href": f"#{name}", "message": message, "code": "field_required"}
            for name, message in missing.items()
            if not self.request.POST.get(name, "").strip()
        ]
        if found:
            return found
        message = _("This user name and password do not belong together.")
        code = "sign_in_refused"
        if "too_many_login_attempts" in _codes(form):
            code, message = "locked_out", lock_out.told()
        note_refused(code, username=self.request.POST.get("username", "").strip())
        return [{"href": "#username", "message": message, "code": code}]

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - allauth's form
        """Go on; where a second step is asked for, with the form that waits for the sign-in."""
        response: HttpResponse = super().form_valid(form)
        waits = not self.request.user.is_authenticated and held_fields(self.request)
        if not waits:
            return response
        code = response.get("Location", "").endswith("/code/")
        return cast("HttpResponse", (one_time_code if code else second_step)(self.request))


def _codes(form: Any) -> set[str]:  # noqa: ANN401 - allauth's form
    return {one.code for found in form.errors.as_data().values() for one in found}


sign_in = outside_door(SignIn.as_view())


@outside_door
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and show the sign-in page."""
    logout(request)
    return HttpResponseRedirect("/sign-in/")
