"""Every setting, read from the environment once. docs/deploy.md lists the variables.

One machine needs none of them: SQLite, files and the secret lie in EMOFUSE_HOME. DATABASE_URL, CELERY_BROKER_URL and EMOFUSE_STORAGE
are all it takes to grow.
"""

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from emofuse_web.config.environment import flag, home, number, secret, text, words

HOME = home()
DEBUG = flag("EMOFUSE_DEBUG", default=False)
SECRET_KEY = secret("EMOFUSE_SECRET_KEY", HOME / "secret.key")
HTTPS = flag("EMOFUSE_HTTPS", default=False)  # behind TLS: cookies that only travel there, HSTS; `check --deploy` wants it
HOSTS = words("EMOFUSE_HOSTS", "localhost,127.0.0.1,[::1]")
SITE_NAME = text("EMOFUSE_SITE_NAME", "emofuse")
SITE_URL = text("EMOFUSE_SITE_URL", "http://127.0.0.1:8000")

ALLOWED_HOSTS = HOSTS
CSRF_TRUSTED_ORIGINS = words("EMOFUSE_ORIGINS")
ROOT_URLCONF = "emofuse_web.config.urls"
CSRF_FAILURE_VIEW = "emofuse_web.config.errors.no_sign"
MAINTENANCE = HOME / "maintenance"  # while this file is there, every page says that the house is being looked after
WSGI_APPLICATION = "emofuse_web.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.admin",
    "emofuse_web.accounts",  # before allauth, whose pages it dresses
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "django_prometheus",
    "emofuse_web.jobs",
    "emofuse_web.uploads",
    "emofuse_web.analyses",
    "emofuse_web.sharing",
    "emofuse_web.recognizers",
    "emofuse_web.operations",
    "emofuse_web.api",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "emofuse_web.sharing.doors.Unseen",
    "emofuse_web.operations.requests.Numbered",  # a number for each request, in answers and logs
    "emofuse_web.api.problems.Problems",  # errors under /api/ in the one form, whoever noticed them
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "emofuse_web.config.errors.Pages",  # what went wrong, as a page; and the house closed while it is mended
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "emofuse_web.accounts.seen.Seen",  # allauth's own writes a row at every request
    "emofuse_web.accounts.private.Private",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [__file__.rsplit("/", 2)[0] + "/templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "emofuse_web.operations.context.site",
            ],
        },
    },
]

# --- database: the row is the truth -------------------------------------------------------------------------------------------------
BUSY = 10  # s that a write to SQLite waits for another; the lease of a job is six times as long
DATABASE_URL = text("DATABASE_URL", f"sqlite:///{HOME / 'emofuse.sqlite3'}")
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if SQLITE:
    HOME.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"] = {
        "timeout": BUSY,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000; "
        "PRAGMA secure_delete=ON;",  # what is erased is overwritten, not only no longer pointed at
    }

# --- queue: a broker only says "look again" -----------------------------------------------------------------------------------------
CELERY_BROKER_URL = text("CELERY_BROKER_URL")
JOB_LEASE = number("EMOFUSE_JOB_LEASE", 60, least=6)  # s without a heartbeat after which a job may be claimed again
JOB_BEAT = number("EMOFUSE_JOB_BEAT", 10, least=1)  # s between heartbeats
JOB_POLL = number("EMOFUSE_JOB_POLL_MS", 500, least=20)  # ms between looks at the rows
JOB_ATTEMPTS = 3  # for faults of ours; a fault of the input gets one
JOB_BACKOFF = (10, 60, 300)  # s before an attempt is made again
JOB_TIME = number("EMOFUSE_JOB_TIME", 6, least=1)  # s of work that a second of recording may take; no more than for an hour of it
REDIS_URL = text("REDIS_URL", CELERY_BROKER_URL if CELERY_BROKER_URL.startswith("redis") else "")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # of 300, Django's own, somebody could wash away who failed to sign in
    }
}

