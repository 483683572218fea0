"""The one settings file. Everything that differs between machines comes from the environment.

    WIZARD_DEMO=1           a demonstration on one's own machine: SQLite, one-click accounts, a secret made on the spot
    WIZARD_DEBUG=1          Django's debug pages; only together with WIZARD_DEMO
    WIZARD_SECRET_KEY       at least 50 characters; or WIZARD_SECRET_KEY_FILE, the path of a file that holds it
    WIZARD_HOSTS            host names served, separated by commas (a demonstration serves this machine only)
    WIZARD_BEHIND_PROXY=1   a reverse proxy ends TLS and sets X-Forwarded-Proto
    WIZARD_DATA             directory of this installation: database, keys, mail, collected static files (default: var/)
    WIZARD_KEY_DIR          directory of the keys that sign the ledger's heads (default: keys/ in WIZARD_DATA)
    WIZARD_LEDGER_KEYS      private keys instead of files: seeds of 32 bytes in base64, separated by spaces
    WIZARD_HEADS_FILE       the file of heads outside the database, best on another disk (default: heads in WIZARD_DATA)
    WIZARD_EMAIL_URL        smtp://user:password@host:587/?tls=true (default: messages are written to WIZARD_DATA/mail)
    WIZARD_EMAIL_FROM       sender of those messages
    WIZARD_ADDRESS          this site's address in them (default: https:// and the first of WIZARD_HOSTS)
    WIZARD_REVISION         the code's revision as printed on memos (default: the one git names)
    DATABASE_URL            postgresql://user:password@host:5432/name?sslmode=verify-full, or sqlite:////path
                            (default: SQLite in WIZARD_DATA)

Without WIZARD_DEMO the application starts only with its secret and its host names set.
"""

import os
import secrets
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY_MIN_LENGTH = 50


def flag(name: str) -> bool:
    """Whether the environment switches ``name`` on; anything but 1/0/true/false is an error, never a guess."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"1", "true", "yes"}:
        return True
    if value in {"", "0", "false", "no"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


DEMO = flag("WIZARD_DEMO")
DEBUG = flag("WIZARD_DEBUG")
if DEBUG and not DEMO:
    raise ImproperlyConfigured(
        "WIZARD_DEBUG shows the program's inside and is only allowed with WIZARD_DEMO=1."
    )

DATA_DIR = Path(os.environ.get("WIZARD_DATA") or BASE_DIR / "var")
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)


def owner_only(path: str, flags: int) -> int:
    """Opens a file that only its owner may read."""
    return os.open(path, flags, 0o600)


def secret_key() -> str:
    """The secret of this installation, from the environment or a file; a demonstration makes its own once."""
    key_file = os.environ.get("WIZARD_SECRET_KEY_FILE")
    key = Path(key_file).read_text().strip() if key_file else os.environ.get("WIZARD_SECRET_KEY", "")
    if not key and DEMO:
        demo_file = DATA_DIR / "demo-secret-key"
        with suppress(FileExistsError), open(demo_file, "x", opener=owner_only) as new:
            new.write(secrets.token_urlsafe(64))
        key = demo_file.read_text()
    if len(key) < SECRET_KEY_MIN_LENGTH or len(set(key)) < 10 or key.startswith("django-insecure-"):
        raise ImproperlyConfigured(
            f"Set WIZARD_SECRET_KEY (or WIZARD_SECRET_KEY_FILE) to at least {SECRET_KEY_MIN_LENGTH} random characters, "
            "or WIZARD_DEMO=1 for a demonstration."
        )
    return key


SECRET_KEY = secret_key()

ALLOWED_HOSTS = [host.strip() for host in os.environ.get("WIZARD_HOSTS", "").split(",") if host.strip()]
if DEMO and not ALLOWED_HOSTS:
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "Set WIZARD_HOSTS to the host names that this installation serves; * is not accepted."
    )

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
    "wizard.apps.WizardConfig",  # last: its roles are given permissions that the others make
]

MIDDLEWARE = [
    # First, so that it sees every response, those of later middleware and error pages included.
    "wizard.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # A page is for signed-in people unless its view says otherwise.
    "wizard.interrupted.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "wizard.context.account",
                "wizard.context.banner",
            ],
        },
    },
]

# ---------------------------------------------------------------------------------------------------- database

# Django's own SQLite settings can lose the last acknowledged commit in a power cut; synchronous=EXTRA with a rollback
# journal does not. recursive_triggers makes INSERT OR REPLACE run the triggers that keep memos as they are.
# wizard/checks.py reads these back from the open connection and refuses to start on anything weaker.
SQLITE_PRAGMAS = ";".join(
    f"PRAGMA {pragma}"
    for pragma in ("journal_mode=DELETE", "synchronous=EXTRA", "foreign_keys=ON", "recursive_triggers=ON")
)


def sqlite(path: str | Path) -> dict[str, Any]:
    """Django's settings for an SQLite file that keeps every acknowledged commit."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {"init_command": SQLITE_PRAGMAS, "transaction_mode": "IMMEDIATE", "timeout": 20},
    }


