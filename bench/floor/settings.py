"""Settings of the floor: what Django needs for one page of 25 rows, and nothing more."""

import os
from pathlib import Path

SECRET_KEY = "the floor keeps no secret"  # noqa: S105 - invented rows alone
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
INSTALLED_APPS = ["bench.floor"]
# Tells the length of an answer, so that a connection is kept.
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "bench.floor.pages"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
USE_I18N = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["KAMKOR_PGDATABASE"],
        "HOST": os.environ["KAMKOR_PGHOST"],
        "PORT": os.environ["KAMKOR_PGPORT"],
        "USER": os.environ["FLOOR_USER"],
        "PASSWORD": os.environ["FLOOR_PASSWORD"],
        "OPTIONS": {"server_side_binding": True, "pool": {"min_size": 1, "max_size": 8}},
    }
}
