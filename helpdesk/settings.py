"""Settings: every environment variable is read here, once, and described in .env.example.

Two modes. `embedded` (default) runs on SQLite and a private Redis in DATA_DIR, on loopback only.
`production` refuses to start unless everything that keeps it safe is set.
"""

import hashlib
import secrets
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from helpdesk.openapi import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from helpdesk.push_keys import from_secret, public_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

MODE = env.str("SAHAYATA_MODE", default="embedded")
if MODE not in {"embedded", "production"}:
    raise ImproperlyConfigured(f"SAHAYATA_MODE must be 'embedded' or 'production', not {MODE!r}.")
PRODUCTION = MODE == "production"
DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()


def _required(name: str, why: str) -> str:
    """The variable's value; in production an absent one stops the start with the reason."""
    value: str = env.str(name, default="")
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"{name} must be set in production: {why}.")
    return value


def _kept_secret(name: str) -> str:
    """A random secret made once and kept in DATA_DIR, readable by its owner only (embedded mode)."""
    path = DATA_DIR / name
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


def _redis_socket() -> str:
    """Where the private Redis listens; socket paths beyond about 100 bytes are refused by the kernel."""
    path = DATA_DIR / "redis.sock"
    if len(str(path).encode()) < 100:
        return str(path)
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return str(Path(tempfile.gettempdir()) / f"sahayata-{digest}" / "redis.sock")


SECRET_KEY = _required("SECRET_KEY", "it signs sessions") or _kept_secret("secret_key")
if PRODUCTION and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10):
    raise ImproperlyConfigured("SECRET_KEY is too weak: use at least 50 random characters.")
# Seals handles' credentials in the database; several keys (newest first) allow rotation.
CREDENTIAL_KEYS = (
    _required("CREDENTIAL_KEYS", "it seals the handles' credentials") or _kept_secret("secret_key")
).split(",")
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="" if PRODUCTION else from_secret(_kept_secret("push_secret")))
VAPID_PUBLIC_KEY = public_key(VAPID_PRIVATE_KEY)  # the pair signs Web Push; none in production: no such messages
# The server calls an address that a browser names, so only these hosts; "*." stands for every host below.
PUSH_SERVICES = env.list(
    "PUSH_SERVICES",
    default=["fcm.googleapis.com", "updates.push.services.mozilla.com", "*.notify.windows.com", "*.push.apple.com"],
)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG must be off in production.")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the site's hosts in production.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Links in public replies lead here: in production never to this machine's own address.
_SITE = f"https://{ALLOWED_HOSTS[0].lstrip('.')}" if PRODUCTION else "http://127.0.0.1:8000"
SITE_URL = env.str("SITE_URL", default=_SITE).rstrip("/")

# --- Applications: the tree is the journey -----------------------------------------------------
INSTALLED_APPS = [
    # Before ours: districts/admin.py takes their pages, which show secrets, out of the admin.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "rest_framework.authtoken",
    "helpdesk",
    "districts",
    "cases",
    "cases.intake",
    "cases.understanding",
    "cases.routing",
    "cases.work",
    "cases.consult",
    "cases.escalation",
    "cases.notify",
    "cases.reports",
    "cases.public",
    "cases.api",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # a desk of 25 cases: 6 KB instead of 70 on a slow phone
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cases.work.doorkeeper.Doorkeeper",
    "axes.middleware.AxesMiddleware",  # last: it turns a refused sign-in into the page that says until when
]

ROOT_URLCONF = "helpdesk.urls"
WSGI_APPLICATION = "helpdesk.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "helpdesk" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "helpdesk.context.site",
            ],
        },
    },
]

# --- Storage: SQLite and a private Redis by default, PostgreSQL and Redis where they are named ---
DATABASE_URL = _required("DATABASE_URL", "production runs on PostgreSQL >= 15")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _database(url: str) -> dict[str, Any]:
    """One Django database entry: SQLite in WAL with immediate transactions (no lock upgrades that
    fail under two writers), or PostgreSQL through psycopg's pool."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "sahayata.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;",
            },
        }
    config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    if "postgresql" in config["ENGINE"]:
        config["OPTIONS"] = {
            **config.get("OPTIONS", {}),
            "pool": {"min_size": 1, "max_size": env.int("DB_POOL_MAX", default=8)},
        }
    return config


DATABASES = {"default": _database(DATABASE_URL)}
if PRODUCTION and "postgresql" not in DATABASES["default"]["ENGINE"]:
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL server in production.")

# SQLite makes indexes without the columns they should carry along (INCLUDE), and Django says so each time.
SILENCED_SYSTEM_CHECKS = ["models.W040"]

REDIS_URL = _required("REDIS_URL", "Celery, cache and locks live in Redis")
REDIS_SOCKET = "" if REDIS_URL else _redis_socket()


def _next_database(redis_url: str) -> str:
    """The same server, the database after the broker's: clearing the cache must not empty the queue."""
    parts = urlsplit(redis_url)
    number = parts.path.strip("/") or "0"
    return urlunsplit(parts._replace(path=f"/{int(number) + 1}")) if number.isdecimal() else redis_url


CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _next_database(REDIS_URL) if REDIS_URL else f"unix://{REDIS_SOCKET}?db=1",
        "KEY_PREFIX": "sahayata",
    }
}

