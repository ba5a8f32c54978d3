"""Run one topic of script/benchmarks/ and print its figures beside their targets.

A topic is a module there with a docstring that says what it measures and a function `figures()`
that yields `Figure`s. Settings are those of development, with data of their own.
"""

import argparse
import importlib
import os
import pkgutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "script")]


def topics() -> list[str]:
    import benchmarks

    return sorted(found.name for found in pkgutil.iter_modules(benchmarks.__path__))


def run(topic: str) -> None:
    module = importlib.import_module(f"benchmarks.{topic}")
    print(f"{topic}: {module.__doc__.splitlines()[0]}")
    for figure in module.figures():
        target = f"   target {figure.target:g} {figure.unit}" if figure.target is not None else ""
        print(f"  {figure.what:<58} {figure.value:>9.2f} {figure.unit}{target}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/benchmark", description=__doc__)
    parser.add_argument("topic", nargs="?", choices=topics())
    wanted = parser.parse_args().topic
    if not wanted:
        for topic in topics():
            module = importlib.import_module(f"benchmarks.{topic}")
            print(f"script/benchmark {topic}: {module.__doc__.splitlines()[0]}")
        return
    with tempfile.TemporaryDirectory(prefix="ocop-benchmark-") as data:
        os.environ |= {"DEBUG": "true", "DATA_DIR": data, "LOG_LEVEL": "ERROR"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocop_portal.settings")
        run(wanted)


if __name__ == "__main__":
    main()
