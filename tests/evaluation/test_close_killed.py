"""The process that closes a round is killed between two steps: nothing is left, the next try is whole."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection

from evaluation import rounds
from evaluation.models import Result, Round, RoundEvent, Sheet
from products.models import Entry
from tests import factories
from tests.evaluation.pages import score_all

pytestmark = pytest.mark.django_db(transaction=True)

# Stops, with a file as the sign, at the second call of one step; whoever waits kills it there.
CLOSE_AND_STOP = """
import pathlib, sys, time
import django
django.setup()
from django.contrib.auth import get_user_model
from evaluation import rounds
from evaluation.models import Round

step, at_call, sign, round_pk, user_pk = sys.argv[1:]
real, calls = getattr(rounds, step), []

def stopping(*args, **kwargs):
    calls.append(1)
    if len(calls) == int(at_call):
        pathlib.Path(sign).touch()
        time.sleep(600)
    return real(*args, **kwargs)

setattr(rounds, step, stopping)
by = get_user_model().objects.get(pk=user_pk)
rounds.close_round(round_=Round.objects.get(pk=round_pk), by=by)
"""


def database_url() -> str:
    """The test database as an address for another process."""
    names = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{names['NAME']}"
    login = f"{names['USER']}:{names['PASSWORD']}".rstrip(":")
    return (
        f"postgres://{login}@{names['HOST'] or '127.0.0.1'}:{names['PORT'] or 5432}/{names['NAME']}"
    )


def left(round_) -> dict:
    """All that closing a round writes."""
    kept = Round.objects.get(pk=round_.pk)
    sheets = Sheet.objects.filter(candidate__round=round_)
    return {
        "state": (kept.state, kept.closed_at, kept.closed_by_id),
        "results": Result.objects.filter(candidate__round=round_).count(),
        "entries": sorted(Entry.objects.values_list("state", flat=True)),
        "entry events": sum(entry.events.count() for entry in Entry.objects.all()),
        "events": list(
            RoundEvent.objects.filter(round=round_).order_by("pk").values_list("action", flat=True)
        ),
        "sheets": sorted(sheets.values_list("state", flat=True)),
    }


@pytest.mark.parametrize(
    ("step", "at_call"),
    [
        ("_write_result", 2),  # one product is whole, the next has nothing
        ("_move", 2),  # a result is written, its entry has not moved
        ("_tell", 1),  # all results and the state, no history
        ("freeze", 1),  # everything but the frozen dossiers
    ],
)
def test_a_closing_that_is_killed_between_two_steps_leaves_nothing(tmp_path, step, at_call):
    round_ = factories.open_round(candidates=3)
    score_all(round_, *[60] * len(factories.scorers(round_.council)))
    by = factories.person_in(round_.council, "secretary")
    rounds.end_scoring(round_=round_, by=by)
    before, sign = left(round_), tmp_path / "reached"
    assert before["results"] == 0

    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            CLOSE_AND_STOP,
            step,
            str(at_call),
            sign,
            str(round_.pk),
            str(by.pk),
        ],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": database_url()},
    )
    try:
        until = time.monotonic() + 60
        while not sign.exists() and time.monotonic() < until:
            assert process.poll() is None, "the round was closed before it could be stopped"
            time.sleep(0.05)
        assert sign.exists()
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
    assert left(round_) == before

    for _ in range(2):  # closing twice is closing once
        rounds.close_round(round_=round_, by=by)
        after = left(round_)
        assert after["state"][0] == Round.State.CLOSED
        assert after["results"] == 3
        assert after["entries"] == [Entry.State.RATED] * 3
        assert after["entry events"] == before["entry events"] + 3
        assert after["events"] == [*before["events"], "closed"]
