"""Signing in by user name and password, and signing out; nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.views import LoginView
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from kamkor.web.door import outside_door
from kamkor.web.language import LANGUAGE_KEY


class NoSignUp(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's form
        """Never."""
        return False


class SignIn(LoginView):  # type: ignore[misc]
    """The form with fields ``username`` and ``password``; ten tries in 15 minutes."""

    template_name = "web/sign_in.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Hand our field ``username`` to allauth under its own name."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        if "data" in kwargs:
            data = kwargs["data"].copy()
            data["login"] = data.get("username", "")
            kwargs["data"] = data
        return kwargs

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - allauth's form
        """Go on in the language the account reads."""
        response: HttpResponse = super().form_valid(form)
        account = self.request.user
        if account.is_authenticated:
            self.request.session[LANGUAGE_KEY] = account.language
        return response


sign_in = outside_door(SignIn.as_view())


@outside_door
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and show the sign-in page."""
    logout(request)
    return HttpResponseRedirect("/sign-in/")
