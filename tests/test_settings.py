"""Settings and deploy checks, each in a process of its own: settings are read once a process."""

import datetime
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone

from ocop_portal.checks import data_dir
from ocop_portal.reminders.models import Scan
from tests.conftest import ENVIRONMENT, FROM_OUTSIDE

ROOT = Path(__file__).resolve().parent.parent

# A complete production, with made-up secrets. Variables that are not named here are set empty
# or to their default by `run`, so that a developer's .env cannot add to them.
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "chi-dung-de-kiem-thu-" + "k9Zr4vTq8WmN2xLp7JdB" * 2,
    "ALLOWED_HOSTS": "ocop.example.vn",
    "CSRF_TRUSTED_ORIGINS": "",
    "SITE_URL": "https://ocop.example.vn",
    "PORTAL_NAME": "OCOP Vĩnh Linh",
    "DATABASE_URL": "postgres://ocop:matkhau@127.0.0.1:5432/ocop",
    "CONN_MAX_AGE": "60",
    "PUBLIC_PAGE_SECONDS": "60",
    "PGBOUNCER": "false",
    "CACHE_URL": "redis://127.0.0.1:6379/1",
    "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0",
    "CELERY_RESULT_BACKEND": "django-db",
    "REMINDER_SCAN_MINUTES": "15",
    "REMINDER_CHANNELS": "",
    "MAILS_PER_MINUTE": "60",
    "EMAIL_URL": "smtp+tls://ocop:matkhau@mail.example.vn:587",
    "DEFAULT_FROM_EMAIL": "ocop@example.vn",
    "HTTPS": "true",
    "HSTS_SECONDS": "31536000",
    "PROXY_COUNT": "1",
    "LOGIN_FAILURE_LIMIT": "5",
    "API_REQUESTS_PER_MINUTE": "120",
    "MAP_TILES_URL": "",
    "MAP_TILES_CREDIT": "",
    "OPEN_DATA_LICENCE": "",
    "FEEDBACK_ANSWER_DAYS": "10",
    "FEEDBACK_CONTACT_DAYS": "180",
    "SECURITY_CONTACT": "",
    "SECURITY_CONTACT_EXPIRES": "",
    "UPLOAD_MAX_MB": "25",
    "LOG_LEVEL": "INFO",
}


