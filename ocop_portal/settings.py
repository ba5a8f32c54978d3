"""Settings of the portal: one module, fed by the environment (see `.env.example`).

Development (`DEBUG=true`, what `script/server` sets up) needs nothing: SQLite, a broker in a
folder, mail on the console. Production (`DEBUG=false`, the default) refuses to start without
its secrets; the refusals live in `ocop_portal/checks.py`, each with a hint.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import environ
import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(environ.Env):
    """The environment and `.env`: what is empty counts as not set, what is wrong is named."""

    YES_OR_NO = {"", "true", "yes", "on", "1", "false", "no", "off", "0"}

    def get_value(self, var, cast=None, **kwargs):
        value = self.ENVIRON.get(var, "")
        try:
            # environ takes any word but "true" and the like for false.
            if cast is bool and value.strip().lower() not in self.YES_OR_NO:
                raise ValueError
            return super().get_value(var, cast=cast, **kwargs)
        except ValueError:
            wanted = "true or false" if cast is bool else "a whole number"
            raise ImproperlyConfigured(
                f"{var} must be {wanted} and nothing else on its line, not {value!r}."
            ) from None


try:
    # utf-8-sig: some editors put an invisible mark before the first line.
    with open(BASE_DIR / ".env", encoding="utf-8-sig") as _file:
        Environment.read_env(_file)
except FileNotFoundError:
    pass
except (OSError, UnicodeDecodeError) as error:
    raise ImproperlyConfigured(f"{BASE_DIR / '.env'} cannot be read: {error}") from None
env = Environment()
env.ENVIRON = {name: value for name, value in os.environ.items() if value.strip()}

DEBUG = env.bool("DEBUG", default=False)
# Only for development and tests; `ocop_portal.checks` refuses it when DEBUG is off.
INSECURE_SECRET_KEY = "chi-dung-khi-phat-trien-khong-dung-khi-van-hanh"
SECRET_KEY = env.str("SECRET_KEY", default=INSECURE_SECRET_KEY)
# People put a blank after a comma; with it no host would ever match.
ALLOWED_HOSTS = [
    name.strip() for name in env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
]
CSRF_TRUSTED_ORIGINS = [name.strip() for name in env.list("CSRF_TRUSTED_ORIGINS", default=[])]
# Where mails and the feed link to, without a trailing slash.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
PORTAL_NAME = env.str("PORTAL_NAME", default="OCOP Vĩnh Linh")
# Where mutable files live: database, uploads, broker folder. One folder to back up.
DATA_DIR = BASE_DIR / env.str("DATA_DIR", default="var")

INSTALLED_APPS = [
    "ocop_portal.apps.PortalConfig",
    "ocop_portal.accounts",
    "ocop_portal.exchange",
    "ocop_portal.lawbook",
    "ocop_portal.reminders",
    "communes",
    "products",
    "evaluation",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_filters",
    "ninja",
    "rules",
    "simple_history",
    "phonenumber_field",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_celery_beat",
    "django_celery_results",
    "django_structlog",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages only; Django pads them at random, so that their length tells nothing of the tokens in them.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "ocop_portal.middleware.PermissionsPolicyMiddleware",
    # Before the session: the API takes no cookies.
    "ocop_portal.api.middleware.ApiMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ocop_portal.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Deny by default: a view is public only when it says so (@login_not_required).
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ocop_portal.accounts.middleware.SecondFactorRequiredMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "ocop_portal.urls"
WSGI_APPLICATION = "ocop_portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "ocop_portal.page_language.PageTemplates",
        "NAME": "django",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ocop_portal.navigation.portal",
            ],
            "builtins": ["django.templatetags.i18n", "ocop_portal.templatetags.portal"],
        },
    },
]

# --- Database -----------------------------------------------------------------------------
# Not as an address: a “#”, “+” or “%” in the folder's name would lead to another file.
_built_in = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "ocop.sqlite3")}
DATABASES = {
    "default": env.db_url("DATABASE_URL") if env.str("DATABASE_URL", default="") else _built_in
}
_engine = DATABASES["default"]["ENGINE"]
IS_SQLITE = _engine.endswith("sqlite3")
if IS_SQLITE:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    # WAL lets readers go on while one writes; IMMEDIATE takes the write lock at BEGIN, so two
    # transactions that read and then write queue up instead of failing half-way.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        }
    )
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # PgBouncer in transaction mode cannot hold server-side cursors.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = env.bool("PGBOUNCER", default=False)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Cache --------------------------------------------------------------------------------
# All processes must share it, so without Redis it lies in files.
CACHE_URL = env.str("CACHE_URL", default="")
if CACHE_URL:
    CACHES = {
        "default": {
            "BACKEND": "ocop_portal.redis_cache.OneClientRedisCache",
            "LOCATION": CACHE_URL,
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(DATA_DIR / "cache"),
        }
    }

# What a page is drawn with again and again, in each process's own memory, for a moment only.
CACHES["near"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "near"}

# Seconds for which a public page may be answered from the cache; see ocop_portal/kept_pages.py.
PUBLIC_PAGE_SECONDS = env.int("PUBLIC_PAGE_SECONDS", default=0 if DEBUG else 60)

# --- People -------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "office"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "ocop_portal.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by administrators, never by sign-up
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
# axes counts failed passwords (below); allauth's limit is kept for the codes of a second factor.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key"}
# The owner is told of a changed password, address or second factor.
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_ADAPTER = "ocop_portal.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Addresses are entered by an administrator and proved by the invitation's link; allauth keeps no
# table of verified ones here and would refuse a second factor for ever.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1  # telephones' clocks drift
MFA_TOTP_ISSUER = PORTAL_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG

AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=5)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# A try during the lock does not make it longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "ocop_portal.accounts.lockout.locked_out"
AXES_VERBOSE = False
# As many proxies stand in front as write X-Forwarded-For; allauth and axes read it alike.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXY_COUNT", default=0)
AXES_CLIENT_IP_CALLABLE = "ocop_portal.accounts.lockout.client_address"

SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "ocop_portal.views.csrf_failure"

# Requests that one address may send to the API in a minute.
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=120)

# --- Map ----------------------------------------------------------------------------------
# Pictures under the map come from another host only where the office names one: an address such as
# https://tiles.example.vn/{z}/{x}/{y}.png, and whom to thank for it.
MAP_TILES_URL = env.str("MAP_TILES_URL", default="")
MAP_TILES_CREDIT = env.str("MAP_TILES_CREDIT", default="")
_tiles = urlsplit(MAP_TILES_URL)
MAP_TILES_HOST = f"{_tiles.scheme}://{_tiles.netloc}" if _tiles.netloc else ""

# --- For everyone -------------------------------------------------------------------------
# On which terms the open data may be used: the office's to say.
OPEN_DATA_LICENCE = env.str("OPEN_DATA_LICENCE", default="")
# Messages of buyers: answered within so many working days; name and contact are erased so many days
# after the answer.
FEEDBACK_ANSWER_DAYS = env.int("FEEDBACK_ANSWER_DAYS", default=10)
FEEDBACK_CONTACT_DAYS = env.int("FEEDBACK_CONTACT_DAYS", default=180)
# /.well-known/security.txt: whom to tell of a hole (mailto:… or https://…), and until when this
# holds, as 2027-12-31T00:00:00Z. Without both there is no such page.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")
SECURITY_CONTACT_EXPIRES = env.str("SECURITY_CONTACT_EXPIRES", default="")

# --- Headers ------------------------------------------------------------------------------
HTTPS = env.bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31536000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# The health check is asked for by the proxy itself, over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^suc-khoe/(web/)?$"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *filter(None, [MAP_TILES_HOST])],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "object-src": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Files --------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/anh/"
# Two roots on purpose: what is public can be served by nginx, what is private never is.
MEDIA_ROOT = DATA_DIR / "public"
PRIVATE_ROOT = DATA_DIR / "private"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT, "base_url": MEDIA_URL},
    },
    "private": {
        "BACKEND": "ocop_portal.storage.PrivateFileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "ocop_portal.storage.PackedStaticFilesStorage",
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# Limits of one upload; `ocop_portal/uploads.py` and `products/photos.py` enforce them.
UPLOAD_MAX_MB = env.int("UPLOAD_MAX_MB", default=25)
PHOTO_MAX_PIXELS = 50_000_000

# --- Language, time -----------------------------------------------------------------------
LANGUAGE_CODE = "vi"
# The address decides (`languages.py`); what is kept and sent is Vietnamese.
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
MESSAGE_STORAGE = "ocop_portal.page_language.PageMessages"
FORMAT_MODULE_PATH = ["ocop_portal.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False
PHONENUMBER_DEFAULT_REGION = "VN"
PHONENUMBER_DEFAULT_FORMAT = "NATIONAL"

# --- Forms, history -----------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
SIMPLE_HISTORY_HISTORY_ID_USE_UUID = False

# --- Mail ---------------------------------------------------------------------------------
EMAIL_URL = env.str("EMAIL_URL", default="consolemail://" if DEBUG else "")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL", default=EMAIL_URL))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="ocop@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 20

# --- Celery -------------------------------------------------------------------------------
# With Redis: CELERY_BROKER_URL=redis://…; without (newcomer): a folder, results in the database.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
CELERY_RESULT_BACKEND = env.str("CELERY_RESULT_BACKEND", default="django-db")
CELERY_RESULT_EXTENDED = True
if CELERY_BROKER_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
else:
    CELERY_BROKER_URL = "filesystem://localhost//"
    _broker = DATA_DIR / "broker"
    for _folder in ("queue", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
        "store_processed": False,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A worker that is told no queue (-Q) takes from all of these.
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_QUEUES = [
    Queue(name, routing_key=name) for name in ("celery", "scan", "send", "housekeeping")
]
CELERY_TASK_ROUTES = {
    "ocop_portal.reminders.tasks.scan": {"queue": "scan"},
    "ocop_portal.reminders.tasks.send_pending": {"queue": "send"},
    "ocop_portal.reminders.tasks.housekeeping": {"queue": "housekeeping"},
    "ocop_portal.reminders.tasks.write_newsletter": {"queue": "housekeeping"},
    "products.tasks.open_data_snapshot": {"queue": "housekeeping"},
    "products.tasks.forget_contacts": {"queue": "housekeeping"},
    "evaluation.tasks.refresh_expired": {"queue": "housekeeping"},
    "celery.backend_cleanup": {"queue": "housekeeping"},
}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
REMINDER_SCAN_MINUTES = env.int("REMINDER_SCAN_MINUTES", default=15)
# A task that found no worker in its period is thrown away: the next one does all that it would
# have done, and a worker that comes back after a night is not met by a night's tasks.
CELERY_BEAT_SCHEDULE = {
    "reminders-scan": {
        "task": "ocop_portal.reminders.tasks.scan",
        "schedule": REMINDER_SCAN_MINUTES * 60.0,
        "options": {"expires": REMINDER_SCAN_MINUTES * 60},
    },
    "reminders-send": {
        "task": "ocop_portal.reminders.tasks.send_pending",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "reminders-housekeeping": {
        "task": "ocop_portal.reminders.tasks.housekeeping",
        "schedule": crontab(hour=3, minute=30),
    },
    # A letter covers a fixed week, so a late hour or one too many changes nothing.
    "newsletter": {
        "task": "ocop_portal.reminders.tasks.write_newsletter",
        "schedule": crontab(minute=10),
        "options": {"expires": 3600},
    },
    "imports-take-up": {
        "task": "ocop_portal.exchange.jobs.take_up",
        "schedule": 120.0,
    },
    "open-data-snapshot": {
        "task": "products.tasks.open_data_snapshot",
        "schedule": crontab(hour=1, minute=20),
    },
    "feedback-forget-contacts": {
        "task": "products.tasks.forget_contacts",
        "schedule": crontab(hour=3, minute=50),
    },
    "certificates-expired": {
        "task": "evaluation.tasks.refresh_expired",
        "schedule": crontab(hour=0, minute=10),
    },
}
# How reminders leave. SMS and Zalo come by an adapter: ocop_portal/reminders/adapters.py.
REMINDER_CHANNELS = [
    path.strip()
    for path in env.list("REMINDER_CHANNELS", default=["ocop_portal.reminders.channels.Mail"])
]
# No more than so many messages leave in any minute: mail servers shut out who sends too fast.
MAILS_PER_MINUTE = env.int("MAILS_PER_MINUTE", default=60)

# --- Logs ---------------------------------------------------------------------------------
# structlog hands its events to logging, so that one level and one handler rule both.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.KeyValueRenderer(key_order=["event"]),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO").upper()},
    "loggers": {
        # Django brings a handler of its own for development; each line once is enough.
        "django": {"handlers": [], "level": "INFO"},
        "axes": {"level": "WARNING"},
        "django_structlog": {"level": "WARNING" if DEBUG else "INFO"},
    },
}
