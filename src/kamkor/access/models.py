"""Accounts and their sessions, teams of sealed records, what is lent, who looked; none of it says
what stands in a child's record."""

import hashlib
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from kamkor.kernel import clock
from kamkor.kernel.ids import new_id


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts for signing in."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """The account of a user name; raises ``Account.DoesNotExist``."""
        return self.get(username=username)


class Account(AbstractBaseUser):
    """Who may sign in. An account without a post in force may do nothing.

    ``lives_in`` is the village its holder lives in, where an administrator was told.
    """

    username = models.CharField(max_length=40, unique=True)
    employee = models.ForeignKey(
        "kamkor.Employee", null=True, on_delete=models.PROTECT, related_name="accounts"
    )
    language = models.CharField(max_length=2, default="ky")
    administrator = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    first_steps_seen = models.BooleanField(default=False)
    password_once = models.BooleanField(default=False)
    lives_in = models.CharField(max_length=120, blank=True, db_default="")
    notices_to = models.EmailField(blank=True, default="")

    objects: ClassVar[AccountManager] = AccountManager()

    standing: dict[str, Any] | None = None
    """What makes a viewer of it, where that was read along; used up by the first viewer."""

    second_step = False
    """Whether a second step at sign-in is set up, where that was read along."""

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def get_session_auth_hash(self) -> str:
        """What a session keeps of the password's hash, to end when that is changed.

        Without a key: the session is signed as a whole, and Django would begin each anew when the
        site's key is renewed.
        """
        return hashlib.sha256(f"kamkor.session {self.password}".encode()).hexdigest()


class Session(AbstractBaseSession):
    """One browser that is signed in, or about to be.

    The key stands in the browser alone; ``session_key`` is its digest, so that who reads this
    table cannot use a session. Where the browser stands in the network is not kept.
    """

    account = models.ForeignKey(
        Account, null=True, on_delete=models.CASCADE, related_name="sessions"
    )
    post = models.ForeignKey("kamkor.Post", null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    kind = models.CharField(max_length=40, blank=True)
    browser = models.CharField(max_length=40, blank=True)


class FactorReset(models.Model):
    """That an account's second steps be taken off: one person asks, another confirms; then the
    code, of which a hash is kept, lets in once."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="resets")
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=128, blank=True)
    used_at = models.DateTimeField(null=True)


class AccountEvent(models.Model):
    """What was done to an account, by whom, and who confirmed it. Rows are only ever added."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="events")
    act = models.CharField(max_length=24)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")


class Tally(models.Model):
    """What all processes remember together for minutes. The key is a digest, and tells of nobody;
    ``ends_at`` is in seconds since 1970."""

    key = models.CharField(max_length=64, primary_key=True)
    value = models.JSONField()
    ends_at = models.BigIntegerField(db_index=True)


class Team(models.Model):
    """The named people who alone may see one sealed matter. Says nothing of what it is about."""

    id = models.UUIDField(primary_key=True, default=new_id)
    office = models.ForeignKey("kamkor.Office", on_delete=models.PROTECT, related_name="+")
    formed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class TeamMember(models.Model):
    """A post of a team; ``excluded`` once it is named no longer."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    post = models.ForeignKey("kamkor.Post", on_delete=models.PROTECT, related_name="+")
    excluded = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team", "post"], condition=models.Q(excluded=False), name="team_member_once"
            ),
        )


class TeamExclusion(models.Model):
    """A person named in a sealed matter or interested in it: shut out, whatever post is held."""

    id = models.UUIDField(primary_key=True, default=new_id)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="exclusions")
    employee = models.ForeignKey("kamkor.Employee", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "employee"], name="team_exclusion_once"),
        )


class Lent(models.Model):
    """One subject shown to an office or a post beyond its own rows, with why and how long.

    Where ``to_employee`` is named it is shown to that person alone, under that post.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    subject = models.UUIDField(db_index=True)
    to_office = models.ForeignKey(
        "kamkor.Office", null=True, on_delete=models.PROTECT, related_name="+"
    )
    to_post = models.ForeignKey(
        "kamkor.Post", null=True, on_delete=models.PROTECT, related_name="+"
    )
    to_employee = models.ForeignKey(
        "kamkor.Employee", null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    reason = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    command = models.UUIDField()


class Barred(models.Model):
    """A subject that an employee may not see, because of an interest declared."""

    subject = models.UUIDField()
    employee = models.ForeignKey("kamkor.Employee", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    command = models.UUIDField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["subject", "employee"], name="barred_once"),)


class Look(models.Model):
    """That somebody saw records of people: which, when, under which post; nothing of what they say.

    Sign-ins, wrong tries, changes of an account's sign-in and what was refused stand here too, as
    pages at which nothing was opened; of an account that is not there, under the number 0.

    ``opened`` are those that the page was about, ``listed`` what else was read for it: cases,
    reports and persons. Only ever added; the database tells besides in which transaction. Logins
    of the service cannot read it but by functions that ask who is looking.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    at = models.DateTimeField(default=clock.now)
    account = models.IntegerField()
    post = models.IntegerField()
    role = models.CharField(max_length=24)
    office_unit = models.IntegerField(null=True)
    office_district = models.IntegerField(null=True)
    office_oblast = models.IntegerField(null=True)
    page = models.CharField(max_length=120)
    opened = ArrayField(models.UUIDField())
    listed = ArrayField(models.UUIDField())
    system_user = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = (
            GinIndex(fields=["opened"], name="looks_at", condition=~models.Q(opened=[])),
            models.Index(fields=["office_district", "at"], name="looks_of_department"),
            models.Index(fields=["account", "at"], name="looks_of_account"),
        )


class Seal(models.Model):
    """One batch of the log closed: what was written in the transactions before ``until``.

    ``digests`` holds the first eight bytes of the digest of each look and each journal entry, in
    their order; ``head`` is SHA-256 over the head before, the bounds and all digests whole.
    """

    number = models.IntegerField(primary_key=True)
    since = models.BigIntegerField()
    until = models.BigIntegerField()
    looks = models.IntegerField()
    entries = models.IntegerField()
    digests = models.BinaryField()
    head = models.BinaryField()
    sealed_at = models.DateTimeField()