def run(*arguments: str, tmp_path: Path, **changes: str) -> subprocess.CompletedProcess:
    """Run Python under production settings with `changes`; output and errors come together."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**kept, **PRODUCTION, "DATA_DIR": str(tmp_path), **changes},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )


def names_read_by_settings() -> set[str]:
    source = (ROOT / "ocop_portal" / "settings.py").read_text()
    return set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"', source))


def test_env_example_names_every_variable_of_the_settings_and_no_other():
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^([A-Z_]+)=", example, re.M)) == names_read_by_settings()


def test_every_variable_is_explained_in_env_example():
    previous = ""
    for line in (ROOT / ".env.example").read_text().splitlines():
        if re.match(r"[A-Z_]+=", line):
            assert previous.startswith("# "), f"no word of explanation above {line}"
        previous = line


def test_the_tests_set_every_variable_so_that_no_env_file_reaches_them():
    assert set(ENVIRONMENT) | set(FROM_OUTSIDE) == names_read_by_settings()
    assert set(PRODUCTION) | {"DATA_DIR"} == names_read_by_settings()


@pytest.fixture
def elsewhere(tmp_path):
    """The settings in a folder of their own, with a name that an address would misread."""
    folder = tmp_path / "Cổng OCOP #1 c++ 100%41"
    (folder / "ocop_portal").mkdir(parents=True)
    for name in ("__init__.py", "settings.py"):
        shutil.copy(ROOT / "ocop_portal" / name, folder / "ocop_portal")
    return folder


def read_settings(folder: Path, show: str, **environment: str) -> str:
    """Print an expression of the settings `s`, under nothing but this environment and .env."""
    result = subprocess.run(
        [sys.executable, "-c", f"from ocop_portal import settings as s; print({show})"],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONIOENCODING": "utf-8",
            "PYTHONHASHSEED": "0",
            **environment,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    return result.stdout.strip()


def test_the_built_in_database_lies_in_the_projects_folder_whatever_its_name(elsewhere):
    found = read_settings(elsewhere, "s.DATABASES['default']['NAME']", DEBUG="true")
    assert found == str(elsewhere / "var" / "ocop.sqlite3")


def test_env_example_as_it_stands_gives_the_defaults(elsewhere):
    # The languages' names need Django to be shown, and no variable names them.
    everything = "{k: v for k, v in vars(s).items() if k.isupper() and k != 'LANGUAGES'}"
    for debug in ("true", "false"):
        bare = read_settings(elsewhere, everything, DEBUG=debug)
        assert "'EMAIL_URL': " in bare
        shutil.copy(ROOT / ".env.example", elsewhere / ".env")
        assert read_settings(elsewhere, everything, DEBUG=debug) == bare
        (elsewhere / ".env").unlink()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("DEBUG=ture", "DEBUG must be true or false and nothing else on its line, not 'ture'."),
        ("HTTPS=false # for now", "HTTPS must be true or false and nothing else on its line"),
        ("UPLOAD_MAX_MB=25 MB", "UPLOAD_MAX_MB must be a whole number and nothing else"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_and_never_read_as_something_else(
    elsewhere, line, words
):
    (elsewhere / ".env").write_text(f"{line}\n")
    assert words in read_settings(elsewhere, "s.DEBUG").splitlines()[-1]


def test_an_env_file_saved_by_notepad_is_read_whole(elsewhere):
    (elsewhere / ".env").write_bytes("DEBUG=true\r\nPORTAL_NAME=OCOP thử\r\n".encode("utf-8-sig"))
    assert read_settings(elsewhere, "s.DEBUG, s.PORTAL_NAME") == "True OCOP thử"


def test_an_env_file_that_cannot_be_read_is_named_and_not_passed_over(elsewhere):
    (elsewhere / ".env").write_bytes("DEBUG=true".encode("utf-16"))
    assert f"{elsewhere / '.env'} cannot be read" in read_settings(elsewhere, "s.DEBUG")
    (elsewhere / ".env").unlink()
    (elsewhere / ".env").mkdir()
    assert f"{elsewhere / '.env'} cannot be read" in read_settings(elsewhere, "s.DEBUG")


def test_blanks_after_the_commas_of_a_list_do_not_count(elsewhere):
    hosts = read_settings(elsewhere, "s.ALLOWED_HOSTS", ALLOWED_HOSTS="a.example.vn, b.example.vn")
    assert hosts == "['a.example.vn', 'b.example.vn']"


def test_check_deploy_is_silent_under_full_production_settings(tmp_path):
    result = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", tmp_path=tmp_path)
    assert result.returncode == 0, result.stdout
    assert "System check identified no issues (0 silenced)." in result.stdout


@pytest.mark.parametrize(
    ("changes", "identifier"),
    [
        ({"SECRET_KEY": "chi-dung-khi-phat-trien-khong-dung-khi-van-hanh"}, "E001"),
        ({"SECRET_KEY": "x" * 49}, "E001"),
        ({"ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]"}, "E002"),
        ({"SITE_URL": "http://localhost:8000"}, "E003"),
        ({"SITE_URL": "ocop.example.vn"}, "E003"),
        ({"CACHE_URL": ""}, "E004"),
        ({"EMAIL_URL": ""}, "E005"),
        ({"DATA_DIR": "/dev/null/ocop"}, "E006"),
    ],
)
def test_production_does_not_start_with_a_fatal_mistake(tmp_path, changes, identifier):
    result = run("manage.py", "check", tmp_path=tmp_path, **changes)
    assert result.returncode == 1, result.stdout
    assert re.findall(r"\((\w+\.\w+)\)", result.stdout) == [f"ocop_portal.{identifier}"]
    assert "HINT:" in result.stdout


def test_a_data_dir_behind_a_locked_door_is_told_and_not_a_traceback(
    tmp_path, monkeypatch, settings
):
    """Into another user's folder one may not even look."""
    (tmp_path / "locked").mkdir()
    settings.DATA_DIR = tmp_path / "locked" / "data"
    stat_of = os.stat

    def locked(path, **kwargs):
        if str(path) == str(settings.DATA_DIR):
            raise PermissionError(13, "Permission denied")
        return stat_of(path, **kwargs)

    monkeypatch.setattr(os, "stat", locked)
    monkeypatch.setattr(os, "access", lambda *args: False)
    assert [message.id for message in data_dir()] == ["ocop_portal.E006"]


def test_the_web_process_names_every_fatal_mistake_and_does_not_start(tmp_path):
    result = run(
        "-c", "import ocop_portal.wsgi", tmp_path=tmp_path, SECRET_KEY="ngắn", EMAIL_URL=""
    )
    assert result.returncode == 1, result.stdout
    assert "ImproperlyConfigured: The portal does not start" in result.stdout
    assert "SECRET_KEY is missing or shorter than 50 characters." in result.stdout
    assert "EMAIL_URL is empty" in result.stdout


