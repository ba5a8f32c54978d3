"""Is this deployment safe to start? Each mistake is a system check with a hint.

Errors are mistakes with which production must not start: they come up in every `manage.py`
command, and `refuse_unsafe_start` stops gunicorn, the worker and beat, which run no checks of
their own. Warnings show in `check --deploy`. With DEBUG on nothing is asked.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from celery.signals import beat_init, celeryd_init
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "::1", "0.0.0.0", ""}
MAIL_TO_NOBODY = ("console", "locmem", "dummy", "filebased")


def secret_key() -> list[CheckMessage]:
    if settings.SECRET_KEY == settings.INSECURE_SECRET_KEY or len(settings.SECRET_KEY) < 50:
        return [
            Error(
                "SECRET_KEY is missing or shorter than 50 characters.",
                hint="Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
                id="ocop_portal.E001",
            )
        ]
    return []


def allowed_hosts() -> list[CheckMessage]:
    if set(settings.ALLOWED_HOSTS) <= LOCAL_HOSTS:
        return [
            Error(
                "ALLOWED_HOSTS names no host that others can reach.",
                hint="Set the portal's host names, by comma: ALLOWED_HOSTS=ocop.example.vn",
                id="ocop_portal.E002",
            )
        ]
    return []


def site_url() -> list[CheckMessage]:
    if (urlsplit(settings.SITE_URL).hostname or "") in LOCAL_HOSTS:
        return [
            Error(
                "SITE_URL is not an address that others can reach; mails would link to nowhere.",
                hint="Set the portal's public address: SITE_URL=https://ocop.example.vn",
                id="ocop_portal.E003",
            )
        ]
    return []


def shared_cache() -> list[CheckMessage]:
    if not settings.CACHE_URL:
        return [
            Error(
                "CACHE_URL is empty; login limits need a cache that all web processes share.",
                hint="Name a Redis database: CACHE_URL=redis://127.0.0.1:6379/1",
                id="ocop_portal.E004",
            )
        ]
    return []


def mail() -> list[CheckMessage]:
    if not settings.EMAIL_URL:
        return [
            Error(
                "EMAIL_URL is empty; reminders and password resets could not be mailed.",
                hint="Name the mail server: EMAIL_URL=smtp+tls://user:password@mail.example.vn:587",
                id="ocop_portal.E005",
            )
        ]
    return []


def data_dir() -> list[CheckMessage]:
    # The nearest folder that exists: a missing DATA_DIR is made by the first upload.
    # `os.path` and not the path's own methods, which raise where one may not even look.
    folder = Path(settings.DATA_DIR).absolute()
    while not os.path.exists(folder) and folder != folder.parent:
        folder = folder.parent
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK | os.X_OK):
        return [
            Error(
                f"DATA_DIR {settings.DATA_DIR} is not writable.",
                hint="Make the folder and give it to the user that runs the portal.",
                id="ocop_portal.E006",
            )
        ]
    return []


FATAL = (secret_key, allowed_hosts, site_url, shared_cache, mail, data_dir)


@register(Tags.security)
def fatal_mistakes(app_configs=None, **kwargs) -> list[CheckMessage]:
    """The errors of this deployment; none while DEBUG is on."""
    if settings.DEBUG:
        return []
    return [message for check in FATAL for message in check()]


@register(Tags.security, deploy=True)
def doubtful_choices(app_configs=None, **kwargs) -> list[CheckMessage]:
    """What runs, but not well: shown by `check --deploy`, while DEBUG is off."""
    if settings.DEBUG:
        return []
    found = []
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Warning(
                "ALLOWED_HOSTS takes any host name, so links in mails can be forged.",
                hint="Name the hosts one by one.",
                id="ocop_portal.W001",
            )
        )
    if urlsplit(settings.SITE_URL).scheme != "https":
        found.append(
            Warning(
                "SITE_URL does not begin with https://.",
                hint="Serve the portal by HTTPS and say so: SITE_URL=https://…",
                id="ocop_portal.W002",
            )
        )
    if settings.IS_SQLITE:
        found.append(
            Warning(
                "The database is SQLite: one writer at a time, on one machine.",
                hint="DATABASE_URL=postgres://user:password@host:5432/ocop",
                id="ocop_portal.W003",
            )
        )
    if settings.CELERY_BROKER_URL.startswith("filesystem:"):
        found.append(
            Warning(
                "Tasks go through a folder: a task is lost when its worker is killed.",
                hint="CELERY_BROKER_URL=redis://127.0.0.1:6379/0",
                id="ocop_portal.W004",
            )
        )
    if settings.DEFAULT_FROM_EMAIL == "ocop@localhost":
        found.append(
            Warning(
                "DEFAULT_FROM_EMAIL is the built-in address; mail servers refuse it.",
                hint="DEFAULT_FROM_EMAIL='OCOP Vĩnh Linh <ocop@example.vn>'",
                id="ocop_portal.W005",
            )
        )
    if settings.EMAIL_BACKEND.rsplit(".", 2)[-2] in MAIL_TO_NOBODY:
        found.append(
            Warning(
                "EMAIL_URL sends mail to no one.",
                hint="EMAIL_URL=smtp+tls://user:password@mail.example.vn:587",
                id="ocop_portal.W006",
            )
        )
    return found


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured, naming every fatal mistake and its hint, if there is any.

    Called by `ocop_portal/wsgi.py`.
    """
    messages = fatal_mistakes()
    if messages:
        lines = [f"{message.msg}\n  {message.hint}" for message in messages]
        raise ImproperlyConfigured("The portal does not start:\n" + "\n".join(lines))


@celeryd_init.connect
@beat_init.connect
def refuse_unsafe_worker(**kwargs) -> None:
    """The same for worker and beat. SystemExit, because Celery only logs other exceptions."""
    try:
        refuse_unsafe_start()
    except ImproperlyConfigured as mistake:
        raise SystemExit(str(mistake)) from None
