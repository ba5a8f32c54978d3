"""The public side at national size: weight, queries, first paint, requests a second.

20,000 products, or so many as BENCHMARK_PRODUCTS says, in a test database of its own beside the one
that DATABASE_URL names, dropped at the end. gunicorn serves it as in `docs/deployment.md`, with
DEBUG off, on the loopback alone and without nginx, which only passes on: the portal packs pages by
gzip itself and static files by brotli. CACHE_URL names a Redis, which is emptied.

Weight and paint are Chromium's own: all that a first visit brings, the national data having no
photos; paint on a line of 400 kbit/s with 400 ms to and fro, the processor four times slower, and
HTTP/1.1, where nginx would speak HTTP/2. Each is the best of three.

Requests a second are sent by four at once who wait for each answer. The bare view returns two letters
through the same middleware. "kept" is a page that lies in the cache, "not kept" one with a query,
drawn anew each time: the catalogue's pages one after another. The kinds take turns, round by round,
so that what else the machine does falls on all alike; a share is that of one round, and of rates,
times and shares the median over the rounds is told, of a share the lowest and highest too.
"""

import contextlib
import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import django

from benchmarks import Figure
from benchmarks.council import own_database

SMALL = 200
TAKEN = 3  # times that a page is opened in Chromium
ROUNDS, AT_ONCE = 11, 4
QUICK, SLOW = 400, 60  # requests of a round
SCRIPT = Path(__file__).resolve().parent.parent

PAINT = """() => new Promise(done => {
  const found = {};
  new PerformanceObserver(list => {
    for (const entry of list.getEntriesByName("first-contentful-paint")) found.first = entry.startTime;
  }).observe({type: "paint", buffered: true});
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) found.largest = entry.startTime;
  }).observe({type: "largest-contentful-paint", buffered: true});
  setTimeout(() => done([found.first, found.largest]), 1500);
})"""


def figures() -> Iterator[Figure]:
    if not os.environ.get("CACHE_URL"):
        raise SystemExit("CACHE_URL=redis://… must name a Redis that may be emptied.")
    os.environ |= {"CELERY_BROKER_URL": "", "EMAIL_URL": "dummymail://"}
    many = int(os.environ.get("BENCHMARK_PRODUCTS", 20_000))
    django.setup()
    with national_data(SMALL):
        few = dict(queries())
    with national_data(many):
        for name, asked in queries():
            yield Figure(f"{name}: queries", asked, "", 12)
            yield Figure(f"{name}: queries more than at {SMALL}", asked - few[name], "", 0)
        addresses = pages()  # before Chromium, whose driver shuts out the database
        with served() as port:
            yield from visits(port, addresses)
            yield from rates(port, addresses)


def pages() -> dict[str, str]:
    from django.urls import reverse

    from products.catalogue import rated_products

    product = rated_products().order_by("pk")[SMALL // 2]
    return {
        "home": reverse("home"),
        "catalogue": reverse("products:catalogue"),
        "product": product.get_public_url(),
    }


@contextlib.contextmanager
def national_data(products: int):
    from django.conf import settings
    from django.core.cache import cache
    from django.db import connection

    from evaluation import national

    if settings.IS_SQLITE:  # gunicorn must be able to open it
        settings.DATABASES["default"]["TEST"]["NAME"] = str(settings.DATA_DIR / "public.sqlite3")
    with own_database():
        national.make(products=products)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        cache.clear()
        yield


def queries() -> Iterator[tuple[str, int]]:
    """What each page asks of the database when it is drawn anew."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    for name, address in pages().items():
        with CaptureQueriesContext(connection) as asked:
            if Client().get(address).status_code != 200:
                raise SystemExit(f"{address} does not answer")
        yield name, len(asked)


@contextlib.contextmanager
def served() -> Iterator[int]:
    """The portal behind gunicorn, as in production; its port."""
    from django.conf import settings
    from django.db import connection

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    name = connection.settings_dict["NAME"]
    database = (
        f"sqlite:///{name}"
        if settings.IS_SQLITE
        else urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    )
    environment = os.environ | {
        "DEBUG": "false",
        "HTTPS": "false",
        "SECRET_KEY": "only-for-measuring-" * 4,
        "ALLOWED_HOSTS": "127.0.0.1,ocop.example.vn",
        "SITE_URL": "https://ocop.example.vn",
        "DATABASE_URL": database,
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": f"{SCRIPT}:{SCRIPT.parent}",
    }
    call = [sys.executable, "-m"]
    collect = [sys.executable, str(SCRIPT.parent / "manage.py"), "collectstatic", "--no-input"]
    subprocess.run(collect, env=environment, check=True, stdout=subprocess.DEVNULL)
    place = ["--bind", f"127.0.0.1:{port}"]
    size = ["--workers", "3", "--worker-class", "gthread", "--threads", "4"]
    log = (settings.DATA_DIR / "gunicorn.log").open("w")
    server = subprocess.Popen(
        [*call, "gunicorn", "bare_view:application", *place, *size], env=environment, stderr=log
    )
    try:
        for _attempt in range(100):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(timeout=30)
        server.kill()
        log.close()


# --- In Chromium ------------------------------------------------------------------------------


def visits(port: int, fixed: dict[str, str]) -> Iterator[Figure]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise SystemExit(
            "Chromium is driven by the tests' packages: run script/test once."
        ) from None

    from screenshots import chromium

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium())
        for name, address in fixed.items():
            url = f"http://127.0.0.1:{port}{address}"
            visit(browser, url, slow=False)  # each worker's first answer is not a visitor's
            weights, firsts, largests = [], [], []
            for _time in range(TAKEN):
                weights.append(visit(browser, url, slow=False)[0])
                _weight, first, largest = visit(browser, url, slow=True)
                firsts.append(first)
                largests.append(largest)
            yield Figure(f"{name}: first visit", max(weights) / 1024, "KB", 150)
            yield Figure(f"{name}: first contentful paint, slow 3G", min(firsts))
            yield Figure(f"{name}: largest contentful paint, slow 3G", min(largests))
        browser.close()


def visit(browser, url: str, *, slow: bool) -> tuple[int, float, float]:
    """One first visit: bytes over the wire, headers among them; milliseconds to both paints."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, device_scale_factor=2, service_workers="block"
    )
    page = context.new_page()
    tools = context.new_cdp_session(page)
    received = []
    tools.on("Network.loadingFinished", lambda found: received.append(found["encodedDataLength"]))
    tools.send("Network.enable")
    tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    if slow:
        line = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
        tools.send("Network.emulateNetworkConditions", {"offline": False, **line})
        tools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(url, wait_until="load", timeout=120_000)
    first, largest = page.evaluate(PAINT)
    context.close()
    return sum(received), first, largest


