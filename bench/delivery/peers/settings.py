"""Django for those peers that use it: one table, persistent connections."""

import os
from urllib.parse import urlsplit

_URL = urlsplit(os.environ["BENCH_DATABASE"])
SECRET_KEY = "nothing-is-signed-with-it"
USE_TZ = True
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["rest_framework"]
ROOT_URLCONF = "intake"
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": [], "UNAUTHENTICATED_USER": None}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _URL.path[1:],
        "USER": _URL.username,
        "PASSWORD": _URL.password,
        "HOST": _URL.hostname,
        "PORT": _URL.port,
        "CONN_MAX_AGE": None,
    }
}
