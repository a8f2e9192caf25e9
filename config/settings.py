"""Every setting, each from the environment; a missing or development value stops the start with a sentence."""

import base64
import binascii
from ipaddress import ip_network
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from config.enum_names import ENUM_NAMES

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

VERSION = "0.1.0"
DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)
if DEMO and not DEBUG:
    raise ImproperlyConfigured("DEMO=1 opens doors that a real site must not have; with DEBUG=0 it is refused.")
STATE_DIR = Path(env.str("STATE_DIR", str(BASE_DIR / "var"))).resolve()


def required(name: str) -> str:
    """The value of a variable that has no default outside a test or a demonstration."""
    value = env.str(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. See docs/settings.md for what it holds and how to make one.")
    if not DEBUG and "development" in value:
        raise ImproperlyConfigured(f"{name} holds a development value; with DEBUG=0 it needs one of its own.")
    return value


def keyring(name: str) -> dict[str, bytes]:
    """Keys in the form `id:base64,id:base64`; the first one writes, all of them read."""
    keys: dict[str, bytes] = {}
    for entry in required(name).split(","):
        key_id, _, encoded = entry.strip().partition(":")
        keys[key_id] = secret(name, encoded)
    return keys


def secret(name: str, encoded: str) -> bytes:
    """32 bytes from base64, or a sentence that says what is wrong."""
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise ImproperlyConfigured(f"{name} must hold base64 of exactly 32 bytes for each key.")
    return key


SECRET_KEY = required("SECRET_KEY")
VAULT_KEYS = keyring("VAULT_KEYS")
VAULT_HASH_KEYS = keyring("VAULT_HASH_KEYS")
AUDIT_KEY = secret("AUDIT_KEY", required("AUDIT_KEY"))

PUBLIC_URL = env.str("PUBLIC_URL", f"http://127.0.0.1:{env.int('PORT', 8000)}")
SECURE = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
if not DEBUG and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is not set. Name the hosts this site answers to, separated by commas.")

INSTALLED_APPS = [
    "config",
    "referral",
    "reserved_pools",
    "clinics",
    "permissions",
    "vault",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_otp",
    "guardian",
    "pgtrigger",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "config.proxies.ProxyMiddleware",
    "permissions.middleware.RequestIdMiddleware",
    "permissions.middleware.CookielessMiddleware",
    "config.errors.RefusalMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "permissions.middleware.SessionMiddleware",
    "permissions.middleware.LanguageMiddleware",
    "config.behind.BehindMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "clinics.acting.ActingMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
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
                "django.template.context_processors.i18n",
                "django.template.context_processors.csrf",
                "django.contrib.messages.context_processors.messages",
                "config.context.frame",
            ]
        },
    }
]

