"""The ground of every test: an environment of its own, a folder of its own, nothing left over.

Settings are read from the environment (and from a developer's `.env`, which never overrides a
variable that is set). So every variable is set here, before Django reads its settings. Only
DATABASE_URL, CELERY_BROKER_URL and CACHE_URL may come from outside: with them the same tests run
on PostgreSQL and Redis. MIGRATED_DATABASE, too, which saves every process its own migration.
"""

import gc
import hashlib
import os
import shutil
import sqlite3
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
    "PUBLIC_PAGE_SECONDS": "0",
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
# On SQLite the first run keeps one for the runs after it, as long as no migration changes.
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

from django.core.cache import cache, caches  # noqa: E402
from django.test import SimpleTestCase  # noqa: E402

NEEDS_DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


def pytest_addoption(parser):
    parser.addoption(
        "--only-database",
        action="store_true",
        help="leave out what says the same on every database: it touches none, or says so itself",
    )


def pytest_collection_modifyitems(config, items):
    """Leave out what this run need not ask, and put what takes long where it holds nobody up."""
    only_database = config.getoption("--only-database")
    kept, left_out = [], []
    for item in items:
        (kept if _is_asked(item, only_database) else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    items[:] = _long_ones_first(kept)


def _is_asked(item, only_database: bool) -> bool:
    """Whether a run with or without --only-database is to run this test."""
    if not only_database:
        return not item.get_closest_marker("in_short")
    return not item.get_closest_marker("any_database") and bool(
        item.get_closest_marker("django_db")
        or NEEDS_DATABASE & set(getattr(item, "fixturenames", ()))
        or (getattr(item, "cls", None) and issubclass(item.cls, SimpleTestCase))
    )


def _long_ones_first(items: list) -> list:
    """Half of what the tests marked `slow` take at the beginning, half in the middle; longest first.

    With --dist worksteal these are the beginnings of what two workers are given: begun last, a long
    test would keep one of them busy when the other has nothing left. What stands in one class or
    file stays together, as it may share what was set up.
    """
    groups: dict = {}
    for item in items:
        if item.get_closest_marker("slow"):
            groups.setdefault(item.cls or item.module, []).append(item)
    beginnings: tuple[list, list] = ([], [])
    for group in sorted(groups.values(), key=_seconds, reverse=True):
        min(beginnings, key=_seconds).extend(group)
    short = [item for item in items if not item.get_closest_marker("slow")]
    to_the_middle = max(len(items) // 2 - len(beginnings[0]), 0)
    return [*beginnings[0], *short[:to_the_middle], *beginnings[1], *short[to_the_middle:]]


def _seconds(slow_items: list) -> int:
    """About how long they take: each as its mark says, `slow(seconds=…)`, or five seconds."""
    return sum(item.get_closest_marker("slow").kwargs.get("seconds", 5) for item in slow_items)


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


def kept_tables(config) -> Path:
    """Where the tables that these migrations make, with these packages, are kept from run to run."""
    root = Path(config.rootpath)
    made_by = hashlib.sha256((root / "requirements.txt").read_bytes())
    for file in sorted(root.glob("*/**/migrations/*.py")):
        made_by.update(str(file.relative_to(root)).encode() + file.read_bytes())
    return config.cache.mkdir("tables") / f"{made_by.hexdigest()[:16]}.sqlite3"


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings, django_db_keepdb, pytestconfig):
    """On SQLite, a database that has its tables is copied to where the tests' is looked for."""
    if not settings.IS_SQLITE:
        return django_db_keepdb
    tables = Path(MIGRATED_DATABASE or kept_tables(pytestconfig))
    if tables.exists():
        shutil.copy(tables, settings.DATABASES["default"]["TEST"]["NAME"])
        return True
    return django_db_keepdb


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, pytestconfig):
    """What was migrated for this run is kept for the next: it is half a minute of work."""
    tables = kept_tables(pytestconfig)
    if settings.IS_SQLITE and not MIGRATED_DATABASE and not tables.exists():
        for old in tables.parent.glob("*.sqlite3"):
            old.unlink(missing_ok=True)
        mine = tables.with_suffix(f".{WORKER}")
        mine.unlink(missing_ok=True)
        with sqlite3.connect(settings.DATABASES["default"]["TEST"]["NAME"]) as database:
            database.execute("VACUUM INTO ?", [str(mine)])
        database.close()
        mine.replace(tables)  # in one step: workers side by side do the same


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
    caches["near"].clear()
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