def database(url: str) -> dict[str, Any]:
    """Django's settings for the database at ``url``; raises ImproperlyConfigured for any but the two kinds tested."""
    parts = urlsplit(url)
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": parts.port or "",
            "CONN_MAX_AGE": 300,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"connect_timeout": "10", **dict(parse_qsl(parts.query))},
        }
    if parts.scheme == "sqlite" and parts.path.startswith("//"):
        return sqlite(unquote(parts.path[1:]))
    raise ImproperlyConfigured(
        "DATABASE_URL must be postgresql://user:password@host/name or sqlite:////path."
    )


database_url = os.environ.get("DATABASE_URL")
DATABASES = {"default": database(database_url) if database_url else sqlite(DATA_DIR / "wizard.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---------------------------------------------------------------------------------------------------- ledger

WIZARD_KEY_DIR = Path(os.environ.get("WIZARD_KEY_DIR") or DATA_DIR / "keys")
WIZARD_LEDGER_KEYS = os.environ.get("WIZARD_LEDGER_KEYS", "")
WIZARD_HEADS_FILE = Path(os.environ.get("WIZARD_HEADS_FILE") or DATA_DIR / "heads")

# ---------------------------------------------------------------------------------------------------- accounts

AUTHENTICATION_BACKENDS = ["axes.backends.AxesBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"

# Ten wrong passwords for one account from one address close that pair for fifteen minutes, never the account for good.
AXES_VERBOSE = False
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False

SESSION_COOKIE_AGE = 12 * 60 * 60  # one working day; answers live in the database, not in the session
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "wizard.accounts.csrf_failure"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True

# ---------------------------------------------------------------------------------------------------- transport

# A demonstration speaks plain HTTP on this machine; everything else is HTTPS only.
HTTPS = not DEMO
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
if HTTPS:
    # Browsers accept a __Host- cookie only over HTTPS, for this very host and the whole path.
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
if flag("WIZARD_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# No page of ours sends as much as a megabyte or two hundred fields.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# ---------------------------------------------------------------------------------------------------- languages, time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "wizard" / "locale"]
USE_I18N = True
USE_TZ = True
# The legal date of a transaction or a memo is the date in Washington; moments are stored in UTC.
TIME_ZONE = "America/New_York"

# ---------------------------------------------------------------------------------------------------- files, mail, log

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}


email = urlsplit(os.environ.get("WIZARD_EMAIL_URL", ""))
if email.scheme == "smtp" and email.hostname:
    EMAIL_HOST = email.hostname
    EMAIL_PORT = email.port or 587
    EMAIL_HOST_USER = unquote(email.username or "")
    EMAIL_HOST_PASSWORD = unquote(email.password or "")
    EMAIL_USE_TLS = dict(parse_qsl(email.query)).get("tls", "true") == "true"
    EMAIL_TIMEOUT = 10
elif not email.geturl():
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
else:
    raise ImproperlyConfigured("WIZARD_EMAIL_URL must be smtp://user:password@host:port/?tls=true.")
DEFAULT_FROM_EMAIL = os.environ.get("WIZARD_EMAIL_FROM", "wizard@localhost")
WIZARD_ADDRESS = os.environ.get("WIZARD_ADDRESS") or (
    f"https://{ALLOWED_HOSTS[0].removeprefix('.')}" if HTTPS else "http://127.0.0.1:8000"
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}


def revision() -> str:
    """The revision of this code: from the environment, else from git, else ``unknown``."""
    named = os.environ.get("WIZARD_REVISION", "").strip()
    if named:
        return named
    try:
        said = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],
            cwd=BASE_DIR,
            capture_output=True,
            check=False,
            text=True,
            timeout=5,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return said.stdout.strip() or "unknown"


REVISION = revision()
