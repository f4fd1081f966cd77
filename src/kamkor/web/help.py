"""Help: one page a screen, in the reader's language, from the texts beside the templates."""

import re

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.translation import gettext as _

from kamkor.cases.vocabulary import STEP_OF, STEPS
from kamkor.kernel.commands import Operation
from kamkor.kernel.words import noop
from kamkor.web.door import ViewedRequest
from kamkor.web.operation import who_may

# What people do beside the steps of the pathway: what it is for, and what to know of it.
ACTS: dict[str, tuple[str, ...]] = {
    "record_name": (
        noop("The child's name is corrected as in the document, or known in another spelling."),
        noop("The name as in the document is the one that is shown."),
        noop("No name is lost: a search finds the child by every one of them."),
    ),
    "undo_merge": (
        noop("Two records were read as one child, and that was wrong: they are two again."),
        noop("Say of each thing recorded since whose it is. Nothing is guessed, nothing is lost."),
        noop("The other case opens again where it stood. You can do it at any later time."),
    ),
    "give_safe_contact": (
        noop(
            "The home must not be contacted: somebody knows how the child is reached all the same."
        ),
        noop("Say by whom, where or when: a teacher, a relative elsewhere, an hour at school."),
        noop("It stands first on every case of the home; what was said before stays to be seen."),
    ),
    "complete_task": (
        noop("What was due is marked as done, on the day it was done."),
        noop("Write the proof: the number of the letter, or who took the call."),
        noop("It leaves the list of what is due and stays on the page of the case."),
    ),
    "correct_fact": (
        noop("A wrong entry is corrected by a new one; both stay to be seen."),
        noop("Open the case, the report or the rounds, and choose “Correct” beside the entry."),
        noop(
            "Change only what was wrong, and say why. Decisions are corrected by those who decide."
        ),
    ),
    "add_concern": (
        noop("A round left out a child who gives concern: it is told later."),
        noop("It opens a report at once, as a concern does that is told with the round."),
        noop("The counts of the round are corrected by it; what was recorded stays to be seen."),
    ),
    "take_back": (
        noop("The last own act is taken back by one click, for ten minutes."),
        noop("It can be done only while nobody has recorded anything after it."),
        noop("A report, an alarm, a protective removal or a notice is never taken back."),
    ),
    "set_programme": (
        noop("A decree or an order opens posts of one kind in stages: say which, and from when."),
        noop(
            "Each stage has a day, a number of full posts, and for how many children one is meant."
        ),
        noop(
            "Set anew, the programme takes the place of what stood. It cannot become less than the"
            " posts that are open already."
        ),
    ),
    "open_post": (
        noop("A post is opened in a district or city, as a full one or as a share of one."),
        noop(
            "Give it a number by which everybody knows it; it is vacant until somebody is appointed."
        ),
        noop(
            "A post of a stage is not open before its stage, and a stage opens so many and no more."
        ),
        noop(
            "A post opened by mistake ends on the day it was opened. No post gives access to a case."
        ),
    ),
    "set_post_state": (
        noop("A post is announced, in selection, filled, left, or has ended: say from which day."),
        noop(
            "An appointment names the person by personnel number. One person holds one full post at"
            " most, or shares that make up one."
        ),
        noop("Whoever goes on leave keeps the post; name a substitute if there is one."),
        noop("What was wrong is mended by another state on the same day; both stay to be seen."),
    ),
    "set_duty_turn": (
        noop("Somebody is first, second or third on duty from one day to another."),
        noop("Whoever stood there on those days is replaced for them and keeps the other days."),
        noop("Days that have passed stay as they were."),
    ),
    "end_duty_turn": (
        noop("A turn of duty ends early, from the day you give."),
        noop("Whoever is next on the roster answers then, at last the specialist and the head."),
        noop("The last turn stays while there is neither a specialist nor a head to answer."),
    ),
    "record_leave": (
        noop("Somebody is away from one day to another, and a colleague covers."),
        noop("What is due in those days, and the alarms, go to the cover."),
        noop("The cover must be there on all those days."),
    ),
    "set_office_telephone": (
        noop("A department is called under another number, or its number was never given."),
        noop("Who registers a child that your department knows is told this number, and no more."),
        noop("Leave the field empty if nobody is to be called."),
    ),
    "ask_unsealing": (
        noop("A case is sealed and the team need not hold it alone any more."),
        noop("Say why. A second person of the team must agree; then the department sees it again."),
        noop("Whoever was shut out for interest or was named in it stays shut out."),
    ),
    "ask_erasure": (
        noop("A case has ended, and nobody may know any more who the child was."),
        noop("Choose the ground. A second person must agree; then nobody can bring it back."),
        noop("Days, grounds and counts stay, without a name."),
    ),
    "ask_export": (
        noop("A list holds more than 200 children or families: two persons let it out."),
        noop("Say what it is for and who gets it. Then export it within 24 hours."),
        noop("Narrow the list where fewer rows are enough."),
    ),
    "answer_request": (
        noop("Somebody asks to unseal, to erase or to export a long list, and needs you."),
        noop("Open the case first. Agree only if you know the matter yourself."),
        noop("Nobody answers what they asked for themselves. A request waits for seven days."),
    ),
    "withdraw_request": (
        noop("You asked for something that needs a second person, and it is not needed any more."),
        noop("Take it back on the page “As second person”, as long as nobody has answered."),
        noop("It stays to be seen that it was asked for."),
    ),
    "answer_same_child": (
        noop("Two records of your department are alike: perhaps one child was entered twice."),
        noop(
            "Read what is the same and what is not; letters that differ are marked. Say one child,"
            " two children, or that you are not sure."
        ),
        noop("Two children do not come again unless something changes. Two persons join records."),
    ),
    "ask_elsewhere": (
        noop("You are about to enter a child whom nobody in your department knows."),
        noop(
            "Ask from the form of the child. If another department knows it, you are told its"
            " telephone and nothing else. Call before you go on."
        ),
        noop(
            "Say why you ask. That department is told who asked, why, and about which of its"
            " children. Every question is written down."
        ),
        noop("Ten questions a day for each person. Sealed children are never answered with."),
    ),
    "open_in_emergency": (
        noop("A child is in danger now, and its case is another office's: read it at once."),
        noop("Ask a colleague, the school or the police for the number of the case and type it."),
        noop(
            "You may read for three hours at most. A second person is told at once, and after 30"
            " minutes the next in line."
        ),
    ),
    "see_emergency": (
        noop("Somebody opened a case in an emergency, and you are told as second person."),
        noop("Read who it was and why. Where you cannot believe the reason, end it and call."),
        noop("Until somebody has seen it the next in line is told too, after 30 minutes."),
    ),
    "end_emergency": (
        noop("A case was opened in an emergency, and it need not be read any longer."),
        noop("Whoever opened it ends it when it is done; a second person ends it at any time."),
        noop("What was read stands in the log of looks."),
    ),
    "end_leave": (
        noop("Somebody is back earlier: the leave ends, and the cover acts no longer."),
        noop("The head ends any leave of the department; everybody may end their own."),
        noop("Give the first day back, today or later."),
    ),
}

# What a refusal says of one case, such as a date, has no place in help.
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def index(request: ViewedRequest) -> HttpResponse:
    """All help pages: the screens, the steps of the pathway, and what is done beside them."""
    acts = [(name, Operation.registry[name].label, told[0]) for name, told in ACTS.items()]
    context = {"steps": STEPS, "screens": screens(), "acts": acts, "back_url": "/"}
    return render(request, "web/help_index.html", context)


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
        ("loading", _("Load a register")),
        ("numbers", _("Numbers")),
        ("staffing", _("Posts and staffing")),
        ("plan", _("Plan of posts")),
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
            "told": [_(sentence) for sentence in ACTS.get(name, ())],
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