# --- Celery: the whole beat schedule stands in helpdesk/celery.py -------------------------------
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{REDIS_SOCKET}"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 55
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Kolkata"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# kombu gives unacknowledged tasks of a killed worker back only every interval x throttle seconds (100 by default);
# with these it takes about a minute, and the sweepers are quicker still.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "health_check_interval": 15,
}

# --- People, language, time ------------------------------------------------------------------------
AUTH_USER_MODEL = "districts.Officer"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "sign_in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Signing in: docs/decisions/0044-signing-in.md
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "cases.work.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE; a phone in the field is not asked anew at every turn
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {
    "login": "cases.work.accounts.SignInForm",
    "reauthenticate": "cases.work.accounts.PasswordForm",
    "change_password": "cases.work.accounts.NewPasswordForm",
}
# Passwords are counted by django-axes and helpdesk.throttle; "login_failed" is what allauth counts codes by.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "5/5m/key,30/d/key"}
MFA_ADAPTER = "cases.work.accounts.CodeAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a code read in its last second is typed in the next one's time
MFA_FORMS = {
    "authenticate": "cases.two_step.CodeForm",
    "reauthenticate": "cases.two_step.CodeAgainForm",
    "activate_totp": "cases.two_step.FirstCodeForm",
}
_ROLES = {"nodal_officer", "district_nodal", "collector", "operator", "doctor", "state_admin", "auditor", "superuser"}


def known_roles(names: list[str]) -> list[str]:
    """The names as they are; one that is no role stops the start, for it would protect nobody."""
    if unknown := set(names) - _ROLES:
        raise ImproperlyConfigured(f"TWO_STEP_ROLES names {', '.join(sorted(unknown))}; known are {sorted(_ROLES)}.")
    return names


TWO_STEP_ROLES = known_roles(
    env.list("TWO_STEP_ROLES", default=["collector", "state_admin", "superuser"] if PRODUCTION else [])
)
AXES_FAILURE_LIMIT = env.int("LOCK_OUT_AFTER", default=10)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOCK_OUT_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # together: nobody locks an officer out from elsewhere
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_CLIENT_IP_CALLABLE = "helpdesk.throttle.locked_address"
AXES_USERNAME_CALLABLE = "cases.work.sign_in.name_tried"
AXES_LOCKOUT_CALLABLE = "cases.work.sign_in.locked_out"
AXES_VERBOSE = False
LANGUAGE_CODE = "en"
LANGUAGES = [("hi", _("Hindi")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Kolkata"
FORMAT_MODULE_PATH = ["helpdesk.formats"]

# --- Static files ----------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
# Photos of cases: never served as files, only through a view that asks who may see the case.
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(DATA_DIR / "media")))
# Lists that officers took out lie below it for so many days, then are deleted.
EXPORT_DAYS = env.int("EXPORT_DAYS", default=3)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Safety ----------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = PRODUCTION and env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=PRODUCTION) else None
)
# How many proxies stand in front: the client's address for throttles is taken that far from the right.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=1 if PRODUCTION else 0)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "cases.public.views.stale_form"  # keeps a citizen's words instead of refusing them
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- REST API ---------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    # The token first: whoever brings nothing is then told 401 and how to sign in.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "cases.api.authentication.TwoStepToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PARSER_CLASSES": ["cases.api.bodies.Json"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["cases.api.throttles.ByOfficer"],
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min", "token_address": "30/min", "token_name": "10/min"},
    "EXCEPTION_HANDLER": "cases.api.problems.answer",
    "NUM_PROXIES": TRUSTED_PROXIES,
}

# --- X (Twitter) ------------------------------------------------------------------------------------
X_API_URL = env.str("X_API_URL", default="https://api.x.com").rstrip("/")
# X's published OpenAPI is renaming tweet.fields to post.fields; readers accept both, this is what we ask with.
X_FIELD_PREFIX = env.str("X_FIELD_PREFIX", default="tweet")
# A JSON object: {"BilaspurDist": {"bearer_token", "api_key", "api_secret", "access_token", "access_secret"}}
X_CREDENTIALS: dict[str, dict[str, str]] = env.json("X_CREDENTIALS", default={})
# Without an address or keys of X of its own, `manage.py run` starts the simulator of X beside the site.
X_SIMULATED = not (PRODUCTION or X_CREDENTIALS or env.str("X_API_URL", default=""))
X_POLL_SECONDS = env.float("X_POLL_SECONDS", default=10.0)
X_SILENT_AFTER_SECONDS = env.int("X_SILENT_AFTER_SECONDS", default=300)

# --- Where this office is: who answers when a message names no place ---------------------------------
HOME_STATE = env.int("HOME_STATE", default=22)
HELPLINE = env.str("HELPLINE", default="104")
OFFICE_NAME = env.str("OFFICE_NAME", default="Sahayata")
OFFICE_NAME_HI = env.str("OFFICE_NAME_HI", default="सहायता")
EMBLEM_URL = env.str("EMBLEM_URL", default="")

# --- Review sheets: set in these fonts, sent by this server -------------------------------------------
FONTS_DIR = env.str("FONTS_DIR", default="/usr/share/fonts")
EMAIL_URL = env.str("EMAIL_URL", default="")
globals().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:9"))
EMAIL_TIMEOUT = 20  # within a task's 55 s
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"{OFFICE_NAME} <no-reply@{urlsplit(SITE_URL).hostname}>")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Two lines for each of the small tasks that run every few seconds would bury what matters.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        # Five lines for every sign-in that went well; failures and lock-outs are warnings.
        "axes": {"level": "WARNING"},
    },
}
