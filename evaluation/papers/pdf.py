"""Drawing papers as PDF, by Typst, with the fonts that the portal ships and no others.

Texts reach Typst as JSON, never as markup; the same data gives the same bytes.
"""

import json
import subprocess
import sys

from . import compile as by_typst
from .text import printable

SECONDS = 120  # a product with 15 sheets takes less than one


def draw(template: str, data: dict) -> bytes:
    """The PDF of a template ("official", "summary", "sheets", "certificate") with this data."""
    return by_typst.compiled(template, _json(data))


def draw_apart(template: str, data: dict) -> bytes:
    """The same, in a process of its own: for long papers, which would swell the web server's memory."""
    return subprocess.run(
        [sys.executable, "-P", by_typst.__file__, template],
        input=_json(data).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=SECONDS,
    ).stdout


def _json(data: dict) -> str:
    return json.dumps(printable(data), ensure_ascii=False)
