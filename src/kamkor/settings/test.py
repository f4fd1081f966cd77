"""Settings of the tests: as in service, on a database of their own, with a fast password hash."""

from kamkor.settings.base import *  # noqa: F403 - the settings of the service

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
KAMKOR_DEMO = False
# Most tests are of the work after sign-in; those of the second step ask for it.
KAMKOR_SECOND_FACTOR_REQUIRED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
for _login in DATABASES.values():  # noqa: F405 - from base
    _login["OPTIONS"] = {"server_side_binding": True}
# The oracle of access opens in a moment what a person opens in a year.
KAMKOR_PACE = 0
