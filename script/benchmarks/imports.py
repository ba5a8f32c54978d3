"""10,000 rows from Excel in the background: rows a second, and how the portal answers meanwhile.

BENCHMARK_ROWS producers are read and written by a real worker while pages are asked of a real web
server. The database is one of its own: SQLite, or the one that DATABASE_URL names, which must be
empty. The broker is a folder, or the Redis that CELERY_BROKER_URL names.
"""

import contextlib
import io
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import django
from django.core.management import call_command

from benchmarks import Figure

ROOT = Path(__file__).resolve().parents[2]
IDLE = 60  # requests before the import begins
PAUSE = 0.1  # seconds between two requests: one person who clicks fast
GIVES_WAY = 7  # as CPUWeight=20 in docs/deployment.md: a page goes before the background
PRESSURE = Path("/proc/pressure/cpu")  # Linux alone has it
PAGES = ("/lam-viec/", "/lam-viec/chu-the/", "/lam-viec/san-pham/", "/lam-viec/chu-trinh/", "/")


@contextlib.contextmanager
def running(*words: str, **environment: str):
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        if process.poll() is None:
            process.kill()


def workbook(rows: int) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("Chủ thể")
    page.write_row(0, 0, ["Tên chủ thể", "Loại hình", "Xã, thị trấn", "Mã số thuế", "Số lao động"])
    for number in range(1, rows + 1):
        page.write_row(
            number,
            0,
            [f"Chủ thể mẫu {number}", "hợp tác xã", "19363", f"32{number:08d}", 12],
        )
    book.close()
    return out.getvalue()


def officer():
    from communes.models import Role, Unit
    from communes.units import rebuild_cover
    from ocop_portal.accounts.models import User

    district = Unit.objects.create(code="464", kind="Huyện", name="Mẫu", level="district")
    Unit.objects.create(code="19363", kind="Xã", name="Mẫu", level="commune", parent=district)
    rebuild_cover()
    user = User.objects.create(username="mau-do", full_name="Cán bộ mẫu", is_sample=True)
    Role.objects.create(user=user, kind=Role.Kind.DISTRICT_OFFICER, unit=district)
    return user


def cookie_of(user) -> str:
    from django.conf import settings
    from django.test import Client

    browser = Client()
    browser.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def want_of_processors() -> float | None:
    """Seconds since the machine began in which a process waited for a processor; None: not known."""
    with contextlib.suppress(OSError):
        return int(PRESSURE.read_text().split("total=")[1].split()[0]) / 1_000_000
    return None


def answers(
    site: str, cookie: str, until: Callable[[int], bool]
) -> tuple[list[float], int, float | None]:
    """Pages asked one after another until told to stop.

    Milliseconds of each, how many failed, and in how much of the time, in per cent, any process of
    the machine waited for a processor.
    """
    spent, failed = [], 0
    began, waited = time.perf_counter(), want_of_processors()
    while not until(len(spent)):
        url = site + PAGES[len(spent) % len(PAGES)]
        begun = time.perf_counter()
        try:
            request = urllib.request.Request(url, headers={"Cookie": cookie})
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()
        except (urllib.error.URLError, OSError):
            failed += 1
        spent.append((time.perf_counter() - begun) * 1000)
        time.sleep(PAUSE)
    if waited is not None:
        waited = 100 * (want_of_processors() - waited) / (time.perf_counter() - began)
    return spent, failed, waited


def told(when: str, spent: list[float], failed: int, waited: float | None) -> Iterator[Figure]:
    yield Figure(f"{when}: pages asked", len(spent), "")
    yield Figure(f"{when}: median (p50)", statistics.median(spent))
    yield Figure(f"{when}: slowest of twenty (p95)", statistics.quantiles(spent, n=20)[18])
    yield Figure(f"{when}: pages that failed", failed, "", 0)
    if waited is not None:
        # Near 100 the machine has too much to do, of its own or for others: pages are slow by that.
        yield Figure(f"{when}: time with a process in want of a processor", waited, "%")


def figures() -> Iterator[Figure]:
    os.environ |= {"EMAIL_URL": "dummymail://", "ALLOWED_HOSTS": "127.0.0.1,testserver"}
    rows = int(os.environ.get("BENCHMARK_ROWS", 10_000))
    django.setup()
    call_command("migrate", verbosity=0)

    from django.core.files.uploadedfile import SimpleUploadedFile

    from communes.models import Producer
    from ocop_portal.exchange import jobs
    from ocop_portal.exchange.models import Import
    from ocop_portal.uploads import EXCEL, check_upload

    by = officer()
    cookie = cookie_of(by)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    site = f"http://127.0.0.1:{port}"
    celery = ("-m", "celery", "--quiet", "-A", "ocop_portal.celery", "worker", "--pool=solo")
    with (
        running("manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"),
        running(*celery, "-Q", "celery", "--loglevel=error") as worker,
    ):
        os.setpriority(os.PRIO_PROCESS, worker.pid, GIVES_WAY)
        for _attempt in range(120):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(site, timeout=5).close()
                break
            time.sleep(0.5)
        answers(site, cookie, lambda asked: asked >= len(PAGES))  # the first ones warm up
        yield from told("idle", *answers(site, cookie, lambda asked: asked >= IDLE))

        file = SimpleUploadedFile("mau.xlsx", workbook(rows))
        job = jobs.start_import(
            upload=check_upload(file, accepted={EXCEL}, refusal=""), by=by, kind="producer"
        )

        def left(state):
            def is_left(_asked) -> bool:
                job.refresh_from_db()
                return job.state != state

            return is_left

        for state, what in ((Import.State.READING, "reading"), (Import.State.APPLYING, "writing")):
            begun = time.perf_counter()
            found = answers(site, cookie, left(state))
            seconds = time.perf_counter() - begun
            yield Figure(f"{what} {rows} rows", seconds, "s")
            yield Figure(f"{what}: rows a second", rows / seconds, "")
            yield from told(f"while {what}", *found)
            if what == "reading":
                jobs.confirm(job=job, by=by)
        yield Figure("rows that are not in", rows - Producer.objects.count(), "", 0)
