"""What stands first on a case whose home must not be contacted, and who says how else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.cases.vocabulary import OPEN_STATES

if TYPE_CHECKING:
    from kamkor.cases.models import Case


def warning_of(viewer: Viewer, case: Case, safe: str) -> dict[str, Any]:
    """The warning with the safe contact; where nobody has said one, who is responsible is asked
    for it, and others are sent to them."""
    warning: dict[str, Any] = {"warning": _("Do not contact the home")}
    asked = case.responsible_id in viewer.acts_for and case.state in OPEN_STATES
    if asked and not safe:
        address = f"/cases/{case.pk}/give-safe-contact/"
        label = _("Say the safe way to reach the child")
        return warning | {"ask": {"url": address, "label": label, "operation": "give_safe_contact"}}
    how = safe or _("ask who is responsible")
    return warning | {"safe_contact": _("Safe contact: %(how)s") % {"how": how}}
