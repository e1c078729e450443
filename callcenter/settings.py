"""Django's settings, by topic; what differs between installations comes from `callcenter.env`."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from callcenter import env

BASE_DIR = Path(__file__).resolve().parent.parent
ROLE = env.role()
TESTING = ROLE == "test"

# --- core
SECRET_KEY = env.text("SECRET_KEY")
KEY_ENCRYPTION_KEYS = env.key_list("KEY_ENCRYPTION_KEYS")
DEBUG = False
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", "localhost,127.0.0.1")
ROOT_URLCONF = "callcenter.switch_urls" if ROLE == "switch" else "callcenter.urls"
AUTH_USER_MODEL = "callcenter.Person"
SILENCED_SYSTEM_CHECKS = [
    "admin.E408",  # request.user of a panel is the holder of a right (callcenter.panel.holder); there are no
    "admin.E410",  # sessions, so neither their middleware nor that of django.contrib.auth is used
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "callcenter",
    "callcenter.secrets",
    "orders",
    "billing",
    "integrations",
]
MIDDLEWARE = [
    "callcenter.monitoring.request.Observe",
    "callcenter.security.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "callcenter.api.limits.RateLimit",
    "callcenter.tenancy.middleware.UnitMiddleware",
]
if ROLE == "switch":
    # Exchanges sign what they send: no cookies, no pages, so neither CSRF tokens nor messages.
    SILENCED_SYSTEM_CHECKS += ["security.W003", "admin.E409"]
    MIDDLEWARE = [
        "callcenter.monitoring.request.Observe",
        "callcenter.security.SecurityHeaders",
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "callcenter.tenancy.middleware.UnitMiddleware",
    ]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "callcenter.look.theme",
            ]
        },
    }
]

# --- databases: `default` logs in as the role of the process, `auth` only for login, `keys` for the data keys
DATABASE_ROUTERS = ["callcenter.tenancy.routers.Keys"]
_OPTIONS = {"connect_timeout": 5, "application_name": f"callcenter-{env.text('CALLCENTER_PROCESS', ROLE)}"}


def _database(variable: str, **extra: Any) -> dict[str, Any]:
    return {
        **env.database(variable),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": _OPTIONS,
        **extra,
    }


if TESTING:
    DATABASES = {
        "default": _database("DATABASE_URL_TEST", TEST={"TEMPLATE": env.text("TEST_TEMPLATE", "template_callcenter")}),
        "keys": _database(
            "DATABASE_URL_KEYS_TEST", TEST={"TEMPLATE": env.text("TEST_TEMPLATE_KEYS", "template_callcenter_keys")}
        ),
        "auth": _database("DATABASE_URL_TEST", TEST={"MIRROR": "default"}),
    }
elif ROLE == "migrate":
    DATABASES = {"default": _database("DATABASE_URL_MIGRATE"), "keys": _database("DATABASE_URL_KEYS_MIGRATE")}
else:
    DATABASES = {"default": _database(f"DATABASE_URL_{ROLE.upper()}")}
    if ROLE != "billing":
        DATABASES["keys"] = _database("DATABASE_URL_KEYS")
    if ROLE == "web":
        DATABASES["auth"] = _database("DATABASE_URL_AUTH")

# --- Redis: nudges, broker messages, rate counters; wiping it harms nobody
REDIS_URL = env.text("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2.0}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_DB_REUSE_MAX = 1000
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- login
AUTHENTICATION_BACKENDS: list[str] = []
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "name")},
    },
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher" if TESTING else "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "name")},
    },
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]

# --- cookies and headers
SECURE_COOKIES = env.flag("SECURE_COOKIES", default=True)
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
MESSAGE_TAGS = {20: "info", 25: "ok", 30: "warn", 40: "bad"}  # the classes of notices
SESSION_COOKIE_SECURE = SECURE_COOKIES  # the cookie of the messages follows these
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_COOKIES else "csrf"
CSRF_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")
CSRF_FAILURE_VIEW = "callcenter.errors.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_TLS_PROXY") else None
SECURE_SSL_REDIRECT = env.flag("BEHIND_TLS_PROXY")
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = 31_536_000 if env.flag("BEHIND_TLS_PROXY") else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = bool(SECURE_HSTS_SECONDS)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- languages and time
LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Strict"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["callcenter.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- static files
STATIC_URL = "static/"
STATIC_ROOT = (
    env.text("STATIC_ROOT", "") or None
)  # where collectstatic gathers files in production; without it they are found where they lie
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nobody uploads a file
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = False

# --- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["callcenter.api.parsers.ShortJson"],
    "EXCEPTION_HANDLER": "callcenter.refusals.handle",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {"OAS_VERSION": "3.1.0", "POSTPROCESSING_HOOKS": []}
DATA_UPLOAD_MAX_MEMORY_SIZE = 65_536
# A file that is given to a page is read in memory and never touches a disk; a larger one is not taken.
FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 600)  # of one key

# --- rules of the business that an installation may set
ERASE_AFTER_DAYS = env.number("ERASE_AFTER_DAYS", 3)
WRAPUP_S = env.number("WRAPUP_S", 20)
GRANT_IDLE_S = 90
GRANT_HARD_LIMIT_S = 1_800
SWITCH_PUBLIC_URL = env.text("SWITCH_PUBLIC_URL", "")

# --- monitoring: figures for whoever knows the token; logs are facts, nothing personal
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
LOG_FORMAT = env.one_of("LOG_FORMAT", "line", ("line", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "callcenter.monitoring.logs.Line",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "callcenter.monitoring.logs.Json"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "callcenter.request": {"level": "INFO" if LOG_FORMAT == "json" else "ERROR"},
        "django.request": {"level": "ERROR"},
        "urllib3": {"level": "ERROR"},
        "uvicorn": {"handlers": ["console"], "propagate": False},
        "uvicorn.error": {"handlers": [], "propagate": True},
        "uvicorn.access": {"handlers": [], "propagate": False},
    },
}

if ROLE != "test" and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(f"SECRET_KEY has {len(SECRET_KEY)} characters: use at least 50 random ones.")
