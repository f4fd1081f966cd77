"""Which subject of the state's sign-in an account is linked to."""

from allauth.socialaccount.models import SocialAccount

from kamkor.access.queries.account import manages_accounts
from kamkor.access.rules import Viewer


def subject_of(viewer: Viewer, account_id: int) -> str:
    """The subject an account is linked to, empty if to none; for an administrator."""
    if not manages_accounts(viewer):
        return ""
    found = SocialAccount.objects.filter(user_id=account_id).values_list("uid", flat=True).first()
    return str(found or "")
