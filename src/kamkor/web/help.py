"""Help: one page a screen, in the reader's language, from the texts beside the templates."""

import re

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.translation import gettext as _

from kamkor.cases.vocabulary import STEP_OF, STEPS
from kamkor.kernel.commands import Operation
from kamkor.web.door import ViewedRequest
from kamkor.web.operation import who_may

# What a refusal says of one case, such as a date, has no place in help.
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def index(request: ViewedRequest) -> HttpResponse:
    """All help pages: the screens, then the steps of the pathway."""
    return render(request, "web/help_index.html", {"steps": STEPS, "screens": screens()})


def screens() -> list[tuple[str, str]]:
    """The screens that have a page of their own."""
    return [
        ("day", _("My day")),
        ("duty-desk", _("Duty desk")),
        ("report", _("Report")),
        ("register", _("Register")),
        ("case", _("Case")),
        ("morning", _("The head's morning")),
        ("roster", _("Duty and leave")),
        ("numbers", _("Numbers")),
        ("accounts", _("Accounts")),
    ]


def page(request: ViewedRequest, topic: str) -> HttpResponse:
    """The help of one screen, or of one operation, made from the pathway's own table."""
    name = topic.replace("-", "_")
    operation = Operation.registry.get(name)
    if operation is not None:
        step = STEP_OF.get(name)
        context = {
            "title": _(operation.label),
            "who": who_may(operation),
            "follows": _(step.follows) if step else "",
            "refusals": [
                PLACEHOLDER.sub("…", _(one.message)) for one in operation.refusals if one.message
            ],
            "topic": topic,
        }
        return render(request, "web/help_operation.html", context)
    try:
        get_template(f"help/{name}.html")
    except TemplateDoesNotExist:
        raise Http404 from None
    title = dict(screens()).get(topic, topic)
    return render(request, "web/help_screen.html", {"title": title, "body": f"help/{name}.html"})