@pytest.mark.parametrize(
    ("changes", "identifier"),
    [
        ({"ALLOWED_HOSTS": "*"}, "W001"),
        ({"SITE_URL": "http://ocop.example.vn"}, "W002"),
        ({"DATABASE_URL": "sqlite:////tmp/khong-mo.sqlite3"}, "W003"),
        ({"CELERY_BROKER_URL": ""}, "W004"),
        ({"DEFAULT_FROM_EMAIL": "ocop@localhost"}, "W005"),
        ({"EMAIL_URL": "consolemail://"}, "W006"),
    ],
)
def test_a_doubtful_choice_starts_but_check_deploy_warns(tmp_path, changes, identifier):
    result = run("manage.py", "check", "--deploy", tmp_path=tmp_path, **changes)
    assert result.returncode == 0, result.stdout
    assert re.findall(r"\((\w+\.\w+)\)", result.stdout) == [f"ocop_portal.{identifier}"]


@pytest.mark.parametrize("program", ["worker", "beat"])
def test_worker_and_beat_do_not_start_without_a_secret(tmp_path, program):
    changes = {"SECRET_KEY": "ngắn", "DATABASE_URL": f"sqlite:///{tmp_path}/ocop.sqlite3"}
    if program == "beat":  # it opens its schedule before it says that it starts
        tables = run(
            "manage.py", "migrate", "django_celery_beat", tmp_path=tmp_path, DEBUG="true", **changes
        )
        assert tables.returncode == 0, tables.stdout
    result = run("-m", "celery", "-A", "ocop_portal.celery", program, tmp_path=tmp_path, **changes)
    assert result.returncode == 1, result.stdout
    assert "SECRET_KEY is missing or shorter than 50 characters." in result.stdout


def test_development_starts_with_nothing_but_debug(tmp_path):
    result = run(
        "manage.py",
        "check",
        tmp_path=tmp_path,
        DEBUG="true",
        SECRET_KEY="chi-dung-khi-phat-trien-khong-dung-khi-van-hanh",
        ALLOWED_HOSTS="localhost",
        SITE_URL="http://localhost:8000",
        DATABASE_URL=f"sqlite:///{tmp_path}/ocop.sqlite3",
        CACHE_URL="",
        CELERY_BROKER_URL="",
        EMAIL_URL="consolemail://",
        HTTPS="false",
    )
    assert result.returncode == 0, result.stdout


def test_production_hashes_with_argon2_and_sends_cookies_by_https_only(tmp_path):
    lines = run(
        "-c",
        "from ocop_portal import settings as s;"
        "print(s.PASSWORD_HASHERS[0], s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS)",
        tmp_path=tmp_path,
    ).stdout.split()
    assert lines == [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "True",
        "True",
        "True",
        "31536000",
    ]


def test_no_header_of_the_portal_allows_inline_or_foreign_code(tmp_path):
    policy = run(
        "-c",
        "from ocop_portal import settings as s;print(s.CONTENT_SECURITY_POLICY['DIRECTIVES'])",
        tmp_path=tmp_path,
    ).stdout
    assert "unsafe" not in policy
    assert "http" not in policy


def test_health_names_the_parts_that_do_not_answer(tmp_path):
    ask = (
        "import django; django.setup();"
        "from django.test import RequestFactory;"
        "from ocop_portal.health import health;"
        "answer = health(RequestFactory().get('/suc-khoe/'));"
        "print('ANSWER', answer.status_code, answer.content.decode())"
    )
    result = run(
        "-c",
        ask,
        tmp_path=tmp_path,
        DJANGO_SETTINGS_MODULE="ocop_portal.settings",
        DATABASE_URL=f"sqlite:///{tmp_path}/ocop.sqlite3",
        CACHE_URL="redis://127.0.0.1:1/0",
        CELERY_BROKER_URL="redis://127.0.0.1:1/0",
    )
    answer = result.stdout.rsplit("ANSWER ", 1)[-1].strip()
    told = '{"database": "ok", "cache": "fails", "broker": "fails", "reminders": "late"}'
    assert answer == f"503 {told}", result.stdout


@pytest.mark.django_db
def test_anyone_may_ask_for_the_portals_health(client):
    answer = client.get("/suc-khoe/")
    parts = {"database": "ok", "cache": "ok", "broker": "ok"}
    assert answer.status_code == 503
    assert answer.json() == parts | {"reminders": "late"}  # no scan was ever run
    answer = client.get("/suc-khoe/web/")
    assert (answer.status_code, answer.json()) == (200, parts)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minutes", "status", "state"),
    [(0, 200, "ok"), (29, 200, "ok"), (31, 503, "late"), (-31, 503, "late")],
)
def test_health_turns_red_when_no_scan_has_run_for_two_periods(client, minutes, status, state):
    """The scan runs every 15 minutes; a scan in the future was run by a clock ahead of its time."""
    ended = timezone.now() - datetime.timedelta(minutes=minutes)
    Scan.objects.create(started_at=ended, finished_at=ended)
    Scan.objects.create(started_at=timezone.now())  # one that was killed tells nothing
    answer = client.get("/suc-khoe/")
    assert (answer.status_code, answer.json()["reminders"]) == (status, state)