# --- Requests a second ------------------------------------------------------------------------


def rates(port: int, fixed: dict[str, str]) -> Iterator[Figure]:
    from django.core.cache import cache

    from products.catalogue import rated_products

    keys = list(rated_products().order_by().values_list("pk", flat=True))
    dice = random.Random(1)

    def catalogue_page() -> str:
        return f"{fixed['catalogue']}?page={dice.randint(1, len(keys) // 20 or 1)}"

    def product_page() -> str:
        return (
            f"{fixed['product'].replace(fixed['product'].split('/')[-2], str(dice.choice(keys)))}?x"
        )

    kinds: dict[str, tuple[Callable[[], str], int, int | None]] = {
        "bare view": (lambda: "/tran/", QUICK, None),
        "home, kept": (lambda: fixed["home"], QUICK, 60),
        "catalogue, kept": (lambda: fixed["catalogue"], QUICK, 60),
        "product, kept": (lambda: fixed["product"], QUICK, 60),
        "catalogue, not kept": (catalogue_page, SLOW, 15),
        "product, not kept": (product_page, SLOW, None),
        "catalogue, searched": (lambda: f"{fixed['catalogue']}?q=ho+tieu", SLOW, None),
    }
    speeds, middles = defaultdict(list), defaultdict(list)
    cache.clear()
    for round_ in range(ROUNDS + 1):
        for name, (address, requests, _share) in kinds.items():
            rate, spent = answered(port, [address() for _n in range(requests)])
            if round_:  # the first fills the cache and every worker's templates
                speeds[name].append(rate)
                middles[name].append(spent)
    for name, (_address, _requests, share) in kinds.items():
        yield Figure(f"{name}: requests a second", statistics.median(speeds[name]), "")
        yield Figure(f"{name}: p50", statistics.median(middles[name]))
        if share:
            both = zip(speeds[name], speeds["bare view"], strict=True)
            shares = [100 * own / bare for own, bare in both]
            what = f"{name}: of the bare view's rate, at least"
            yield Figure(what, statistics.median(shares), "%", share)
            yield Figure(f"{name}: of the bare view's rate, worst round", min(shares), "%")
            yield Figure(f"{name}: of the bare view's rate, best round", max(shares), "%")


def answered(port: int, addresses: list[str]) -> tuple[float, float]:
    """Requests a second, and the median of their milliseconds."""
    spent: list[float] = []
    wrong: list[str] = []

    def ask(mine: list[str]) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
            answers = line.makefile("rb")
            for address in mine:
                begun = time.perf_counter()
                line.sendall(
                    f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                    "Accept-Encoding: gzip\r\n\r\n".encode()
                )
                status, length = answers.readline(), 0
                while (header := answers.readline()) not in {b"\r\n", b""}:
                    name, _colon, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                answers.read(length)
                spent.append((time.perf_counter() - begun) * 1000)
                if b" 200 " not in status:
                    wrong.append(f"{address}: {status!r}")

    share = [addresses[place::AT_ONCE] for place in range(AT_ONCE)]
    threads = [threading.Thread(target=ask, args=(mine,)) for mine in share]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = time.perf_counter() - begun
    if wrong or len(spent) != len(addresses):
        raise SystemExit(f"{len(addresses) - len(spent)} without an answer; {wrong[:3]}")
    return len(spent) / whole, statistics.median(spent)
