"""The ground of every test: an environment of its own, a folder of its own, nothing left over.

Settings are read from the environment (and from a developer's `.env`, which never overrides a
variable that is set). So every variable is set here, before Django reads its settings. Only
DATABASE_URL, CELERY_BROKER_URL and CACHE_URL may come from outside: with them the same tests run
on PostgreSQL and Redis. MIGRATED_DATABASE, too, which saves every process its own migration.
"""

import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from redis import Redis

if settings.configured:
    raise pytest.UsageError(
        "Unset DJANGO_SETTINGS_MODULE: tests/conftest.py names the settings, after the environment."
    )

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
if WORKER == "main":
    os.environ["OCOP_TESTS_DIR"] = tempfile.mkdtemp(prefix="ocop-tests-")
BASE_DIR = Path(os.environ["OCOP_TESTS_DIR"])
DATA_DIR = BASE_DIR / WORKER
(DATA_DIR / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns without it

FROM_OUTSIDE = {
    "DATABASE_URL": f"sqlite:///{DATA_DIR / 'ocop.sqlite3'}",
    "CELERY_BROKER_URL": "",
    "CACHE_URL": "",
}
ENVIRONMENT = {
    # As in development: plain static files, no HTTPS. Django itself runs tests with DEBUG off.
    "DEBUG": "true",
    "SECRET_KEY": "chi-dung-cho-kiem-thu",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "CSRF_TRUSTED_ORIGINS": "",
    "SITE_URL": "http://testserver",
    "PORTAL_NAME": "OCOP Vĩnh Linh",
    "DATA_DIR": str(DATA_DIR),
    "CONN_MAX_AGE": "0",
    "PGBOUNCER": "false",
    "LOGIN_FAILURE_LIMIT": "5",
    "API_REQUESTS_PER_MINUTE": "120",
    "PROXY_COUNT": "0",
    "HTTPS": "false",
    "HSTS_SECONDS": "0",
    "UPLOAD_MAX_MB": "25",
    "EMAIL_URL": "memorymail://",
    "DEFAULT_FROM_EMAIL": "ocop@localhost",
    "CELERY_RESULT_BACKEND": "django-db",
    "REMINDER_SCAN_MINUTES": "15",
    "REMINDER_CHANNELS": "",
    "MAILS_PER_MINUTE": "60",
    "LOG_LEVEL": "WARNING",
    "MAP_TILES_URL": "",
    "MAP_TILES_CREDIT": "",
    "OPEN_DATA_LICENCE": "",
    "FEEDBACK_ANSWER_DAYS": "10",
    "FEEDBACK_CONTACT_DAYS": "180",
    "SECURITY_CONTACT": "mailto:an-toan@example.vn",
    "SECURITY_CONTACT_EXPIRES": "2099-12-31T00:00:00Z",
}
# A database with its tables but without a row of a test (`manage.py migrate`): a file of SQLite, or
# the name of one on PostgreSQL. It is copied; what it lacks of the migrations is made up for.
MIGRATED_DATABASE = os.environ.get("MIGRATED_DATABASE", "")
for _name, _value in FROM_OUTSIDE.items():
    # A worker of xdist inherits the main process's folder; it is to have its own.
    if not os.environ.get(_name) or os.environ[_name].startswith("sqlite:"):
        os.environ[_name] = _value
os.environ.update(ENVIRONMENT)
os.environ["DJANGO_SETTINGS_MODULE"] = "ocop_portal.settings"
# Playwright's event loop lives in the thread of the test, which Django then takes for async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# Argon2 is slow on purpose. That it is the one in use is asserted in test_settings.py.
settings.PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    *settings.PASSWORD_HASHERS,
]
if settings.IS_SQLITE:
    # A file, not memory: two connections must be able to meet the same lock as in real life.
    settings.DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
elif MIGRATED_DATABASE:
    settings.DATABASES["default"]["TEST"] = {"TEMPLATE": MIGRATED_DATABASE}
if settings.CELERY_BROKER_URL.startswith("redis"):
    settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = f"ocop-tests-{WORKER}:"
if settings.CACHE_URL:
    settings.CACHES["default"]["KEY_PREFIX"] = f"ocop-tests-{WORKER}"

# Here and not in pytest_configure, so that the conftest files below may import models.
import django  # noqa: E402

django.setup()

# What the imports brought stays: looking through it again and again for garbage costs a twentieth
# of a run.
gc.freeze()
gc.set_threshold(100_000, 10, 10)

from django.core.cache import cache  # noqa: E402
from django.test import SimpleTestCase  # noqa: E402

NEEDS_DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


def pytest_addoption(parser):
    parser.addoption(
        "--only-database",
        action="store_true",
        help="leave out what touches no database and so says the same on every database",
    )


def pytest_collection_modifyitems(config, items):
    """Keep, with --only-database, the tests that ask for a database in whatever way."""
    if not config.getoption("--only-database"):
        return
    kept, left_out = [], []
    for item in items:
        touches = (
            item.get_closest_marker("django_db")
            or NEEDS_DATABASE & set(getattr(item, "fixturenames", ()))
            or (getattr(item, "cls", None) and issubclass(item.cls, SimpleTestCase))
        )
        (kept if touches else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


class KeepsSettingsFromWorkers:
    """A plugin for the main process of xdist only."""

    @staticmethod
    def pytest_xdist_setupnodes():
        """Let no worker read the settings before this file has set its environment."""
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_configure(config):
    if config.pluginmanager.hasplugin("dsession") or config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(KeepsSettingsFromWorkers())


def pytest_unconfigure(config):
    if WORKER == "main":
        shutil.rmtree(BASE_DIR, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings, django_db_keepdb):
    """On SQLite, MIGRATED_DATABASE is copied to where the tests' database is looked for."""
    if not (MIGRATED_DATABASE and settings.IS_SQLITE):
        return django_db_keepdb
    shutil.copy(MIGRATED_DATABASE, settings.DATABASES["default"]["TEST"]["NAME"])
    return True


@pytest.fixture(scope="session")
def _redis():
    """A client for each Redis in use, with the prefix of this process's keys in it."""
    clients = []
    if settings.CELERY_BROKER_URL.startswith("redis"):
        clients.append((Redis.from_url(settings.CELERY_BROKER_URL), f"ocop-tests-{WORKER}:*"))
    if settings.CACHE_URL:
        clients.append((Redis.from_url(settings.CACHE_URL), f"ocop-tests-{WORKER}:*"))
    return clients


@pytest.fixture(autouse=True)
def _nothing_left_over(_redis):
    """Login limits, cached pages and unread tasks of one test do not reach the next."""
    yield
    # Only this process's keys: emptying a Redis database would take the other workers' too.
    for client, pattern in _redis:
        for key in client.scan_iter(match=pattern):
            client.delete(key)
    if not settings.CACHE_URL:
        cache.clear()
    for message in (DATA_DIR / "broker" / "queue").glob("*.msg"):
        message.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium (`apt-get install chromium`); Playwright's own download is not used."""
    return {
        **browser_type_launch_args,
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ],
    }