# The application role runs the product; schema work and the sealer have roles of their own.
DATABASE_ROLE = env.str("DATABASE_ROLE", "app")
DATABASE_VARIABLES = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "sealer": "DATABASE_SEALER_URL"}
DATABASES = {
    "default": dj_database_url.parse(required(DATABASE_VARIABLES[DATABASE_ROLE]), conn_max_age=600)
    | {"CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
}
DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
    "-c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000 -c timezone=UTC" if DATABASE_ROLE == "app" else "-c timezone=UTC"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "permissions.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "guardian.backends.ObjectPermissionBackend"]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_RAISE_403 = True
LOGIN_URL = "login"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
FORMAT_MODULE_PATH = ["config.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(STATE_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "jpg", "ico", "woff", "woff2", "gz", "br", "zip"]

# Browsers: nothing from elsewhere, nothing inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_SSL_REDIRECT = SECURE and env.bool("SSL_REDIRECT", True)
# What a proxy of ours tells: whether the caller's line is encrypted, and his address. Told by anybody else, neither is read.
TRUSTED_PROXY_HEADER = env.str("TRUSTED_PROXY_HEADER", "")
TRUSTED_PROXIES = [ip_network(one) for one in env.list("TRUSTED_PROXIES", list[str]())]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_ENGINE = "permissions.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", 30)
SESSION_ABSOLUTE_HOURS = env.int("SESSION_ABSOLUTE_HOURS", 12)
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_HANDLERS = ["permissions.uploads.BoundedUpload"]

# One-time codes: production values; the demonstration widens the caps only.
OTP_SECONDS = 300
OTP_GUESSES = 5
OTP_COOLDOWN_SECONDS = env.int("OTP_COOLDOWN_SECONDS", 1 if DEMO else 60)
OTP_PER_HOUR = env.int("OTP_PER_HOUR", 600 if DEMO else 5)
OTP_PER_DAY = env.int("OTP_PER_DAY", 6000 if DEMO else 10)
OTP_PER_ADDRESS_HOUR = env.int("OTP_PER_ADDRESS_HOUR", 6000 if DEMO else 60)
OTP_PLATFORM_HOUR = env.int("OTP_PLATFORM_HOUR", 60000 if DEMO else 6000)

# The second factor: compulsory for whoever administers people, places or the platform.
SECOND_FACTOR = env.bool("SECOND_FACTOR", not DEMO)
if not SECOND_FACTOR and not DEBUG:
    raise ImproperlyConfigured("SECOND_FACTOR=0 lets administrators in with an SMS alone; with DEBUG=0 it is refused.")
FACTOR_PER_HOUR = env.int("FACTOR_PER_HOUR", 600 if DEMO else 10)
FACTOR_PER_DAY = env.int("FACTOR_PER_DAY", 6000 if DEMO else 40)
FACTOR_STRANGERS_MONTH = env.int("FACTOR_STRANGERS_MONTH", 6000 if DEMO else 20)
DORMANT_DAYS = env.int("DORMANT_DAYS", 36500 if DEMO else 90)

# Messages to people.
SMS_GATEWAY = env.str("SMS_GATEWAY", "file" if DEBUG else "aliyun")
SMS_SIGN_NAME = env.str("SMS_SIGN_NAME", "西城转诊")
SMS_QUIET_HOURS = env.bool("SMS_QUIET_HOURS", not DEMO)
SMS_NOTICES_PER_DAY = env.int("SMS_NOTICES_PER_DAY", 1000 if DEMO else 10)  # to one number
NOTICES_KEPT_DAYS = env.int("NOTICES_KEPT_DAYS", 90)  # in an inbox, after they were read
SMS_PER_HOUR = env.int("SMS_PER_HOUR", 60000 if DEMO else 6000)  # to all numbers together
ALIYUN_ENDPOINT = env.str("ALIYUN_ENDPOINT", "https://dysmsapi.aliyuncs.com")
ALIYUN_ACCESS_KEY_ID = env.str("ALIYUN_ACCESS_KEY_ID", "")
ALIYUN_ACCESS_KEY_SECRET = env.str("ALIYUN_ACCESS_KEY_SECRET", "")
ALIYUN_RECEIPT_SECRET = env.str("ALIYUN_RECEIPT_SECRET", "")
SMS_TEMPLATE_CODES: dict[str, str] = env.dict("SMS_TEMPLATE_CODES", {})
if not DEBUG and SMS_GATEWAY == "file":
    raise ImproperlyConfigured("SMS_GATEWAY=file only writes messages to a file; with DEBUG=0 it must name a real gateway.")
if SMS_GATEWAY == "aliyun" and not (ALIYUN_ACCESS_KEY_ID and ALIYUN_ACCESS_KEY_SECRET):
    raise ImproperlyConfigured("ALIYUN_ACCESS_KEY_ID and ALIYUN_ACCESS_KEY_SECRET are not set; the SMS gateway needs both.")

# The gateway of ours before the product (manage.py gateway); somebody else's proxy needs none of these.
TLS_CERTIFICATE = env.str("TLS_CERTIFICATE", "")
TLS_KEY = env.str("TLS_KEY", "")
GATEWAY_LISTEN = env.list("GATEWAY_LISTEN", ["0.0.0.0", "[::]"])  # noqa: S104 (it is there to be reached)
HTTP_PORT = env.int("HTTP_PORT", 80)
HTTPS_PORT = env.int("HTTPS_PORT", 443)
MONITOR_NETWORKS = [ip_network(one) for one in env.list("MONITOR_NETWORKS", ["127.0.0.0/8", "::1/128"])]
UPSTREAM = env.str("UPSTREAM", f"{env.str('HOST', '127.0.0.1')}:{env.int('PORT', 8000)}")

# Hospitals' systems are told at addresses of the open network; networks of our own that may be called besides, as 10.3.0.0/16.
WEBHOOK_NETWORKS = [ip_network(one) for one in env.list("WEBHOOK_NETWORKS", ["127.0.0.0/8", "::1/128"] if DEBUG else [])]

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "pgmq://")
POSTGRES_PROGRAMS = env.str("POSTGRES_PROGRAMS", "")  # the folder of pg_dump and pg_restore

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["permissions.parser.StrictJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["permissions.authentication.SessionOrBearer"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.errors.problem_for",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Community referral platform",
    "DESCRIPTION": "Two-way referral between community clinics and hospitals of a district.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"first word only": {"()": "config.log_words.FirstWordOnly"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR", "filters": ["first word only"]},
        "httpx": {"level": "WARNING"},
        "fontTools": {"level": "ERROR"},
    },
}

# Development values were allowed above; a demonstration is shown to people, so its faults look as they do in production.
DEBUG = DEBUG and not DEMO
