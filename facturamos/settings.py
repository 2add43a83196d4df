"""Settings. Everything that differs between machines comes from the environment (or `.env`).

What is missing stops the start with a sentence: nothing falls back to an unsafe value.
`deploy/env.example` explains each variable.
"""

from decimal import Decimal
from importlib.metadata import distribution
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
# A developer's .env is for `make run`: where the environment speaks for itself, it is not read.
if "ENVIRONMENT" not in env.ENVIRON and (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

ENVIRONMENT = env.str("ENVIRONMENT", default="production")
if ENVIRONMENT not in ("production", "development", "test"):
    raise ImproperlyConfigured(
        f"ENVIRONMENT is {ENVIRONMENT!r}; it must be production, development or test."
    )
PRODUCTION = ENVIRONMENT == "production"
DEBUG = False


def required(name: str) -> str:
    """The variable's value; stops the start with a sentence when it is missing or empty."""
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Put it in the environment or in .env; "
            "deploy/env.example says what it is for."
        )
    return value


# --- Who answers, and where -------------------------------------------------------------
SECRET_KEY = required("SECRET_KEY")
if PRODUCTION and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters in production.")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
LOCAL_HOSTS = ["127.0.0.1", "localhost", "testserver"]
ALLOWED_HOSTS = (
    [host.strip() for host in required("ALLOWED_HOSTS").split(",")]
    if PRODUCTION
    else env.list("ALLOWED_HOSTS", default=LOCAL_HOSTS)
)
# Links in mails are built on this, never on the Host header of a request.
SITE_URL = (
    required("SITE_URL") if PRODUCTION else env.str("SITE_URL", "http://127.0.0.1:8000")
).rstrip("/")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- Parts ------------------------------------------------------------------------------
INSTALLED_APPS = [
    "desk.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "facturamos.static.StaticFilesConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    # Ours come last: their admin takes the place of some pages of the packages above.
    "facturamos",
    "accounts",
    "renewals",
    "payments",
    "reconciliation",
    "desk",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.RequestInfoMiddleware",
    "accounts.middleware.PrivateCacheMiddleware",
    "accounts.middleware.PrivacyGateMiddleware",
    "renewals.middleware.MigrationGateMiddleware",
]
ROOT_URLCONF = "facturamos.urls"
WSGI_APPLICATION = "facturamos.wsgi.application"
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
                "facturamos.contacts.context",
                "accounts.distributors.context",
            ],
            "builtins": ["facturamos.template_filters"],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Data -------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE makes writers wait in line instead of failing with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            # Else REPLACE deletes a row past the triggers that keep it.
            "PRAGMA recursive_triggers=ON;"
        ),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 8}

# Rate limits count in the cache, so every worker must see the same one.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "facturamos_cache",
        # Django's 300 would throw away counters of the rate limits that are still needed.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Files ------------------------------------------------------------------------------
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(VAR_DIR / "media"))()
STATIC_ROOT = env.path("STATIC_ROOT", default=str(VAR_DIR / "static"))()
STATIC_URL = "/static/"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", distribution("bootstrap-wrapper").locate_file("bootstrap/css")),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": {
            "production": "whitenoise.storage.CompressedManifestStaticFilesStorage",
            "development": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
            "test": "django.contrib.staticfiles.storage.StaticFilesStorage",
        }[ENVIRONMENT]
    },
}
# Source maps are for developers: compressing them would take most of the time of collectstatic.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
# The whole of a posted form; files come later and have a limit of their own.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Of a proof of payment: one file, how many files a sending, all that a customer ever sent.
PROOF_MAX_BYTES = 10 * 1024 * 1024
PROOF_MAX_FILES = 5
PROOF_QUOTA_BYTES = 200 * 1024 * 1024
# A whole sending fits in memory, so that a full disk is met only where the portal can say so.
FILE_UPLOAD_MAX_MEMORY_SIZE = PROOF_MAX_FILES * PROOF_MAX_BYTES + 1024 * 1024

# --- Sign-in ----------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PortalBackend"]
PASSWORD_HASHERS = ["accounts.hashers.Argon2idHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
# For how long the link of the welcome mail, which chooses the first password, is good.
WELCOME_HOURS = env.int("WELCOME_HOURS", default=72)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "renewals:start"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Nobody can make the portal write to an address that is not a user's.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Whoever's password changes hears of it.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    "verify": "30/m/ip",
    "welcome": "20/m/ip,5/h/key",
    "proof": "30/h/user",
    "claim": "20/h/user",
}
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "change_password": "accounts.forms.ChangePasswordForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if PRODUCTION else 0)
SESSION_COOKIE_AGE = 12 * 3600

# --- Language and time ------------------------------------------------------------------
LANGUAGE_CODE = "es-mx"
USE_I18N = True
USE_TZ = True
# The company's clock: a constancia is valid until the end of the day here.
TIME_ZONE = env.str("TIME_ZONE", default="America/Ciudad_Juarez")

# --- Business ---------------------------------------------------------------------------
# From so many days before the end, the panel says that a constancia is about to expire.
EXPIRES_SOON_DAYS = 3
CONSTANCIA_DAYS = env.int("CONSTANCIA_DAYS", default=30)
# "general" or "northern_border": the company's accountant decides (renewals/pricing.py).
IVA_ZONE = env.str("IVA_ZONE", default="general")
if IVA_ZONE not in ("general", "northern_border"):
    raise ImproperlyConfigured(f"IVA_ZONE is {IVA_ZONE!r}; it must be general or northern_border.")

# So much too much (MXN) is still an exact deposit: for cents.
AMOUNT_TOLERANCE = Decimal(env.str("AMOUNT_TOLERANCE", default="0.00"))
# Whether exact deposits of a statement are confirmed without a person.
AUTO_CONFIRM_EXACT = env.bool("AUTO_CONFIRM_EXACT", default=False)

# --- Mail -------------------------------------------------------------------------------
# Django's mail functions write rows; the worker hands them to MAIL_TRANSPORT (facturamos/mail.py).
EMAIL_BACKEND = "facturamos.mail.OutboxBackend"
DEFAULT_FROM_EMAIL = "Facturamos <facturamos@sistemasperseo.com>"
EMAIL_TIMEOUT = 20
if PRODUCTION:
    smtp = env.email_url_config(required("EMAIL_URL"))
    MAIL_TRANSPORT = smtp.pop("EMAIL_BACKEND")
    globals().update(smtp)
else:
    MAIL_TRANSPORT = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = env.path("MAIL_DIR", default=str(VAR_DIR / "mail"))()

# What the worker does again and again; each is idempotent and catches up after any pause.
# Sending comes last: what the others write leaves in the same round.
DUE_JOBS = [
    "payments.services.expire_due",
    "payments.documents.draw_missing",
    "payments.sweeping.sweep_orphans",
    "payments.reminders.send_reminders",
    "reconciliation.work.go_on_with_all",
    "facturamos.mail.send_due",
]
# What the administrators' page of example mails shows: each gives letters by name.
MAIL_EXAMPLES = [
    "accounts.mails.examples",
    "payments.letters.examples",
    "reconciliation.mails.examples",
]

# --- The browser's walls ----------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "facturamos.errors.csrf_failure"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrftoken"

# --- Logs -------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO" if PRODUCTION else "WARNING"},
    # At INFO they tell each step of each page, and that they were loaded.
    "loggers": {"weasyprint": {"level": "WARNING"}, "pikepdf": {"level": "WARNING"}},
}
