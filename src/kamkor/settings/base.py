"""Settings of the house; where the database is, comes from the door that started or found it."""

import os
from pathlib import Path

from kamkor.country.kg.languages import LANGUAGES as COUNTRY_LANGUAGES
from kamkor.kernel.credentials import data_folder, load_secrets

PACKAGE = Path(__file__).resolve().parent.parent
KAMKOR_DATA = data_folder()
_secrets = load_secrets(KAMKOR_DATA)

# For Django itself; ours are read from the file, which is renewed while people work.
SECRET_KEY = _secrets.django_secret_key
SECRET_KEY_FALLBACKS = [*_secrets.secret_key_before]
# The keys of locked texts: on another disk, and in another backup, than the database.
KAMKOR_KEYS = str(Path(os.environ.get("KAMKOR_KEYS") or KAMKOR_DATA / "keys").expanduser())
KAMKOR_DEMO = (KAMKOR_DATA / "demo").exists()
# Said by who runs it for real people: the desk starts only where all that must be so is so.
KAMKOR_SERVICE = os.environ.get("KAMKOR_SERVICE", "") not in {"", "0"}
_DOOR = os.environ.get("KAMKOR_DOOR", "shell")
KAMKOR_AT_SHELL = _DOOR == "shell"
DEBUG = False
ALLOWED_HOSTS = os.environ.get("KAMKOR_HOSTS", "localhost,127.0.0.1").split(",")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "procrastinate.contrib.django",
    "kamkor",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # A village's network carries 6 kB a second: nothing goes out unpacked.
    "kamkor.web.packing.Packed",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kamkor.web.sessions.Sessions",
    "kamkor.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "kamkor.web.sessions.Signed",
    "kamkor.web.refusals.Refusals",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kamkor.web.headers.HeadersMiddleware",
    "kamkor.web.door.DoorMiddleware",
]

