"""Settings. Everything that differs between machines comes from the environment (or `.env`).

What is missing stops the start with a sentence: nothing falls back to an unsafe value.
`deploy/env.example` explains each variable.
"""

import logging
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
ALLOWED_HOSTS = (
    [host.strip() for host in required("ALLOWED_HOSTS").split(",")]
    if PRODUCTION
    else env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "testserver"])
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
    # The walls come first, so that static files and refusals have them too.
    "facturamos.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "facturamos.compression.CompressedPagesMiddleware",
    "facturamos.request_log.RequestLogMiddleware",
    "facturamos.addresses.PlainAddressMiddleware",
    "facturamos.texts.in_force.WordsMiddleware",
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
    "accounts.door.SessionClockMiddleware",
    "accounts.door.SecondFactorMiddleware",
    "accounts.middleware.PrivacyGateMiddleware",
    "renewals.middleware.MigrationGateMiddleware",
]
ROOT_URLCONF = "facturamos.urls"
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
                "facturamos.texts.in_force.context",
                "accounts.distributors.context",
                "accounts.sessions.context",
            ],
            "builtins": ["facturamos.template_filters", "facturamos.texts.tags"],
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
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options["pool"] = {"min_size": 1, "max_size": 8}
    # Disks without a head, and pages of a few rows: indexes rather than whole tables, and no
    # compiling of queries. A pooler between may have to be told (docs/operations.md).
    options.setdefault("options", "-c random_page_cost=1.1 -c jit=off")

# Rate limits count in the cache, so every worker must see the same one.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "facturamos_cache",
        # Django's 300 would throw away counters of the rate limits that are still needed.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # The charts of the desk's home (desk/figures.py), in each process; tests count anew each time.
    "figures": {
        "BACKEND": (
            "django.core.cache.backends.dummy.DummyCache"
            if ENVIRONMENT == "test"
            else "django.core.cache.backends.locmem.LocMemCache"
        ),
    },
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
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# What programs ask for without being told: the icon beside a PDF.
WHITENOISE_ROOT = BASE_DIR / "static/root"
# Nobody else's page needs our style sheets.
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Source maps are for developers: compressing them would take most of the time of collectstatic.
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
    {"NAME": "accounts.passwords.ForbiddenWordsValidator"},
]
# The company, the portal and what it sells: no password contains one of them.
FORBIDDEN_PASSWORD_WORDS = ["facturamos", "perseo", "constancia", "timbrado", "factura"]
PASSWORD_RESET_TIMEOUT = 3600
# allauth's own keeps each address that a user ever had; ours counts the one of today.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 (a path)
# For how long the link of the welcome mail, which chooses the first password, is good.
WELCOME_HOURS = env.int("WELCOME_HOURS", default=72)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "renewals:start"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
# Nobody can make the portal write to an address that is not a user's.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Whoever's password changes hears of it.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
# Money, bank data and doors ask for the password or a code again after so many seconds.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# Whether customers confirm a browser that we do not know with a code by mail (docs/adr/0013).
CODE_ON_UNKNOWN_BROWSER = env.bool("CODE_ON_UNKNOWN_BROWSER", default=False)
ACCOUNT_LOGIN_BY_CODE_REQUIRED = {"password"} if CODE_ON_UNKNOWN_BROWSER else False
ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED = CODE_ON_UNKNOWN_BROWSER
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
MFA_TRUST_COOKIE_AGE = 365 * 24 * 3600
MFA_ADAPTER = "accounts.second_factor.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Facturamos"
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Addresses are the company's to give, so there is nothing to verify first.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Browsers take "localhost" for a safe origin, without a certificate.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.CodeAgainForm",
    "activate_totp": "accounts.forms.EnrolForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "authenticate_webauthn": "accounts.forms.PasskeyForm",
    "reauthenticate_webauthn": "accounts.forms.PasskeyAgainForm",
}
# How often something may be asked for, by the visitor's address ("ip"), by account ("key") or by
# signed-in user.
ACCOUNT_RATE_LIMITS = {
    # allauth's pages, as it would choose itself.
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    # Ours (facturamos/limits.py); those of "issue" are counted in its table, not in the cache.
    "verify": "30/m/ip",
    "welcome": "20/m/ip,5/h/key",
    "issue": "20/h/user",
    "pdf": "120/h/user",
    "proof": "30/h/user",
    "keep": "60/h/ip,20/h/key",
    "claim": "20/h/user",
    "export": "60/h/user",
}
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reauthenticate": "accounts.forms.PasswordAgainForm",
    "confirm_login_code": "accounts.forms.MailedCodeForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if PRODUCTION else 0)