# --- files --------------------------------------------------------------------------------------------------------------------------
STORAGE = text("EMOFUSE_STORAGE", str(HOME / "files"))  # a folder, or s3://bucket/prefix (?endpoint_url=…)
SPOOL = text("EMOFUSE_SPOOL")  # where files arrive piece by piece; with S3 a folder that web and quick workers share, else beside the rest
ACCEL = text("EMOFUSE_ACCEL")  # the internal address under which nginx or caddy serves STORAGE (X-Accel-Redirect); empty: we serve it
UPLOAD_LIMIT = number("EMOFUSE_UPLOAD_LIMIT_MB", 2_048, least=1) * 2**20  # bytes a file
PLAIN_UPLOAD_LIMIT = 100 * 2**20  # bytes of a file that is sent in one piece
QUOTA_BYTES = number("EMOFUSE_QUOTA_MB", 10_240, least=1) * 2**20  # bytes a user
QUOTA_FILES = number("EMOFUSE_QUOTA_FILES", 500, least=1)
QUOTA_RUNNING = number("EMOFUSE_QUOTA_RUNNING", 3, least=1)  # analyses of one user that run at the same time
QUOTA_WAITING = number("EMOFUSE_QUOTA_WAITING", 200, least=1)  # analyses of one user that wait or run
UPLOAD_KEPT = number("EMOFUSE_UPLOAD_KEPT_H", 24, least=1)  # h that a file nobody analysed is kept
RETENTION_DAYS = number("EMOFUSE_RETENTION_DAYS", 30, least=1)
RETENTION_MOST = number("EMOFUSE_RETENTION_MOST_DAYS", 365, least=1)
SHARING = flag("EMOFUSE_SHARING", default=False)  # whether results may be shown to others by a link
FREE_SHARE = 0.05  # of the disk that stays free
SANDBOX_REQUIRED = flag("EMOFUSE_SANDBOX_REQUIRED", default=False)  # refuse to analyse where the kernel cannot shut the child in
WORKER_THREADS = number("EMOFUSE_WORKER_THREADS", 2, least=1)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
FILE_UPLOAD_HANDLERS = ["emofuse_web.uploads.nothing.Nothing"]  # the one form that brings a file names its own

# --- sign-in ------------------------------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}  # type: ignore[assignment]  # Django's own form of it
SIGN_UP_OPEN = flag("EMOFUSE_SIGN_UP_OPEN", default=False)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "analyses:list"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ALLAUTH_TRUSTED_PROXY_COUNT = number("EMOFUSE_PROXIES", 0)  # of ours, in front: whose words about a client's address are believed
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if SIGN_UP_OPEN else "none"  # an invitation goes to the address it names
ACCOUNT_CHANGE_EMAIL = True  # one address, replaced when the new one is verified
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/ip,5/5m/key"}
ACCOUNT_ADAPTER = "emofuse_web.accounts.adapter.Adapter"
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "emofuse_web.accounts.passkeys.AddPasskeyForm"}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # whoever was invited is no stranger; open sign-up verifies first
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # periods of 30 s that a clock may be wrong
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a passkey stands for both factors, so it asks for a PIN or a finger
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
USERSESSIONS_TRACK_ACTIVITY = True
EMAIL_HOST = text("EMAIL_HOST")
EMAIL_PORT = number("EMAIL_PORT", 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = text("EMAIL_USER"), text("EMAIL_PASSWORD")
EMAIL_USE_TLS = flag("EMAIL_TLS", default=True)
EMAIL_TIMEOUT = 20  # s that a mail server may keep a message waiting
DEFAULT_FROM_EMAIL = text("EMAIL_FROM", "emofuse@localhost")
SENDS_MAIL = bool(EMAIL_HOST)  # pages promise no message that nobody would get
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if SENDS_MAIL else 'dummy'}.EmailBackend"  # never on the console: addresses, links
if SIGN_UP_OPEN and not SENDS_MAIL:
    raise ImproperlyConfigured(
        "EMOFUSE_SIGN_UP_OPEN is set, and no EMAIL_HOST. Expected both, to verify addresses; set EMAIL_HOST, or close it."
    )

# --- what a browser is told ---------------------------------------------------------------------------------------------------------
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],  # Bootstrap's own signs
        "font-src": ["'self'"],
        "media-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "manifest-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- words and static files ---------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский")]
LOCALE_PATHS = [__file__.rsplit("/", 2)[0] + "/locale"]
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_SAMESITE = True, HTTPS, "Lax"
USE_TZ, TIME_ZONE = True, text("EMOFUSE_TIME_ZONE", "UTC")
FORMAT_MODULE_PATH = "emofuse_web.config.formats"
STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [__file__.rsplit("/", 2)[0] + "/static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},  # not used: emofuse_web.storage keeps what users bring
    "staticfiles": {"BACKEND": "emofuse_web.config.statics.Packed"},
}
WHITENOISE_MANIFEST_STRICT = False
WHITENOISE_USE_FINDERS = True

# --- REST ---------------------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "emofuse_web.api.authentication.BearerToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "emofuse_web.api.problems.handler",
    "DEFAULT_THROTTLE_RATES": {"read": "600/min", "write": "60/min"},
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "emofuse",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# --- what is written down -----------------------------------------------------------------------------------------------------------
LOGGING_CONFIG = "emofuse_web.operations.logs.configure"
LOGGING = {"level": text("EMOFUSE_LOG_LEVEL", "INFO"), "json": flag("EMOFUSE_LOG_JSON", default=HTTPS)}
SILENCED_SYSTEM_CHECKS: list[str] = []
