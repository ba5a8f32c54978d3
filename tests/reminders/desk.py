"""What the fault tests break: a Redis server, a mail server and worker processes of their own."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from celery import Celery
from django.db import connection
from redis import Redis
from redis.exceptions import RedisError

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90  # seconds; a machine under load starts a worker slowly
TASKS = "ocop_portal.reminders.tasks"
QUEUES = {"scan": "scan", "send_pending": "send"}


def until(what, *, patience: float = PATIENCE):
    """Wait until `what()` is true; AssertionError with its name when it never is."""
    end = time.monotonic() + patience
    while not (found := what()):
        assert time.monotonic() < end, f"never: {what.__name__}"
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def database_url() -> str:
    """The test database as an address for another process."""
    names = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{names['NAME']}"
    login = f"{names['USER']}:{names['PASSWORD']}".rstrip(":")
    return (
        f"postgres://{login}@{names['HOST'] or '127.0.0.1'}:{names['PORT'] or 5432}/{names['NAME']}"
    )


class RedisServer:
    """A Redis that keeps nothing on disk, so that it is empty after a restart."""

    def __init__(self, folder: Path):
        self.folder, self.port, self.process = folder, free_port(), None
        self.client = Redis(port=self.port)

    @staticmethod
    def is_installed() -> bool:
        return shutil.which("redis-server") is not None

    def start(self) -> None:
        options = {"bind": "127.0.0.1", "port": self.port, "save": "", "dir": self.folder}
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        self.process = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
        until(self.answers)

    def answers(self) -> bool:
        with contextlib.suppress(RedisError):
            return self.client.ping()
        return False

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(timeout=20)


class MailServer:
    """Takes mail, unless it refuses, or holds each mail until it is told to let go."""

    def __init__(self):
        self.got, self.refuses, self.holds, self.holding = [], False, False, 0
        self.drops = False  # what it held is thrown away: the sender was never answered
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.refuses:
            return "421 4.3.2 not now"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.holding += 1
        try:
            while self.holds:
                await asyncio.sleep(0.02)
        finally:  # a sender that was killed cancels this
            self.holding -= 1
        if self.drops:
            return "451 4.3.0 dropped"
        self.got.append((envelope.rcpt_tos, envelope.content.decode(errors="replace")))
        return "250 OK"

    def is_holding(self) -> bool:
        return self.holding > 0


class Desk:
    """Redis, mail server and one worker, with the portal's real tasks on the test database."""

    def __init__(self, folder: Path):
        self.redis, self.mail = RedisServer(folder), MailServer()
        self.folder, self.worker, self.others = folder, None, []

    @property
    def broker(self) -> str:
        return f"redis://127.0.0.1:{self.redis.port}/0"

    def open(self) -> None:
        self.redis.start()
        self.mail.controller.start()

    def close(self) -> None:
        self.mail.holds = False
        for process in [self.worker, *self.others]:
            if process:
                self.kill(process)
        self.mail.controller.stop()
        self.redis.kill()

    def run(self, *arguments: str) -> subprocess.Popen:
        """A celery process; it leads a group of its own, so that its children die with it."""
        log = (self.folder / f"{arguments[-1]}-{time.monotonic_ns()}.log").open("w")
        return subprocess.Popen(
            [sys.executable, "-m", "celery", "--quiet", "-A", *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": database_url(),
                "CELERY_BROKER_URL": self.broker,
                "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.controller.port}",
                "MAILS_PER_MINUTE": "1000",
            },
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @staticmethod
    def kill(process: subprocess.Popen) -> None:
        """What a power cut does: no chance to tidy up."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)

    def start_worker(self, app: str = "ocop_portal.celery") -> None:
        self.worker = self.run(app, "worker", "--concurrency=1", "--loglevel=warning")

    def kill_worker(self) -> None:
        self.kill(self.worker)
        self.worker = None

    def ask(self, task: str) -> None:
        """Put a task into its queue, as beat does."""
        client = Celery()
        # By its address: the variable CELERY_BROKER_URL would win over any other setting.
        with client.connection_for_write(self.broker) as link:
            client.send_task(f"{TASKS}.{task}", queue=QUEUES[task], connection=link)
