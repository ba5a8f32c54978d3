"""script/benchmark: figures beside their targets, nothing judged."""

import subprocess
import sys
from pathlib import Path

import pytest

from ocop_portal import law

SCRIPT = Path(__file__).resolve().parent.parent / "script"


def benchmark(*words):
    return subprocess.run(
        [sys.executable, SCRIPT / "benchmark.py", *words], capture_output=True, text=True
    )


def test_without_a_topic_every_topic_is_named_with_what_it_measures():
    found = benchmark()
    assert (found.returncode, found.stderr) == (0, "")
    assert sorted(path.stem for path in (SCRIPT / "benchmarks").glob("[a-z]*.py")) == [
        line.split(":")[0].removeprefix("script/benchmark ") for line in found.stdout.splitlines()
    ]


def test_an_unknown_topic_is_refused_with_the_known_ones():
    found = benchmark("weather")
    assert found.returncode == 2
    assert "law" in found.stderr


@pytest.fixture
def topic(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPT))
    import benchmarks.law

    # One Decision and one sheet for each set: what is printed is tested, not how long it took.
    monkeypatch.setattr(benchmarks.law, "SHEETS", 1)
    monkeypatch.setattr(law, "decisions", lambda: (law.decision("26-2026"),))
    return benchmarks.law


def test_the_law_is_measured_with_its_targets(topic):
    found = list(topic.figures())
    assert (found[0].what, found[0].value) == ("sets", 26)
    assert [figure.target for figure in found] == [None, None, 5, 5, 300, 300, 200, 200]
    assert all(figure.value > 0 for figure in found)