ROOT_URLCONF = "kamkor.web.urls"
WSGI_APPLICATION = "kamkor.web.wsgi.application"
AUTH_USER_MODEL = "kamkor.Account"
AUTHENTICATION_BACKENDS = ["kamkor.web.sessions.SignedIn"]
CACHES = {"default": {"BACKEND": "kamkor.web.tallies.Tallies"}}
SESSION_ENGINE = "kamkor.web.sessions"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "kamkor.access.operations.passwords.HouseWords"},
    {"NAME": "kamkor.access.operations.passwords.NotStolen"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "kamkor.web.sign_in.NoSignUp"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
# A whole office may sit behind one address: right tries are many there, wrong ones are not.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/15m/key,30/15m/ip", "login": "200/m/ip"}
# How many proxies of ours stand before the desk; the address they tell of is believed.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("KAMKOR_PROXIES", "0"))
ACCOUNT_SESSION_REMEMBER = False
# A session ends so long after the last request of who works in it, and a working day after it
# was begun in any case.
KAMKOR_IDLE_MINUTES = int(os.environ.get("KAMKOR_IDLE_MINUTES", "30"))
KAMKOR_SESSION_HOURS = 12
# Before a sensitive act one shows who one is, unless that was so few minutes ago.
KAMKOR_AGAIN_MINUTES = 15
# Outside the demo nobody works with a password alone. KAMKOR_SECOND_STEP=optional is for
# benchmarks on invented people.
KAMKOR_SECOND_FACTOR_REQUIRED = not (
    KAMKOR_DEMO or os.environ.get("KAMKOR_SECOND_STEP") == "optional"
)
MFA_ADAPTER = "kamkor.web.factors.Kept"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A code is right for its own half minute alone.
MFA_TOTP_TOLERANCE = 0
MFA_RATE_LIMITS = {"webauthn_login": "200/m/ip"}
# The demo is served at http://localhost, which browsers trust for passkeys as they do HTTPS.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = KAMKOR_DEMO
# An administrator works at devices alone whose certificate the proxy has seen: it says so in
# X-Client-Verify, and takes away one that came from outside.
KAMKOR_ADMIN_DEVICES = os.environ.get("KAMKOR_ADMIN_DEVICES", "") not in {"", "0"}
# So many pages about people one account opens in ten minutes at most; 0 is without a limit, for
# journeys through invented ones.
KAMKOR_PACE = int(os.environ.get("KAMKOR_PACE") or (0 if KAMKOR_DEMO else 300))
# The state's sign-in: where it is, who we are there, and the file that holds our secret.
_STATE_URL = os.environ.get("KAMKOR_OIDC_URL", "")
_STATE_SECRET = os.environ.get("KAMKOR_OIDC_SECRET_FILE", "")
KAMKOR_STATE_SIGN_IN = bool(_STATE_URL)
KAMKOR_STATE_PROVIDER = "state"
if KAMKOR_STATE_SIGN_IN:
    # It brings what calls other servers: 5 MB that no other service needs.
    INSTALLED_APPS.append("allauth.socialaccount.providers.openid_connect")
SOCIALACCOUNT_ADAPTER = "kamkor.web.state_provider.LinkedAlone"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": KAMKOR_STATE_PROVIDER,
                "name": "state",
                "client_id": os.environ.get("KAMKOR_OIDC_CLIENT", ""),
                "secret": Path(_STATE_SECRET).read_text().strip() if _STATE_SECRET else "",
                "settings": {
                    "server_url": _STATE_URL,
                    "oauth_pkce_enabled": True,
                    "fetch_userinfo": False,
                    "scope": ["openid"],
                    "auth_params": {"response_mode": "form_post"},
                },
            }
        ]
    }
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = KAMKOR_SERVICE
# A browser takes a name that begins so only from this very host, and only by HTTPS.
_OURS = "__Host-" if KAMKOR_SERVICE else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_OURS}sessionid", f"{_OURS}csrftoken"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Holds a language and nothing else; it outlives the session.
LANGUAGE_COOKIE_NAME = f"{_OURS}language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
CSRF_FAILURE_VIEW = "kamkor.web.faults.forged"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Notices by e-mail: that something waits, and where; without a mail server files of the folder.
KAMKOR_ADDRESS = os.environ.get("KAMKOR_ADDRESS") or (
    f"http://localhost:{os.environ.get('PORT') or 8000}"
)
EMAIL_HOST = os.environ.get("KAMKOR_MAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = str(KAMKOR_DATA / "mail")
EMAIL_PORT = int(os.environ.get("KAMKOR_MAIL_PORT", "587"))
EMAIL_USE_TLS = EMAIL_PORT == 587
EMAIL_USE_SSL = EMAIL_PORT == 465
EMAIL_HOST_USER = os.environ.get("KAMKOR_MAIL_USER", "")
_MAIL_SECRET = os.environ.get("KAMKOR_MAIL_SECRET_FILE", "")
EMAIL_HOST_PASSWORD = Path(_MAIL_SECRET).read_text().strip() if _MAIL_SECRET else ""
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("KAMKOR_MAIL_FROM", "kamkor@localhost")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

FILE_UPLOAD_HANDLERS = ["kamkor.web.uploads.LimitedUpload"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""

TEMPLATES = [
    {
        "BACKEND": "kamkor.web.templating.Pages",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"shared": "kamkor.web.page.page_context"},
    }
]


# A page's questions are many and quick: their plans are made once, not anew for each viewer.
# Nobody waits for ever: for what another holds 20 seconds, for an answer less than the desk has.
_PLANS = {
    "web": "-c plan_cache_mode=force_generic_plan -c lock_timeout=20s -c statement_timeout=100s"
}


def _login(name: str, password: str, started_with: str = "") -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("KAMKOR_PGDATABASE", "kamkor"),
        "HOST": os.environ.get("KAMKOR_PGHOST", "localhost"),
        "PORT": os.environ.get("KAMKOR_PGPORT", "5432"),
        "USER": name,
        "PASSWORD": password,
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            "server_side_binding": True,
            "prepare_threshold": 5,
            "options": started_with,
            "pool": {"min_size": 1, "max_size": 8},
        },
        "TEST": {"MIGRATE": False},
    }


# The process of background work has a login of its own.
DATABASES = {
    "default": _login("kamkor_worker", _secrets.kamkor_worker)
    if _DOOR == "worker"
    else _login("kamkor_web", _secrets.kamkor_web, _PLANS.get(_DOOR, "")),
    "owner": _login("kamkor_owner", _secrets.kamkor_owner),
    "figures": _login("kamkor_figures", _secrets.kamkor_figures),
}

USE_TZ = True
TIME_ZONE = os.environ.get("KAMKOR_TZ", "Asia/Bishkek")
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = COUNTRY_LANGUAGES
LOCALE_PATHS = [PACKAGE / "locale"]
STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if KAMKOR_SERVICE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = KAMKOR_SERVICE
# Whether it was called by HTTPS only a proxy of ours knows; without one nobody is believed.
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "kamkor.kernel.lines.JsonLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},
}