# A session ends after so many seconds at the latest, and earlier when it rests.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_STAFF = 30 * 60
SESSION_IDLE_CUSTOMER = 60 * 60

# --- Language and time ------------------------------------------------------------------
LANGUAGE_CODE = "es-mx"
# Where our Spanish differs from Django's and allauth's.
LOCALE_PATHS = [BASE_DIR / "locale"]
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
# Above so much (MXN), who confirms a deposit is not who loaded its statement; None: off.
TWO_PEOPLE_ABOVE = Decimal(text) if (text := env.str("TWO_PEOPLE_ABOVE", default="")) else None
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
    globals().update(smtp)  # EMAIL_HOST and the like
else:
    MAIL_TRANSPORT = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = env.path("MAIL_DIR", default=str(VAR_DIR / "mail"))()

# --- What each app brings ---------------------------------------------------------------
# Named here, because facturamos knows no app and an app knows no later one.

# What the worker does again and again; each is idempotent and catches up after any pause.
# Sending comes last: what the others write leaves in the same round.
DUE_JOBS = [
    "payments.services.expire_due",
    "payments.documents.draw_missing",
    "payments.kept_uploads.forget_old",
    "payments.sweeping.sweep_orphans",
    "payments.reminders.send_reminders",
    "reconciliation.work.go_on_with_all",
    "accounts.campaigns.go_on",
    "renewals.manuals.redraw",
    "facturamos.mail.send_due",
]
# The tables that can be loaded, in the order in which they build on one another.
TABLE_KINDS = [
    "accounts.loading_customers.CUSTOMERS",
    "accounts.loading_users.USERS",
    "renewals.loading_products.PRODUCTS",
    "renewals.loading_quotes.QUOTES",
]
# What the administrators' page of example mails shows: each gives letters by name.
MAIL_EXAMPLES = [
    "accounts.mails.examples",
    "payments.letters.examples",
    "reconciliation.mails.examples",
]
# What a customer had picked of a quote that is open again: renewals knows no constancias.
PICKED_BEFORE = "payments.plain.picked_before"
# The pages on which the company's texts are seen, for their previews.
TEXT_PREVIEWS = [
    "accounts.previews.PREVIEWS",
    "renewals.previews.PREVIEWS",
    "payments.previews.PREVIEWS",
]
# What the audit says of each app's events, in the order of the story.
AUDIT_WORDS = [
    "accounts.audit_words.WORDS",
    "renewals.audit_words.WORDS",
    "payments.audit_words.WORDS",
    "reconciliation.audit_words.WORDS",
    "desk.audit_words.WORDS",
]
# Who writes down that somebody took a list out of the admin: facturamos knows no audit.
EXPORT_RECORDER = "accounts.exporting.record_export"

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
# What a page of ours never asks a browser for; copying and passkeys are for our own pages.
PERMISSIONS_POLICY = {
    **dict.fromkeys(
        (
            *("accelerometer", "autoplay", "browsing-topics", "camera"),
            *("clipboard-read", "display-capture", "encrypted-media", "fullscreen", "gamepad"),
            *("geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection"),
            *("local-fonts", "magnetometer", "microphone", "midi", "otp-credentials", "payment"),
            *("picture-in-picture", "screen-wake-lock", "serial", "storage-access", "sync-xhr"),
            *("usb", "window-management", "xr-spatial-tracking"),
        ),
        (),
    ),
    **dict.fromkeys(
        ("clipboard-write", "publickey-credentials-create", "publickey-credentials-get"), "self"
    ),
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
    "formatters": {"line": {"()": "facturamos.logs.formatter", "as_json": PRODUCTION}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO" if PRODUCTION else "WARNING"},
    "loggers": {
        # At INFO they tell each step of each page, and that they were loaded.
        "weasyprint": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        # What they say is in the line that facturamos/request_log.py writes.
        "django.request": {"level": "CRITICAL"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
# One line a request, when it is answered.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
